"""Questions about where in the picture something is. The stage regions asks them, of lanes with boxes, not tasks."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from ...schemas import Evidence
from ..box_format import box_format_of
from ..clock import Clock
from ..family import Ask, Family
from ..lane_kinds import say
from ..lane_view import View
from ..movement import movement
from ..region_words import WORDS
from ..track_lines import track_lines


class RegionAnswer(Family):
    """What the boxes of an object tell, by the parameter ``ask``: a box, the boxes at several times, when, or what."""

    task = "regions"
    kinds = frozenset()
    instead = WORDS

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        """Nothing: the stage itself asks about the lanes that have boxes."""
        return []

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        """The answer from the boxes that the evidence cites.

        Raises:
            ValueError: nothing of that kind is asked.
        """
        form, cited = box_format_of(params), evidence[0]
        match params["ask"]:
            case "box":
                return form.write(cited.boxes[0])
            case "boxes":
                return track_lines(cited.boxes, form, clock)
            case "tube":
                head = clock.language.answers.line.format(when=clock.cap(cited.start, cited.end), text="")
                return head.rstrip(" ") + "\n" + track_lines(cited.boxes, form, clock)
            case "when":
                return clock.cap(cited.start, cited.end) + clock.language.answers.stop
            case "rest":
                happens = say(cited.text, "sentence", clock.language)
                until = clock.language.answers.until.format(time=clock.at(cited.end), text=happens)
                return until + "\n" + track_lines(cited.boxes, form, clock)
            case "what":
                return cited.text
            case "movement":
                way = movement(cited.boxes)
                return clock.language.answers.labels.get(way, way)
        raise ValueError(f"unknown question about regions: {params['ask']}")

    def reworded(self, option: str, params: Mapping[str, str], here: Clock, there: Clock) -> str | None:
        if params["ask"] != "movement":
            return option  # a name, or a box
        plain = {said: way for way, said in here.language.answers.labels.items()}.get(option, option)
        return there.language.answers.labels.get(plain, plain)
