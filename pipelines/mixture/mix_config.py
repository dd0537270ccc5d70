"""A mixture's YAML as one object: which builds go in, how much of each, and how long the samples are to be."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from ...schemas.settings_model import OnlyWith, Settings
from ..errors import ConfigError, Problem
from ..settings.paths import similar
from ..yaml.complaints import did_you_mean, known_keys, validate
from ..yaml.old_words import OldWords, read_old_words
from ..yaml.yaml_lines import parse


class MixSource(Settings):
    """A build that goes in."""

    build: Path
    """Its folder, the ``output.path`` of the build; a mixture may go into another one."""
    name: str = Field("", pattern=r"^[\w.-]*$")
    """What its rows say in the column ``origin``; by default the name of the folder."""
    weight: float | None = Field(None, gt=0)
    """Its part of the training samples, in proportion to the other weights. Give one to every source or to none;
    without weights everything goes in."""
    cap: int | None = Field(None, ge=0)
    """At most so many training samples of it."""
    tasks: dict[str, int] = Field({})
    """At most so many training samples of a task: ``{counting: 500}``."""
    repeat: Annotated[bool, OnlyWith("weight")] = False
    """Take its samples more than once where its weight asks for more than there are; each is used as often as the
    others, give or take one. Copies have ``-2``, ``-3`` … behind their id."""
    held_out: bool = True
    """Take its validation and test samples as well, all of them; they never go into training."""

    @property
    def called(self) -> str:
        return self.name or Path(os.path.abspath(self.build.expanduser())).name

    @field_validator("tasks")
    @classmethod
    def _counts(cls, tasks: dict[str, int]) -> dict[str, int]:
        if any(count < 0 for count in tasks.values()):
            raise ValueError("must be numbers from 0")
        return tasks


class LengthRange(Settings):
    """Samples of some length."""

    up_to: int | None = Field(None, ge=1)
    """Their most tokens; what is longer is in a later bucket. Left out in the last one."""
    share: float = Field(ge=0)
    """Their share of the training samples; shares are divided by their sum."""


class Lengths(Settings):
    """How long the samples are to be, in tokens, as a share of the training samples for each length.

    The count is an estimate, the same for every model: the bytes of all messages divided by ``bytes_a_token``, and
    ``tokens_a_frame`` for every frame that the model is shown.
    """

    buckets: list[LengthRange] = Field(min_length=1)
    """From short to long: ``[{up_to: 8000, share: 0.4}, {share: 0.6}]``."""
    frames: int = Field(32, ge=0)
    """Frames that the model is shown of a video; with ``fps``, at most."""
    fps: float | None = Field(None, gt=0)
    """Frames a second that it is shown; without it, every video is shown with ``frames`` frames."""
    tokens_a_frame: float = Field(196, ge=0)
    """Tokens of a frame: 196 for pictures of 14 by 14 patches."""
    bytes_a_token: float = Field(4, gt=0)
    """Bytes of UTF-8 in a token of text: about 4 for most languages."""
    shown: Literal["video", "stretch"] = "video"
    """What the model is shown: the whole video, or only from ``start`` to ``end`` of the sample."""

    @model_validator(mode="after")
    def _rising(self) -> Self:
        limits = [bucket.up_to for bucket in self.buckets]
        if limits[-1] is not None or None in limits[:-1]:
            raise ValueError("the last bucket, and no other, is without up_to: it takes all that is longer")
        numbers = [limit for limit in limits if limit is not None]
        if numbers != sorted(set(numbers)):
            raise ValueError("up_to must rise from bucket to bucket")
        if not sum(bucket.share for bucket in self.buckets):
            raise ValueError("all shares are 0")
        return self


class MixOutput(Settings):
    """Where the mixture goes."""

    path: Path
    """The folder of the data set; made when it does not exist."""


class Mix(Settings):
    """A data set that is put together from finished builds."""

    sources: list[MixSource] = Field(min_length=1)
    """The builds that go in. Of a sample that several have, the first one's is taken."""
    output: MixOutput
    """Where the result goes."""
    samples: int | None = Field(None, ge=1)
    """How many training samples; by default as many as weights and lengths allow without repeating any."""
    lengths: Lengths | None = None
    """How long the training samples are to be."""
    seed: int = 0
    """Changes which samples are taken, and their order."""
    name: str | None = None
    """What the data set is called on its card."""
    description: str | None = None
    """What it is for, on its card."""
    licence: str | None = None
    """Its licence on its card; by default those of the sources."""

    @model_validator(mode="after")
    def _agree(self) -> Self:
        given = [source.weight is not None for source in self.sources]
        if any(given) and not all(given):
            raise ValueError("some sources have a weight and some do not: give one to every source or to none")
        if all(source.repeat for source in self.sources) and self.samples is None:
            raise ValueError("every source may be repeated without end: say how many samples")
        twice = [name for name, count in Counter(source.called for source in self.sources).items() if count > 1]
        if twice:
            raise ValueError(f"two sources are called {', '.join(twice)}: give them a name")
        return self

    def settings(self) -> dict[str, Any]:
        """What decides what is in the mixture, but for what the sources hold."""
        return {"mix": self.model_dump(mode="json", exclude={"output", "name", "description", "licence"})}


def load_mix(path: Path, out: str | None = None, warn: Callable[[str], object] = lambda line: None) -> Mix:
    """Read the YAML file *path*; *out* takes the place of ``output.path``; *warn* is told of each old word in it.

    Raises:
        ConfigError: with every mistake.
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
    for at, said in old.found:
        warn(str(Problem(str(path), document.line(at), _key(at), said)))
    problems += [Problem(str(path), document.line(at), _key(at), said, "Remove one.") for at, said in old.twice]
    document.lines = old.moved(document.lines)
    mix, wrong = validate(Mix, tree)
    for one in wrong:
        hint = one.hint
        if one.message == "unknown key." and not hint:
            keys = known_keys(Mix, one.path[:-1])
            hint = did_you_mean(str(one.path[-1]), keys, f"Known here: {', '.join(keys)}.")
        problems.append(Problem(str(path), document.line(one.path), _key(one.path), one.message, hint))
    for n, source in enumerate(mix.sources if mix is not None else ()):
        folder = source.build.expanduser()
        if not folder.is_dir():
            line = document.line(("sources", n, "build"))
            problems.append(Problem(str(path), line, f"sources.{n}.build", f"no folder {folder}.", similar(folder)))
    if problems or mix is None:
        raise ConfigError(sorted(problems, key=lambda problem: problem.line))
    return mix  # type: ignore[no-any-return]


def _key(path: Sequence[str | int]) -> str:
    return ".".join(map(str, path))
