"""What was known of videos that are not in the data set is published with it, and a data set of lanes alone is one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from inline import without_ray
from moody_stages import Filmed, Late, Moody
from rough_stages import OncePerText, Plain

from vdata.cli import run
from vdata.pipelines.build import run_build
from vdata.pipelines.doctor.doctor import examine
from vdata.pipelines.drop import drop
from vdata.pipelines.run.ended_rows import ended_table
from vdata.pipelines.settings.config import Config
from vdata.pipelines.storage.parts import Parts, file_sha256
from vdata.schemas import Span, Timeline
from vdata.schemas.arrow import ENDS
from vdata.schemas.build_record import BuildRecord
from vdata.stages import Stage
from vdata.stages.labels.kinds.activitynet import Activitynet

END = ("state", "stage", "reason")


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    without_ray(monkeypatch)


class Place:
    """A build over labels, whose videos end as files with their names say (``moody_stages``)."""

    def __init__(self, folder: Path, *moods: str, silent: bool = True) -> None:
        self.folder, self.out = folder, folder / "out"
        said = {f"v{n}": [f"Event {n} happens."] for n in range(6)} | ({"silent": []} if silent else {})
        shaped = {
            name: {"duration": 9.0, "timestamps": [[0, 1]] * len(words), "sentences": words}
            for name, words in said.items()
        }
        (folder / "labels.json").write_text(json.dumps(shaped))
        for mood in moods:
            (folder / mood).touch()

    def build(self, *stages: Stage, out: str = "out", timelines: str = "all", **how: Any) -> int:
        self.out = self.folder / out
        made = Config(
            labels=[Activitynet(kind="activitynet", path=str(self.folder / "labels.json"), lane="events")],
            stages=list(stages or self.stages()),
            output={"path": self.out, "timelines": timelines},
            cache=self.folder / "cache",
        )
        return run_build(made, **{"limit": None, "address": None, "overwrite": False, **how})

    def stages(self) -> list[Stage]:
        return [Moody(folder=str(self.folder)), OncePerText(), Late(folder=str(self.folder)), Plain()]

    def rows(self) -> list[dict[str, Any]]:
        """The published timelines, as ``datasets`` loads them, without timings."""
        found = datasets.load_dataset(
            str(self.out), "timelines", split="train", cache_dir=str(self.folder / f"hf{self.record.generation}")
        ).to_list()
        for row in found:
            for step in row["trail"]:
                step["seconds"] = step["cached"] = None
        return list(found)

    def ends(self) -> dict[str, tuple[Any, ...]]:
        return {row["uri"]: tuple(row[name] for name in END) for row in self.rows()}

    @property
    def record(self) -> BuildRecord:
        return BuildRecord.from_json((self.out / "build.json").read_bytes())


MOODS = ("v1.drops", "v2.fails", "late-v3.drops")
ENDED = {
    "v1": ("dropped", "moody", "too_odd"),
    "v2": ("failed", "moody", "no_luck"),
    "v3": ("dropped", "late", "too_odd"),
}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path, *MOODS, silent=False)
    assert made.build() == 0
    return made


def test_every_input_is_a_timeline_with_how_it_ended_and_what_it_had(place: Place) -> None:
    rows = place.rows()
    assert [row["uri"] for row in rows] == ["v0", "v4", "v5", "v1", "v2", "v3"], "those that are kept come first"
    assert place.ends() == dict.fromkeys(("v0", "v4", "v5"), ("kept", None, None)) | ENDED
    assert {row["uri"]: [span["text"] for span in row["lane_events"]] for row in rows} == {
        f"v{n}": [f"Event {n} happens."] for n in range(6)
    }
    trails = {row["uri"]: [step["stage"] for step in row["trail"]] for row in rows}
    assert (trails["v1"], trails["v3"]) == (["moody"], ["moody", "once_per_text", "late"])
    assert place.record.ended == {"dropped": 2, "failed": 1}
    assert [str(one) for one in examine(place.out).findings] == []
    card = (place.out / "README.md").read_text()
    assert "the lanes of 3 videos that are not part of the data set" in card
    assert "(2 `dropped`, 1 `failed`)" in card
    assert 'timelines.filter(lambda row: row["state"] == "kept")' in card


def test_a_video_of_which_no_sample_was_made(tmp_path: Path) -> None:
    made = Place(tmp_path)
    assert made.build(Plain()) == 0
    assert made.ends()["silent"] == ("without_samples", "output", "no_sample")
    assert made.record.dropped == 1


def test_an_interrupted_build_ends_with_the_same_rows(place: Place) -> None:
    whole = place.rows()
    for number in (0, 1):
        store = Parts(place.out / ".vdata" / "parts" / str(number))
        store.remove(next(part for part in store.sound() if "ended" in part.files))
    (place.out / "README.md").unlink()
    assert place.build() == 0
    assert place.rows() == whole


def test_a_video_that_is_taken_up_again_is_there_once(place: Place) -> None:
    (place.folder / "v2.fails").unlink()
    assert place.build(retry_failed=True) == 0
    assert [row["uri"] for row in place.rows()] == ["v0", "v2", "v4", "v5", "v1", "v3"]
    assert [str(one) for one in examine(place.out).findings] == []


def test_only_those_that_are_kept_when_that_is_asked_for(place: Place) -> None:
    (place.folder / "ran").unlink()
    assert place.build(timelines="kept") == 0
    assert not (place.folder / "ran").exists(), "no video is done again"
    assert place.ends() == dict.fromkeys(("v0", "v4", "v5"), ("kept", None, None))
    assert len(list((place.out / "timelines").iterdir())) == 1
    assert [str(one) for one in examine(place.out).findings] == []
    assert drop(place.out, ["v4"], lambda line: None) == 0
    assert [str(one) for one in examine(place.out).findings] == []
    assert place.build() == 0
    assert place.ends().keys() == {"v0", "v1", "v2", "v3", "v5"}


def test_what_is_taken_down_goes_with_its_lanes(place: Place) -> None:
    def tables() -> str:
        found = list(place.out.rglob("*.parquet"))
        return "".join(str(pq.read_table(path).to_pylist()) for path in found)

    assert tables().count("Event 3 happens.") >= 2
    funnel = {row.stage: (row.rows, row.dropped) for row in place.record.funnel}
    assert (funnel["moody"], funnel["late"]) == ((6, 1), (4, 1))
    assert drop(place.out, ["v3"], lambda line: None) == 0
    assert "Event 3" not in tables()
    assert place.record.ended == {"dropped": 1, "failed": 1}
    funnel = {row.stage: (row.rows, row.dropped) for row in place.record.funnel}
    assert (funnel["moody"], funnel["late"]) == ((5, 1), (3, 0)), "it is counted nowhere"
    assert [str(one) for one in examine(place.out).findings] == []


def test_files_of_videos_that_ended_are_not_named_and_not_made_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = Place(tmp_path, silent=False)
    labels = tmp_path / "labels.json"
    labels.write_text(labels.read_text().replace("Event 4", "Event 3"))
    assert made.build(Filmed(), OncePerText(), Plain()) == 0
    assert [end for end in made.ends().values() if end[0] != "kept"] == [("dropped", "once_per_text", "seen_before")]
    (ended,) = [row for row in made.rows() if row["state"] == "dropped"]
    assert ended["uri"] not in {row["uri"] for row in made.rows() if row["state"] == "kept"}
    assert len(list((made.out / "media").iterdir())) == 6, "a part of an earlier pass has it"
    assert [str(one) for one in examine(made.out).findings] == []
    assert made.build(Filmed(), OncePerText(), Plain()) == 0
    assert "Nothing to do" in capsys.readouterr().err
    assert drop(made.out, [ended["id"]], lambda line: None) == 0
    assert len(list((made.out / "media").iterdir())) == 5
    assert [str(one) for one in examine(made.out).findings] == []


def test_what_a_failed_stage_left_behind_never_stops_the_rest() -> None:
    good, bad = Timeline("good", "g", 9.0), Timeline("bad", "b", 9.0, attrs={"licence": "mit"})
    good.put("events", [Span(0, 1, "A dog.")])
    bad.lanes["events"] = [Span("from", "to", "A cat.")]  # type: ignore[arg-type]
    rows = ended_table([good, bad], ["events"]).to_pylist()
    assert [(row["uri"], len(row["lane_events"]), len(row["attrs"])) for row in rows] == [("good", 1, 0), ("bad", 0, 1)]


def test_why_export_and_report_show_it(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    out, page = str(place.out), place.folder / "page.html"
    assert run(["why", out, "v3"]) == 0
    told = capsys.readouterr().out
    assert "Not in the data set: late dropped it, too_odd (3, limit 2)\nWhat it had then is in the timelines.\n" in told
    assert "Lanes: events 1" in told
    assert run(["export", out, "--format", "timelines", "--out", str(place.folder / "kept.jsonl")]) == 0
    assert "--states dropped,failed takes the others as well (dropped 2, failed 1)." in capsys.readouterr().out
    every = place.folder / "every.jsonl"
    assert run(["export", out, "--format", "timelines", "--states", "dropped", "--out", str(every)]) == 0
    lines = [json.loads(line) for line in every.read_text().splitlines()]
    assert [(row["video"], row["state"]) for row in lines] == [
        *((name, "kept") for name in ("v0", "v4", "v5")), ("v1", "dropped"), ("v3", "dropped"),
    ]  # fmt: skip
    assert run(["export", out, "--format", "jsonl", "--states", "dropped", "--out", str(every), "--overwrite"]) == 2
    assert "--states: is for formats of lanes." in capsys.readouterr().err
    assert run(["report", out, "--out", str(page)]) == 0
    shown = json.loads(page.read_text().split('id="data">')[1].split("</script>")[0])
    assert {video["uri"]: tuple(video[name] for name in END) for video in shown["alone"]} == ENDED
    assert all([span[2] for span in video["lanes"]["events"]] for video in shown["alone"])


@pytest.fixture
def lanes(tmp_path: Path) -> Place:
    made = Place(tmp_path, "v1.drops")
    assert made.build(Moody(folder=str(tmp_path))) == 0
    return made


def test_a_build_of_lanes_alone_is_a_data_set(
    capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    lanes: Place = request.getfixturevalue("lanes")
    said = capsys.readouterr().out
    assert f'Load it:  datasets.load_dataset("{lanes.out}", "timelines", split="train")' in said.replace("\n", "")
    assert (lanes.record.samples, lanes.record.kept) == (0, 6)
    by_default = datasets.load_dataset(str(lanes.out), split="train", cache_dir=str(lanes.folder / "hf"))
    assert [row["uri"] for row in by_default] == ["silent", "v0", "v2", "v3", "v4", "v5", "v1"]
    card = (lanes.out / "README.md").read_text()
    assert "The lanes of 6 of 7 videos" in card
    assert "samples = datasets" not in card
    assert [str(one) for one in examine(lanes.out).findings] == []
    rows = lanes.folder / "captions.jsonl"
    assert run(["export", str(lanes.out), "--format", "timelines", "--out", str(rows)]) == 0
    assert len(rows.read_text().splitlines()) == 6
    page = lanes.folder / "page.html"
    assert run(["report", str(lanes.out), "--out", str(page)]) == 0
    html = page.read_text()
    assert "This build makes lanes, and no samples of them." in html
    assert len(json.loads(html.split('id="data">')[1].split("</script>")[0])["alone"]) == 7


def test_a_data_set_of_before_is_opened_as_it_was(place: Place) -> None:
    """Without the columns, and with the kept videos only."""
    [kept] = place.record.shards("timelines")
    [ended] = place.record.ended_shards
    table = pq.read_table(place.out / kept).drop_columns([field.name for field in ENDS])
    pq.write_table(table, place.out / kept)
    (place.out / ended).unlink()
    record = json.loads((place.out / "build.json").read_text())
    del record["files"][ended], record["ended"], record["config"]["output"]["timelines"]
    path = place.out / kept
    record["files"][kept] |= {"sha256": file_sha256(path), "bytes": path.stat().st_size}
    (place.out / "build.json").write_text(json.dumps(record))
    out = str(place.out)
    assert run(["why", out, "v0"]) == run(["why", out, "v1"]) == 0
    assert run(["export", out, "--format", "timelines", "--out", str(place.folder / "a.jsonl")]) == 0
    assert len((place.folder / "a.jsonl").read_text().splitlines()) == 3
    assert run(["report", out, "--out", str(place.folder / "page.html")]) == 0
    assert drop(place.out, ["v4"], lambda line: None) == 0
    assert "Event 4" not in str([pq.read_table(one).to_pylist() for one in place.out.rglob("*.parquet")])
    assert isinstance(pq.read_table(next((place.out / "timelines").glob("timelines-*"))), pa.Table)
