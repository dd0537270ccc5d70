"""Two clips that were compared by a criterion, for formats of preferences between videos."""

from __future__ import annotations

from dataclasses import dataclass

from ..rules.pair_verdicts import POINT, JudgedPair, judged_pair
from .format import ExportItem, Unsupported
from .talk import files_by_kind


@dataclass(frozen=True, slots=True)
class JudgedClips:
    """The verdict of one criterion on two clips."""

    pair: JudgedPair
    criterion: str
    files: tuple[str, str]
    """What shows the two: the videos that they are, or what was cut."""

    def points(self) -> dict[str, str]:
        """The verdict on each of the points of the criterion: ``a``, ``b``, ``tie``, or empty."""
        start = self.criterion + POINT
        found = self.pair.settled.items()
        return {name.removeprefix(start): verdict for name, verdict in found if name.startswith(start)}

    def word(self, name: str) -> str:
        """The word of a tie on *name*, a criterion or one of its points with its criterion."""
        return self.pair.words.get(name, "")


def judged_clips(item: ExportItem) -> JudgedClips:
    """What *item* says of two clips.

    Raises:
        Unsupported: ``no_judged_clips``; ``needs_a_clip``: they are stretches of a file, and were not cut.
    """
    pair = judged_pair(item.sample)
    if pair is None or len(item.sample.media) != 2:
        raise Unsupported("no_judged_clips")
    files = pair.videos or files_by_kind(item)[1]
    return JudgedClips(pair, item.sample.params.get("criterion", ""), (files[0], files[1]))
