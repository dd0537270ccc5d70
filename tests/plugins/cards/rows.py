"""What the checks of all families read rows with."""

from __future__ import annotations

from typing import Any

Rows = list[dict[str, Any]]


def by_task(rows: Rows, task: str) -> Rows:
    return [row for row in rows if row["task"] == task]


def params_of(row: dict[str, Any]) -> dict[str, str]:
    return {given["name"]: given["value"] for given in row["params"]}
