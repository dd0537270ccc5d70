"""``vdata leaks``, and builds that leave out what other data sets have: on real clips that show the same."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path
from typing import Any

import av
import numpy as np
import pyarrow.parquet as pq
import pytest
from inline import without_ray
from records import write_record

from vdata.cli import run
from vdata.pipelines.mixture.leaks import VideoHasher, compare
from vdata.schemas import Media, Span, Timeline
from vdata.stages.gather.near_duplicates import NearDuplicates
from vdata.video.signals.fingerprints import Fingerprint
from vdata.video.signals.shared_pictures import Rule

CONFIG = """
videos: [vids]
cache: cache
stages:
  - near_duplicates{against}
  - shots
  - split: {{train: 0, validation: 0, test: 1}}
output: {{path: {out}}}
"""


@pytest.fixture(scope="module")
def made(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a build, ``out``, of three clips, and a folder of videos, ``bench``, with a fourth like one."""
    folder = tmp_path_factory.mktemp("leaks")
    for place, names in (("vids", ("bigbuckbunny", "bikes", "carphone_pristine")), ("bench", ("carphone_distorted",))):
        (folder / place).mkdir()
        for name in names:
            shutil.copy(clips / f"{name}.mp4", folder / place)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        build("out", patch)
    return folder


@pytest.fixture
def place(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(made, tmp_path / "leaks", dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path / "leaks")
    return tmp_path / "leaks"


def build(out: str, patch: pytest.MonkeyPatch, against: str = "") -> int:
    Path("config.yaml").write_text(CONFIG.format(out=out, against=against))
    without_ray(patch)
    return run(["build", "config.yaml"])


def leaks(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str]:
    capsys.readouterr()
    status = run(["leaks", *args])
    return status, capsys.readouterr().out


def test_what_shows_the_same_is_found_without_decoding_it_again(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree("vids")  # the frame tables are kept by content
    status, told = leaks(capsys, "out", "--against", "bench", "--json")
    (leak,) = json.loads(told)["leaks"]
    assert status == 1
    assert (leak["video"], leak["other"], leak["split"]) == (
        "vids/carphone_pristine.mp4", "bench/carphone_distorted.mp4", "test",
    )  # fmt: skip
    assert leak["here"] == leak["there"] == [0.0, 4.0]
    assert min(leak["share"], leak["other_share"]) > 0.7
    status, told = leaks(capsys, "out", "--against", "bench")
    assert status == 1
    assert told.splitlines()[0].startswith("vids/carphone_pristine.mp4 (test) 0:00.0 to 0:04.0: like bench/carphone_")
    assert told.splitlines()[-1] == "out: 1 of 3 videos show pictures of the other data sets."


@pytest.mark.slow
def test_a_cropped_and_mirrored_copy_is_found_and_kept_out(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("test").mkdir()
    with av.open("vids/bikes.mp4") as source, av.open("test/turned.mp4", "w") as copy:
        stream = copy.add_stream("libx264", rate=25)
        whole = source.streams.video[0]
        stream.width, stream.height = whole.width // 20 * 18, whole.height // 20 * 18
        for frame in source.decode(video=0):
            picture: Any = frame.to_ndarray(format="rgb24")[20:, 30:][: stream.height, : stream.width]
            turned: Any = np.ascontiguousarray(picture[:, ::-1])
            copy.mux(stream.encode(av.VideoFrame.from_ndarray(turned, format="rgb24")))
        copy.mux(stream.encode())
    status, told = leaks(capsys, "out", "--against", "test", "--json")
    (leak,) = json.loads(told)["leaks"]
    assert (status, leak["video"], leak["identical"]) == (1, "vids/bikes.mp4", False)
    assert min(leak["share"], leak["other_share"]) > 0.8
    assert build("clean", monkeypatch, ": {against: test}") == 0
    rows = [row for path in Path("clean/rejects").iterdir() for row in pq.read_table(path).to_pylist()]
    assert [(row["uri"], row["reason"]) for row in rows if not row["lane"]] == [("vids/bikes.mp4", "leaked")]


def test_without_a_leak(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    Path("other").mkdir()
    shutil.copy("vids/bikes.mp4", "other")
    assert leaks(capsys, "out", "--against", "other")[0] == 1
    assert build("clean", monkeypatch, ": {against: [bench, other]}") == 0
    told = "clean: 0 of 1 videos show pictures of the other data sets.\n"
    assert leaks(capsys, "clean", "--against", "other", "--against", "bench") == (0, told)


def test_a_build_against_a_build_and_the_same_file(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, told = leaks(capsys, "out", "--against", "out", "--json")
    found = json.loads(told)["leaks"]
    assert status == 1
    assert [(leak["video"], leak["other"]) for leak in found] == [(leak["video"], leak["video"]) for leak in found]
    assert len(found) == 3
    assert {leak["share"] for leak in found} == {1.0}
    assert [(leak["identical"], leak["here"], leak["seconds"]) for leak in found] == [(True, None, None)] * 3
    status, told = leaks(capsys, "out", "--against", "out")
    assert told.splitlines()[1] == "vids/bikes.mp4 (test): identical to vids/bikes.mp4 in out"


def test_what_cannot_be_compared_is_no_all_clear(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("torn").mkdir()
    Path("torn/a.mp4").write_bytes(b"no video")
    status, told = leaks(capsys, "out", "--against", "torn")
    assert status == 1
    assert "Not compared: torn/a.mp4 of torn: not_a_video" in told
    assert "0 of 3 videos show pictures of the other data sets. 1 could not be compared" in told
    assert run(["leaks", "out", "--against", "nowhere"]) == 2
    assert run(["leaks", "bench", "--against", "out"]) == 2


def test_a_build_leaves_out_what_is_elsewhere_and_notices_when_that_changes(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def rejects() -> list[tuple[str, str, str]]:
        table = [row for path in Path("clean/rejects").iterdir() for row in pq.read_table(path).to_pylist()]
        return [(row["uri"], row["reason"], row["detail"]) for row in table if not row["lane"]]

    assert build("clean", monkeypatch, ": {against: bench}") == 0
    ((uri, reason, detail),) = rejects()
    assert (uri, reason) == ("vids/carphone_pristine.mp4", "leaked")
    assert detail == "0 to 4 s like 0 to 4 s of bench/carphone_distorted.mp4 in bench"
    capsys.readouterr()
    assert build("clean", monkeypatch, ": {against: bench}") == 0
    assert "Nothing to do" in capsys.readouterr().err
    shutil.copy("vids/bikes.mp4", "bench/b.mp4")
    assert build("clean", monkeypatch, ": {against: bench}") == 0
    assert [reason for *_, reason, _ in rejects()] == ["leaked", "leaked"]
    Path("bench/b.mp4").unlink()
    assert build("clean", monkeypatch, ": {against: bench}") == 0
    assert [uri for uri, *_ in rejects()] == ["vids/carphone_pristine.mp4"]
    assert build("clean", monkeypatch, ": {against: bnch}") == 2
    assert "there is no file or folder bnch. Did you mean bench?" in capsys.readouterr().err


def test_haystacks_are_looked_at_by_what_they_are_made_of(place: Path) -> None:
    from vdata.schemas.arrow import rejects_table, samples_table, timelines_table

    (bikes,) = [
        row["media"]["sha256"]
        for path in Path("out/timelines").iterdir()
        for row in pq.read_table(path).to_pylist()
        if row["uri"] == "vids/bikes.mp4"
    ]
    hay = Timeline("haystack://1", "1", 4.0, attrs={"split": "train"})
    attrs = {"uri": "vids/bikes.mp4", "content": bikes}
    hay.put("pieces", [Span(0, 4, attrs=attrs, values={"begin": 5.0, "finish": 9.0})])
    tables = {"data": samples_table([hay]), "timelines": timelines_table([hay], ["pieces"])}
    for table, rows in {**tables, "rejects": rejects_table([])}.items():
        Path("hay", table).mkdir(parents=True)
        pq.write_table(rows, Path("hay", table, "train-0.parquet"))
    write_record(Path("hay"), config={"cache": "cache"})
    rule = Rule()
    films = {name: VideoHasher(rule, Path("cache")).films(name, Path.cwd()) for name in ("hay", "out")}
    (film,) = films["hay"]
    assert (film.uri, film.split, film.problem) == ("vids/bikes.mp4", "train", "")
    assert film.shown is not None
    assert film.shown.strip.total == pytest.approx(4, abs=0.6), "only the stretch that is shown"
    (leak,) = compare(films["hay"], films["out"], "out", rule)
    assert leak.other == "vids/bikes.mp4"
    assert leak.other_share == pytest.approx(0.4, abs=0.11)


def test_workers_are_not_sent_the_other_data_sets() -> None:
    stage = NearDuplicates(against=["bench"])
    with pytest.raises(RuntimeError, match="know"):
        stage.gather([])
    stage.know([("bench", "a.mp4", Fingerprint.none())])
    sent = pickle.loads(pickle.dumps(stage))
    assert sent == NearDuplicates(against=["bench"])
    assert sent._others is None
    assert stage._others is not None


def test_only_the_shots_that_are_elsewhere_go(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(made)
    stage = NearDuplicates(of="shots", against=["bench"])
    films = VideoHasher(stage.rule(), Path("cache")).films("bench", made)
    stage.know([("bench", film.uri, film.shown) for film in films if film.shown is not None])
    video = Timeline("x.mp4", "x", 4.0, Media())
    from vdata.video.signals.scanner import scan

    video.signals = scan("vids/bikes.mp4", 1 << 24, False, 0.5, 0.5)
    mine = Timeline("y.mp4", "y", 4.0, Media(), signals=scan("vids/carphone_pristine.mp4", 1 << 24, False, 0.5, 0.5))
    for one in (video, mine):
        one.put("shots", [Span(0, 4)])
    digests = [(one.id, json.loads(json.dumps(stage.digest(one)))) for one in (video, mine)]
    verdicts: dict[str, Any] = json.loads(json.dumps(stage.gather(iter(digests))))
    assert verdicts.keys() == {"y"}
    stage.apply(mine, verdicts["y"])
    (reject,) = mine.rejects
    assert (reject.reason, reject.lane, mine.lane("shots")) == ("leaked", "shots", [])
