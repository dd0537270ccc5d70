"""Questions about the order of three scenes (Vript-ERO)."""

from __future__ import annotations

from ..lane_view import View
from .event_order import EventOrder


class SceneOrder(EventOrder):
    """Three captions of scenes, shown in any order; the answer lists their numbers, earliest first.

    It is made where it is named only; ``event_order`` shows three to five.
    """

    task = "scene_order"
    kinds = frozenset({"sentence", "description"})
    least, most = 3, 3
    phrasings = (
        "Three scenes of the video are described below. Give their numbers in the order in which they come.\n{list}",
        "In which order does the video show these three scenes? Answer with the numbers, first to last.\n{list}",
        "Put the three scenes below in the order of the video.\n{list}",
        "These scenes stand in no particular order. Sort them as they come in the video, and give the numbers.\n{list}",
        "Which of the three scenes below comes first, which second, and which last?\n{list}",
        "Arrange these scenes from the earliest to the latest, by their numbers.\n{list}",
    )

    def suits(self, view: View, named: bool) -> bool:
        return named and super().suits(view, named)
