"""Verify: checks by rule and by a teacher that find what was made up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from ...schemas import Demand, Failed, Span, Timeline, cited_span
from ..prompting.frame_choice import Look
from ..prompting.together import together
from ..stage import Teacher, TeacherStage
from .check_list import REASONS, REPAIRS, RULES, TEACHERS
from .checks import blank, words
from .checks.claims import check_caption
from .finding import Facts, Finding, fails
from .policy import Settling, told
from .teacher_checks import Asking

Action = Literal["drop", "repair", "tag"]
Mode = Literal["no_video", "one_frame", "shuffled"]


class Verify(TeacherStage):
    """Check samples and captions, and drop, repair or tag what is wrong. Every check leaves its verdict on the sample.

    Rule checks need no teacher: times, cited spans, orders and counts worked out again from lanes, numbers and quoted
    words looked up in the evidence, options, leaks, names. Teacher checks: claims judged one by one against frames,
    the question asked again, or asked without the video, the answer recovered from its rationale, a reviewer.
    """

    uses: ClassVar[frozenset[str]] = frozenset({"captions", "texts", "speech"})

    checks: list[str] | None = None
    """By rule: text, evidence, times, order, count, answer, numbers, words, leak, options, names. By a teacher:
    claims, label, agreement, blind, review. By default all by rule, and claims and blind when a teacher is named."""
    policy: dict[str, Action] = Field(default_factory=dict)
    """What is done about each finding: {blind_answerable: drop}. By default claims are cut out of captions, what is
    criticised is revised, blind_answerable is tagged, and samples with any other finding are dropped."""
    captions: list[str] = Field(["captions"])
    """Lanes of captions that are checked too: for refusals, quoted words and claims."""
    words_in: list[str] = Field(["texts", "speech"])
    """Lanes that hold word by word what can be read and heard."""
    judged: Literal["taught", "all"] = "taught"
    """Which samples the teacher checks look at: those that a teacher wrote, or also those made by rule."""
    tolerance: float = Field(1.0, ge=0)
    """Seconds by which a time in prose may differ from that of the cited span; more where it is written coarsely."""
    alike: float = Field(85.0, gt=0, le=100)
    """How much alike a quoted word and one in the evidence must be (0..100), for what OCR misreads."""
    look: Look = Field(default_factory=Look)
    """Which frames of each span the teacher is shown: {count: 8, size: 512}."""
    second: str = ""
    """For ``agreement``: the teacher that is asked, when it is another one."""
    again: int = Field(1, ge=1)
    """For ``agreement``: how many answers are drawn."""
    min_agreement: float = Field(0.5, gt=0, le=1)
    """For ``agreement``: the share of them that must be the sample's answer."""
    blind: list[Mode] = Field(["no_video"], min_length=1)
    """For ``blind``: what is shown instead of the video. Right answers from any of them count."""
    chance: float = Field(0.05, gt=0, lt=1)
    """For ``blind``: a multiple choice counts as answered when guessing would do as well with this probability."""
    rounds: int = Field(2, ge=1)
    """For ``review``: revisions at most."""

    @field_validator("checks")
    @classmethod
    def _known(cls, checks: list[str] | None) -> list[str] | None:
        known = [*RULES, *TEACHERS]
        unknown = [check for check in checks or () if check not in known]
        if unknown:
            raise ValueError(f"unknown check {', '.join(unknown)}; known: {', '.join(known)}")
        return list(dict.fromkeys(checks)) if checks is not None else None

    @field_validator("policy")
    @classmethod
    def _can(cls, policy: dict[str, Action]) -> dict[str, Action]:
        for reason, action in policy.items():
            if reason not in REASONS:
                raise ValueError(f"unknown finding {reason}; known: {', '.join(REASONS)}")
            if action == "repair" and reason not in REPAIRS:
                raise ValueError(f"{reason} cannot be repaired, only {', '.join(sorted(REPAIRS))}")
        return policy

    def chosen(self) -> list[str]:
        """The checks that are made, those by rule first."""
        if self.checks is not None:
            return [name for name in (*RULES, *TEACHERS) if name in self.checks]
        return [*RULES, *(["claims", "blind"] if self.teacher else [])]

    def asks(self) -> list[str]:
        """Those of them that ask a teacher."""
        return [name for name in self.chosen() if name in TEACHERS]

    def teachers(self) -> list[str]:
        asks = self.asks()
        second = [self.second] if self.second and "agreement" in asks else []
        return [self.teacher, *second] if asks else []

    def lanes_read(self) -> set[str]:
        asks = set(self.asks())
        blindly = {"label"} | ({"blind"} if self.blind == ["no_video"] else set())
        return self.look.lanes() if asks - blindly else set()

    def demand(self, seconds: float) -> Demand:
        asks, samples, captions = self.asks(), 10.0, seconds / 8  # as many as a build makes, more or less
        calls = {
            "claims": 2 * (samples + (captions if self.captions else 0)),
            "label": samples,
            "agreement": samples * self.again,
            "blind": samples * 4 * len(self.blind),
            "review": samples * (1 + self.rounds),
        }
        images = self.look.images()
        shown = {"claims": images / 2, "agreement": images, "review": images}
        total = Demand()
        for name in asks:
            total += Demand(calls[name], calls[name] * shown.get(name, 0), calls[name] * 350, calls[name] * 60)
        return total

    async def run(self, video: Timeline, teacher: Teacher | None) -> Timeline:
        facts = Facts(video, self.tolerance, self.alike, tuple(self.words_in))
        asks = self.asks()
        if asks and teacher is None:
            raise Failed("no_teacher", f"{', '.join(asks)}: there is no teacher to ask")
        turn = Settling(self, video, self.policy)
        rounds = self.rounds if turn.action("criticised") == "repair" else 0
        asking = Asking(video, teacher, self.look, self.words_in, self.name(), self.second, self.again,
                        self.min_agreement, self.blind, self.chance, rounds) if asks and teacher else None  # fmt: skip
        for lane in self.captions:
            await self._captions(lane, facts, turn, asking if "claims" in asks else None)
        turn.count("samples", len(video.samples))
        for sample in list(video.samples):
            for name in self.chosen():
                found = RULES[name](sample, facts) if name in RULES else None
                if found is not None and not turn.sample(sample, name, found):
                    break
        for name in asks:
            wanted = [sample for sample in video.samples if self.judged == "all" or sample.teacher]
            if asking is not None:
                results = await together(
                    turn.answered(TEACHERS[name](sample, asking), *cited_span(sample)) for sample in wanted
                )
                for sample, found in zip(wanted, results, strict=True):
                    if found is not None:
                        turn.sample(sample, name, found)
        turn.close()
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """``verify: 120 samples, 9 dropped (bad_time 4, unsupported 5), 3 repaired``, and the same of captions."""
        parts = [f"{self.name()}: " + told(totals, "samples", "sample")]
        if totals.get("captions"):
            parts.append(told(totals, "captions", "caption"))
        return "; ".join(parts)

    async def _captions(self, lane: str, facts: Facts, turn: Settling, asking: Asking | None) -> None:
        spans = [span for span in facts.video.lane(lane) if span.text]
        turn.count("captions", len(spans))
        kept = [span for span in spans if all(turn.caption(lane, span, *found) for found in self._caption(span, facts))]
        if asking is not None:
            results = await together(turn.answered(check_caption(span, asking), lane, span) for span in kept)
            for span, claims in zip(kept, results, strict=True):
                if claims is not None:
                    turn.caption(lane, span, "claims", claims)

    def _caption(self, span: Span, facts: Facts) -> Iterable[tuple[str, Finding]]:
        """What the rule checks find of a caption."""
        if "text" in self.chosen() and blank.refuses(span.text or ""):
            yield "text", fails("refused", (span.text or "")[:200])
        if "words" in self.chosen():
            found = words.check_caption(span, facts)
            if found is not None:
                yield "words", found
