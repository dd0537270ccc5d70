"""Questions that ask to find a stretch and then to describe it: TimePro's temporal grounded caption."""

from __future__ import annotations

from random import Random
from typing import ClassVar

from ...schemas import Evidence, seeded
from ..clock import Clock
from ..family import Ask, Family, Phrasings, line
from ..lane_kinds import say
from ..lane_view import View

EDGE = 0.1
"""The share of a span at either end in which no moment is drawn."""
COUNTED = frozenset({"step", "title", "description"})
"""The kinds of lanes whose spans whoever sees the video can count: steps, chapters and shots. Of which events somebody
has made a note, and so which of them is the third, the video does not tell."""
NTH = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
TELL = {"sentence": "describe it", "title": "name it", "description": "describe its look", "other": "say what it is"}


class TemporalGroundedCaption(Family):
    """The bounds and the words of the span at one moment, of the n-th step, chapter or shot, or of the span with one
    label.

    By its label a span is asked for where it has a text too, which then is the answer.

    The moment is drawn anywhere in the span but for its first and last tenth: were it always the middle, it would give
    the length of the answer away.
    """

    task = "temporal_grounded_caption"
    kinds = frozenset({"sentence", "step", "label", "title", "description"})
    answers = "long"
    instead: ClassVar[Phrasings] = {
        "time": (
            "Find the {one} at {time}: give its start and end, then {tell}.",
            "Look at {time}. Say from when to when the {one} there lasts, and {tell}.",
            "First find the bounds of the {one} at {time}, then {tell}.",
            "The moment at {time} is part of one {one}. Say when it runs and {tell}.",
            "Take the {one} that covers the moment at {time}. Give its start and end, and {tell}.",
            "Which {one} is there at {time}? Give its start and end first, then {tell}.",
        ),
        "words": (
            "Find {it} in the video: give its start and end, then describe it in a sentence.",
            "When is {it} to be seen, and what happens there? Time first.",
            "First say from when to when {it} lasts, then put into words what happens.",
            "Locate {it} and write a caption for it, after its start and end.",
            "Give the bounds of {it}, and tell what can be seen between them.",
            "Where in the video is {it}? Name its start and end and describe what takes place.",
        ),
        "nth": (
            "Find the {nth} {one} of the video: give its start and end, then {tell}.",
            "Say when the {nth} {one} starts and ends, and {tell}.",
            "Give the time of the {nth} {one}, then {tell}.",
            "Locate the {nth} {one} and {tell}. Time first.",
            "Go to the {nth} {one} of the video. Name its start and end, and {tell}.",
            "Tell from when to when the {nth} {one} lasts, then {tell}.",
        ),
    }

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        items = view.items
        asks: list[Ask] = []
        language = clock.language
        tells = TELL if language.english else language.tell
        tell, nth = tells.get(view.kind.name) or tells.get("other", ""), NTH if language.english else language.nth
        parts = view.parts(clock.duration)
        for n in rng.sample(parts, min(len(parts), 2 * limit)):
            if len(asks) == limit:
                break
            item = items[n]
            if item.told and view.unique(n):
                asks.append(Ask([item], view.named(n, language), {"told": item.told}, "words"))
                continue
            if view.kind.name in COUNTED and n < len(NTH) and rng.random() < 0.4:
                if all(other is item or other.start != item.start for other in items):
                    asks.append(Ask([item], {"nth": nth[n] if nth else "", "tell": tell}, {"by": NTH[n]}, "nth"))
                continue
            share = seeded(self.task, item.span, item.start).uniform(EDGE, 1 - EDGE)
            moment = round(item.start + share * item.seconds, 3)
            written = clock.number(moment)
            seconds = clock.parse(written)  # as written, which may have been rounded out of a short span
            if [m for m, other in enumerate(items) if other.start <= seconds <= other.end] == [n]:
                params = {"by": written, "moment": repr(moment)}
                asks.append(Ask([item], {"time": clock.with_unit(written), "tell": tell}, params, "time"))
        return asks

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        text, kind = (params["told"], "sentence") if "told" in params else (evidence[0].text, params["kind"])
        return line(clock, evidence[0].start, evidence[0].end, say(text, kind, clock.language))
