"""Verify: checks by rule and by a teacher that find what was made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from ...rules.language import ENGLISH
from ...rules.query_times import is_future
from ...rules.shown_lines import bare
from ...schemas import Demand, Failed, Sample, Span, Timeline, cited_span
from ...schemas.other_languages import OTHER_LANGUAGE, other_languages
from ...schemas.settings_model import UnknownKey
from ..prompting.frame_choice import Look
from ..prompting.left_out import count_stretches, told_frames
from ..prompting.own_words import PromptSpec
from ..prompting.together import together
from ..stage import Teacher, TeacherStage
from .check_list import default_policy, repairs, rule_checks, teacher_checks
from .check_settings import RULES, AsksTeacher, CheckSettings
from .checks.check import Action, RuleCheck, TeacherCheck
from .finding import Facts, unsure
from .length_shortcut import count_lengths, told_lengths
from .policy import Policy, summary
from .video_teacher import VideoTeacher


class Verify(CheckSettings, TeacherStage):
    """Check samples and captions, and drop, repair or tag what is wrong. Every check leaves its verdict on the sample.

    Rule checks need no teacher: times, cited spans, orders and counts worked out again from lanes, numbers, denials,
    quoted and other words looked up in the evidence, options, leaks, names. Teacher checks: claims judged one by one
    against frames, the question asked again, or asked without the video, the answer recovered from its rationale, a
    reviewer.
    """

    renamed: ClassVar[Mapping[str, str]] = {
        "judged": "scope",
        "scope: taught": "from_teacher",
        "again": "draws",
        "second": "second_teacher",
        "words_in": "word_lanes",
        "alike": "min_similarity",
        "chance": "significance",
    }

    uses: ClassVar[frozenset[str]] = frozenset({"captions", "texts", "speech"})
    for_writing: ClassVar[frozenset[str]] = frozenset({"instructions"})

    checks: list[str] | None = None
    """By rule: text, stream, evidence, times, order, count, answer, numbers, grounding, negation, well_formed, words,
    leak, options, names, rationale, chain, or all of them in a word: rules. By a teacher: human, claims, label (does
    the rationale lead to the answer?), agreement, blind, too_easy, review, consistent (do the answers of a chain go
    together?). By default all by rule, and with a teacher claims and blind: [rules, claims, blind]."""
    policy: dict[str, Action] = Field(default_factory=dict)
    """What is done about each finding: {blind_answerable: drop}. By default claims are cut out of captions, what is
    criticised is revised, blind_answerable and moment_not_told are tagged, and samples with any other finding are
    dropped."""
    scope: Annotated[Literal["from_teacher", "all"], AsksTeacher()] = "from_teacher"
    """Which samples the teacher checks look at: those that a teacher wrote, or also those made by rule; ``label``
    always at all that have a rationale."""

    @field_validator("checks")
    @classmethod
    def _known(cls, checks: list[str] | None) -> list[str] | None:
        known = [*rule_checks(), RULES, *teacher_checks()]
        unknown = [check for check in checks or () if check not in known]
        if unknown:
            raise ValueError(f"unknown check {', '.join(unknown)}; known: {', '.join(known)}")
        return list(dict.fromkeys(checks)) if checks is not None else None

    @field_validator("policy")
    @classmethod
    def _possible(cls, policy: dict[str, Action]) -> dict[str, Action]:
        for reason, action in policy.items():
            if reason not in default_policy():
                raise UnknownKey((reason,), default_policy())
            if action == "repair" and reason not in repairs():
                raise ValueError(f"{reason} cannot be repaired, only {', '.join(sorted(repairs()))}")
        return policy

    @model_validator(mode="after")
    def _seen(self) -> Self:
        if self.look is None and self.blind != ["no_video"] and "blind" in {one.name for one in self.teacher_checks()}:
            raise ValueError(f"blind: {', '.join(self.blind)} cannot be shown with look: null, only no_video")
        return self

    def rule_checks(self) -> list[RuleCheck]:
        """The checks by rule that are made, in order."""
        every = self.checks is None or RULES in self.checks
        return [check for name, check in rule_checks().items() if every or name in (self.checks or ())]

    def teacher_checks(self) -> list[TeacherCheck]:
        """The checks that ask a teacher and are made, in order."""
        names = self.checks if self.checks is not None else ["claims", "blind"] if self.teacher else []
        return [check for name, check in teacher_checks().items() if name in names]

    def makes_checks(self) -> dict[str, set[str]]:
        made = {check.name for check in (*self.rule_checks(), *self.teacher_checks())}
        return dict.fromkeys(["", *self.captions], made)

    def teachers(self) -> list[str]:
        checks = self.teacher_checks()
        return [self.teacher, *(name for check in checks for name in check.further_teachers(self))] if checks else []

    def pictures_to(self) -> list[str]:
        seeing = [check for check in self.teacher_checks() if check.needs_frames(self)]
        return [name for check in seeing for name in check.further_teachers(self) or [self.teacher]]

    @classmethod
    def all_prompts(cls) -> dict[str, PromptSpec]:
        return {name: spec for check in teacher_checks().values() for name, spec in check.prompts.items()}

    def asked_prompts(self) -> list[str]:
        return list(dict.fromkeys(name for check in self.teacher_checks() for name in check.prompts))

    def lanes_read(self) -> set[str]:
        seen = any(check.needs_frames(self) for check in self.teacher_checks())
        return (self.look.lanes() if seen and self.look is not None else set()) | self.lanes_heard()

    def demand(self, seconds: float) -> Demand:
        captions = seconds / 8 if self.captions else 0.0  # as many as a build makes, more or less
        one = self.model_copy(update={"look": Look(count=1)})  # then images are stretches
        asked = sum((check.demand(10.0, captions, one) for check in self.teacher_checks()), Demand())
        return replace(asked, images=asked.images * self.images(), sound=asked.images * self.seconds_heard(10.0))

    async def run(self, video: Timeline, teacher: Teacher | None) -> Timeline:
        asking = self.teacher_checks()
        if asking and teacher is None:
            raise Failed("no_teacher", f"{', '.join(check.name for check in asking)}: there is no teacher to ask")
        actions = {**default_policy(), **self.policy}
        policy, facts = Policy(self, video, actions), Facts(video, self)
        examiner = VideoTeacher(video, teacher, self.prompter(video), self, actions) if teacher is not None else None
        for lane in self.captions:
            captions = self._check_captions(lane, facts, policy)
            if examiner is not None:
                await self._ask_about_captions(lane, captions, policy, examiner)
        policy.count("samples", len(video.samples))
        for sample in list(video.samples):
            known = facts if sample.seen is None or is_future(sample) else facts.until(sample.seen[1])
            self._check_sample(sample, known, policy)
        if examiner is not None:
            await self._ask_about_samples(policy, examiner)
            count_stretches(video, sorted(examiner.shown), self.look)
            self._check_again(facts, policy)
        policy.close()
        if any(check.name == "options" for check in self.rule_checks()):
            for name, value in count_lengths(video.samples).items():
                policy.count(name, value)
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """``verify: 120 samples, 9 dropped (bad_time 4, unsupported 5), 3 repaired``, the same of captions, and the
        keyframes that were left out for want of room."""
        parts = [f"{self.name()}: " + summary(totals, "samples", "sample")]
        if totals.get("captions"):
            parts.append(summary(totals, "captions", "caption"))
        if shortcut := told_lengths(totals):
            parts.append(shortcut)
        if abstained := other_languages(totals):
            parts.append(f"rules of words abstained, which know English alone, of {abstained}")
        return "\n".join(["; ".join(parts), *told_frames(self.name(), totals, self.look)])

    def _check_sample(self, sample: Sample, facts: Facts, policy: Policy) -> None:
        """Make the checks by rule, until one finds what drops the sample. Rules of words abstain outside of English."""
        others = set()
        for check in self.rule_checks():
            asked = bare(sample)
            one = sample if check.reads_lines_shown else asked
            other = facts.other_language(asked, check.reads)
            finding = check.check_figures(one, facts) if other else check.check(one, facts)
            if other and (finding is None or finding.outcome != "fail"):
                others.add(other)
                finding = unsure(f"there are no rules of words for {other}")
            if finding is not None and not policy.sample(sample, check.name, finding):
                return
        for other in others:
            policy.count(f"{OTHER_LANGUAGE}{other}")

    def _check_again(self, facts: Facts, policy: Policy) -> None:
        """Look at what samples rest on that the checks by a teacher may have dropped or changed."""
        for check in (one for one in self.rule_checks() if one.rests_on_others):
            for sample in list(facts.video.samples):
                finding = check.check(sample, facts)
                if finding is not None and finding.reason and finding.verdict(check.name) not in sample.checks:
                    policy.sample(sample, check.name, finding)

    def _check_captions(self, lane: str, facts: Facts, policy: Policy) -> list[Span]:
        """The captions of *lane* that the checks by rule leave."""
        spans = [span for span in facts.video.lane(lane) if span.text]
        policy.count("captions", len(spans))
        left = []
        for span in spans:
            language = facts.language_of(span.words)
            policy.count(f"{OTHER_LANGUAGE}{language}", language != ENGLISH)
            checks = [check for check in self.rule_checks() if language == ENGLISH or "statement" not in check.reads]
            findings = ((check.name, check.check_caption(span, facts)) for check in checks)
            if all(finding is None or policy.caption(lane, span, name, finding) for name, finding in findings):
                left.append(span)
        return left

    async def _ask_about_captions(self, lane: str, spans: list[Span], policy: Policy, teacher: VideoTeacher) -> None:
        for check in self.teacher_checks():
            findings = await together(policy.ask(check.check_caption(span, teacher), lane, span) for span in spans)
            found = zip(spans, findings, strict=True)
            spans = [span for span, one in found if one is None or policy.caption(lane, span, check.name, one)]

    async def _ask_about_samples(self, policy: Policy, teacher: VideoTeacher) -> None:
        for check in self.teacher_checks():
            samples = [
                sample
                for sample in policy.video.samples
                if self.scope == "all" or sample.teacher or (check.reads_rationales and sample.rationale)
            ]
            findings = await together(policy.ask(check.check(one, teacher), *cited_span(one)) for one in samples)
            for sample, finding in zip(samples, findings, strict=True):
                if finding is not None:
                    policy.sample(sample, check.name, finding)
