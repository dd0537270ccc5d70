"""``vdata doctor``: what it says of sound, unfinished and damaged builds, and that it changes nothing."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from inline import without_ray
from rough_stages import OncePerText, Plain, Rough

from vdata.cli import run
from vdata.pipelines.build import run_build
from vdata.pipelines.dataset.published import Published
from vdata.pipelines.doctor.doctor import examine
from vdata.pipelines.settings.config import Config
from vdata.pipelines.storage.holder import Holder, here
from vdata.pipelines.storage.output_folder import LOCK, OutputFolder
from vdata.pipelines.storage.parts import Outcome, Part, Parts, file_sha256
from vdata.pipelines.storage.sealed import seal
from vdata.schemas.arrow import rejects_table, samples_table, timelines_table
from vdata.schemas.build_record import BuildRecord
from vdata.stages.labels.kinds.activitynet import Activitynet


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished build: eight videos, of which one is dropped and one fails, two samples of each."""
    folder = tmp_path_factory.mktemp("built")
    names = [*(f"v{n}" for n in range(6)), "v_drops", "v_fails"]
    said = {
        name: {"duration": 9.0, "timestamps": [[0, 1], [2, 9]], "sentences": [f"{name} moves.", "It ends."]}
        for name in names
    }
    (folder / "labels.json").write_text(json.dumps(said))
    labels = [Activitynet(kind="activitynet", path=str(folder / "labels.json"), lane="events")]
    config = Config(
        labels=labels,
        stages=[Rough(), OncePerText(), Plain()],
        output={"path": folder / "out"},
        cache=folder / "cache",
    )
    with pytest.MonkeyPatch.context() as patch:
        without_ray(patch)
        assert run_build(config, limit=None, address=None, overwrite=False) == 0
    return folder / "out"


@pytest.fixture
def out(built: Path, tmp_path: Path) -> Path:
    return shutil.copytree(built, tmp_path / "out")


def doctor(capsys: pytest.CaptureFixture[str], *args: str | Path) -> tuple[int, list[str]]:
    """The exit status and the lines that are printed."""
    status = run(["doctor", *map(str, args)])
    told = capsys.readouterr()
    return status, (told.out + told.err).splitlines()


def state(out: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in out.rglob("*")}


