"""What a check of verify is: its name, what it can find wrong, and one method."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Literal

from ....schemas import Demand, Sample, Span
from ....schemas.plugins import PluginKind
from ...prompting.own_words import PromptSpec
from ..check_settings import CheckSettings
from ..finding import Facts, Finding
from ..video_teacher import VideoTeacher

Action = Literal["drop", "repair", "tag"]


class Check:
    """A check of samples, and of captions where it can."""

    name: ClassVar[str]
    """As it is written in YAML."""
    position: ClassVar[int] = 1000
    """Checks are made in the order of these numbers, those by rule before those that ask a teacher."""
    reasons: ClassVar[Mapping[str, Action]]
    """What it can find wrong, and what is done about it unless the policy says otherwise."""
    repairs: ClassVar[frozenset[str]] = frozenset()
    """Those of its reasons whose findings say how the text should be."""


class RuleCheck(Check, ABC):
    """A check that needs no teacher."""

    reads: ClassVar[frozenset[Literal["statement", "evidence"]]] = frozenset()
    """What it reads as English prose: the statement (question and answer, or a caption), the words of the evidence.
    Where that is in another language, ``check`` is not called, and ``check_figures`` takes its place."""
    reads_lines_shown: ClassVar[bool] = False
    """Whether it is given a sample with the lines that the stage ``show`` put into its question; else without."""

    rests_on_others: ClassVar[bool] = False
    """Whether it looks at other samples, so that it is made again behind the checks that ask a teacher."""

    @abstractmethod
    def check(self, sample: Sample, facts: Facts) -> Finding | None:
        """What is found of *sample*; None: the check does not apply to it."""

    def check_figures(self, sample: Sample, facts: Facts) -> Finding | None:
        """What is found of a *sample* in another language, without its words; None: nothing can be told so."""
        return None

    def check_caption(self, caption: Span, facts: Facts) -> Finding | None:
        """What is found of *caption*; None: the check does not apply to it."""
        return None


class TeacherCheck(Check, ABC):
    """A check that asks a teacher."""

    prompts: ClassVar[Mapping[str, PromptSpec]] = {}
    """The prompts that the check asks with, by name."""
    reads_rationales: ClassVar[bool] = False
    """It is about the rationale, which a teacher wrote even where question and answer were made by rule."""

    @abstractmethod
    async def check(self, sample: Sample, teacher: VideoTeacher) -> Finding | None:
        """What is found of *sample*; None: the check does not apply to it.

        Raises:
            RequestFailed: the teacher failed.
        """

    async def check_caption(self, caption: Span, teacher: VideoTeacher) -> Finding | None:
        """What is found of *caption*; None: the check does not apply to it.

        Raises:
            RequestFailed: the teacher failed.
        """
        return None

    def needs_frames(self, settings: CheckSettings) -> bool:
        """Whether the teacher is shown frames of the video."""
        return settings.look is not None

    def further_teachers(self, settings: CheckSettings) -> list[str]:
        """The names of the teachers that are asked besides the stage's: where there are some, they are shown what the
        stage's would be shown, which then only compares what they reply."""
        return []

    @abstractmethod
    def demand(self, samples: float, captions: float, settings: CheckSettings) -> Demand:
        """What is asked about so many samples and captions, roughly."""


def requests(calls: float, images: float = 0.0) -> Demand:
    """The demand of *calls* requests of the usual length, each with so many *images*."""
    return Demand(calls, calls * images, calls * 350, calls * 60)


CHECKS: PluginKind[Check] = PluginKind(
    "check of verify", "vdata.stages.verify.checks", "vdata.checks", lambda: Check, lambda check: check.name
)
