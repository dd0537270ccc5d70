"""Every format, byte by byte, from one small data set; and what each leaves out, with the reason.

``VDATA_WRITE_GOLDEN=1 pytest tests/export/test_golden.py`` writes the golden files anew: read the diff.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from vdata.cli import run
from vdata.export.format import find_formats

GOLDEN = Path(__file__).parent / "golden"
NEVER = {"not_rendered": 1}
"""Of the haystack that has no file."""
TALK = {"preference_pair": 2}
MARKED = {"preference_pair": 1, "placeholder_in_text": 1, "needs_a_clip": 2}
PAIRS = {"no_preference_pair": 10}
WHOLE_PAIRS = {"no_preference_pair": 9, "needs_a_clip": 2}
LEFT = {
    "activitynet_captions": {"already_there": 2, "no_span": 8},
    "charades_sta": {"no_span": 10},
    "dpo": PAIRS,
    "llama_factory": MARKED,
    "llama_factory_dpo": WHOLE_PAIRS,
    "llava": MARKED,
    "llava_video": MARKED,
    "ms_swift": MARKED,
    "ms_swift_dpo": WHOLE_PAIRS,
    "openai": TALK,
    "qwen_vl": MARKED,
    "rl": {"preference_pair": 1, "needs_a_clip": 2, "no_verifiable_answer": 5},
    "tsv": {**TALK, "several_turns": 1},
    "videochat2": {**TALK, "several_turns": 1},
}


def test_every_format_has_a_golden_file() -> None:
    names = set(find_formats())
    assert names == {path.stem for path in GOLDEN.iterdir()} | {"webdataset"}
    assert names == {*LEFT, "webdataset"}


@pytest.mark.parametrize("name", sorted(LEFT))
def test_the_file_is_the_golden_one(small: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    out, golden = Path("out"), GOLDEN / (name + find_formats()[name].suffix)
    assert run(["export", str(small), "--format", name, "--out", "out", "--media-root", "videos"]) == 0
    if os.environ.get("VDATA_WRITE_GOLDEN"):
        golden.write_bytes(out.read_bytes())
    assert out.read_text(encoding="utf-8") == golden.read_text(encoding="utf-8")
    noted = [json.loads(line) for line in Path("out.left_out.jsonl").read_text().splitlines()]
    assert Counter(row["reason"] for row in noted) == {**LEFT[name], **NEVER}
    assert {row["what"] for row in noted} == {"left_out"}
    said = capsys.readouterr().out
    assert f"{len(noted)} of 13 samples left out: " in said
    written = 13 - len(noted)
    assert f"{written} sample{'' if written == 1 else 's'} as {name}: out\n" in said
    assert all(f"{reason} {count}" in said for reason, count in {**LEFT[name], **NEVER}.items())
    assert sorted(path.name for path in Path().iterdir()) == ["out", "out.left_out.jsonl", "set", "videos"]
