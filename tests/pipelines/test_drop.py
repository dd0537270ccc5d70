"""Takedowns: a video and all that was made of it go out of a data set, and no later build brings them back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq
import pytest
from inline import without_ray
from moody_stages import Filmed, Moody
from rough_stages import OncePerText, Plain, Reels

from vdata.cli import run
from vdata.pipelines import drop as dropping
from vdata.pipelines.build import run_build
from vdata.pipelines.doctor.doctor import examine
from vdata.pipelines.drop import drop
from vdata.pipelines.errors import UserError
from vdata.pipelines.mixture.mix import run_mix
from vdata.pipelines.mixture.mix_config import Mix
from vdata.pipelines.run.remaining import Remaining
from vdata.pipelines.settings.config import Config
from vdata.stages import Stage
from vdata.stages.gather.in_context import InContext
from vdata.stages.instruct.by_rule.options import Options
from vdata.stages.instruct.by_rule.tasks import Tasks
from vdata.stages.labels.kinds.activitynet import Activitynet
from vdata.stages.media.probe import Probe

SECRET = "in/secretly_filmed.mp4"


THINGS = ["a dog", "two cars", "the old baker", "seven gulls", "our teacher"]
DOES = "jumps over a fence", "paints a yellow door with care", "buys nothing at all"


@pytest.fixture(autouse=True)
def _without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    without_ray(monkeypatch, unit=2)
    monkeypatch.setattr(Remaining, "_few", lambda self, rows: 2)


def config(folder: Path, *stages: Stage, out: str = "out", leave: str = "", said: int = 1, **more: Any) -> Config:
    """A build of five label rows, of which one is SECRET; *leave* is not among them."""
    names = ["a", "b", SECRET, "d", "e"]
    labels = folder / "labels.json"
    events = {
        name: {
            "duration": 60.0,
            "timestamps": [[10 * n, 10 * n + 5] for n in range(said)],
            "sentences": [f"{THINGS[names.index(name)]} {what}.".capitalize() for what in DOES[:said]],
        }
        for name in names
        if name != leave
    }
    labels.write_text(json.dumps(events))
    given = {"output": {"path": folder / out}, "cache": folder / "cache", **more}
    imports = [Activitynet(kind="activitynet", path=str(labels), lane="events")]
    return Config(labels=imports, stages=list(stages), **given)


def build(made: Config, **how: Any) -> int:
    return run_build(made, **{"limit": None, "address": None, "overwrite": False, **how})


def rows(out: Path, table: str) -> list[dict[str, Any]]:
    found = [row for path in sorted((out / table).glob("*.parquet")) for row in pq.read_table(path).to_pylist()]
    for row in found:
        for step in row.get("trail", ()):
            step["seconds"] = step["cached"] = None
    return found


def record(out: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((out / "build.json").read_text())
    return content


def words(out: Path) -> str:
    """Everything that is written in *out*: texts as they are, and the rows of tables."""
    found = []
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        raw = str(pq.read_table(path).to_pylist()) if path.suffix == ".parquet" else path.read_bytes().decode("latin-1")
        found.append(f"{path.name} {raw}")
    return "\n".join(found)


COUNTS = ("inputs", "kept", "dropped", "failed", "hours", "hours_kept", "samples", "tasks", "rejects", "media", "made")


def test_nothing_of_it_is_left_and_the_rest_is_as_in_a_fresh_build(tmp_path: Path) -> None:
    moody = Moody(folder=str(tmp_path))
    stages = [moody, Filmed(), OncePerText(), Plain()]
    (tmp_path / "d.drops").touch()
    out = tmp_path / "out"
    assert build(config(tmp_path, *stages)) == 0
    assert "secretly" in words(out)
    said: list[str] = []
    assert drop(out, [SECRET], said.append) == 0
    assert said[0] == f"{out}: taken down: 1 video."
    assert "secretly" not in words(out)
    assert "baker" not in words(out), "nor what was seen in it"
    assert len(list((out / "media").iterdir())) == 3
    assert [str(one) for one in examine(out).findings] == []
    assert "1 videos of an earlier version were taken down" in (out / "README.md").read_text()
    ran = len((tmp_path / "ran").read_text().splitlines())
    assert build(config(tmp_path, *stages, out="fresh", leave=SECRET)) == 0
    for table in ("data", "timelines", "rejects"):
        assert rows(out, table) == rows(tmp_path / "fresh", table)
    now, fresh = record(out), record(tmp_path / "fresh")
    assert {key: now.get(key) for key in COUNTS} == {key: fresh.get(key) for key in COUNTS}
    assert now["taken_down"] == 1
    of = [
        [{key: row[key] for key in row if key not in ("seconds", "cached")} for row in one["funnel"]]
        for one in (now, fresh)
    ]
    assert of[0] == of[1]
    assert ran + 4 == len((tmp_path / "ran").read_text().splitlines())


@pytest.mark.parametrize("how", ["again", "overwrite", "fork"])
def test_no_build_brings_it_back(tmp_path: Path, capsys: pytest.CaptureFixture[str], how: str) -> None:
    moody = Moody(folder=str(tmp_path))
    out = tmp_path / "out"
    assert build(config(tmp_path, moody, Plain())) == 0
    assert drop(out, [SECRET], print) == 0
    ran = (tmp_path / "ran").read_text()
    capsys.readouterr()
    if how == "fork":
        out = tmp_path / "new"
        assert build(config(tmp_path, moody, Plain(), out="new"), fork_of=tmp_path / "out") == 0
        assert build(config(tmp_path, moody, Plain(), out="new")) == 0
    else:
        assert build(config(tmp_path, moody, Plain()), overwrite=how == "overwrite") == 0
    told = capsys.readouterr().err
    assert "Inputs that were taken down of this data set, and are left out: 1." in told
    assert ("Nothing to do" in told) == (how != "overwrite")
    assert (ran == (tmp_path / "ran").read_text()) == (how != "overwrite")
    assert "secretly" not in words(out)
    assert (record(out)["inputs"], record(out)["taken_down"]) == (4, 1)
    assert "1 videos of an earlier version were taken down" in (out / "README.md").read_text()


def test_the_same_content_under_another_name_stays_out(
    tmp_path: Path, make_videos: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    one = make_videos.plain(tmp_path / "in" / "one.mp4", frames=20)
    make_videos.plain(tmp_path / "in" / "two.mp4", frames=30)
    shutil.copyfile(one, tmp_path / "in" / "zwilling.mp4")
    made = Config(videos=[str(tmp_path / "in")], stages=[Probe()], output={"path": tmp_path / "out"}, cache=tmp_path)
    assert build(made) == 0
    said: list[str] = []
    assert drop(tmp_path / "out", ["one.mp4"], said.append) == 0
    assert said[0].endswith("taken down: 1 video, with 1 files of the same content.")
    shutil.move(one, tmp_path / "in" / "another.mp4")
    assert build(made) == 0
    assert "are left out: 2." in capsys.readouterr().err
    assert [Path(row["uri"]).name for row in rows(tmp_path / "out", "timelines")] == ["two.mp4"]
    assert examine(tmp_path / "out").wrong == 0


def test_what_was_made_with_a_piece_of_it_goes_too(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert build(config(tmp_path, Reels(), said=2)) == 0
    assert record(out)["made"]["kept"] == 10
    said: list[str] = []
    assert drop(out, [SECRET], said.append) == 0
    assert "with 2 videos that were made with a piece of them" in said[0]
    assert "secretly" not in words(out)
    assert "baker" not in words(out)
    assert (record(out)["inputs"], record(out)["made"]["kept"], len(list((out / "media").iterdir()))) == (4, 8, 8)
    assert examine(out).wrong == 0
    assert build(config(tmp_path, Reels(), said=2)) == 0
    assert build(config(tmp_path, Reels(), out="fresh", leave=SECRET, said=2)) == 0
    for table in ("data", "timelines"):
        assert rows(out, table) == rows(tmp_path / "fresh", table)


def test_words_of_it_among_the_options_of_others_go_too(tmp_path: Path) -> None:
    stages = [Tasks(tasks=["before_after"]), Options(sources=["other_videos"])]
    out = tmp_path / "out"
    assert build(config(tmp_path, *stages, said=3)) == 0
    foreign = [row for row in rows(out, "data") if any("baker" in one for one in row["options"])]
    others = [row["id"] for row in foreign if row["video"] != SECRET]
    assert others
    said: list[str] = []
    assert drop(out, [SECRET], said.append) == 0
    assert f"{len(others)} samples of other videos with their words among the options" in said[0]
    assert "baker" not in words(out)
    assert examine(out).wrong == 0
    assert build(config(tmp_path, *stages, said=3)) == 0
    assert build(config(tmp_path, *stages, out="fresh", leave=SECRET, said=3)) == 0
    assert rows(out, "data") == rows(tmp_path / "fresh", "data"), "the next build has other options for them"


@pytest.mark.slow
def test_questions_that_show_it_among_their_examples_go_too(tmp_path: Path) -> None:
    out, mixture = tmp_path / "out", tmp_path / "mixed"
    assert build(config(tmp_path, Tasks(tasks=["moment_retrieval"]), InContext(count=2))) == 0
    mixed = Mix.model_validate({"sources": [{"build": out}], "output": {"path": mixture}})
    assert run_mix(mixed, say=print) == 0
    said: list[str] = []

    def shows(row: dict[str, Any]) -> bool:
        return row["video"] == SECRET or SECRET in {medium["video"] for medium in row["media"]}

    before = {row["id"]: shows(row) for row in rows(out, "data")}
    assert len(before) == 5
    assert 2 <= sum(before.values()) < 5
    left = {name for name, shown in before.items() if not shown}
    for _ in range(2):  # the source of the mixture still has it
        assert {row["id"]: shows(row) for row in rows(mixture, "data")} in (before, dict.fromkeys(left, False))
        assert drop(mixture, [SECRET], said.append) == 0
        assert {row["id"] for row in rows(mixture, "data")} == left
        assert examine(mixture).wrong == 0
        assert run_mix(mixed, say=print, overwrite=True) == 0
    assert {row["id"] for row in rows(mixture, "data")} == left
    assert drop(out, [SECRET], said.append) == 0
    assert {row["id"] for row in rows(out, "data")} == left
    assert examine(out).wrong == 0
    assert "1 samples of other videos with their words among the options, or that show them" in "".join(said)


@pytest.mark.parametrize("where", ["take_out", "publish", "card_of"])
def test_cut_off_anywhere_and_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    out = tmp_path / "out"
    assert build(config(tmp_path, Filmed(), Plain())) == 0
    with monkeypatch.context() as patch:

        def cut(*_: Any, **__: Any) -> None:
            raise KeyboardInterrupt

        patch.setattr(dropping, where, cut)
        with pytest.raises(KeyboardInterrupt):
            drop(out, [SECRET], print)
    assert drop(out, [SECRET], print) == 0
    assert "secretly" not in words(out)
    assert (record(out)["inputs"], record(out)["kept"], record(out)["samples"]) == (4, 4, 4)
    assert examine(out).wrong == 0


def test_a_mixture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build(config(tmp_path, Plain())) == 0
    mixed = Mix.model_validate({"sources": [{"build": tmp_path / "out"}], "output": {"path": tmp_path / "mixed"}})
    assert run_mix(mixed, say=print) == 0
    assert drop(tmp_path / "mixed", [SECRET], print) == 0
    for _ in range(2):
        assert "secretly" not in words(tmp_path / "mixed" / "data") + words(tmp_path / "mixed" / "timelines")
        assert (record(tmp_path / "mixed")["kept"], record(tmp_path / "mixed")["taken_down"]) == (4, 1)
        assert "were taken down" in (tmp_path / "mixed" / "README.md").read_text()
        assert examine(tmp_path / "mixed").wrong == 0
        capsys.readouterr()
        assert run_mix(mixed, say=print) == 0
    assert "Nothing to do" in capsys.readouterr().out


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert build(config(tmp_path, Plain())) == 0
    assert run(["report", str(out), "--no-thumbnails"]) == 0
    assert "secretly" in (out / "report.html").read_text()
    assert run(["drop", str(out), "secretly_filmd.mp4"]) == 2
    assert "has no video secretly_filmd.mp4." in capsys.readouterr().err
    assert run(["drop", str(out), SECRET]) == 0
    assert "secretly" not in (out / "report.html").read_text()
    assert run(["drop", str(out), SECRET]) == 0, "again"
    assert record(out)["taken_down"] == 1
    shutil.rmtree(out / ".vdata")
    with pytest.raises(UserError, match="drop it where the data set was built"):
        drop(out, ["a"], print)
