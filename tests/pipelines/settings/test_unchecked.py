"""A stage that writes questions, rationales or captions of lines with no check behind it is warned of, by line."""

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
    ],
)
def test_rationales_that_nothing_verifies_are_warned_of(
    tmp_path: Path, stages: list[str], told: list[tuple[str, int, str]]
) -> None:
    assert warnings(tmp_path, stages) == [
        f"{line}: stages.{name}: writes rationales that nothing verifies. Put verify: {{checks: [{checks}]}} behind it."
        for name, line, checks in told
    ]


STEPS = "- steps: {of: events, lines: events, into: told}"


@pytest.mark.parametrize(
    ("stages", "told", "put"),
    [
        (["- questions: {from: [events]}"], "questions: writes questions", "[grounding, well_formed]"),
        (["- questions: {from: [events]}", "- verify: {checks: [text, grounding]}"], "questions", "[well_formed]"),
        (["- questions: {from: [events]}", "- verify"], "", ""),
        (["- questions: {from: [events]}", "- verify: {checks: [text, rules]}"], "", ""),
        (["- questions: {from: [events], answers: choice}", "- verify: {checks: [grounding]}"], "", ""),
        (["- questions: {from: [events], tasks: [count, order]}"], "", ""),
        (
            ["- questions: {from: [events], explain: field}"],
            "questions: writes questions and rationales",
            "[grounding, label, rationale, well_formed]",
        ),
        ([STEPS], "steps: writes captions into told", "[grounding], captions: [told]"),
        ([STEPS, "- verify: {captions: []}"], "steps: writes captions into told", "[grounding], captions: [told]"),
        ([STEPS, "- verify: {captions: [told]}"], "", ""),
        ([STEPS, "- align: {of: told, into: there}", "- verify: {captions: [there]}"], "", ""),
    ],
)
def test_words_that_nothing_verifies_are_warned_of(tmp_path: Path, stages: list[str], told: str, put: str) -> None:
    (said,) = warnings(tmp_path, stages) or ("",)
    assert told in said
    assert (f" that nothing verifies. Put verify: {{checks: {put}}} behind it." if put else "") in said
    assert bool(said) == bool(told)


def warnings(tmp_path: Path, stages: list[str]) -> list[str]:
    """What is said of a config with these *stages*, from the line on."""
    (tmp_path / "v.mp4").touch()
    (tmp_path / "t.jsonl").write_text('{"video": "v.mp4", "lane": "events", "start": 0, "end": 1, "text": "x"}\n')
    (tmp_path / "my.yaml").write_text(HEAD + "\n".join(stages))
    said: list[str] = []
    load_config(tmp_path / "my.yaml", (), tmp_path, said.append)
    return [line.removeprefix(f"{tmp_path}/my.yaml:") for line in said]
