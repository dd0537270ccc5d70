"""The settings of a mixture, read from YAML: its source builds, how much of each it takes, and its sample lengths."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from ...schemas.bucket_path import is_bucket
from ...schemas.settings_model import OnlyWith, Settings
from ...schemas.uri import is_url
from ..errors import ConfigError, Problem
from ..settings.config import place
from ..settings.paths import similar
from ..settings.published_texts import INSTEAD, published_secrets
from ..yaml.complaints import did_you_mean, known_keys, validate
from ..yaml.old_words import OldWords, read_old_words
from ..yaml.secrets import Secrets, secrets_around
from ..yaml.yaml_lines import parse


class MixSource(Settings):
    """A finished build whose samples go into the mixture."""

    renamed: ClassVar[Mapping[str, str]] = {"cap": "max_samples", "tasks": "max_per_task"}

    build: Path
    """The folder of the build, its ``output.path``, or ``s3://BUCKET/FOLDER``. It may be a mixture itself."""
    name: str = Field("", pattern=r"^[\w.-]*$")
    """The name of the source in the column ``origin``; by default the name of its folder."""
    weight: float | None = Field(None, gt=0)
    """The share of the training samples that the source gets, in proportion to the other weights. Give a weight to
    every source or to none; without weights every sample goes in."""
    max_samples: int | None = Field(None, ge=0)
    """The most training samples that are taken from the source."""
    max_per_task: dict[str, Annotated[int, Field(ge=0)]] = Field({})
    """The most training samples of a task that are taken from the source: ``{counting: 500}``."""
    repeat: Annotated[bool, OnlyWith("weight")] = False
    """Use samples more than once where the weight asks for more than the source has. The numbers of uses differ by
    one at most. The ids of copies end in ``-2``, ``-3`` and so on."""
    held_out: bool = True
    """Take all validation and test samples of the source as well; they never go into training."""

    @field_validator("build", mode="before")
    @classmethod
    def _folder_or_bucket(cls, path: Any) -> Any:
        return place(path)

    @property
    def label(self) -> str:
        """The name of the source: the given one, or that of its folder."""
        folder = self.build.expanduser()
        return self.name or (folder if is_bucket(folder) else Path(os.path.abspath(folder))).name


class LengthRange(Settings):
    """A range of lengths in tokens, which begins where the range before it ends."""

    renamed: ClassVar[Mapping[str, str]] = {"up_to": "max_tokens"}

    max_tokens: int | None = Field(None, ge=1)
    """The longest samples of the range, in tokens. The last range has no limit and leaves the key out."""
    share: float = Field(ge=0)
    """The range's share of the training samples. The shares are divided by their sum."""


class Lengths(Settings):
    """A profile of sample lengths in tokens: the share of the training samples for each range of lengths.

    The number of tokens is an estimate that is the same for every model: the bytes of all messages divided by
    ``bytes_per_token``, plus ``tokens_per_frame`` for every frame that the model sees: none of samples that are text
    alone, and one of each picture of those that have media of their own.
    """

    renamed: ClassVar[Mapping[str, str]] = {
        "tokens_a_frame": "tokens_per_frame",
        "bytes_a_token": "bytes_per_token",
        "shown": "input",
        "input: stretch": "segment",
    }

    buckets: list[LengthRange] = Field(min_length=1)
    """The ranges from short to long: ``[{max_tokens: 8000, share: 0.4}, {share: 0.6}]``."""
    frames: int = Field(32, ge=0)
    """The number of frames that the model sees of a video; with ``fps``, the largest number."""
    fps: float | None = Field(None, gt=0)
    """Frames a second that the model sees. Without it, the model sees ``frames`` frames of every video."""
    tokens_per_frame: float = Field(196, ge=0)
    """The tokens of a frame: 196 for pictures of 14 by 14 patches."""
    bytes_per_token: float = Field(4, gt=0)
    """The bytes of UTF-8 in a token of text: about 4 for most languages."""
    input: Literal["video", "segment"] = "video"
    """What the model sees: the whole video, or only the segment from ``start`` to ``end`` of the sample."""

    @model_validator(mode="after")
    def _rising(self) -> Self:
        limits = [bucket.max_tokens for bucket in self.buckets]
        if limits[-1] is not None or None in limits[:-1]:
            raise ValueError("the last bucket, and no other, must have no max_tokens: it takes all longer samples")
        numbers = [limit for limit in limits if limit is not None]
        if numbers != sorted(set(numbers)):
            raise ValueError("max_tokens must rise from bucket to bucket")
        if not sum(bucket.share for bucket in self.buckets):
            raise ValueError("all shares are 0")
        return self


