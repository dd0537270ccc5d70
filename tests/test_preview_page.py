"""Previews: three videos beside the output, with their samples, the requests, and the cost of the whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from inline import without_ray
from openai_server import Server

from vdata.cli import run
from vdata.pipelines.teachers.shown_requests import note_requests, read_requests, request_text
from vdata.schemas import Frames, Request
from vdata.schemas.teaching import Sound

CONFIG = """
labels: [{{kind: activitynet, path: {folder}/labels.json, lane: captions}}]
teachers: {{watcher: {{kind: openai, model: scripted, base_url: "{url}", price: {{input: 1, output: 2}},
  budget: {budget}}}}}
stages: [{{tasks: {{of: [captions]}}}}, {{questions: {{from: [captions], teacher: watcher, tasks: [what]}}}}]
output: {{path: {folder}/out}}
cache: {folder}/cache
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    without_ray(monkeypatch)
    said = {
        f"v{n}": {"duration": 10.0, "timestamps": [[0, 4], [5, 9]], "sentences": [f"A dog {n} runs.", "A cat sleeps."]}
        for n in range(30)
    }
    (tmp_path / "labels.json").write_text(json.dumps(said))
    with Server() as server:
        path = tmp_path / "my.yaml"
        path.write_text(CONFIG.format(folder=tmp_path, url=server.url, budget="{calls: 12}"))
        yield path


def test_a_preview(config: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status = run(["build", str(config), "--preview"])
    out = capsys.readouterr().out
    assert status == 0
    assert not (tmp_path / "out").exists(), "the output itself is not begun"
    record = json.loads((tmp_path / "out.preview" / "build.json").read_text())
    assert record["inputs"] == 3
    assert "6 of the samples:\n--- dense_caption: v0, 0.0 to 10.0 s\nuser: " in out
    assert "--- before_after: v29, 0.0 to 9.0 s\n" in out, "the last input is among them"
    assert "    evidence: captions 0.0 to 4.0 s: A dog 0 runs." in out
    assert "Requests, as they were sent:\n--- to watcher, for questions\nsystem:\n" in out
    assert "A dog 0 runs." in out
    calls = record["teachers"]["watcher"]["questions"]["calls"]
    assert "The whole: 30 inputs, 5.0 min; the preview was 10.00% of it." in out
    assert f"watcher: about {calls * 10} calls, " in out
    assert f"({calls * 10 / 12:.0%} of its budget)" in out
    assert f"WARNING: watcher is estimated to pass its budget (about {calls * 10} of 12 calls)" in out
    assert out.endswith(f"This was a preview. It is in {tmp_path}/out.preview, which you may delete.\n")


def test_samples_are_shown_after_a_build_with_a_limit(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    by_rule = ["--set", "stages=[tasks]"]
    assert run(["build", str(config), "--limit", "2", *by_rule]) == 0
    assert "\n3 of the samples:\n--- " in capsys.readouterr().out
    assert run(["build", str(config), *by_rule]) == 0
    assert "of the samples:" not in capsys.readouterr().out


@pytest.mark.parametrize("other", [["--fork", "new"], ["--overwrite"], ["--retry-failed"]])
def test_a_preview_goes_with_no_other_way_to_build(other: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["build", "quickstart", "--preview", *other]) == 2
    assert "--preview builds beside the output" in capsys.readouterr().err


def test_media_of_requests_are_described(tmp_path: Path) -> None:
    pictures = Frames("a.mp4", "c0ffee", (0.5, 1.25), size=336, columns=2, edit="blurred")
    request = Request.of("What?", pictures, Sound("a.mp4", "c0ffee", 1, 2.5), system="Look.", purpose="caption")
    note_requests(tmp_path / "none", "watcher", [request], str)
    assert not (tmp_path / "none").exists(), "without the folder nothing is kept"
    note_requests(tmp_path, "watcher", [request, request], str)
    (shown,) = read_requests(tmp_path)
    assert request_text(shown).splitlines() == [
        "--- to watcher, for caption",
        "system:",
        "    Look.",
        "user:",
        "    What?",
        "    [2 pictures of a.mp4 at 0.5, 1.25 s, at most 336 pixels in one, 2 a row, blurred]",
        "    [the sound of a.mp4 from 1 to 2.5 s]",
    ]


def test_a_preview_asks_at_once_and_counts_the_whole_at_the_price_of_batches(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its server has no batches: who waits for three videos does not want them tomorrow."""
    dollars = []
    for more in ([], ["--set", "teachers.watcher.batch=true"]):
        price = ["--set", "teachers.watcher.price={input: 10000, output: 20000}", "--set", f"cache={config.parent}/c"]
        assert run(["build", str(config), "--preview", *price, *more]) == 0
        (found,) = re.findall(r"watcher: about .* tokens, \$([\d.,]+)", capsys.readouterr().out)
        dollars.append(float(found.replace(",", "")))
    assert dollars[1] == pytest.approx(dollars[0] / 2, rel=0.01)
    assert dollars[1] > 1


def test_boxes_of_the_evidence_are_told() -> None:
    from vdata.preview_page import _sample

    box = {"time": 1.5, "left": 0.1, "top": 0.2, "right": 0.3, "bottom": 0.4, "mask": ""}
    told = {"lane": "tracks", "start": 1.0, "end": 4.0, "text": "dog", "boxes": [box, {**box, "time": 3.5}]}
    row = {"task": "named", "video": "a.mp4", "start": 1.0, "end": 4.0, "messages": [], "rejected": ""}
    lines = _sample({**row, "evidence": [told, {**told, "boxes": [box]}, {**told, "boxes": None}]}).splitlines()
    assert lines[2] == "    2 boxes from 1.5 to 3.5 s, the first one: 0.100, 0.200, 0.300, 0.400"
    assert lines[4] == "    a box at 1.5 s: 0.100, 0.200, 0.300, 0.400"
    assert len(lines) == 6
