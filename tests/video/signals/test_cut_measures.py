"""What is measured at a frame that may begin another picture."""

from __future__ import annotations

from typing import Any

import numpy as np

from vdata.schemas import Signals
from vdata.schemas.signal_table import column_names
from vdata.video.signals.cut_measures import candidates, cut_measures, usual
from vdata.video.signals.layout import layouts
from vdata.video.signals.layout_cuts import changes

WIDE = {"colours": 12, "chroma": 2, "texture": 72}
ONE, TWO = np.random.default_rng(8).integers(60, 220, (2, 72))


def table(grid: Any) -> Signals:
    """25 pictures a second of which the *grid* alone changes."""
    one = np.ones(len(grid), np.float32)
    columns: dict[str, Any] = dict.fromkeys(column_names(), one) | {"time": np.arange(len(grid)) / 25, "grid": grid}
    columns |= {name: np.ones((len(grid), size), np.uint8) for name, size in WIDE.items()}
    return Signals(**columns)


def measured(*parts: tuple[Any, int]) -> dict[str, float]:
    """What is measured at the first frame of the second of *parts*, each a grid for so many frames."""
    grid = np.concatenate([np.repeat(np.asarray(part)[None], count, axis=0) for part, count in parts])
    signals = table(grid)
    layout = layouts(signals)
    frame = np.array([parts[0][1]])
    return {name: float(value[0]) for name, value in cut_measures(signals, layout, changes(layout), frame, 0.2).items()}


def test_a_cut_stays_and_a_flash_is_back() -> None:
    cut, flash = measured((ONE, 40), (TWO, 40)), measured((ONE, 40), (TWO, 4), (ONE, 40))
    assert min(cut[name] for name in ("back", "back at once", "returns")) > 0.9
    assert flash["back"] < 0.01 < 0.9 < flash["back at once"]  # it lasts longer than a tenth of a second
    assert measured((ONE, 40), (TWO, 8), (ONE, 40))["back"] > 0.9  # and this longer than a flash


def test_what_covers_a_few_rows_is_seen_in_few_rows() -> None:
    bar = np.where(np.arange(72) // 9 == 6, 250, ONE)
    found = measured((ONE, 40), (bar, 20), (ONE, 40))
    assert (found["rows"], found["columns"]) == (1, 9)
    assert found["returns"] < 0.05  # it goes again


def test_other_lines_on_a_page_are_no_lines_that_are_added() -> None:
    grid = np.repeat(ONE[None], 80, axis=0)
    found = []
    for old, new in ((slice(9, 18), slice(18, 27)), (slice(9, 18), slice(9, 27))):
        signals = table(grid)
        signals.texture = np.full((80, 72), 4, np.uint8)
        signals.texture[:40, old] = signals.texture[40:, new] = 90
        layout = layouts(signals)
        seen = cut_measures(signals, layout, changes(layout), np.array([40]), 0.2)
        found.append({name: float(value[0]) for name, value in seen.items()})
    other, added = found
    assert (other["texture rows"], added["texture rows"]) == (2, 1)
    assert other["texture other"] > 0.8
    assert added["texture other"] == added["texture less"] == 0
    assert other["texture holds 0.3"] > 0.9
    assert other["texture drifts 0.3"] == 0


def test_frames_are_candidates_where_they_change_by_more_than_usual() -> None:
    grid = np.repeat(ONE[None], 80, axis=0)
    grid[50:] = TWO
    signals = table(grid)
    assert candidates(signals, changes(layouts(signals))).tolist() == [50]


def test_the_usual_is_that_of_the_side_with_more() -> None:
    column = np.array([0, 0, 0, 9, 5, 5, 5.0])
    assert usual(column, 3)[3] == 5
