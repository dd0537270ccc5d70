"""Charts: every number is in a bar, limits lie where they should, and texts are escaped."""

from __future__ import annotations

import math
import re
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.report.charts import HEIGHT, WIDTH, histogram, ticks
from vdata.report.numbers import Values, WordCounts

NUMBERS = st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=50)


def bars(svg: str, kind: str) -> list[int]:
    """The counts that the bars of *kind* say."""
    found = ElementTree.fromstring(svg)
    return [
        int(re.findall(r": ([\d,]+)", str(bar[0].text))[0].replace(",", ""))
        for bar in found.iter("rect")
        if bar.get("class") == kind
    ]


@given(NUMBERS, st.lists(st.floats(-1e9, 1e9), max_size=9), st.booleans())
def test_every_number_is_in_a_bar(values: list[float], gone: list[float], whole: bool) -> None:
    if whole:
        values, gone = [float(round(abs(value))) for value in values], []
    svg = str(histogram(values, title="t", rejected=gone, limits=[(values[0], "here")], whole=whole))
    assert sum(bars(svg, "kept")) == len(values)
    assert sum(bars(svg, "gone")) == len(gone)
    for bar in ElementTree.fromstring(svg).iter("rect"):
        place: dict[str, Any] = {name: float(bar.get(name) or "nan") for name in ("x", "y", "width", "height")}
        assert 0 <= place["x"] <= place["x"] + place["width"] <= WIDTH + 0.2
        assert 0 <= place["y"] <= place["y"] + place["height"] <= HEIGHT


def test_a_limit_is_drawn_between_what_it_parts() -> None:
    svg = ElementTree.fromstring(histogram([30, 40, 90], title="t", rejected=[5, 12], limits=[(20, "at least 20")]))
    (line,) = [line for line in svg.iter("line") if line.get("class") == "limit"]
    x = {
        kind: [float(r.get("x") or 0) for r in svg.iter("rect") if r.get("class") == kind] for kind in ("kept", "gone")
    }
    assert max(x["gone"]) < float(line.get("x1") or 0) < min(x["kept"])


def test_a_long_tail_is_told_and_not_drawn() -> None:
    svg = str(histogram([*range(1, 1000), 50_000], title="t"))
    assert ElementTree.fromstring(svg).get("aria-label") == "t; 10 above 990"


def test_texts_are_escaped() -> None:
    svg = str(histogram([1], title='"><script>', unit="<b>", limits=[(1, "<i>&")]))
    assert "<script" not in svg
    assert "<b>" not in svg
    assert "&lt;i&gt;&amp;" in svg


def test_no_numbers_no_chart() -> None:
    assert histogram([], title="t") == ""


@given(st.floats(-1e3, 1e3), st.floats(1e-2, 1e6))
def test_ticks_are_few_and_inside(low: float, reach: float) -> None:
    found = ticks(low, low + reach)
    assert len(found) <= 8
    assert all(low - reach * 1e-6 <= tick <= low + reach * (1 + 1e-6) for tick in found)


@given(st.lists(st.lists(st.floats(allow_nan=True), max_size=30), max_size=12))
def test_values_are_thinned_evenly_and_counted_exactly(chunks: list[list[float]]) -> None:
    values = Values(most=16)
    for chunk in chunks:
        values.add(chunk)
    every = [number for chunk in chunks for number in chunk if math.isfinite(number) and abs(number) < 1e15]
    assert values.count == len(every)
    assert len(values.array()) <= 16
    assert np.array_equal(values.array(), every[:: values.stride])
    if every:
        assert (values.least, values.greatest) == (min(every), max(every))


@pytest.mark.parametrize("most", [2, 3, 100])
def test_a_tally_counts_everything(most: int) -> None:
    tally = WordCounts(most)
    for word in ["a", "b", "a", "c", "d", None, "a"]:
        tally.add([word])
    found = dict(tally.top(2))
    assert found["a"] == 3
    assert sum(found.values()) == 6
