"""Questions asked of several videos at once, so that their words tell nothing of the answer.

A question is asked of as many videos as it has options, each of which is right in one of them: who does not see which
video it is can only guess. (Goyal et al. 2017, Making the V in VQA Matter, pair each question with two pictures.)
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from ..lane_kinds import fold
from .facts import GraphFact
from .program import Unsure, run_program
from .templates import TRUTHS, ProgramTemplate, Slots

TRIES = 80
"""Other videos that are tried for one question."""
DRAWS = 3
"""Questions of a template that are drawn of a video before another template is tried."""


@dataclass(frozen=True, slots=True)
class KnownGraph:
    """A video, and what is known of it. Only videos of one *side* (train, test …) are asked the same."""

    video: str
    side: str
    facts: tuple[GraphFact, ...]


@dataclass(frozen=True, slots=True)
class SharedQuestion:
    """A question of one video, with the options that it shares with the others that are asked it."""

    template: str
    slots: Slots
    options: tuple[str, ...]


class EvenGroups:
    """Draws questions for *videos*: at most *each* of a video, with at most *most* options."""

    def __init__(
        self, videos: Sequence[KnownGraph], templates: Sequence[ProgramTemplate], each: int, most: int, rng: Random
    ):
        self._videos, self._templates, self._each, self._most, self._rng = videos, templates, each, most, rng
        self._asked: dict[str, list[SharedQuestion]] = {one.video: [] for one in videos}
        self._keys: dict[str, set[str]] = {one.video: set() for one in videos}
        self._used = Counter[str]()
        self._with = defaultdict[tuple[str, ...], list[int]](list)
        things = defaultdict[tuple[str, str], set[str]](set)
        for n, one in enumerate(videos):
            for words in sorted({key for fact in one.facts for key in _keys(one.side, fact)}):
                self._with[words].append(n)
            for fact in one.facts:
                things[fact.who, fact.relation].add(fact.thing)
        self._things = {key: sorted(some) for key, some in things.items()}

    def draw(self) -> tuple[dict[str, list[SharedQuestion]], int]:
        """The questions of each video, and how many were drawn that no other video answers differently."""
        alone = 0
        for _ in range(self._each):
            for known in self._rng.sample(list(self._videos), len(self._videos)):
                if known.facts and self._room(known):
                    alone += self._ask(known)
        return self._asked, alone

    def _ask(self, known: KnownGraph) -> int:
        """Ask *known* one question, of the template that was used least of those that can be."""
        alone = 0
        for template in sorted(self._templates, key=lambda one: (self._used[one.name], self._rng.random())):
            for _ in range(DRAWS):
                slots = template.draw(known.facts, self._things, self._rng)
                if slots is None or (key := template.key(slots)) in self._keys[known.video]:
                    continue
                answer = _answer(template, slots, known)
                if answer is None:
                    continue
                group = self._group(template, slots, key, known, answer)
                if group is None:
                    alone += 1
                    continue
                options = tuple(sorted(group))
                for member in group.values():
                    self._asked[member.video].append(SharedQuestion(template.name, slots, options))
                    self._keys[member.video].add(key)
                self._used[template.name] += 1
                return alone
        return alone

    def _group(
        self, template: ProgramTemplate, slots: Slots, key: str, known: KnownGraph, answer: str
    ) -> dict[str, KnownGraph] | None:
        """A video for each option, by the option; None: too few answer differently."""
        wanted = set(TRUTHS if template.answers == "truth" else template.pair(slots))
        most = len(wanted) or self._most
        group = {answer: known}
        for other in self._others(template, slots, known):
            if len(group) == most:
                break
            if other.video == known.video or key in self._keys[other.video] or not self._room(other):
                continue
            told = _answer(template, slots, other)
            if told is not None and told not in group and (not wanted or told in wanted):
                group[told] = other
        return group if len(group) == most or (not wanted and len(group) > 1) else None

    def _others(self, template: ProgramTemplate, slots: Slots, known: KnownGraph) -> Iterable[KnownGraph]:
        """Videos that may answer the question."""
        side, who = known.side, slots["who"]
        acts = [set(self._with[side, who, "", slots[name]]) for name in ("action", "next") if name in slots]
        near = self._with[side, who, slots["relation"]] if "relation" in slots else self._with[side, who]
        left = [n for n in near if all(n in videos for videos in acts)]
        return (self._videos[n] for n in self._rng.sample(left, min(len(left), TRIES)))

    def _room(self, known: KnownGraph) -> bool:
        return len(self._asked[known.video]) < self._each


def _keys(side: str, fact: GraphFact) -> list[tuple[str, ...]]:
    last = (side, fact.who, "", fact.thing) if fact.is_action else (side, fact.who, fact.relation)
    return [(side, fact.who), last]


def _answer(template: ProgramTemplate, slots: Slots, known: KnownGraph) -> str | None:
    """What *known* answers; None: nothing for sure, or what an open question names itself."""
    try:
        answer = run_program(template.filled(slots), known.facts)[0]
    except Unsure:
        return None
    told = {word for text in slots.values() for word in fold(text).split()}
    return None if template.answers == "open" and told & set(fold(answer).split()) else answer