class MixOutput(Settings):
    """The place that a mixture is written to."""

    path: Path
    """The folder of the data set, on a disk. It is created when it does not exist."""

    @field_validator("path", mode="before")
    @classmethod
    def _on_a_disk(cls, path: Any) -> Any:
        if isinstance(path, str) and is_url(path):
            raise ValueError(
                f"must be a local folder, got {path!r}: a mixture is made on a disk, and `vdata push DIR --repo "
                "s3://BUCKET/FOLDER` brings it to a bucket"
            )
        return path


class Mix(Settings):
    """A mixture: a data set that is put together from finished builds."""

    sources: list[MixSource] = Field(min_length=1)
    """The builds that go in. A sample that several builds have is taken from the first of them."""
    output: MixOutput
    """Where the mixture is written."""
    samples: int | None = Field(None, ge=1)
    """The number of training samples; by default as many as weights and lengths allow without using any twice."""
    lengths: Lengths | None = None
    """The profile of lengths that the training samples follow; by default every length is taken as it comes."""
    seed: int = 0
    """Another seed takes other samples, in another order."""
    name: str | None = None
    """The name of the data set on its card."""
    description: str | None = None
    """The purpose of the data set, for its card."""
    licence: str | None = None
    """The licence of the data set on its card; by default the licences of the sources."""

    @model_validator(mode="after")
    def _agree(self) -> Self:
        given = [source.weight is not None for source in self.sources]
        if any(given) and not all(given):
            raise ValueError("some sources have a weight and some do not: give one to every source or to none")
        if all(source.repeat for source in self.sources) and self.samples is None:
            raise ValueError(
                "every source may be repeated without end: give the number of samples with the key samples"
            )
        twice = [name for name, count in Counter(source.label for source in self.sources).items() if count > 1]
        if twice:
            raise ValueError(f"two sources are called {', '.join(twice)}: give them a name")
        return self

    def settings(self) -> dict[str, Any]:
        """The settings that decide which samples are in the mixture."""
        return {"mix": self.model_dump(mode="json", exclude={"output", "name", "description", "licence"})}


def load_mix(path: Path, out: str | None = None, warn: Callable[[str], object] = lambda line: None) -> Mix:
    """Read the YAML file *path*.

    Args:
        path: the file.
        out: a folder that replaces ``output.path``.
        warn: is called with a line for each word of an older version in the file.

    Raises:
        ConfigError: lists every mistake in the file.
    """
    try:
        document = parse(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError([Problem(str(path), 0, "", "no such file.", similar(path))]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([Problem(str(path), 0, "", f"cannot be read: {error}.")]) from None
    problems = [Problem(str(path), one.line, _key(one.path), one.message, one.hint) for one in document.mistakes]
    tree = document.value
    if not isinstance(tree, dict):
        message = "must be keys with values: sources and output."
        raise ConfigError(problems or [Problem(str(path), 0, "", message)])
    if out is not None:
        tree = {**tree, "output": {"path": out}}
    old = OldWords()
    tree = read_old_words(tree, Mix, (), old)
    for at, message in old.found:
        warn(str(Problem(str(path), document.line(at), _key(at), message)))
    problems += [Problem(str(path), document.line(at), _key(at), message, "Remove one.") for at, message in old.twice]
    document.lines = old.moved(document.lines)
    for at, message in published_secrets(tree, Secrets(secrets_around(os.environ))):
        problems.append(Problem(str(path), document.line(at), _key(at), message, INSTEAD))
    mix, wrong = validate(Mix, tree)
    for one in wrong:
        hint = one.hint
        if one.message == "unknown key." and not hint:
            keys = known_keys(Mix, one.path[:-1])
            hint = did_you_mean(str(one.path[-1]), keys, f"Known here: {', '.join(keys)}.")
        problems.append(Problem(str(path), document.line(one.path), _key(one.path), one.message, hint))
    for n, source in enumerate(mix.sources if mix is not None else ()):
        folder = source.build.expanduser()
        if not is_bucket(folder) and not folder.is_dir():  # what is in a bucket is asked for when it is fetched
            line = document.line(("sources", n, "build"))
            problems.append(Problem(str(path), line, f"sources.{n}.build", f"no folder {folder}.", similar(folder)))
    if problems or mix is None:
        raise ConfigError(sorted(problems, key=lambda problem: problem.line))
    return mix  # type: ignore[no-any-return]


def _key(path: Sequence[str | int]) -> str:
    return ".".join(map(str, path))
