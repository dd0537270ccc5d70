"""vdata from Python: the same as the commands, as objects and exceptions."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from inline import without_ray

import vdata
from vdata import BuildProgress, ConfigError, UserError
from vdata.cli import run
from vdata.pipelines.run import progress as progress_module


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.chdir(tmp_path)
    without_ray(monkeypatch)
    events = {"timestamps": [[0, 4], [5, 9], [11, 16]], "sentences": ["A dog sits.", "It runs away.", "A bell rings."]}
    rows = {"one": {"duration": 20.0, **events}, "two": {"duration": 20.0, **events}}
    rows["empty"] = {"duration": 20.0, "timestamps": [], "sentences": []}
    (tmp_path / "labels.json").write_text(json.dumps(rows))
    return {
        "labels": [{"kind": "activitynet", "path": Path("labels.json")}],
        "stages": [{"tasks": {"of": ["events"], "per_task": 1}}],
        "output": {"path": tmp_path / "out"},
        "cache": tmp_path / "cache",
    }


def test_importing_it_imports_nothing_heavy() -> None:
    heavy = "[name for name in ('pydantic', 'pyarrow', 'numpy', 'ray', 'click') if name in sys.modules]"
    done = subprocess.run([sys.executable, "-c", f"import sys, vdata; print({heavy})"], capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
    for name in vdata.__all__:
        assert getattr(vdata, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'bild'"):
        vdata.bild  # noqa: B018


def test_mistakes_are_objects_and_say_what_the_command_says(
    config: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = "stages:\n  - shotz\n  - tasks: {per_tsk: 1}\noutput: {path: out}\nvideos: labels.json\n"
    (tmp_path / "c.yaml").write_text(wrong)
    assert run(["check", "c.yaml"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert [str(one) for one in vdata.check("c.yaml")] == said
    assert [str(one).replace("config:", "c.yaml:") for one in vdata.check(wrong)] == said
    one, two = vdata.check(Path("c.yaml"))
    assert (one.line, one.key, one.message, one.hint) == (
        *(2, "stages.shotz", "there is no stage shotz."),
        "Did you mean shots?",
    )
    assert (two.line, two.key) == (3, "stages.tasks.per_tsk")
    with pytest.raises(ConfigError) as error:
        vdata.load("c.yaml")
    assert str(error.value).splitlines() == said
    assert vdata.check(config) == []
    (of_dict,) = vdata.check({**config, "stages": ["shotz"]})
    assert str(of_dict) == "config: stages.shotz: there is no stage shotz. Did you mean shots?"


def test_values_are_changed_as_on_the_command_line(config: dict[str, Any]) -> None:
    changed = vdata.load(config, changes={"tasks.per_task": 3, "seed": 7}, out="elsewhere")
    assert changed.stages[0].per_task == 3  # type: ignore[attr-defined]
    assert (changed.seed, changed.output.path) == (7, Path("elsewhere"))
    assert vdata.load(config, changes=["seed=8"]).seed == 8
    with pytest.raises(UserError, match="out and changes are for a config that is read"):
        vdata.load(changed, out="other")
    with pytest.raises(UserError, match=r"neither a file nor a recipe. Did you mean quickstart"):
        vdata.load("quickstrat")


@pytest.mark.parametrize("name", ["vnbench", "instruct", "quickstart"])
def test_what_a_build_says_of_its_config_is_a_config(
    name: str, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "videos").symlink_to(film)
    monkeypatch.chdir(tmp_path)
    resolved = vdata.load(name).resolved()
    assert vdata.load(resolved).resolved() == resolved


def test_a_plan_has_the_figures_of_the_page(config: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(json.dumps(vdata.load(config).resolved()))
    plan = vdata.plan(config)
    assert [(one.name, one.writes, one.makes_samples, one.added) for one in plan.stages] == [("tasks", [], True, False)]
    assert (plan.inputs.label_only, plan.inputs.label_seconds) == (3, 60.0)
    assert (plan.teachers, plan.calls, plan.dollars) == ([], 0, 0)
    assert "3 rows from labels alone" in str(plan)
    assert plan._repr_html_().startswith("<pre>")


def test_a_build_is_opened_and_gone_through_as_objects(
    config: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress_module, "SHOW_SECONDS", 0.01)
    seen: list[BuildProgress] = []
    built = vdata.build(config, progress=seen.append)
    assert (seen[-1].done, seen[-1].inputs, seen[-1].kept, seen[-1].dropped, seen[-1].share) == (3, 3, 2, 1, 1.0)
    assert str(seen[-1]).startswith("3/3 videos; 100%; kept 2, dropped 1, failed 0")
    assert "videos/s" not in capsys.readouterr().err
    assert (
        repr(built)
        == f"DataSet('{config['output']['path']}': 3 videos, 2 kept, 1 dropped, 0 failed; {len(built)} samples)"
    )
    samples = list(built.samples())
    assert len(samples) == len(built) > 0
    assert {one.video for one in samples} == {"one", "two"}
    assert {one.split for one in samples} == {"train"}
    assert [one.task for one in built.samples(task="event_order")] == ["event_order"] * 2
    assert list(built.samples(split="test")) == []
    (one, two) = sorted(built.timelines(), key=lambda video: video.uri)
    assert [span.text for span in one.lane("events")] == ["A dog sits.", "It runs away.", "A bell rings."]
    assert len(one.samples) + len(two.samples) == len(samples)
    assert built.timeline("one") == one
    whole = sorted(built.timelines(ended=True), key=lambda video: video.uri)
    assert [(video.uri, video.state) for video in whole] == [("empty", "dropped"), ("one", "kept"), ("two", "kept")]
    assert built.timeline("empty") == whole[0]
    (reject,) = built.rejects()
    assert (reject.video, reject.reason, reject.kind) == ("empty", "no_sample", "dropped")
    with pytest.raises(UserError, match=r"has no video onne. Did you mean one?"):
        built.timeline("onne")
    assert built.table("samples").num_rows == len(samples)
    again = vdata.open(built.folder)
    assert [sample.id for sample in again.samples()] == [sample.id for sample in samples]


def test_the_story_is_that_of_the_command(config: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    built = vdata.build(config, progress=False)
    assert capsys.readouterr() == ("", ""), "False prints nothing"
    assert run(["why", str(built.folder), "one"]) == 0
    assert capsys.readouterr().out == f"{built.why('one')}\n"


def test_a_build_without_a_data_set_is_an_exception_that_says_why(config: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "labels.json").write_text(json.dumps({"empty": {"duration": 9.0, "timestamps": [], "sentences": []}}))
    with pytest.raises(vdata.BuildFailed, match=r"nothing was kept of 1 inputs \(no_sample 1\)"):
        vdata.build(config, progress=False)
    with pytest.raises(UserError, match="there is no such folder"):
        vdata.open(tmp_path / "nowhere")
    with pytest.raises(UserError, match="holds a build with other settings"):
        vdata.build({**config, "seed": 5}, progress=False)


def test_an_interrupted_build_is_gone_on_with(config: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from vdata.pipelines.run import pass_runner

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pass_runner, "_kept", interrupted)
        patch.setattr(pass_runner.PassRunner, "_run_jobs", interrupted)
        with pytest.raises(KeyboardInterrupt, match=r"0 of 3 videos are safe in .*; the same command goes on"):
            vdata.build(config, progress=False)
    assert len(vdata.build(config, progress=False)) > 0


def test_a_progress_that_raises_does_not_stop_the_build(
    config: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrong(progress: BuildProgress) -> None:
        raise ValueError("no such bar")

    assert len(vdata.build(config, progress=wrong)) > 0
    assert "The progress is not shown any more: ValueError: no such bar" in capsys.readouterr().err


INTERRUPTED = """
import os, signal
import vdata
from vdata.pipelines.run import remaining

signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell starts in the background ignores it
remaining.LABEL_UNIT = 1
config = vdata.load("c.json")

def interrupt(progress):
    if progress.done and not os.path.exists("interrupted"):
        open("interrupted", "w").close()
        os.kill(os.getpid(), signal.SIGINT)

try:
    vdata.build(config, progress=interrupt)
except KeyboardInterrupt as error:
    print("INTERRUPTED", error)
import ray
print("RAY", ray.is_initialized())
print("THEN", vdata.build(config, progress=False))
"""


@pytest.mark.slow
def test_a_program_goes_on_after_a_build_with_ray_that_was_interrupted(tmp_path: Path) -> None:
    events = {"duration": 20.0, "timestamps": [[0, 4], [5, 9]], "sentences": ["A dog sits.", "It runs away."]}
    (tmp_path / "labels.json").write_text(json.dumps({f"v{n}": events for n in range(12)}))
    (tmp_path / "own.py").write_text("import time\n\n\ndef slow(video):\n    time.sleep(2)\n")
    stages = [{"python": "own.py:slow"}, {"tasks": {"of": ["events"], "per_task": 1}}]
    labels = [{"kind": "activitynet", "path": "labels.json"}]
    whole = {"labels": labels, "stages": stages, "output": {"path": "out"}, "cache": "cache"}
    (tmp_path / "c.json").write_text(json.dumps(whole))
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stdout.splitlines() if line.startswith(("INTERRUPTED", "RAY", "THEN"))]
    assert len(told) == 3, done.stdout + done.stderr
    first, ray, then = told
    assert "of 12 videos are safe in out; the same command goes on from there." in first
    assert ray == "RAY False"
    assert "12 videos, 12 kept, 0 dropped, 0 failed" in then
    assert "Traceback" not in done.stderr
