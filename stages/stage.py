"""What a stage is: a pydantic model that is its own configuration, and one method."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, NamedTuple, Protocol, Self, Unpack

from pydantic import BeforeValidator, Field, model_validator

from ..rules.language_key import english_name
from ..schemas import Demand, Measured, Reject, Reply, Request, Sample, Span, Timeline
from ..schemas.lane_names import KnownLanes
from ..schemas.settings_model import NoEffect, Settings
from .prompting.medium_words import medium_words
from .prompting.own_words import (
    GivenInstructions,
    GivenPrompts,
    Prompter,
    PromptSpec,
    check_names,
    check_prompt,
    instructions_by_name,
    prompts_by_name,
)

if TYPE_CHECKING:
    from ..video.signals.fingerprints import Fingerprint
    from ..video.signals.shared_pictures import Rule


class Misfit(NamedTuple):
    """A mistake in the settings of a stage that shows only beside the stages before it."""

    path: tuple[str | int, ...]
    """Where it is in the settings."""
    message: str
    hint: str = ""


class Stage(Settings):
    """One step that a timeline goes through. Subclass it, name the lanes that it reads and writes, and write ``run``.

    The fields are the YAML keys of the stage. Heavy libraries are imported inside methods, so that
    ``vdata check`` and ``vdata stages`` stay quick.
    """

    key: ClassVar[str]
    """The stage's name in ids, seeds, caches and the settings of a build: the first name that it had in YAML. A stage
    that is renamed keeps it; a class without a ``key`` of its own has its name."""
    formerly: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    """Stages of older versions that are this one now, by name, each with the settings that made it so and are gone now:
    ``{"caption": {"mode": "steps"}}``. ``{"chop": {}}`` is the stage chop, whatever its settings."""
    became: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """Keys of older versions that are a stage of their own now, which follows this one: the stage, and its key for what
    the old key held: ``{"given": ("show", "lanes")}``, ``{"min_seconds": ("keep", "where.seconds.min")}``."""
    version: ClassVar[str] = "1"
    """A version that changes whenever the stage's results change."""
    reads: ClassVar[frozenset[str]] = frozenset()
    """Lanes without which the stage cannot run. ``media`` (from probe) and ``signals`` (from scan) count as lanes."""
    uses: ClassVar[frozenset[str]] = frozenset()
    """Lanes that the stage makes use of when they are there."""
    writes: ClassVar[frozenset[str]] = frozenset()
    makes_samples: ClassVar[bool] = False
    shorthand: ClassVar[str] = ""
    """The key that a plain value stands for: ``- python: filters.py:f`` is ``- python: {code: filters.py:f}``."""
    shorthand_example: ClassVar[str] = ""
    """Such a value, or a list, for the stage's page: a stage with a shorthand can hardly do without it."""
    needs_file: ClassVar[Literal["", "pictures", "sound"]] = ""
    """What the stage reads a file of its own for, so that a video that is only planned must be rendered before it;
    sound is taken from the parts of those that are joined."""
    decodes: ClassVar[bool] = False
    """Whether the stage decodes pictures of the video, for the plan's estimate."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        if "key" not in vars(cls):
            cls.key = cls.name()

    @classmethod
    def name(cls) -> str:
        """The stage's name in YAML: the class name in snake_case."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()

    def lanes_read(self) -> set[str]:
        """The lanes that this stage, configured like this, cannot do without."""
        return set(self.reads)

    def lanes_written(self) -> set[str]:
        """The lanes that this stage, configured like this, writes."""
        return set(self.writes)

    def rows_of_its_own(self) -> list[str]:
        """The names of the rows that it makes of its settings alone, in a build without videos and labels."""
        return []

    def gives_samples(self) -> bool:
        """Whether this stage, configured like this, makes samples."""
        return self.makes_samples

    def opens_videos(self) -> bool:
        """Whether this stage, configured like this, opens the files of videos."""
        return self.decodes or "media" in self.lanes_written()

    def extras(self) -> set[str]:
        """The extras of vdata's package without which this stage, configured like this, does not run."""
        return set()

    def wants_length(self) -> bool:
        """Whether this stage, configured like this, goes by the length of videos: files are probed before it."""
        return False

    def names_laid(self) -> KnownLanes | None:
        """The names of the values and attributes that this stage, configured like this, gives the spans of lanes.

        None for a lane: any; None for all: any to those of any lane. By default all that it reads and writes may carry
        anything afterwards.
        """
        return dict.fromkeys(self.lanes_read() | self.uses | self.lanes_written())

    def misfits(self, known: KnownLanes) -> Iterable[Misfit]:
        """What is wrong with the settings where the spans of lanes carry what is *known*."""
        return ()

    def vectors_laid(self) -> set[str]:
        """The lanes to whose spans this stage, configured like this, gives vectors."""
        return set()

    def vectors_read(self) -> set[str]:
        """The lanes whose spans must have vectors for this stage, configured like this."""
        return set()

    def wants_checks(self) -> Mapping[str, set[str]]:
        """The checks of ``verify`` that must be made later on of what it writes, by its lane; of samples by ``""``."""
        return {}

    def makes_checks(self) -> Mapping[str, set[str]]:
        """The checks that this stage makes of what the stages before it wrote, likewise."""
        return {}

    @classmethod
    def family_rows(cls) -> list[list[str]]:
        """The families of questions that the stage can be asked for: the name, what is asked, what it needs, and the
        answer of each."""
        return []

    def remarks(self) -> list[str]:
        """What a person should know of these settings before a build, though they are no mistake."""
        return []

    def own_tasks(self) -> set[str]:
        """The tasks of the samples that this stage makes whose names are the config's own."""
        return set()

    def unknown_tasks(self) -> dict[str, list[str]]:
        """The tasks that the settings name and that can only be own ones of a stage before, each with those known."""
        return {}

    def paths(self) -> dict[tuple[str | int, ...], str]:
        """The files and folders that the settings name, by where they stand in them: ``{("against", 0): "bench"}``.

        ``vdata check`` says which of them are not there.
        """
        return {}

    def gpus(self) -> float:
        """The share of a GPU that each worker of this stage, configured like this, must have to itself; 0: none."""
        return 0.0

    def ready(self) -> None:
        """Raise NotReady when the stage cannot run here, as for want of a library. Called once, before the build."""

    run: ClassVar[Callable[..., Any]]
    """``def run(self, video: Timeline) -> Timeline``: read lanes of *video*, write lanes, and return it; a TeacherStage
    has ``async def run(self, video: Timeline, teacher: Teacher) -> Timeline``.

    Raises:
        Dropped: a rule takes the video out.
        Failed: an error does.
    """

    def summary(self, totals: dict[str, float]) -> str | None:
        """One line for the closing summary, or None.

        *totals* are the stage's ``video.report`` counts, added up over all videos; empty when none reported.
        """
        return None

    # A stage may need what a detector finds in the frames themselves, which the scan before it decodes anyhow.

    def feeds(self) -> list[Any]:
        """What the scan must hand its frames to for this stage."""
        return []

    def feeding(self, feeds: Sequence[Any]) -> Stage:
        """This stage, handing the frames that it decodes to *feeds* as well; a stage that is no scan hands none."""
        return self

    # A stage whose result is worth keeping by content says so with these four; the build owns the store.

    def cache_key(self, video: Timeline) -> str | None:
        """What determines the result besides the stage's key, version and settings; None when it is not cached."""
        return None

    def cache_settings(self) -> str:
        """The settings that determine the result, as text; leave out limits and other knobs that do not."""
        return self.model_dump_json()

    def freeze(self, video: Timeline) -> bytes:
        """What the stage laid on *video*, as bytes."""
        raise NotImplementedError

    def thaw(self, video: Timeline, data: bytes) -> None:
        """Lay on *video* what ``freeze`` wrote."""
        raise NotImplementedError

    def drop(self, video: Timeline, lane: str, span: Span, reason: str, **measured: Unpack[Measured]) -> None:
        """Take *span* off *lane*, with *reason* and ``value=``, ``threshold=``, ``detail=``."""
        video.drop_span(lane, span, reason, stage=self.name(), **measured)

    def reject(self, video: Timeline, lane: str, span: Span, reason: str, **measured: Unpack[Measured]) -> None:
        """Say in the rejects that something about *span* of *lane* was dropped. The lane stays as it is."""
        video.rejects.append(Reject.of_span(self.name(), "dropped", reason, lane, span, **measured))

    def add_samples(self, video: Timeline, samples: Iterable[Sample]) -> None:
        """Add *samples* to *video* and give each its id, the same in every language; of a group, its media."""
        from ..rules.in_english import english_words
        from ..rules.media_groups import members_of, show_members
        from ..schemas import make_id

        members = members_of(video)
        for sample in samples:
            if not sample.id:
                seen = [[item.span for item in sample.evidence], *([list(sample.seen)] if sample.seen else [])]
                sample.id = make_id(video.id, self.key, sample.task, *english_words(sample), *seen)
            show_members(sample, members)
            video.samples.append(sample)


