"""Preferences between two videos by aspects, with faults by criteria (MJ-Bench-Video: MJ-Bench-2.0, test/*.json)."""

from __future__ import annotations

from typing import Any

from ...rules.pair_verdicts import OVERALL, POINT, TIE, JudgedPair
from ..format import ExportItem, Format, Unsupported
from ..judged_clips import judged_clips

BAD = "bad"
"""What a word for a tie ends in where both are at fault: ``same_bad``."""


class MJBenchVideo(Format):
    """MJ-Bench-Video by aspect: caption, subset, video0_body, video1_body (label, chosen, video_path); JSON.

    ``subset`` is the criterion. ``label`` says of each of its points whether that video is at fault: the other one is
    better there, or the tie has a word that ends in bad. What has no winner is left out.
    """

    name = "mj_bench_video"
    holds_media = True

    def row(self, item: ExportItem) -> Any:
        found = judged_clips(item)
        if found.criterion == OVERALL:
            raise Unsupported("overall")
        if found.pair.winner == TIE:
            raise Unsupported("no_winner")
        sides = {}
        for n, (side, other) in enumerate((("a", "b"), ("b", "a"))):
            label = {
                point: verdict == other
                or (verdict == TIE and found.word(f"{found.criterion}{POINT}{point}").endswith(BAD))
                for point, verdict in found.points().items()
            }
            chosen = found.pair.winner == side
            sides[f"video{n}_body"] = {"label": label, "chosen": chosen, "video_path": found.files[n]}
        return {"caption": found.pair.prompt, "subset": found.criterion, **sides}


class MJBenchVideoOverall(Format):
    """MJ-Bench-Video overall: chosen, reject, caption, better (the aspects in which the chosen one is better); JSON."""

    name = "mj_bench_video_overall"
    holds_media = True

    def row(self, item: ExportItem) -> Any:
        found = judged_clips(item)
        if found.criterion != OVERALL:
            raise Unsupported("by_aspect")
        if found.pair.winner == TIE:
            raise Unsupported("no_winner")
        won = "ab".index(found.pair.winner)
        return {
            "chosen": found.files[won],
            "reject": found.files[1 - won],
            "caption": found.pair.prompt,
            "better": _won(found.pair),
        }


def _won(pair: JudgedPair) -> list[str]:
    """The aspects in which the winner of *pair* is better."""
    return [
        name
        for name, verdict in pair.settled.items()
        if verdict == pair.winner and POINT not in name and name != OVERALL
    ]
