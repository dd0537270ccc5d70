"""Fit the decision trees that tell gradual transitions, and write them to video/signals/gradual.json.

    python benchmarks/fit_gradual.py [--cache DIR] [--parts tune,more,drill] [--out FILE]

The windows of rendered videos whose boundaries are known (`transitions.py`) are the examples: right is one whose middle
lies within the tolerance and which covers the transition and little else. Needs scikit-learn.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from transition_videos import SOFT
from transitions import Video, made

from vdata.video.signals.gradual import windows
from vdata.video.signals.layout import layouts
from vdata.video.signals.layout_cuts import layout_cuts

PARTS = "tune,more,drill"
DEPTH, TREES, RATE, LEAST = 3, 150, 0.12, 80
GREY = 3
"""One video of so many is taken as one of greys, so that the trees do not lean on colours alone."""
COVERS, TOUCHES = 0.45, 0.05
"""Intersection over union of a window with the transition from which it is right, and from which it counts half."""
LEFT_OUT = "drift", "most beside"
"""Measures that the trees are not given, since they tell little beside the others."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "vdata_transitions")
    parser.add_argument("--parts", default=PARTS)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "video/signals/gradual.json")
    args = parser.parse_args()
    told = [
        examples(video, n % GREY == 0)
        for part in args.parts.split(",")
        for n, video in enumerate(made(part, args.cache))
    ]
    told = [one for one in told if len(one[1])]
    inputs = [name for name in told[0][0] if name not in LEFT_OUT]
    values = np.concatenate([np.stack([seen[name] for name in inputs], axis=1) for seen, _, _ in told])
    right, weight = (np.concatenate([one[n] for one in told]) for n in (1, 2))
    args.out.write_text(json.dumps(fitted(inputs, values, right, weight), separators=(",", ":")) + "\n")
    print(f"{len(values)} windows, {int(right.sum())} of them right; {args.out} has {args.out.stat().st_size} bytes")


def examples(video: Video, grey: bool) -> tuple[dict[str, Any], Any, Any]:
    """What is measured on the windows of *video*, without its colours if *grey*, which are right, what they weigh."""
    if grey:
        video.signals.colours = np.full_like(video.signals.colours, 21)
        video.signals.chroma = np.full_like(video.signals.chroma, 128)
    layout = layouts(video.signals)
    _, flashes = layout_cuts(video.signals, layout, 0.22, 0.2)
    cuts = [one.first for one in video.truth if one.kind in ("cut", "quick")]
    before, after, seen = windows(video.signals, layout, cuts, flashes)
    middle, right, weight = (before + after + 1) // 2, np.zeros(len(before)), np.ones(len(before))
    if video.kind not in SOFT:
        weight += 1  # whoever has no such transitions wants none
    for one in video.truth:
        if one.kind in ("cut", "quick"):
            continue
        low, high = one.first - 1, one.last + 1
        shared = np.maximum(0, np.minimum(after, high) - np.maximum(before, low))
        share = shared / (np.maximum(after, high) - np.minimum(before, low))
        good = (middle >= one.first - 2) & (middle <= one.last + 2) & (share > COVERS)
        right[good] = 1
        weight[(share > TOUCHES) & ~good] = 0.5
    return seen, right, weight


def fitted(inputs: list[str], values: Any, right: Any, weight: Any, least: int = LEAST) -> dict[str, Any]:
    """The trees, as the file has them; each of their answers stands for *least* examples."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=TREES, learning_rate=RATE, max_depth=DEPTH, max_leaf_nodes=2**DEPTH, min_samples_leaf=least,
        l2_regularization=2.0, early_stopping=False, random_state=0,
    ).fit(values, right, sample_weight=weight)  # fmt: skip
    trees = [whole(predictor[0].nodes) for predictor in model._predictors]
    return {"inputs": inputs, "base": round(float(model._baseline_prediction.item()), 5), "trees": trees}


def whole(nodes: Any) -> dict[str, list[float]]:
    """A tree of *nodes* as a whole one of DEPTH: a branch that ends early goes on to the left."""
    column, above, answer = [0] * (2**DEPTH - 1), [1e9] * (2**DEPTH - 1), [0.0] * 2**DEPTH

    def put(node: Any, at: int) -> None:
        if at >= len(column):
            answer[at - len(column)] = round(float(node["value"]), 5)
        elif node["is_leaf"]:
            put(node, 2 * at + 1)
        else:
            column[at], above[at] = int(node["feature_idx"]), float(f"{node['num_threshold']:.5g}")
            put(nodes[node["left"]], 2 * at + 1)
            put(nodes[node["right"]], 2 * at + 2)

    put(nodes[0], 0)
    return {"column": column, "above": above, "answer": answer}


if __name__ == "__main__":
    main()