@dataclass(frozen=True, slots=True)
class References:
    """Other data sets, which a stage must know before it gathers."""

    places: Sequence[str]
    """Finished builds, or folders of videos."""
    rule: Rule
    """How their pictures are compared."""
    know: Callable[[list[tuple[str, str, Fingerprint]]], None]
    """Takes their videos: the data set, the uri and the pictures of each."""


class Gather(Stage):
    """A stage that must see every video at once: near-duplicates, distractors from other videos, balance.

    It runs between two streaming passes: ``digest`` is called on every row of the first, ``gather`` once with
    all digests, and ``apply`` on every row of the second with what ``gather`` said of that row.
    """

    def gathers(self) -> bool:
        """Whether the stage, configured like this, must see every video.

        If not, it streams like any other stage: ``run`` is called, and ``digest`` and ``gather`` are not.
        """
        return True

    def run(self, video: Timeline) -> Timeline:
        """Act on *video* without a verdict."""
        return self.apply(video, None)

    def references(self) -> References | None:
        """The other data sets that ``gather`` compares with; they are looked at before the first video, in each run."""
        return None

    @abstractmethod
    def digest(self, video: Timeline) -> Any:
        """What the stage needs to know of *video*: small, and made of JSON types only."""

    @abstractmethod
    def gather(self, digests: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        """From (video id, digest) pairs in input order to a JSON-able verdict for each id that has one."""

    @abstractmethod
    def apply(self, video: Timeline, verdict: Any) -> Timeline:
        """Act on *video*; *verdict* is None when ``gather`` gave none for it."""


class Spawn(Gather):
    """A gather stage that makes new videos of those that came in: haystacks.

    Its ``gather`` gives, for the id of an incoming video, ``{new id: plan}`` in order; the videos that came in end
    there. ``apply`` lays a plan on a new row that has nothing but its id. A plan stands for itself: it is made of JSON
    types, and the new id is a hash of it.
    """

    def gathers(self) -> bool:
        return True


class Teacher(Protocol):
    """A model that stages may ask. It takes care of caching, retries, rates and budgets by itself."""

    async def ask(self, requests: Sequence[Request]) -> list[Reply]:
        """A reply for each request, in order. Never raises for a failed request: see ``Reply.failure``."""
        ...

    def named(self, name: str) -> Teacher:
        """Another teacher of the config."""


class TeacherStage(Stage):
    """A stage that asks a teacher. ``run`` is a coroutine: many videos are in flight at once."""

    prompts: ClassVar[Mapping[str, PromptSpec]] = {}
    """The prompts that the stage asks with, by name, the main one first."""
    for_writing: ClassVar[frozenset[str]] = frozenset({"instructions", "language"})
    """The keys that count only where what is replied becomes text of the data."""

    teacher: str = ""
    """Which of the config's teachers is asked; may be left out when there is only one."""
    instructions: GivenInstructions = ""
    """Sentences of your own that are added to what the stage tells the teacher: one text for all prompts whose reply
    becomes text of the data, or one for each prompt that is named: {describe: "Name the tools."}."""
    prompt: GivenPrompts = Field({})
    """A prompt of your own in the place of ours: one text for the first of the stage's prompts, or {text: …, system:
    …}, or a text for each prompt that is named. What it may hold in braces is listed with the stage."""
    language: Annotated[str, BeforeValidator(english_name)] | None = Field(None, pattern=r"^\w[\w ()-]*$")
    """The language in which the teacher writes, by its English name: Chinese. By default it is not told."""

    @model_validator(mode="after")
    def _own_words(self) -> Self:
        asked, specs = self.asked_prompts(), self.all_prompts()
        if not isinstance(self.instructions, str):
            check_names("instructions", self.instructions, asked, specs)
        own = prompts_by_name(self.prompt, asked)
        check_names("prompt", own, asked, specs)
        for name, one in own.items():
            check_prompt(name, one, specs[name])
        if self.prompt and not asked:
            raise NoEffect({"prompt": "has no effect: the stage does not take its prompts from the config"})
        writing = any(specs[name].writes for name in asked)
        for key in self.for_writing:
            if not writing and isinstance(text := getattr(self, key), str) and text:
                raise NoEffect({key: "has no effect: nothing that the teacher replies here becomes text of the data"})
        return self

    @classmethod
    def all_prompts(cls) -> Mapping[str, PromptSpec]:
        """Every prompt that the stage may ask with, by name."""
        return cls.prompts

    def asked_prompts(self) -> Sequence[str]:
        """The names of the prompts that the stage, configured like this, asks with, the main one first."""
        return list(self.prompts)

    def prompter(self, video: Timeline | None = None) -> Prompter:
        """What words the stage's requests about *video*: ours, or those of the config."""
        asked, specs = self.asked_prompts(), self.all_prompts()
        own, added = prompts_by_name(self.prompt, asked), instructions_by_name(self.instructions, asked, specs)
        return Prompter(self.name(), specs, own, added, self.language or "", medium_words(video))

    def teachers(self) -> list[str]:
        """The names of all teachers that the stage asks ("" for the only one)."""
        return [self.teacher]

    def embeds_with(self) -> list[str]:
        """The names of those of them that it asks for vectors: they must be embedders, and the others none."""
        return []

    def sounds_to(self) -> list[str]:
        """The names of those of them to which the stage sends sound: they must hear."""
        return []

    def pictures_to(self) -> list[str]:
        """The names of those of them to which the stage shows pictures: they must see."""
        return self.teachers() if getattr(self, "look", None) is not None else []

    def opens_videos(self) -> bool:
        return "media" in self.lanes_read()

    @abstractmethod
    async def run(self, video: Timeline, teacher: Teacher) -> Timeline:
        """Read lanes of *video*, ask *teacher* (the one that ``teacher`` names), write lanes, and return the video.

        Raises:
            Dropped: a rule takes the video out.
            Failed: an error does.
        """

    def demand(self, seconds: float) -> Demand:
        """What the stage will ask for a video of so many *seconds*, roughly."""
        return Demand(calls=1, tokens_in=500, tokens_out=200)

    def reject_reply(self, video: Timeline, reply: Reply, lane: str = "", span: Span | None = None) -> None:
        """Note in the rejects that a request about *span* of *lane* failed, with the raw reply. The video goes on."""
        reject = Reject(self.name(), "failed", reply.failure, lane=lane, detail=reply.detail)
        if span is not None:
            reject.span, reject.start, reject.end = span.id, span.start, span.end
        video.rejects.append(reject)
