"""A build's YAML as one object."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import (
    Field,
    PrivateAttr,
    SerializeAsAny,
    field_validator,
    model_serializer,
    model_validator,
)

from ...schemas.bucket_path import as_path
from ...schemas.settings_model import Settings, effective
from ...stages import Stage
from ...stages.labels.label_kinds import LabelImport
from ...stages.media.clips import Clips
from ...stages.media.stills import Stills
from ..inputs.video_tables import Columns
from ..teachers.teacher_settings import TeacherSettings
from ..yaml.complaints import listed, shown
from ..yaml.secrets import HIDDEN, Secrets, secrets_around
from ..yaml.yaml_lines import Path as Keys

MEDIA = ("reference", "clips", "frames")
"""What ``output.media`` may be."""
LONG = 8
"""Characters from which a text of the environment is looked for, and put back, wherever it ended up."""


def default_cache() -> Path:
    """``$XDG_CACHE_HOME/vdata``, or ``~/.cache/vdata``."""
    home = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(home) if os.path.isabs(home) else Path.home() / ".cache") / "vdata"


def place(path: Any) -> Any:
    """*path*, which a person wrote; as a path in a bucket if it is the address of one.

    Raises:
        ValueError: it is an address, and no s3://BUCKET/FOLDER; or empty.
    """
    if path == "":
        raise ValueError("must be a folder, got an empty text")
    if not isinstance(path, str) or "://" not in path:
        return path
    if not re.fullmatch(r"s3://[a-z0-9.-]+/[^/].*", path, re.ASCII | re.DOTALL):
        raise ValueError(f"must be a local folder, or s3://BUCKET/FOLDER, got {path!r}")
    return as_path(path.rstrip("/"))


class Push(Settings):
    """Where the data set is pushed to when it is built: a repository of the Hugging Face Hub, or a bucket."""

    repo: str
    """The data set's name on the Hub, ``OWNER/NAME``, or ``NAME`` for your own; or ``s3://BUCKET/FOLDER``."""
    private: bool = True
    """Make the repository private, and refuse one that is public; ``false``: everybody may see it."""
    revision: str | None = Field(None, min_length=1)
    """The branch; made when it does not exist. ``main`` if not given."""
    message: str | None = Field(None, min_length=1)
    """The title of the commit."""
    tag: str | None = Field(None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    """A tag for the revision, such as ``v1.0``, by which it can be loaded for ever; one that is there is not moved."""

    media: Literal["auto", "files", "tar"] = "auto"
    """How media files are pushed: ``files``; ``tar``, in WebDataset shards, with the place of each file in the rows; or
    ``auto``: as files, unless they are more than the Hub takes (10,000 in a folder, 25,000 in one revision)."""
    shard_gb: float = Field(5, gt=0, le=50)
    """The size of a tar, gigabytes; the Hub takes 50, and recommends less than 20."""

    @field_validator("repo")
    @classmethod
    def _name(cls, repo: str) -> str:
        if not re.fullmatch(r"([\w.-]+/)?[\w.-]+|s3://[a-z0-9.-]+/[^/].*", repo, re.ASCII):
            raise ValueError(f"must be OWNER/NAME, of letters, digits, - _ and ., or s3://BUCKET/FOLDER, got {repo!r}")
        return repo

    @model_validator(mode="after")
    def _of_the_hub(self) -> Push:
        if self.repo.startswith("s3://") and (self.revision or self.message or self.tag or not self.private):
            raise ValueError("a bucket has no revision, message or tag, and its owner says who may see it")
        if self.repo.startswith("s3://") and self.media == "tar":
            raise ValueError("a bucket takes any number of files: media go there as they are")
        return self


class SampleMedia(Settings):
    """The media files of samples: clips, or frames as pictures, with the settings of the stage that makes them."""

    clips: Clips | None = None
    """As those of the stage ``clips``."""
    frames: Stills | None = None
    """As those of the stage ``stills``: number, fps, size, quality."""

    @model_validator(mode="before")
    @classmethod
    def _named(cls, shown: Any) -> Any:
        if isinstance(shown, str):
            if shown not in MEDIA:
                raise ValueError(f"must be {listed(MEDIA)}, got {shown!r}")
            return {} if shown == MEDIA[0] else {shown: {}}
        return (
            {key: {} if value is None else value for key, value in shown.items()} if isinstance(shown, dict) else shown
        )

    @model_validator(mode="after")
    def _one(self) -> SampleMedia:
        if self.clips is not None and self.frames is not None:
            raise ValueError("must be clips or frames, not both")
        return self

    @model_serializer(mode="wrap")
    def _plainly(self, write: Any) -> Any:
        return {key: value for key, value in write(self).items() if value is not None} or MEDIA[0]

    @property
    def stages(self) -> list[Stage]:
        """The stage that makes the files, which is the last of the route; none for ``reference``."""
        return [stage for stage in (self.clips, self.frames) if stage is not None]


class Output(Settings):
    """Where a build's results go."""

    path: Path
    """The folder of the data set, made when it does not exist; or ``s3://BUCKET/FOLDER``."""
    media: SampleMedia = Field(default_factory=SampleMedia)
    """Files of what samples show: ``reference`` (none: samples name their videos), ``clips`` or ``frames``; with
    settings as ``{clips: {crf: 20}}`` or ``{frames: {number: 8, size: 448}}``."""
    timelines: Literal["all", "kept"] = "all"
    """Whose lanes are published: ``all`` (of videos that were dropped, failed or gave no sample as well, with the lanes
    that they had, told apart by the column ``state``), or ``kept``."""
    push: Push | None = None
    """Where it is pushed to when it is built; ``vdata push`` does the same by hand."""

    @field_validator("path", mode="before")
    @classmethod
    def _local(cls, path: Any) -> Any:
        found = place(path)
        return os.path.expanduser(found) if isinstance(found, str) else found


class StageResources(Settings):
    """What Ray sets aside for each worker of a stage, and of the stages that share its worker."""

    cpus: float | None = Field(None, gt=0)
    """CPUs; by default one, and none for a stage that asks a teacher, which waits more than it works."""
    memory_gb: float = Field(0, ge=0)
    """GiB of memory: so many workers run at once on a node as it has memory for. 0: memory is not counted."""
    askers: int = Field(1, ge=1)
    """Processes of each node that ask, for a stage that asks a teacher; never more than its ``concurrency``."""


class Config(Settings):
    """What to build: the videos and labels that come in, the stages they pass, and where the samples go."""

    videos: list[str] = Field([])
    """Files, folders, globs (``clips/**/*.mp4``), archives (``shards/{000..012}.tar``, .zip), lists (.txt), tables
    (.jsonl, .csv, .parquet, what ``datasets`` saves) or URLs of these: one, or a list."""
    labels: list[LabelImport] = Field([])
    """Labels that already exist and become lanes: annotations, subtitles, chapters."""
    stages: list[SerializeAsAny[Stage]] = Field([])
    """What is done to each video, in order: ``- scan``, or ``- shots: {min_seconds: 1}``."""
    output: Output
    """Where the results go."""
    teachers: dict[str, SerializeAsAny[TeacherSettings]] = Field({})
    """Models that stages ask, by a name of your own: ``watcher: {kind: openai, model: …, base_url: …}``."""
    resources: dict[str, StageResources] = Field({})
    """What a worker of a stage needs, by the stage's name: ``{speech: {cpus: 4, memory_gb: 6}}``. It changes where
    and how many at a time run, not what they make. A share of a GPU is ``gpu`` of the stages that have one."""
    video_column: str | None = Field(None, min_length=1)
    """The column of tables that names or holds the videos; found by its name or its kind if not given."""
    columns: list[str] | None = None
    """The other columns of tables that are taken, as attrs of their video and labels; all if not given."""
    replies: Path | None = None
    """Where the replies of teachers are kept; builds may share it. By default ``replies`` in the cache; a folder, or
    ``s3://BUCKET/FOLDER``."""
    seed: int = 0
    """Changes every random choice of the build."""
    cache: Path = Field(default_factory=default_cache)
    """Where costly results are kept for later builds; by default ``$XDG_CACHE_HOME/vdata``, or ``~/.cache/vdata``. Or
    ``s3://BUCKET/FOLDER``: what must lie on a disk, as what is unpacked of archives, is in the default one then."""
    name: str | None = None
    """What the data set is called on its card."""
    description: str | None = None
    """What the data set is for, on its card."""
    licence: str | None = None
    """The licence of the data set, on its card, and of videos whose row in a manifest has no ``licence``."""
    source: str | None = None
    """Where the videos come from, on the card, those whose row in a manifest has no ``source``."""
    cite: list[str] = Field([])
    """Works that the data set owes its recipe or its videos to, on its card."""

    _file: Path | None = PrivateAttr(None)
    _base: Path | None = PrivateAttr(None)
    _written: dict[Keys, tuple[str, str]] = PrivateAttr(default_factory=dict)
    _secrets: dict[str, str] = PrivateAttr(default_factory=dict)

    @field_validator("videos", mode="before")
    @classmethod
    def _one_or_many(cls, videos: Any) -> Any:
        if isinstance(videos, (dict, int, float)):
            raise ValueError(f"must be a path or a list of paths, got {shown(videos)}")
        return [videos] if isinstance(videos, str) else videos or []

    @field_validator("cache", "replies", mode="before")
    @classmethod
    def _of_caches(cls, path: Any) -> Any:
        return place(path)

    @field_validator("cache", mode="after")
    @classmethod
    def _at_home(cls, cache: Path) -> Path:
        return cache.expanduser()

    def placed(
        self, file: Path, base: Path | None, written: dict[Keys, tuple[str, str]], secrets: dict[str, str]
    ) -> Config:
        """This config, which knows the *file* it was read from, and what its texts held before they were filled in."""
        self._file, self._base, self._written, self._secrets = file, base, written, secrets
        return self

    @property
    def file(self) -> Path | None:
        """The YAML file that this was read from."""
        return self._file

    @property
    def base(self) -> Path:
        """The folder from which relative paths of videos and labels are meant: the working directory if not given."""
        return self._base or Path.cwd()

    @property
    def table_columns(self) -> Columns:
        """Which columns of tables of videos are read."""
        return Columns(self.video_column or "", None if self.columns is None else frozenset(self.columns))

    @property
    def reply_cache(self) -> Path:
        """Where the replies of teachers are kept."""
        return (self.replies or self.cache / "replies").expanduser()

    @property
    def secrets(self) -> Secrets:
        """What no file and no message may hold: keys, and variables of the environment whose names say so."""
        keys = {secret: HIDDEN for one in self.teachers.values() for secret in one.secrets()}
        return Secrets(secrets_around(os.environ) | keys | self._secrets)

    def resolved(self) -> dict[str, Any]:
        """Every setting, defaults filled in, as JSON types. A text that held ``${NAME}`` is shown as it was written."""
        whole = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        whole["stages"] = [{stage.name(): effective(stage)} for stage in self.stages]
        for name, teacher in self.teachers.items():
            whole["teachers"][name] = {key: value for key, value in effective(teacher).items() if value is not None}
        for label, one in zip(self.labels, whole["labels"], strict=True):
            if label.open_ended() and "lane" not in label.model_fields_set:  # then its rows name their lanes
                del one["lane"]
        for path, (text, _) in self._written.items():
            _replace(whole, path, text)
        secrets = {filled: text for text, filled in self._written.values() if len(filled) >= LONG}
        shown = {key: _plain(value, secrets) for key, value in whole.items()}
        return self.secrets.redacted(shown)  # type: ignore[no-any-return]


def _replace(tree: Any, path: Keys, text: str) -> None:
    *parents, last = path
    for part in parents:
        try:
            tree = tree[part]
        except (KeyError, IndexError, TypeError):
            return
    if (isinstance(tree, dict) and last in tree) or (isinstance(tree, list) and int(last) < len(tree)):
        tree[last] = text  # type: ignore[index]


def _plain(value: Any, secrets: Mapping[str, str]) -> Any:
    """*value* as strict JSON (infinity as a text), with what came from the environment put back as written."""
    if isinstance(value, dict):
        return {key: _plain(inner, secrets) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner, secrets) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return secrets.get(value, value) if isinstance(value, str) else value
