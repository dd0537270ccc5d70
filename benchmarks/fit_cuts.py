"""Fit the decision trees that tell hard cuts, and write them to video/signals/cuts.json.

    python benchmarks/fit_cuts.py [--cache DIR] [--parts tune,more,…] [--out FILE] [--apart]

The frames of rendered videos (`transitions.py`) that may begin another picture are the examples: right is a cut, and
where a fade of one side alone jumps. `--apart` writes nothing: it fits to all parts but one, and says what is found in
that one. Needs scikit-learn.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from fit_gradual import fitted
from transitions import Video, made

from vdata.video.signals.cut_measures import candidates, cut_measures
from vdata.video.signals.layout import layouts
from vdata.video.signals.layout_cuts import changes
from vdata.video.signals.trees import Trees

PARTS = "tune,more,held,drill,apart,school,crossing"
LEAST = 20
"""Examples that each answer of a tree stands for."""
AFTER, BEFORE = ("out", "fade_out"), ("in", "fade_in")
"""Fades of one side alone, and whether the other picture is there at once after or before them."""
FLASH = 0.22
Examples = tuple[list[str], Any, Any, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "vdata_transitions")
    parser.add_argument("--parts", default=PARTS)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "video/signals/cuts.json")
    parser.add_argument("--apart", action="store_true")
    args = parser.parse_args()
    known = {part: [examples(video) for video in made(part, args.cache)] for part in args.parts.split(",")}
    if args.apart:
        for part in known:
            fit_to = [one for other in known if other != part for one in known[other]]
            print(part, found_in(known[part], trees_of(fit_to)))
        return
    told = [one for videos in known.values() for one in videos]
    args.out.write_text(json.dumps(trees_of(told), separators=(",", ":")) + "\n")
    right = sum(int(one[2].sum()) for one in told)
    print(
        f"{sum(len(one[2]) for one in told)} frames, {right} of them cuts; {args.out}: {args.out.stat().st_size} bytes"
    )


def examples(video: Video) -> Examples:
    """What is measured where *video* may be cut: names and values; which are cuts, and what they weigh."""
    layout = layouts(video.signals)
    change = changes(layout)
    frames = candidates(video.signals, change)
    seen = cut_measures(video.signals, layout, change, frames, FLASH)
    right, weight = np.zeros(len(frames)), np.ones(len(frames))
    weight[frames >= len(layout) - 3] = 0  # there no boundary is known
    for one in video.truth:
        cut = one.kind in ("cut", "quick")
        if not cut and one.kind not in AFTER + BEFORE:
            continue
        at = one.last + 1 if one.kind in AFTER else one.first
        near = np.flatnonzero(np.abs(frames - at) <= 1)
        weight[near] = 0
        if len(near):
            best = near[np.argmax(change[frames[near]] + 9 * (frames[near] == at))]
            right[best], weight[best] = 1, 1
    return list(seen), np.stack(list(seen.values()), axis=1), right, weight


def trees_of(told: list[Examples]) -> dict[str, Any]:
    """The trees fitted to the examples *told*, as the file has them."""
    values, right, weight = (np.concatenate([one[n] for one in told]) for n in (1, 2, 3))
    return fitted(told[0][0], values, right, weight, LEAST)


def found_in(told: list[Examples], trees: dict[str, Any]) -> str:
    """How many of the cuts in *told* *trees* find, and how many false ones, from several scores on."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "trees.json"
        file.write_text(json.dumps(trees))
        scores = [Trees.read(file).score(values) for _, values, _, _ in told]
    score, right, weight = np.concatenate(scores), *(np.concatenate([one[n] for one in told]) for n in (2, 3))
    lines = []
    for least in (-1.0, -0.5, 0.0, 0.5, 1.0):
        over = (score > least) & (weight > 0)
        lines.append(f"{least}: {int(right[over].sum())}/{int(right.sum())}, {int((1 - right[over]).sum())} false")
    return "; ".join(lines)


if __name__ == "__main__":
    main()
