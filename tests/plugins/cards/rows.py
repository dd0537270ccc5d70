"""What the checks of all families read rows with."""

from __future__ import annotations

from collections import Counter
from math import sqrt
from typing import Any

Rows = list[dict[str, Any]]


def by_task(rows: Rows, task: str) -> Rows:
    return [row for row in rows if row["task"] == task]


def params_of(row: dict[str, Any]) -> dict[str, str]:
    return {given["name"]: given["value"] for given in row["params"]}


def by_video(rows: Rows) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    for row in rows:
        found.setdefault(row["video"], []).append(row)
    return found


def at_most(rows: Rows, most: dict[str, int]) -> None:
    """Of each video there are no more rows of a task than *most* says, and none of a task that it does not name."""
    for own in by_video(rows).values():
        counts = Counter(row["task"] for row in own)
        assert {task: count for task, count in counts.items() if count > most.get(task, 0)} == {}


def letters_by_chance(rows: Rows) -> None:
    """Each letter is right about as often as chance has it: no farther off than three and a half deviations and one."""
    shown = Counter(len(row["options"]) for row in rows if row["options"])
    right = Counter((len(row["options"]), row["answer_index"]) for row in rows if row["options"])
    for size, count in shown.items():
        share = count / size
        bound = 3.5 * sqrt(share * (1 - 1 / size)) + 1
        assert all(abs(right[size, place] - share) <= bound for place in range(size)), (size, right)


def times_alone(options: list[str]) -> bool:
    """Whether all *options* are stretches or points of time."""
    digits = [sum(sign.isdigit() for sign in text) for text in options]
    return all(digits) and all(text.split()[0].casefold() in ("from", "at") for text in options)
