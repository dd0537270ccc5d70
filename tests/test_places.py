"""Builds in buckets on the command line: every command that takes one reads it, and none writes a folder ``s3:``."""

from __future__ import annotations

import json
from pathlib import Path

import click
import openai_server
import pytest
from inline import without_ray
from object_store import ObjectStore

import vdata
from vdata.cli import commands, run
from vdata.commands.places import GivenPath
from vdata.pipelines.build import run_build
from vdata.pipelines.errors import UserError
from vdata.pipelines.settings.config import Config
from vdata.schemas.atomic_file import copy
from vdata.schemas.bucket_path import BucketPath
from vdata.stages.instruct.by_rule.tasks import Tasks
from vdata.stages.labels.kinds.activitynet import Activitynet

THERE = "s3://lab/sets/demo"
READS = {
    "doctor": ["DIR"],
    "report": ["DIR", "--out", "page.html"],
    "export": ["DIR", "--format", "jsonl", "--out", "rows.jsonl", "--overwrite"],
    "push": ["DIR", "--repo", "s3://lab/pushed"],
    "why": ["DIR", "v1", "--no-prompts"],
    "diff": ["DIR", "demo"],
    "leaks": ["DIR", "--against", "DIR"],
    "mix": ["mix.yaml", "--overwrite"],
    "predict": ["DIR", "--teacher", "TEACHER", "--frames", "0", "--out", "said.jsonl"],
    "score": ["DIR", "replies.jsonl"],
    "baselines": ["DIR"],
}
"""The commands that read builds, each with what it is called with."""
CHANGES = {"drop"}
TAKES_NO_BUILD = {"build", "check", "plan", "prompts", "arena", "stages", "recipes", "plugins", "example"}
"""Those of configs are told in them what is in a bucket."""
FOLDERS = {
    *((name, "folder") for name in ("doctor", "report", "export", "push", "why", "leaks", "baselines", "drop")),
    *(("diff", "a"), ("diff", "b"), ("predict", "bench"), ("score", "bench"), ("leaks", "against")),
    *((name, "out") for name in ("build", "check", "plan", "prompts", "mix")),
    *(("build", "fork"), ("plan", "fork")),
}
"""The parameters that may be the address of a bucket, or say of themselves that they may not."""
WORDS = {"DIR", "FILE", "P", "NEW", "A", "B", "BENCH", "OTHER", "PREDICTIONS...", "VERDICTS...", "FOLDER", "PATH"}
"""What the help calls a file or a folder."""
NAMES = {("export", "media_root")}
"""What names are joined to, and nothing is read or written."""


@pytest.fixture
def place(object_store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a build ``demo``, of which a copy is in the bucket."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    said = {
        f"v{n}": {"duration": 9.0 + n, "timestamps": [[0, 1], [2, 9]], "sentences": [f"v{n} moves.", "It ends."]}
        for n in range(6)
    }
    Path("labels.json").write_text(json.dumps(said))
    labels = [Activitynet(kind="activitynet", path="labels.json", lane="events")]
    config = Config(labels=labels, stages=[Tasks()], output={"path": tmp_path / "demo"}, cache=tmp_path / "c")
    without_ray(monkeypatch)
    assert run_build(config, limit=None, address=None, overwrite=False) == 0
    for path in (tmp_path / "demo").rglob("*"):
        if path.is_file():
            copy(path, BucketPath(THERE) / path.relative_to(tmp_path / "demo").as_posix())
    first = next(vdata.open("demo").samples())
    Path("replies.jsonl").write_text(json.dumps({"id": first.id, "reply": "A"}) + "\n")
    return tmp_path


def called(name: str, folder: str, url: str = "http://127.0.0.1:9/v1") -> int:
    """Call the command *name* for the build in *folder*. Returns its exit status."""
    Path("mix.yaml").write_text(f"sources: [{{build: '{folder}', name: one}}]\noutput: {{path: mixed}}\n")
    teacher = f"{{kind: openai, model: scripted, base_url: ['{url}'], api_key: none}}"
    return run([name, *(word.replace("DIR", folder).replace("TEACHER", teacher) for word in READS[name])])


