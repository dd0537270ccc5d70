"""Times as the slots that a trainer fills in, and as tokens of single digits."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from vdata.cli import run
from vdata.export.format import Unsupported
from vdata.export.formats.vtg_it import tokens_of


def test_v2xum_has_a_slot_for_each_time_in_percent(small: Path) -> None:
    assert run(["export", str(small), "--format", "v2xum", "--out", "out.json", "--times", "percent"]) == 0
    rows = json.loads(Path("out.json").read_text(encoding="utf-8"))
    timed = [row for row in rows if row["meta"]["token"]]
    assert timed
    first = timed[0]
    assert [turn["value"] for turn in first["conversations"]] == [
        '<video>\nWhen does this happen: "A woman cracks two eggs"?',
        "From <s0>% to <s1>%.",
    ]
    assert first["meta"] == {"duration": 60.0, "token": {"<s0>": 7.44, "<s1>": 12.0}}, "12.4% and 20% of a minute"
    for row in timed:
        said = "".join(turn["value"] for turn in row["conversations"])
        assert re.findall(r"<s\d+>", said) == list(row["meta"]["token"])
        assert not re.search(r"\d+(?:\.\d+)?%", said), "no time is left as a number"


def test_a_time_is_six_tokens_or_none() -> None:
    assert tokens_of(7.5) == "<TIME_ZERO><TIME_ZERO><TIME_ZERO><TIME_SEVEN><TIME_DOT><TIME_FIVE>"
    assert tokens_of(9999.94).count("<TIME_") == 6
    with pytest.raises(Unsupported, match="time_too_long"):
        tokens_of(10_000.0)
