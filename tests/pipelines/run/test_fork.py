"""Forks: what other settings leave valid is taken over, and the rows are those of a fresh build."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pyarrow.parquet as pq
import pytest
from inline import without_ray
from moody_stages import Filmed, Moody, Newer
from object_store import ObjectStore
from openai_server import Server
from rough_stages import Inquire, OncePerText, Plain, Reels

from vdata.fork_page import fork_page, forked
from vdata.pipelines.build import run_build
from vdata.pipelines.dataset.fetched import local_folder
from vdata.pipelines.doctor.doctor import examine
from vdata.pipelines.errors import UserError
from vdata.pipelines.run.remaining import Remaining
from vdata.pipelines.settings.config import Config, Output
from vdata.pipelines.teachers.kinds.openai import OpenAI
from vdata.schemas import Timeline
from vdata.schemas.bucket_path import BucketPath, as_path, is_bucket
from vdata.stages import Stage
from vdata.stages.instruct.by_rule.options import Options
from vdata.stages.labels.kinds.activitynet import Activitynet

Taught = Callable[..., Config]


@pytest.fixture(autouse=True)
def _without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    without_ray(monkeypatch)
    monkeypatch.setattr(Remaining, "_few", lambda self, rows: 2)


def said(body: dict[str, Any]) -> str:
    """A reply that depends on the model and the request."""
    return f"{body['model']} is told: {body['messages'][-1]['content']}"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(answer=said, models=("scripted", "other")) as running:
        yield running


@pytest.fixture
def taught(tmp_path: Path, server: Server) -> Taught:
    """A config of six inputs: stages by rule, a gather stage, a teacher, and samples of what it said."""

    def make(out: str, videos: str = "abcdef", cache: str = "cache", model: str = "scripted", **given: Any) -> Config:
        events = {name: {"duration": 9.0, "timestamps": [[0, 1]], "sentences": [f"Event {name}."]} for name in videos}
        labels = tmp_path / "labels.json"
        labels.write_text(json.dumps(events))
        price = {"input": 100, "output": 100}
        watcher = OpenAI(model=model, base_url=[server.url], endpoint="here", api_key="k" * 9, price=price)
        whole = {
            "labels": [Activitynet(kind="activitynet", path=str(labels), lane="events")],
            "stages": stages(tmp_path),
            "teachers": {"watcher": watcher},
            "output": {"path": tmp_path / out},
            "cache": tmp_path / cache,
        }
        return Config(**{**whole, **given})

    return make


def stages(folder: Path, **of: Stage) -> list[Stage]:
    whole = {"first": Moody(folder=str(folder)), "gather": OncePerText(), "ask": Inquire(), "last": Plain(of="replies")}
    return list({**whole, **of}.values())


def build(config: Config, **how: Any) -> int:
    return run_build(config, **{"limit": None, "address": None, "overwrite": False, **how})


def rows(config: Config, table: str) -> list[dict[str, Any]]:
    """The rows of a table, without what differs from run to run: how long a stage took, and what was in a cache."""
    found = [
        row
        for path in sorted((config.output.path / table).glob("*.parquet"))
        for row in pq.read_table(path).to_pylist()
    ]
    for row in found:
        for step in row.get("trail", ()):
            step["seconds"] = step["cached"] = None
    return found


def content(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


def ran(folder: Path) -> int:
    return len((folder / "ran").read_text().splitlines())


@pytest.mark.parametrize(
    ("changed", "again", "calls"),
    [
        pytest.param({}, 0, 0, marks=pytest.mark.slow),
        ({"of": {"last": Plain()}}, 0, 0),
        ({"of": {"more": Options(sources=["other_videos"])}}, 0, 0),
        pytest.param({"model": "other"}, 0, 6, marks=pytest.mark.slow),
        pytest.param({"of": {"first": Newer}}, 6, 0, marks=pytest.mark.slow),
        ({"videos": "abcdefgh"}, 2, 2),
        pytest.param({"videos": "abcde"}, 1, 0, marks=pytest.mark.slow),
    ],
    ids=["nothing", "last", "gather", "teacher", "first", "new inputs", "one less"],
)
def test_a_fork_has_the_rows_of_a_fresh_build(
    taught: Taught, server: Server, tmp_path: Path, changed: dict[str, Any], again: int, calls: int
) -> None:
    assert build(taught("old")) == 0
    before, called, done = content(tmp_path / "old"), server.counters.calls, ran(tmp_path)
    if of := changed.pop("of", {}):
        of = {name: stage(folder=str(tmp_path)) if stage is Newer else stage for name, stage in of.items()}
        changed["stages"] = stages(tmp_path, **of)
    new = taught("new", **changed)
    assert build(new, fork_of=tmp_path / "old") == 0
    assert (ran(tmp_path) - done, server.counters.calls - called) == (again, calls)
    now = content(tmp_path / "old")
    assert sorted(str(k) for k in now.keys() | before.keys() if now.get(k) != before.get(k)) == [], (
        "the old folder is only read"
    )
    fresh = taught("fresh", cache="other-cache", **changed)
    assert build(fresh) == 0
    for table in ("data", "timelines", "rejects"):
        assert rows(new, table) == rows(fresh, table)
    assert rows(new, "data")
    assert examine(new.output.path).wrong == 0
    card, other = ((one.output.path / "README.md").read_text() for one in (new, fresh))
    assert ("| watcher | openai |" in card) == ("| watcher | openai |" in other)
    assert build(new) == 0
    assert ran(tmp_path) - done - again == len(changed.get("videos", "abcdef")), "the fork is a build like others"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new"),
    [("s3://lab/old", "s3://lab/sets/new"), ("old", "s3://lab/sets/new"), ("s3://lab/old", "new")],
    ids=["in a bucket", "to a bucket", "from a bucket"],
)
def test_a_fork_goes_from_and_to_a_bucket(
    object_store: ObjectStore, taught: Taught, server: Server, tmp_path: Path, old: str, new: str
) -> None:
    """Tables, and files of rows; only what changed is done again, and the rows are those of a build on a disk."""
    before: list[Stage] = [Filmed(), Inquire(), Plain(of="replies")]
    first = taught("disk", stages=before).model_copy(update={"output": Output(path=placed(old, tmp_path))})
    assert build(first) == 0
    known, called = stored(old, tmp_path), server.counters.calls
    config = forked(first.model_copy(update={"stages": [Filmed(), Inquire(), Plain()]}), str(placed(new, tmp_path)))
    object_store.requests.clear()
    assert build(config, fork_of=first.output.path) == 0
    fetched = [key for method, key, _ in object_store.requests if method == "GET" and key.startswith("lab/old/media")]
    assert server.counters.calls == called
    assert stored(old, tmp_path) == known, "the old folder is only read"
    assert bool(fetched) == (new == "new"), "a store copies by itself"
    fresh = taught("fresh", cache="other-cache", stages=config.stages)
    assert build(fresh) == 0
    got = local_folder(new, tmp_path / "fetches") if is_bucket(new) else tmp_path / new
    assert sorted(path.name for path in (got / "media").iterdir()) == [f"{name}.mp4" for name in sorted(ids(fresh))]
    assert examine(got).wrong == 0
    for table in ("data", "timelines", "rejects"):
        assert rows(config.model_copy(update={"output": Output(path=got)}), table) == rows(fresh, table)
    with pytest.raises(UserError, match="one folder must not lie in the other"):
        forked(first, f"{placed(old, tmp_path)}/new")


def placed(folder: str, here: Path) -> Path:
    return as_path(folder) if is_bucket(folder) else here / folder


def stored(folder: str, here: Path) -> dict[str, bytes]:
    """The content of all files of a build, in a bucket or *here*."""
    place = placed(folder, here)
    paths = place.files() if isinstance(place, BucketPath) else (one for one in place.rglob("*") if one.is_file())
    return {str(path): path.read_bytes() for path in paths}


def ids(config: Config) -> list[str]:
    return [row["id"] for row in rows(config, "timelines") if row["state"] == "kept"]


class Thrifty(Filmed):
    """Makes no file that is there already, as render does."""

    writes: ClassVar[frozenset[str]] = frozenset({"media"})

    def run(self, video: Timeline) -> Timeline:
        if Path(video.folder, f"{video.id}.mp4").exists():
            video.attrs["found"] = "yes"
        return super().run(video)


def test_files_of_rows_are_shared_and_none_is_left_over(taught: Taught, tmp_path: Path) -> None:
    """A stage that writes into a file in the fork does not write into that of the old folder."""
    moody = Moody(folder=str(tmp_path))
    kinds: dict[str, tuple[list[Stage], list[Stage]]] = {
        "taken over": ([Filmed(), OncePerText(), Plain()], [Filmed(), OncePerText(), moody, Plain()]),
        "found": ([Thrifty(), Plain()], [Thrifty(), moody, Plain()]),
        "made again": ([moody, Thrifty(), Plain()], [Thrifty(), Plain()]),
        "spawned": ([Reels(), Plain(of="replies")], [Reels(), Plain(of="pieces")]),
    }
    for kind, (before, now) in kinds.items():
        old, new = taught(f"{kind} old", stages=before), taught(f"{kind} new", stages=now)
        assert build(old) == 0
        known = content(old.output.path)
        assert build(new, fork_of=old.output.path) == 0
        assert content(old.output.path) == known
        timelines = [row for row in rows(new, "timelines") if row["state"] == "kept"]
        named = {row["uri"] for row in timelines}
        assert len(named) == 6
        assert {f"media/{path.name}" for path in (new.output.path / "media").iterdir()} == named
        assert examine(new.output.path).wrong == 0
        same = [(old.output.path / uri).samefile(new.output.path / uri) for uri in sorted(named)]
        assert same == [kind == "taken over"] * 6
        found = [{"name": "found", "value": "yes"} in row["attrs"] for row in timelines]
        assert found == [kind == "found"] * 6


def test_what_is_done_again_and_its_cost_are_said(taught: Taught, tmp_path: Path) -> None:
    assert build(taught("old")) == 0
    late = taught("new", stages=stages(tmp_path, last=Plain()), videos="abcdefgh")
    told = fork_page(late, tmp_path / "old").splitlines()
    assert told[0] == f"Fork of {tmp_path}/old into {tmp_path}/new; {tmp_path}/old stays as it is."
    assert told[1] == '  plain.of: was "replies", is now "events"'
    cells = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in told]
    inputs = "inputs are new, changed or not done"
    assert ["moody", "6", "at most 2", inputs] in cells
    assert ["once_per_text", "6", "at most 2", inputs] in cells
    assert ["inquire", "6", "at most 2", inputs] in cells
    assert ["plain", "0", "at most 8", "changed"] in cells
    assert any(line.startswith("Teachers: watcher: about 2 calls") for line in told)
    assert told[-1].strip().startswith("A fresh build of 8 inputs: about 8 calls and $")
    same = fork_page(taught("new"), tmp_path / "old")
    assert "The settings are the same." in same
    assert "Teachers: nothing is asked again, cost 0" in same
    assert not (tmp_path / "new").exists()


def test_what_cannot_be_forked(taught: Taught, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no build whose settings are known"):
        fork_page(taught("new"), tmp_path / "old")
    for new in ("old", "old/new", "."):
        with pytest.raises(UserError, match="one folder must not lie in the other"):
            forked(taught("old"), str(tmp_path / new))
    assert build(taught("old")) == 0
    assert build(taught("new", seed=1)) == 0
    with pytest.raises(UserError, match="holds a build with other settings"):
        build(taught("new"), fork_of=tmp_path / "old")


def test_a_fork_that_was_stopped_goes_on(taught: Taught, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert build(taught("old")) == 0
    done, new = ran(tmp_path), taught("new", stages=stages(tmp_path, last=Plain()))
    with monkeypatch.context() as patch:
        patch.setattr("vdata.pipelines.build.Build.run", lambda self: 130)
        assert build(new, fork_of=tmp_path / "old") == 130
    assert build(new) == 0, "without --fork"
    assert ran(tmp_path) == done
    assert len(rows(new, "data")) == 6