def test_a_sound_build(built: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = state(out)
    assert doctor(capsys, out) == (0, [f"{out}: sound. 4 parts, 4 published files, 12 samples, 8 inputs."])
    status, (line, _) = doctor(capsys, out, "--cache")
    assert status == 0
    assert line == f"note   {built.parent / 'cache'}: the cache is empty."
    assert state(out) == before


def test_query_times_and_older_data_sets_are_sound(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    republish(out, table="data", change=asked_at((None, 2.0)))
    assert doctor(capsys, out)[0] == 0
    republish(out, table="data", change=asked_at((1.0, 2.0), 1.0, 2.0))
    assert doctor(capsys, out)[0] == 0
    republish(out, table="data", change=lambda table: table.drop_columns(["seen_start", "seen_end"]))
    assert doctor(capsys, out)[0] == 0


def test_what_is_no_build(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.tex").touch()
    assert doctor(capsys, tmp_path) == (
        2,
        [f"{tmp_path}: is not a build of vdata: it has neither .vdata nor build.json."],
    )
    status, (line,) = doctor(capsys, tmp_path / "nowhere")
    assert status == 2
    assert "there is no such folder" in line


def test_an_unfinished_build_is_not_wrong(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("build.json", "README.md", ".vdata/published.json"):
        (out / name).unlink()
    for name in ("data", "timelines", "rejects"):
        shutil.rmtree(out / name)
    part = next(Parts(out / ".vdata" / "parts" / "1").sound())
    Parts(out / ".vdata" / "parts" / "1").remove(part)
    assert doctor(capsys, out) == (
        0,
        [f"{out}: sound but not finished. The same vdata build goes on. 3 parts."],
    )


def test_leftovers_are_said_and_left(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    left = [out / ".vdata" / "parts" / "0" / "abc.123.samples.parquet", out / "data" / ".staging-1-0"]
    left.append(out / "data" / "train-00000-of-00001-0ld00000.parquet")
    for path in left:
        path.touch()
    status, (line, verdict) = doctor(capsys, out)
    assert status == 0
    assert line.startswith(f"note   3 files are left over, for example {left[0]}.")
    assert verdict.startswith(f"{out}: sound.")
    assert all(path.exists() for path in left)


def test_who_is_building(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with OutputFolder(out).locked():
        status, (line, *_) = doctor(capsys, out)
    assert status == 0
    assert line.startswith("note   A build is building here (process ")
    record = Holder(2**30, "1", here(), "2030-01-31 12:00:00", "token")
    (out / ".vdata" / LOCK / "00000099.json").write_bytes(record.bytes())
    _, (line, *_) = doctor(capsys, out)
    assert "was killed. The same vdata build goes on." in line
    assert "2030-01-31" in line
    (out / ".vdata" / LOCK / "00000099.json").write_bytes(replace(record, place=here()).bytes()[:-9])
    _, (line, *_) = doctor(capsys, out)
    assert "does not name the build that holds the folder" in line


def test_a_copy_without_its_state(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(out / ".vdata")
    assert doctor(capsys, out) == (0, [f"{out}: sound. 4 published files, 12 samples, 8 inputs."])
    [shard] = (out / "data").iterdir()
    shard.write_bytes(shard.read_bytes()[:-1])
    status, (line, verdict) = doctor(capsys, out)
    assert status == 1
    assert line == f"wrong  {shard}: its content does not match its hash. Copy it again from where it was built."
    assert verdict == f"{out}: 1 thing is wrong. Checked: 4 published files, 12 samples, 8 inputs."


def test_parts_of_other_settings(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = Parts(out / ".vdata" / "parts" / "1")
    part = next(store.sound())
    (store.folder / f"{part.name}.json").unlink()
    store.commit(replace(part, settings="other"), {name: store.table(part, name) for name in part.files})
    status, lines = doctor(capsys, out)
    assert status == 1
    assert "it was made with other settings" in lines[0]


# Rows that no build would publish: rewritten with hashes that fit, as a defect of vdata would


def republish(out: Path, *, table: str = "", change: Callable[[pa.Table], pa.Table] = lambda t: t, **told: Any) -> None:
    """Change the shard of *table*, and what build.json says, and note both as published."""
    build = json.loads((out / "build.json").read_text())
    if table:
        [path] = (path for path in (out / table).iterdir() if "ended" not in path.name)
        pq.write_table(change(pq.read_table(path)), path)
        entry = {"sha256": file_sha256(path), "bytes": path.stat().st_size, "rows": pq.read_metadata(path).num_rows}
        build["files"][f"{table}/{path.name}"] = entry
    build |= told
    (out / "build.json").write_text(json.dumps(build))
    record = BuildRecord.from_json((out / "build.json").read_bytes())
    Published.note(OutputFolder(out), record.generation, record.files, {})


def column(name: str, make: Callable[[list[Any]], list[Any]]) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        field = table.schema.field(name)
        values = pa.array(make(table[name].to_pylist()), field.type)
        return table.set_column(table.schema.get_field_index(name), field, values)

    return change


def asked_at(seen: tuple[float | None, float | None], *clip: float) -> Callable[[pa.Table], pa.Table]:
    """The first sample may be shown *seen*, and its *clip* shows that much."""

    def change(table: pa.Table) -> pa.Table:
        for name, value in zip(("seen_start", "seen_end"), seen, strict=True):
            table = column(name, lambda old, value=value: [value, *old[1:]])(table)  # type: ignore[misc]
        for name, value in zip(("clip_start", "clip_end"), clip, strict=False):
            table = table.append_column(name, pa.array([value, *[None] * (table.num_rows - 1)], pa.float64()))
        return table

    return change


def later(evidence: list[list[dict[str, Any]]]) -> list[list[dict[str, Any]]]:
    evidence[3][0]["end"] = 9.2
    return evidence


def said(*times: float | None) -> Callable[[pa.Table], pa.Table]:
    def change(talks: list[list[dict[str, Any]]]) -> list[list[dict[str, Any]]]:
        return [[{"role": "user", "content": "Well?", "time": time} for time in times], *talks[1:]]

    return column("messages", change)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"table": "data", "change": said(0.5, 700.0)}, "1 times of samples lie outside of their videos"),
        (
            {"table": "data", "change": said(0.5, None, 0.25)},
            "1 samples have turns that go back in time",
        ),
        ({"kept": 5}, "of 8 inputs, 5 kept, 1 dropped, 1 failed: these do not add up."),
        ({"tasks": {"what": 11}}, "its tasks do not add up to its 12 samples."),
        ({"ended": {"dropped": 1}}, "timelines: 2 rows of videos that ended, and 1 in build.json."),
        ({"samples": 13, "tasks": {"what": 13}}, "data: 12 rows, and 13 in build.json."),
        (
            {"table": "data", "change": column("id", lambda ids: [ids[0], *ids[:-1]])},
            "1 ids of samples occur twice",
        ),
        ({"table": "timelines", "change": column("id", lambda ids: [ids[1], *ids[1:]])}, "1 ids occur twice"),
        (
            {"table": "timelines", "change": column("id", lambda ids: ["other", *ids[1:]])},
            "2 samples belong to videos that are not in timelines",
        ),
        ({"table": "data", "change": column("evidence", later)}, "1 times of samples lie outside of their videos"),
        ({"table": "data", "change": column("start", lambda s: [-1.0, *s[1:]])}, "1 times of samples lie outside"),
        ({"table": "data", "change": asked_at((0.0, 9.4))}, "1 samples may be seen outside of their videos"),
        ({"table": "data", "change": asked_at((4.0, 2.0))}, "1 samples may be seen outside of their videos"),
        (
            {"table": "data", "change": asked_at((2.0, None))},
            "may be seen starts, and not where it ends",
        ),
        ({"table": "data", "change": asked_at((0.0, 2.0), 0.0, 2.2)}, "1 samples have a clip that shows more"),
        ({"table": "data", "change": asked_at((1.0, 2.0), 0.5, 2.0)}, "1 samples have a clip that shows more"),
        (
            {"table": "rejects", "change": column("lane", lambda lanes: ["events", *lanes[1:]])},
            "holds the reasons of 1 of 2 lost videos",
        ),
    ],
)
def test_rows_and_counts_that_disagree(
    out: Path, change: dict[str, Any], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    republish(out, **change)
    status, lines = doctor(capsys, out)
    assert status == 1
    assert line in "\n".join(lines[:-1])
    assert "please report it" in lines[0]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("data/train-", "data/test-", "which matches no file of this build"),
        ("configs:", "configs: [", "its metadata, between the lines of ---, cannot be read"),
        ("---", "***", "its metadata, between the lines of ---, cannot be read"),
    ],
)
def test_the_card(out: Path, old: str, new: str, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    card = out / "README.md"
    card.write_text(card.read_text().replace(old, new))
    republish(out)
    status, lines = doctor(capsys, out)
    assert status == 1
    assert line in lines[0]


@pytest.mark.parametrize("content", [b"", b"[]", b'{"inputs": 3}', b"\xff\xfe"])
def test_any_build_json_is_borne(out: Path, content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    (out / "build.json").write_bytes(content)
    status, lines = doctor(capsys, out)
    assert status == 1
    assert str(out / "build.json") in lines[0]
    (out / ".vdata" / "published.json").unlink()
    assert doctor(capsys, out)[0] == 1


def test_many_findings_are_not_all_printed(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(70):
        (out / ".vdata" / "parts" / "0" / f"x{number}.json").touch()
    status, lines = doctor(capsys, out)
    assert (status, len(lines)) == (1, 52)
    assert lines[-2:] == [
        "… and 20 more",
        f"{out}: 70 things are wrong. Checked: 4 parts, 4 published files, 12 samples, 8 inputs.",
    ]


@pytest.mark.slow
def test_thousands_of_parts_in_seconds_and_without_ray(tmp_path: Path) -> None:
    store = Parts(tmp_path / ".vdata" / "parts" / "0")
    tables = {"samples": samples_table([]), "timelines": timelines_table([], ["events"]), "rejects": rejects_table([])}
    part = store.commit(Part("p", [Outcome(f"k{n}", "v", "id", "kept") for n in range(8)]), tables)
    for number in range(3000):
        files = {}
        for name, entry in part.files.items():
            file = f"p{number}.1.{name}.parquet"
            (store.folder / file).write_bytes((store.folder / entry["file"]).read_bytes())
            files[name] = {**entry, "file": file}
        raw = {"name": f"p{number}", "outcomes": [], "files": files}
        (store.folder / f"p{number}.json").write_bytes(seal(raw))
    begun = time.process_time()
    assert examine(tmp_path).parts == 3001
    assert time.process_time() - begun < 10, "seconds of one core"
    code = f"""
import sys
from pathlib import Path
from vdata.pipelines.doctor.doctor import examine
examine(Path({str(tmp_path)!r}))
assert "ray" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("relative", [True, False])
def test_a_loss_in_a_video_that_is_kept_has_its_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, relative: bool
) -> None:
    without_ray(monkeypatch)
    monkeypatch.chdir(tmp_path)
    said = {"v": {"duration": 9.0, "timestamps": [[0, 1], [5, 2]], "sentences": ["One.", "It ends before it begins."]}}
    (tmp_path / "labels.json").write_text(json.dumps(said))
    labels = [Activitynet(kind="activitynet", path="labels.json", lane="events")]
    out = Path("out") if relative else tmp_path / "out"
    made = Config(labels=labels, stages=[Plain()], output={"path": out}, cache=tmp_path / "c")
    assert run_build(made, limit=None, address=None, overwrite=False) == 0
    [shard] = (out / "rejects").iterdir()
    assert [(row["lane"], row["kind"]) for row in pq.read_table(shard).to_pylist()] == [("events", "failed")]
    assert examine(out).findings == []

    pq.write_table(pq.read_table(shard)[:0], shard)
    build = json.loads((out / "build.json").read_text())
    entry = {"sha256": file_sha256(shard), "bytes": shard.stat().st_size, "rows": 0}
    build |= {"rejects": 0, "files": {**build["files"], f"rejects/{shard.name}": entry}}
    (out / "build.json").write_text(json.dumps(build))
    record = BuildRecord.from_json((out / "build.json").read_bytes())
    Published.note(OutputFolder(out), record.generation, record.files, {})
    [finding] = examine(out).findings
    assert finding.text.startswith(f"{out / 'rejects'}: 0 rows, and the stages have counted 1 losses.")
