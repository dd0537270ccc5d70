"""A model that judges what it wrote is told of, under whatever name it is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from records import make_record

from vdata.pipelines.card.card_facts import CardFacts
from vdata.pipelines.card.card_text import limits
from vdata.pipelines.card.own_judges import own_judges
from vdata.pipelines.settings.config_reader import load_config
from vdata.schemas.build_record import Usage

HERE, THERE = "http://localhost:8000/v1", "http://localhost:9000/v1"
TEACHERS: dict[str, dict[str, Any]] = {
    "a": {"kind": "openai", "model": "m", "base_url": HERE},
    "twin": {"kind": "openai", "model": "m", "base_url": [HERE], "temperature": 1.0},
    "larger": {"kind": "openai", "model": "m-72b", "base_url": HERE},
    "elsewhere": {"kind": "openai", "model": "m", "base_url": THERE},
    "moved": {"kind": "openai", "model": "m", "base_url": HERE, "endpoint": "cluster"},
}


def said(folder: Path, *stages: dict[str, Any], account: dict[str, list[str]] | None = None) -> list[str]:
    """What is said of a build with these *stages*, in which the teachers of *account* were asked for these purposes."""
    (folder / "v.mp4").touch()
    (folder / "t.jsonl").write_text('{"video": "v.mp4", "lane": "steps", "start": 0, "end": 1, "text": "x"}\n')
    config = {
        "videos": "v.mp4",
        "labels": [{"kind": "table", "path": "t.jsonl"}],
        "teachers": TEACHERS,
        "stages": [{"tasks": {"of": ["steps"]}}, *stages],
        "output": {"path": "out"},
    }
    (folder / "c.yaml").write_text(yaml.safe_dump(config))
    asked = {name: {one: Usage(calls=1) for one in purposes} for name, purposes in (account or {}).items()}
    record = make_record(config=load_config(folder / "c.yaml", base=folder).resolved(), teachers=asked)
    told = [*own_judges(record)]
    assert [line for line in limits(record, CardFacts()) if line in told] == told
    return told


@pytest.mark.parametrize(
    ("judge", "named"),
    [("", True), ("a", True), ("twin", True), ("larger", False), ("elsewhere", False), ("moved", False)],
)
def test_a_judge_is_the_author_by_kind_model_and_address(tmp_path: Path, judge: str, named: bool) -> None:
    stage = {"from": ["steps"], "mode": "propose", "teacher": "a", "judge": judge, "on_failure": "drop", "look": None}
    line = "`reason` let the model that wrote be its own judge, wherever no rule could decide."
    assert said(tmp_path, {"reason": stage}) == [line] * named


@pytest.mark.parametrize(
    ("verify", "told"),
    [
        ({"teacher": "twin"}, "claims"),
        ({"teacher": "twin", "checks": ["rules", "label", "claims"]}, "label, claims"),
        ({"teacher": "twin", "checks": ["rules", "blind"]}, ""),  # it judges nothing
        ({"teacher": "larger"}, ""),
        ({"teacher": "elsewhere", "checks": ["claims"]}, ""),
        ({"checks": ["text"]}, ""),
    ],
)
def test_verify_says_by_which_checks_the_author_judges(tmp_path: Path, verify: dict[str, Any], told: str) -> None:
    account = {"a": ["questions"], verify.get("teacher", "larger"): ["verify"]}
    asked = {"questions": {"from": ["steps"], "teacher": "a"}}
    line = f"`verify` let the model that wrote be its own judge, by the checks {told}."
    assert said(tmp_path, asked, {"verify": verify}, account=account) == ([line] if told else [])


@pytest.mark.parametrize(("second", "named"), [("twin", True), ("", False), ("elsewhere", False)])
def test_whose_second_draw_is_compared(tmp_path: Path, second: str, named: bool) -> None:
    verify = {"teacher": "larger", "checks": ["agreement"], "second_teacher": second}
    line = "`verify` let the model that wrote be its own judge, by the check agreement."
    assert said(tmp_path, {"verify": verify}, account={"a": ["questions"], "larger": ["verify"]}) == [line] * named


def test_a_panel_is_judged_by_one_of_its_own_and_drafts_by_their_writer(tmp_path: Path) -> None:
    panel = {"of": "steps", "teachers": ["larger", "twin"], "judge": "a", "teacher": "a"}
    drafts = {"of": "steps", "into": "drafts", "teacher": "a", "iterate": {"rounds": 2, "judge": "twin"}}
    assert said(tmp_path, {"caption": panel}, {"caption": drafts}) == [
        "`caption` let the model that wrote be its own judge, wherever no rule could decide.",
        "`caption` let the model that wrote be its own judge, of its drafts.",
    ]
    assert said(tmp_path, {"caption": {"of": "steps", "teacher": "a"}}) == []
