"""What others have written does nothing on the card: no HTML, no pictures, no rules, no way out of a block."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from huggingface_hub import DatasetCard
from inline import without_ray

from vdata.cli import run
from vdata.pipelines.card.card_words import cell, fenced, one_line, plain_words

BAD = (
    "<script>alert(1)</script>\n![x](https://evil.example/p.png)\n---\nlicense: mit\n---\n===\n```\n~~~\n<img src=x "
    "onerror=y>\x00\x1b[2J\u202e"
)


def test_words_do_nothing() -> None:
    text = plain_words(BAD)
    assert "<" not in text
    assert "![" not in text
    assert not re.search(r"(?m)^\s*(---|===|```|~~~)", text)
    assert not re.search(r"[\x00\x1b\u202e]", text)
    assert plain_words("A set of films (see https://host/a-b).\n\n- one\n- two") == (
        "A set of films (see https://host/a-b).\n\n- one\n- two"
    )
    assert "\n" not in one_line(BAD)
    assert cell("a|b [x](y)") == "a\\|b \\[x](y)"
    assert fenced("a\n````\nb", "yaml") == ["`````yaml", "a\n````\nb", "`````"]


def test_a_whole_card_of_bad_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_ray(monkeypatch)
    (tmp_path / "steps.csv").write_text("video,start,end,text\nv0,1,2,Step one.\n")
    config = {
        "labels": [{"kind": "table", "path": str(tmp_path / "steps.csv"), "lane": "steps"}],
        "stages": [{"tasks": {"of": ["steps"], "tasks": ["grounded_caption"]}}],
        "output": {"path": str(tmp_path / "out")},
        "cache": str(tmp_path / "cache"),
        **dict.fromkeys(("name", "description", "licence", "source"), BAD.replace("\x00", "").replace("\x1b", "")),
        "cite": [BAD.replace("\x00", "").replace("\x1b", "")],
    }
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(config))
    assert run(["build", str(tmp_path / "c.yaml")]) == 0
    card = (tmp_path / "out" / "README.md").read_text()
    assert not re.search(r"[\x00\x1b\r\u202e]", card)
    outside = re.sub(r"(?ms)^(`{3,})\w*\n.*?^\1$", "", card.split("\n---\n", 1)[1])
    assert "evil.example" in outside
    assert "![" not in outside
    assert set(re.findall(r"<[^>\s]+", outside)) <= {"<details", "</details", "<summary", "</summary"}
    assert not re.search(r"(?m)^\s*(---|===)\s*$", outside)
    data = DatasetCard.load(tmp_path / "out" / "README.md").data.to_dict()
    assert data["configs"][0]["config_name"] == "default"
    assert data["license"] != "mit"
    assert json.loads((tmp_path / "out" / "build.json").read_text())["samples"] == 1
