"""Program questions: asked of scene graphs, answered step by step by small programs (STAIR, AGQA)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, ClassVar

from pydantic import Field, field_validator

from ....rules.clock import clock_of
from ....rules.letters import LETTERS, Letters, drawn_ask, with_letters
from ....rules.programs.facts import GraphFact, of_plain, read_fact
from ....rules.programs.program import cited, run_program
from ....rules.programs.rationale import rationale
from ....rules.programs.templates import TRUTHS, find_templates
from ....schemas import Evidence, Message, Sample, Timeline, seeded
from ....schemas.nearest import nearest
from ...gather.split import SPLIT
from ...stage import Gather
from ..asked_for import add, count_made, nothing_made

_FACTS, _ALONE = "facts", "alone"


class ProgramQuestions(Gather):
    """Ask about scene graphs: questions whose answers a small program works out, step by step, as STAIR does.

    Each span of the lanes is a fact: ``person | holding | cup``, or ``person | opening a door`` for an action; what
    stands in the middle follows "was". A question is asked of as many videos as it has options, each of which is right
    in one of them, so that its words tell nothing. The steps are the rationale; the check ``answer`` runs the program
    again. Put ``split`` before it: then a question is shared within a split alone.
    """

    makes_samples: ClassVar[bool] = True

    of: list[str] = Field(["relations", "actions"], min_length=1)
    """Lanes of facts."""
    tasks: list[str] = Field(default_factory=lambda: list(find_templates()), min_length=1)
    """Kinds of questions: ``relation_exists``, ``relation_when``, ``both_relations``, ``one_relation``,
    ``same_first_last``, which are yes or no; ``relation_choice``, ``action_order``, ``action_length``, which name two
    things; ``relation_object_when``, ``first_object``, ``last_object``, ``object_count``, ``first_action``,
    ``last_action``, ``longest_action``, whose options are the answers in other videos."""
    per_video: int = Field(6, ge=1)
    """Questions of a video at most."""
    options: int = Field(4, ge=2, le=len(LETTERS))
    """Options of a question at most; there are fewer where fewer videos give different answers."""
    open: bool = False
    """Ask without options; the questions stay those that other videos answer differently."""

    @field_validator("tasks")
    @classmethod
    def _known(cls, tasks: list[str]) -> list[str]:
        known = find_templates()
        for task in tasks:
            if task not in known:
                near = nearest(task, known)
                meant = f"did you mean {near}?" if near else f"there are {', '.join(known)}"
                raise ValueError(f"there is no task {task}; {meant}")
        return tasks

    def lanes_read(self) -> set[str]:
        return set(self.of)

    def digest(self, video: Timeline) -> Any:
        """The facts of *video*, its split and the seed."""
        return {
            "seed": video.seed,
            "side": video.attrs.get(SPLIT, ""),
            "facts": [fact.plain() for fact, _ in self._facts(video)],
        }

    def gather(self, digests: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        from ....rules.programs.even_groups import EvenGroups, KnownGraph

        told = list(digests)
        videos = [KnownGraph(video, one["side"], of_plain(one["facts"])) for video, one in told]
        templates = [find_templates()[task] for task in self.tasks]
        seed = told[0][1]["seed"] if told else 0
        groups = EvenGroups(videos, templates, self.per_video, self.options, seeded(self.key, seed))
        asked, alone = groups.draw()
        verdicts: dict[str, Any] = {
            video: {"asked": [[one.template, dict(one.slots), list(one.options)] for one in some]}
            for video, some in asked.items()
        }
        for _, verdict in zip(range(1), verdicts.values(), strict=False):
            verdict[_ALONE] = alone
        return verdicts

    def apply(self, video: Timeline, verdict: Any) -> Timeline:
        """Add the questions about *video*; a span that is no fact is dropped (``no_fact``)."""
        for lane in self.of:
            for span in list(video.lane(lane)):
                try:
                    read_fact(span.words)
                except ValueError as error:
                    self.drop(video, lane, span, "no_fact", detail=str(error))
        found = self._facts(video)
        facts, lanes = tuple(fact for fact, _ in found), {fact.span: lane for fact, lane in found}
        letters, made = Letters(video.random(self.key, "letters")), list[Sample]()
        for template, slots, options in (verdict or {}).get("asked", ()):
            made.append(self._sample(video, template, slots, options, facts, lanes, letters))
        self.add_samples(video, made)
        count_made(video, self.tasks, made)
        add(video, _FACTS, len(facts))
        add(video, _ALONE, (verdict or {}).get(_ALONE, 0))
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """Says how many questions no other video answers differently, and which tasks made nothing."""
        lines = []
        if alone := totals.get(_ALONE):
            lines.append(
                f"{self.name()}: {alone:.0f} questions were drawn that no other video answers differently: not asked."
            )
        if nothing := nothing_made(totals):
            lines.append(f"{self.name()}: asked for, and nothing was made: {', '.join(sorted(nothing))}.")
        if totals and not totals.get(_FACTS):
            lines.append(f"{self.name()}: {', '.join(self.of)} hold no facts.")
        return "\n".join(lines) or None

    def _facts(self, video: Timeline) -> list[tuple[GraphFact, str]]:
        """The facts of *video* with their lanes, in order of time."""
        found = []
        for lane in self.of:
            for span in video.lane(lane):
                try:
                    found.append((GraphFact(span.start, span.end, *read_fact(span.words), span.id), lane))
                except ValueError:
                    continue
        return sorted(found, key=lambda one: (one[0].start, one[0].end, one[0].who, one[0].relation, one[0].thing))

    def _sample(
        self,
        video: Timeline,
        name: str,
        slots: dict[str, str],
        options: list[str],
        facts: tuple[GraphFact, ...],
        lanes: dict[str, str],
        letters: Letters,
    ) -> Sample:
        template = find_templates()[name]
        rng = video.random(self.key, template.key(slots))
        program = template.filled(slots)
        answer, steps = run_program(program, facts)
        words = {
            one.span: span.words
            for lane in self.of
            for span in video.lane(lane)
            for one in facts
            if one.span == span.id
        }
        evidence = [
            Evidence(one.start, one.end, lanes[one.span], words[one.span], one.span) for one in cited(steps, facts)
        ]
        params = {
            "rule": "program",
            "program": json.dumps(program),
            "trace": json.dumps([step.plain() for step in steps]),
            "duration": f"{video.seconds:g}",
        }
        question = template.question(slots, rng)
        asked, reply, place = question, answer, None
        if self.open:
            options = []
        else:
            place = letters.next(len(options))
            rest = [one for one in (TRUTHS if template.answers == "truth" else options) if one != answer]
            options = rng.sample(rest, len(rest))
            options.insert(place, answer)
            asked, reply = with_letters(question, options, drawn_ask(params, rng)), f"{LETTERS[place]}. {answer}"
        lines, spans = rationale(steps, clock_of(params, video.seconds))
        params |= spans
        messages = [Message("user", asked), Message("assistant", reply)]
        end = max([video.seconds, *(one.end for one in evidence)])
        return Sample(name, question, answer, 0.0, end, evidence, params, options, place, messages, lines)
