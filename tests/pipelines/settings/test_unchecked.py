"""A stage that writes rationales with no check behind it is warned of, by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from vdata.pipelines.settings.config_reader import load_config

HEAD = """\
videos: v.mp4
labels: [{kind: table, path: t.jsonl}]
teachers: {t: {kind: openai, model: m, base_url: http://localhost:1/v1}}
output: {path: out}
stages:
"""
ALL = "- verify: {teacher: t, checks: [rationale, label], captions: []}"


@pytest.mark.parametrize(
    ("stages", "told"),
    [
        (["- reason: {from: [events]}"], [("reason", 6, "label, rationale")]),
        (["- reason: {from: [events]}", ALL], []),
        ([ALL, "- reason: {from: [events]}"], [("reason", 7, "label, rationale")]),
        (["- reason: {from: [events]}", "- verify: {checks: [rationale], captions: []}"], [("reason", 6, "label")]),
        (["- reason: {from: [events]}", "- verify: {captions: []}"], [("reason", 6, "label")]),
        (["- reason: {from: [events], mode: propose}", "- verify: {checks: [rationale], captions: []}"], []),
        (["- questions: {from: [events], explain: field}"], [("questions", 6, "label, rationale")]),
        (["- questions: {from: [events]}"], []),
    ],
)
def test_rationales_that_nothing_verifies_are_warned_of(
    tmp_path: Path, stages: list[str], told: list[tuple[str, int, str]]
) -> None:
    (tmp_path / "v.mp4").touch()
    (tmp_path / "t.jsonl").write_text('{"video": "v.mp4", "lane": "events", "start": 0, "end": 1, "text": "x"}\n')
    (tmp_path / "my.yaml").write_text(HEAD + "\n".join(stages))
    warnings: list[str] = []
    load_config(tmp_path / "my.yaml", (), tmp_path, warnings.append)
    assert warnings == [
        f"{tmp_path}/my.yaml:{line}: stages.{name}: writes rationales that nothing verifies. "
        f"Put verify: {{checks: [{checks}]}} behind it."
        for name, line, checks in told
    ]
