"""A teacher that writes the replies to the stage `questions` about the film, and lies in a share of them. For truth.py.

It lies as a model does whose replies have a schema: it cites the spans of another event than it names, gives the
events of a question for the order the wrong spans, leaves out or adds an occurrence, names a thing that is not there,
misreads a word on the screen. What the stage itself rejects never becomes a sample.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from witness import ABSENT, MISREAD, SAID, SIGNS

from vdata.schemas import Reply, Request, Sample
from vdata.stages.instruct.questions_words import FAMILIES

_LINE = re.compile(r"^\[(\w+)\] (\w+), ([\d.]+)-([\d.]+) s: (.*)$", re.MULTILINE)
REPEATED = {
    "an orange circle rises slowly from the bottom to the top": "How many times does an orange circle go up?",
    "a red circle crosses the picture from left to right": "How often does a red circle cross from left to right?",
}


@dataclass(frozen=True)
class Line:
    """A span as it is shown to the teacher."""

    tag: str
    lane: str
    start: float
    text: str


class Author:
    """Replies *per_task* items to each request, a share *lies* of them false; ``kinds`` tells which, by question."""

    def __init__(self, rng: Random, lies: float) -> None:
        self.rng, self.lies = rng, lies
        self.kinds: dict[str, tuple[str, bool]] = {}
        """Kind, and whether it is a lie, by the first line of the question and its answer's evidence."""

    def named(self, name: str) -> Author:
        return self

    async def ask(self, requests: Sequence[Request]) -> list[Reply]:
        values = [self._reply(request) for request in requests]
        return [Reply((str(value),), (value,)) for value in values]

    def told(self, sample: Sample) -> tuple[str, bool]:
        """The kind of *sample*, and whether it is a lie."""
        return self.kinds[_key(sample.question)]

    def _reply(self, request: Request) -> dict[str, Any]:
        text = "\n".join(part for turn in request.turns for part in turn.parts if isinstance(part, str))
        task = next(name for name, asked in FAMILIES.items() if asked.words in text)
        lines = [Line(tag, lane, float(start), said) for tag, lane, start, _, said in _LINE.findall(text)]
        make = {"what": self._what, "when": self._when, "order": self._order, "count": self._count}[task]
        items: list[dict[str, Any]] = []
        while len(items) < 2:
            lie = self.rng.random() < self.lies
            item = make(lines, lie)
            if _key(_question(item)) not in self.kinds:
                self.kinds[_key(_question(item))] = ({"what": "words", "when": "citation"}.get(task, task), lie)
                if task == "what" and "What" in item["question"] and "say" not in item["question"]:
                    self.kinds[_key(_question(item))] = ("object", lie)
                items.append(item)
        return {"items": items}

    def _when(self, lines: list[Line], lie: bool) -> dict[str, Any]:
        event = self.rng.choice(_once(lines))
        cited = self.rng.choice([one for one in _once(lines) if one is not event]) if lie else event
        question = self.rng.choice(("When does one see that {}?", "At what time can it be seen that {}?", "When: {}?"))
        return {"question": self._unlike(question.format(self._say(event))), "evidence": [cited.tag]}

    def _order(self, lines: list[Line], lie: bool) -> dict[str, Any]:
        known: dict[str, Line] = {}
        for one in self.rng.sample(_once(lines), len(_once(lines))):
            known.setdefault(one.text.split()[1], one)  # one of each colour, so that it is clear which is meant
        events = sorted(self.rng.sample(list(known.values()), 3), key=lambda one: one.start)
        named = events
        while lie and named == events:
            named = self.rng.sample(events, 3)
        shown = [{"text": self._say(one), "tag": cited.tag} for one, cited in zip(named, events, strict=True)]
        return {"question": self._unlike("In which order do these come?"), "events": shown}

    def _count(self, lines: list[Line], lie: bool) -> dict[str, Any]:
        text, question = self.rng.choice(list(REPEATED.items()))
        tags = [one.tag for one in lines if one.text == text]
        if lie and self.rng.random() < 0.5:
            tags = tags[:1]
        elif lie:
            tags = [*tags, self.rng.choice(_once(lines)).tag]
        return {"question": self._unlike(question), "evidence": tags, "count": len(tags)}

    def _what(self, lines: list[Line], lie: bool) -> dict[str, Any]:
        if self.rng.random() < 0.5:
            sign = self.rng.choice([one for one in lines if one.lane == "texts"])
            text = self.rng.choice(MISREAD[sign.text]) if lie else sign.text
            question = self._unlike(f"What does it say {SIGNS[sign.text]}?")
            return {"question": question, "answer": f'It says "{text}".', "evidence": [sign.tag]}
        event = self.rng.choice(_once(lines))
        thing = self.rng.choice(ABSENT)
        answer = f"{thing} goes by." if lie else f"{self._say(event)}."
        return {"question": self._unlike("What happens here?"), "answer": answer, "evidence": [event.tag]}

    def _say(self, event: Line) -> str:
        return self.rng.choice((event.text, *SAID[event.text]))

    def _unlike(self, question: str) -> str:
        """*question* in words that no other has, so that it can be recognised."""
        return f"For viewer {''.join(self.rng.choices('abcdefghijklmnop', k=8))}: {question}"


def _question(item: dict[str, Any]) -> str:
    return str(item["question"])


def _key(question: str) -> str:
    return question.split(":")[0]


def _once(lines: list[Line]) -> list[Line]:
    """Events whose words no other event has."""
    events = [one for one in lines if one.lane == "events"]
    return [one for one in events if sum(other.text == one.text for other in events) == 1]
