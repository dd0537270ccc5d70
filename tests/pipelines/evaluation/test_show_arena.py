"""``vdata arena``: verdicts read, tables printed, mistakes named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vdata.cli import run


def verdicts(path: Path, *rows: Any) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def verdict(one: str, two: str, winner: str, question: int) -> dict[str, Any]:
    return {"model_a": one, "model_b": two, "winner": winner, "id": question}


def test_models_are_rated_from_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [verdict("large", "small", "model_a", n) for n in range(30)]
    rows += [verdict("small", "large", "model_b", n) for n in range(28)] + [verdict("small", "large", "tie", 28)]
    rows += [verdict("small", "blind", "A", 40 + n) for n in range(20)]
    one, two = verdicts(tmp_path / "one.jsonl", *rows[:50]), verdicts(tmp_path / "two.jsonl", *rows[50:])
    assert run(["arena", str(one), str(two)]) == 0
    printed = capsys.readouterr().out
    assert "79 verdicts" in printed
    assert "of 29 pairs judged in both orders 96.6% have the same verdict" in printed
    assert "wins against" in printed
    found = json.loads((tmp_path / "arena.json").read_text())
    assert [row["model"] for row in found["models"]] == ["large", "small", "blind"]
    assert found["models"][0]["wins"] == 58
    assert found["win_rates"]["blind"] == {"small": 0.0}
    assert run(["arena", str(one), "--out", str(tmp_path / "other")]) == 0
    assert (tmp_path / "other" / "arena.json").is_file()


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"model_a": "x", "winner": "tie"}, "a verdict is"),
        ({"model_a": "x", "model_b": "x", "winner": "tie"}, "compared with itself"),
        ({"model_a": "x", "model_b": "y", "winner": "x"}, "model_a, model_b or tie"),
        ([1], "a verdict is"),
    ],
)
def test_what_is_no_verdict_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], row: Any, told: str) -> None:
    path = verdicts(tmp_path / "v.jsonl", verdict("x", "y", "tie", 1), row)
    assert run(["arena", str(path)]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "v.jsonl:2" in said.replace(" ", "")
    assert told in said


def test_a_file_that_is_not_there_or_empty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["arena", str(tmp_path / "none.jsonl")]) == 2
    assert "cannot be read" in " ".join(capsys.readouterr().err.split())
    assert run(["arena", str(verdicts(tmp_path / "empty.jsonl"))]) == 2
    assert "no verdict" in " ".join(capsys.readouterr().err.split())


def test_the_verdicts_of_a_data_set_are_read_with_their_order_and_criterion(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def rows(item: str, criterion: str, *verdicts: str) -> list[dict[str, str]]:
        told = {"item": item, "a": "large", "b": "small", "criterion": criterion}
        return [{**told, "verdict": one, "order": order} for one, order in zip(verdicts, ("ab", "ba"), strict=True)]

    lines = [row for n in range(9) for row in rows(str(n), "helpful", "a", "a") + rows(str(n), "short", "b", "tie")]
    path = verdicts(tmp_path / "set.jsonl", *lines)
    assert run(["arena", str(path)]) == 0
    found = json.loads((tmp_path / "arena.json").read_text())
    assert found["win_rates"]["large"]["small"] == pytest.approx((2 + 0.5) / 4)
    assert found["sides"]["both_orders"] == 18
    assert found["sides"]["same"] == 0.5
    assert found["sides"]["first_wins"] == pytest.approx((1 + 0 + 0 + 0.5) / 4)
    by = {name: {row["model"]: row["win_rate"] for row in some} for name, some in found["by_criterion"].items()}
    assert by == {"helpful": {"large": 1, "small": 0}, "short": {"large": 0.25, "small": 0.75}}
    assert "rating by" in capsys.readouterr().out


def test_of_verdicts_by_criteria_those_that_are_overall_count(tmp_path: Path) -> None:
    """Whoever is shown first wins overall, so that neither is better; small wins by style and would be ahead."""
    rows = [
        {"item": n, "a": "large", "b": "small", "verdict": said, "order": order, "criterion": criterion}
        for n in range(20)
        for order in ("ab", "ba")
        for criterion, said in (("overall", order[0]), ("style", "b"))
    ]
    assert run(["arena", str(verdicts(tmp_path / "v.jsonl", *rows))]) == 0
    found = json.loads((tmp_path / "arena.json").read_text())
    assert (found["verdicts"], found["win_rates"]["small"]) == (40, {"large": 0.5})
    rating = {row["model"]: row["rating"] for row in found["models"]}
    assert abs(rating["large"] - rating["small"]) < 1
    by_style = {row["model"]: row["wins"] for row in found["by_criterion"]["style"]}
    assert by_style == {"large": 0, "small": 40}
