"""What is known of published systems, asked of the samples that a recipe makes: formats, limits, shares of kinds."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Rows = list[dict[str, Any]]


def vtg_it(rows: Rows) -> None:
    """Times of four digits and one, each within the video; scores from 1 to 5; no double stop."""
    for row in rows:
        said = row["answer"]
        times = re.findall(r"(?<![\d.])\d{4}\.\d(?!\d)", said)
        assert len(times) == 2 * len(re.findall(r"\d{4}\.\d - \d{4}\.\d seconds", said)) >= 2, said
        assert all(float(time) <= row["duration"] for time in times)
        assert ".." not in said
        if row["task"] in ("highlight_scores", "video_highlight_detection"):
            scores = [float(score) for score in re.findall(r"significance score: ([\d.]+)[,.]", said)]
            assert scores
            assert all(1 <= score <= 5 for score in scores)
    assert {row["evidence"][0]["lane"] for row in rows} == {"events", "true_events", "highlights"}


CARDS: dict[str, Callable[[Rows], None]] = {"vtg_it": vtg_it}
"""By recipe: asserts what its authors say of their data."""
