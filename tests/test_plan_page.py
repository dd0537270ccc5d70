"""``vdata plan`` warns of what would stop the build."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vdata.cli import run

CONFIG = """
videos: {clips}
teachers: {{watcher: {{kind: openai, model: m, base_url: "http://localhost:1/v1", price: {{input: 1000, output: 0}},
  budget: {budget}}}}}
stages: [{{shots: {{}}}}, {{caption: {{teacher: watcher}}}}]
output: {{path: {out}}}
"""


@pytest.mark.parametrize(
    ("budget", "told"),
    [
        ("{calls: 1}", "WARNING: watcher is estimated to pass its budget (about 2 of 1 calls)"),
        ("{tokens: 10, calls: 1000}", " of 10 tokens): the build would stop there. Raise teachers.watcher.budget"),
        ("{dollars: 0.5, tokens: 10}", " of 10 tokens, about "),
        ("{dollars: 0.5}", " of 0.5 dollars)"),
        ("{calls: 100000, tokens: 1000000000, dollars: 1000000}", ""),
        ("{}", ""),
    ],
)
def test_plan_warns_when_the_estimate_passes_the_budget(
    capsys: pytest.CaptureFixture[str], clips: Path, tmp_path: Path, budget: str, told: str
) -> None:
    config = tmp_path / "my.yaml"
    config.write_text(CONFIG.format(clips=clips / "bikes.mp4", budget=budget, out=tmp_path / "out"))
    assert run(["plan", str(config)]) == 0
    out = capsys.readouterr().out
    assert told in out
    assert ("WARNING" in out) == bool(told)


def test_a_batch_costs_half_and_takes_up_to_a_day(
    capsys: pytest.CaptureFixture[str], clips: Path, tmp_path: Path
) -> None:
    config = tmp_path / "my.yaml"
    config.write_text(CONFIG.format(clips=clips / "bikes.mp4", budget="{}", out=tmp_path / "out"))
    dollars = []
    for more in ([], ["batch=true"], ["batch=true", "batch_price=0.25"]):
        sets = [part for one in more for part in ("--set", f"teachers.watcher.{one}")]
        assert run(["plan", str(config), *sets]) == 0
        out = capsys.readouterr().out
        (cost,) = re.findall(r"watcher: .* out, \$([\d.]+), (.*)", out)
        dollars.append(float(cost[0]))
        assert (cost[1] == "in batches: up to a day for each stage that waits for another") == bool(more)
    assert dollars[1:] == [pytest.approx(dollars[0] / 2, abs=0.01), pytest.approx(dollars[0] / 4, abs=0.01)]
    assert dollars[2] > 0.1
