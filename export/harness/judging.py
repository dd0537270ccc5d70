"""A reply to one row of a benchmark, judged; and judged replies put together, as ``vdata score`` does both.

This code is copied beside the files for a harness (``copied_code.py``): it knows plain values only.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import Any

from ...scoring.reply_verdict import TrueAnswer, judge_reply

MEDIA = "VDATA_MEDIA"
"""The environment variable with the folder in which videos lie, where they are not where they were at first."""


def video_of(row: Mapping[str, Any]) -> str:
    """What to open for *row*: its file below the folder that ``VDATA_MEDIA`` names, or where it was at first.

    Raises:
        FileNotFoundError: it is not there.
    """
    root = os.environ.get(MEDIA, "")
    name, first = str(row["video"]), str(row["path"])
    places = [os.path.join(root, name), os.path.join(root, os.path.basename(first))] if root else []
    places.append(first)
    for place in places:
        if os.path.exists(place) or (place == first and "://" in first):
            return place
    raise FileNotFoundError(f"{places[0]} is not there. Set {MEDIA} to the folder that holds {name}.")


def judged(row: Mapping[str, Any], reply: str) -> dict[str, Any]:
    """What *reply* is to *row*: ``score`` (1 right, 0 not), ``status``, and ``iou`` where a stretch is asked for."""
    true = TrueAnswer(row["form"], row["answer"], tuple(row["options"]), row["answer_index"])
    told = judge_reply(true, reply)
    facts = {name: row[name] for name in ("id", "item", "task", "video")}
    return {**facts, "score": int(told.status == "right"), "status": told.status, "iou": told.iou}


def measures_of(row: Mapping[str, Any]) -> list[str]:
    """The measures that count *row*: over all, of its task, and of its length and depth in a haystack."""
    found = ["accuracy", "mean_of_tasks", f"accuracy_{row['task']}"]
    found += [f"accuracy_{name}_{row[name]}" for name in ("length", "depth") if row[name]]
    if row["form"] in ("stretch", "stretches"):
        found.append("mean_iou")
    return [re.sub(r"[^\w.-]", "_", name) for name in found]


def accuracy(replies: Sequence[Mapping[str, Any]]) -> float:
    """The share of questions that are right; one that is asked in several rotations, only if all of them are."""
    items: dict[str, list[int]] = {}
    for one in replies:
        items.setdefault(one["item"], []).append(one["score"])
    return fmean(all(scores) for scores in items.values()) if items else 0.0


def mean_of_tasks(replies: Sequence[Mapping[str, Any]]) -> float:
    """The mean of the accuracies of all tasks."""
    tasks: dict[str, list[Mapping[str, Any]]] = {}
    for one in replies:
        tasks.setdefault(one["task"], []).append(one)
    return fmean(accuracy(of) for of in tasks.values()) if tasks else 0.0


def scores(held: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> dict[str, float]:
    """Every measure by name, of pairs of a row and its judged reply."""
    counted: dict[str, list[Mapping[str, Any]]] = {}
    for row, told in held:
        for name in measures_of(row):
            counted.setdefault(name, []).append(told)
    return {name: measure(name)(counted[name]) for name in sorted(counted)}


def measure(name: str) -> Callable[[Sequence[Mapping[str, Any]]], float]:
    """What calculates the measure *name* from judged replies."""
    return {"mean_of_tasks": mean_of_tasks, "mean_iou": mean_iou}.get(name, accuracy)


def mean_iou(replies: Sequence[Mapping[str, Any]]) -> float:
    """The mean overlap of the stretches of time with the true ones; an unreadable reply has none."""
    return fmean(one["iou"] or 0.0 for one in replies) if replies else 0.0