def test_of_every_command_it_is_known_whether_it_takes_a_build() -> None:
    """A new command belongs to one of these groups."""
    assert READS.keys() | CHANGES | TAKES_NO_BUILD == commands.commands.keys()


def test_of_every_file_and_folder_it_is_known_where_it_may_be() -> None:
    """A new parameter may be in a bucket, or is a ``GivenPath``, which refuses addresses."""
    parameters = {(name, one.name): one for name, command in commands.commands.items() for one in command.params}
    places = {key for key, one in parameters.items() if one.metavar in WORDS or isinstance(one.type, click.Path)}
    refuse = {key: one.type for key, one in parameters.items() if isinstance(one.type, GivenPath)}
    assert places - refuse.keys() - NAMES == FOLDERS
    assert len(refuse) > 8
    for key, kind in refuse.items():
        address = "gs://lab/x" if kind.buckets else "s3://lab/x"
        told = "must be a folder of this machine, or s3" if kind.buckets else "must be on a disk of this machine"
        with pytest.raises(click.BadParameter, match=f"{address}: {told}"):
            kind.convert(address, parameters[key], None)
        assert str(kind.convert("here", parameters[key], None)) == "here"


@pytest.mark.parametrize("name", sorted(READS))
def test_a_build_in_a_bucket_is_read(place: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """With the status that it has on a disk; and where there is none, this is said."""
    with openai_server.running() as url:
        expected, on_disk = called(name, "demo", url), capsys.readouterr()
        assert called(name, THERE, url) == expected, (on_disk.err, capsys.readouterr().err)
    told = capsys.readouterr()
    assert expected in (0, 1), on_disk.err
    assert f"of {THERE} …" in told.err or name == "mix"
    assert not list(place.glob("s3:*"))
    assert called(name, "s3://lab/nothing") == 2
    assert "s3://lab/nothing: holds no finished build: there is no build.json." in capsys.readouterr().err
    assert not list(place.glob("s3:*"))
    assert called(name, "gs://lab/demo") == 2
    assert "s3://BUCKET/FOLDER" in capsys.readouterr().err
    assert not list(place.glob("gs:*"))


def test_what_is_changed_or_made_must_be_on_a_disk(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["drop", THERE, "v1"]) == 2
    assert f"{THERE}: vdata drop changes a build on a disk only" in capsys.readouterr().err
    Path("mix.yaml").write_text("sources: [{build: demo}]\noutput: {path: s3://lab/mixed}\n")
    for words in (["mix.yaml"], ["mix.yaml", "--out", "s3://lab/other"]):
        assert run(["mix", *words]) == 2
        assert "`vdata push DIR --repo s3://BUCKET/FOLDER` brings it to a bucket" in capsys.readouterr().err
    assert run(["score", "demo", "replies.jsonl", "--out", "s3://lab/scores"]) == 2
    assert "'--out': s3://lab/scores: must be on a disk of this machine." in capsys.readouterr().err
    assert not list(place.glob("s3:*"))


def test_what_comes_of_a_build_in_a_bucket_is_named_after_it(place: Path) -> None:
    with openai_server.running() as url:
        teacher = f"{{kind: openai, model: scripted, base_url: ['{url}'], api_key: none}}"
        assert run(["predict", THERE, "--teacher", teacher, "--frames", "0"]) == 0
    assert run(["score", THERE, "demo.predictions-teacher-blind.jsonl"]) == 0
    (score,) = place.glob("demo.predictions-teacher-blind*.json")
    assert json.loads(score.read_text())["benchmark"] == THERE


def test_python_opens_a_build_in_a_bucket(place: Path) -> None:
    there, here = vdata.open(THERE), vdata.open("demo")
    assert [one.id for one in there.samples()] == [one.id for one in here.samples()]
    assert there.record == here.record
    assert there.why("v1") == here.why("v1")
    with pytest.raises(UserError, match="gs://lab/demo: builds are read from a local folder, or from s3://BUCKET"):
        vdata.open("gs://lab/demo")
    assert not list(place.glob("?s:*")) + list(place.glob("s3:*"))
