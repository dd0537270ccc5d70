"""The clips show what their labels say: measured here on the pictures themselves, with nothing of vdata's."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

Row = dict[str, str]

COLOURS = {
    "red": (214, 40, 40), "blue": (38, 84, 214), "green": (36, 160, 70), "yellow": (250, 205, 40),
    "white": (245, 245, 240), "orange": (240, 130, 30), "purple": (130, 60, 180),
}  # fmt: skip


@pytest.fixture(scope="module")
def rows(acts: Path) -> list[Row]:
    return [json.loads(line) for line in (acts / "acts.jsonl").read_text().splitlines()]


def frames(path: Path) -> NDArray[np.float64]:
    """All frames, (n, 180, 320, 3)."""
    with av.open(str(path)) as file:
        assert file.streams.video[0].average_rate == 20
        return np.stack([frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]).astype(float)


def seen(acts: Path, row: Row) -> list[dict[str, Any]]:
    """What stands out of the backdrop on each frame: its middle in pixels, and how much of it there is."""
    pictures = frames(acts / row["video"])
    assert pictures.shape == (60, 180, 320, 3)
    found, backdrop = [], np.median(pictures[::5], axis=0)
    for picture in pictures:
        rest = np.abs(picture - backdrop).sum(axis=2)
        ys, xs = np.nonzero(rest > 90)
        found.append({"x": xs.mean() if len(xs) else np.nan, "y": ys.mean() if len(ys) else np.nan, "area": len(xs)})
    return found


def test_every_clip_has_one_label_and_says_its_own(acts: Path, rows: list[Row]) -> None:
    assert sorted(path.name for path in acts.glob("*.mp4")) == [row["video"] for row in rows]
    assert len({row["text"] for row in rows}) == len(rows) == 54
    counts = Counter(row["aspect"] for row in rows)
    assert counts == {"action": 30, "direction": 12, "attribute_change": 12}
    for row in rows:
        assert row["text"] == f"{row['subject'].capitalize()} {row['does']}."
        assert ("backwards" in row) == (row["aspect"] != "action")
        assert row.get("backwards") != row["does"]


@pytest.mark.parametrize(("label", "axis", "sign"), [("crossing", "x", 1), ("climbing", "y", -1)])
def test_what_moves_moves_the_way_that_is_said(acts: Path, rows: list[Row], label: str, axis: str, sign: int) -> None:
    for row in [row for row in rows if row["label"] == label][:2]:
        places = [one[axis] for one in seen(acts, row) if one["area"] > 20]
        assert len(places) > 50
        steps = np.diff(places)
        assert (np.sign(steps) == sign).mean() > 0.95


def test_what_changes_changes_the_way_that_is_said(acts: Path, rows: list[Row]) -> None:
    for row in [row for row in rows if row["label"] == "changing colour"][:2]:
        one, other = row["does"].removeprefix("changes from ").split(" to ")
        assert row["backwards"] == f"changes from {other} to {one}"
        pictures = frames(acts / row["video"])
        first, last = (pictures[n, 84:96, 154:166].mean(axis=(0, 1)) for n in (0, -1))
        assert np.abs(first - COLOURS[one]).max() < 30
        assert np.abs(last - COLOURS[other]).max() < 30


@pytest.mark.parametrize("label", ["growing", "fading"])
def test_what_grows_or_fades_goes_away_from_the_first_picture_step_by_step(
    acts: Path, rows: list[Row], label: str
) -> None:
    for row in [row for row in rows if row["label"] == label][:2]:
        pictures = frames(acts / row["video"])
        away = np.abs(pictures - pictures[0]).mean(axis=(1, 2, 3))
        assert (np.diff(away[::6]) > 0).all()
