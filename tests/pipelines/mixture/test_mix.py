"""``vdata mix``: what goes in, that held-out videos stay held out, and that a mixture is whole or absent."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from inline import without_ray
from records import write_record

from vdata.cli import run
from vdata.pipelines.build import run_build
from vdata.pipelines.dataset.finished import finished
from vdata.pipelines.doctor.doctor import examine
from vdata.pipelines.mixture import mix as mixing
from vdata.pipelines.mixture.mix_config import Lengths, Mix, load_mix
from vdata.pipelines.mixture.mix_rows import tokens
from vdata.pipelines.settings.config import Config
from vdata.pipelines.storage.parts import file_sha256
from vdata.schemas import Media, Message, Sample, Span, Timeline, make_id
from vdata.schemas.arrow import SAMPLES, rejects_table, samples_table, timelines_table
from vdata.schemas.sample import Medium
from vdata.stages.gather.split import Split
from vdata.stages.instruct.by_rule.tasks import Tasks
from vdata.stages.labels.kinds.activitynet import Activitynet

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two builds: ``first`` of v0 to v39, with splits; ``second`` of v20 to v69, with longer texts."""
    folder = tmp_path_factory.mktemp("builds")
    for name, low, high, stages in (
        ("first", 0, 40, [Tasks(), Split(train=0.6, validation=0.2, test=0.2)]),
        ("second", 20, 70, [Tasks(time_format="seconds")]),
    ):
        said = {
            f"v{n}": {"duration": 9.0 + n, "timestamps": [[0, 1], [2, 9]], "sentences": [f"v{n} moves.", "It ends."]}
            for n in range(low, high)
        }
        (folder / f"{name}.json").write_text(json.dumps(said))
        labels = [Activitynet(kind="activitynet", path=str(folder / f"{name}.json"), lane=f"lane_of_{name}")]
        output = {"path": folder / name}
        config = Config(
            labels=labels, stages=stages, output=output, cache=folder / "c", licence="mit" if name == "second" else None
        )
        with pytest.MonkeyPatch.context() as patch:
            without_ray(patch)
            assert run_build(config, limit=None, address=None, overwrite=False) == 0
    return folder


@pytest.fixture
def place(builds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("first", "second"):
        shutil.copytree(builds / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def mix(*sources: dict[str, Any], out: str = "mixed", **settings: Any) -> int:
    """Write the YAML, and run it as from the command line."""
    Path("mix.yaml").write_text(yaml.safe_dump({"sources": list(sources), "output": {"path": out}, **settings}))
    return run(["mix", "mix.yaml"])


def rows(out: str | Path, split: str = "*") -> Rows:
    return [row for path in sorted(Path(out, "data").glob(f"{split}-*")) for row in pq.read_table(path).to_pylist()]


def account(out: str = "mixed") -> Any:
    return json.loads(Path(out, "build.json").read_text())["mix"]


def test_all_of_two_builds(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert mix({"build": "first"}, {"build": "second"}) == 0
    first, second, mixed = rows("first"), rows("second"), rows("mixed")
    held = {split: {row["video_id"] for row in rows("first", split)} for split in ("validation", "test")}
    away = held["validation"] | held["test"]
    expected = {row["id"] for row in first} | {row["id"] for row in second if row["video_id"] not in away}
    assert Counter(row["id"] for row in mixed) == Counter(expected), "each once"
    for split, videos in held.items():
        assert {row["video_id"] for row in rows("mixed", split)} == videos
    assert not {row["video_id"] for row in rows("mixed", "train")} & away
    assert len(rows("mixed", "validation")) == len(rows("first", "validation"))
    one, other = account()["sources"]
    same = len(first) + len(second) - len({row["id"] for row in [*first, *second]})
    assert one["left_out"] == {}
    assert other["left_out"].keys() <= {"held_out_elsewhere", "duplicate_id"}
    assert other["left_out"]["held_out_elsewhere"] > 0
    assert other["left_out"].get("duplicate_id", 0) <= same
    assert other["samples"] == other["taken"] + sum(other["left_out"].values())
    assert other["generation"] == json.loads(Path("second/build.json").read_text())["generation"]
    timelines = pq.read_table(next(Path("mixed/timelines").iterdir())).to_pylist()
    assert sorted(row["id"] for row in timelines) == sorted({row["video_id"] for row in mixed})
    assert {"lane_lane_of_first", "lane_lane_of_second"} <= timelines[0].keys()
    assert f"{len(mixed)} samples" in capsys.readouterr().out


def test_a_mixture_is_a_data_set(place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert mix({"build": "first", "name": "one"}, {"build": "second"}, name="Both") == 0
    for split in ("train", "validation", "test"):
        loaded = datasets.load_dataset(str(place / "mixed"), split=split, cache_dir=str(tmp_path / "hub"))
        assert loaded.num_rows == len(rows("mixed", split))
        assert set(loaded["origin"]) <= {"one", "second"}
    assert run(["doctor", "mixed"]) == 0
    assert ": sound. 0 parts" in capsys.readouterr().out
    assert not examine(Path("mixed")).findings
    assert finished(Path("mixed")).files["README.md"]
    assert run(["export", "mixed", "--format", "llava", "--out", "e.json", "--split", "test"]) == 0
    assert len(json.loads(Path("e.json").read_text())) == len(rows("mixed", "test"))
    assert run(["report", "mixed", "--out", "r.html"]) == 0
    card = Path("mixed/README.md").read_text()
    head = yaml.safe_load(card.split("---\n")[1])
    assert head["license"] == "unknown", "the first build states none"
    assert "Licences of the videos: not stated 40, mit 30." in card
    assert "| second |" in card


def test_the_same_again_and_after_a_kill(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = {"build": "first", "weight": 1}, {"build": "second", "weight": 2}
    assert mix(*sources) == 0
    state = {path: path.stat().st_mtime_ns for path in Path("mixed").rglob("*.parquet")}
    assert mix(*sources) == 0, "nothing to do"
    assert {path: path.stat().st_mtime_ns for path in Path("mixed").rglob("*.parquet")} == state
    shards = {path.name: file_sha256(path) for path in state}

    class Killed(BaseException):
        """What no handler takes for an error."""

    for step in ("publish_splits", "publish", "mix_card_of", "remove_older"):
        real = getattr(mixing, step)

        def dying(*args: Any, real: Any = real, **named: Any) -> None:
            real(*args, **named)
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(mixing, step, dying)
            with pytest.raises(Killed):
                mix(*sources, out="other")
        if step in ("publish_splits", "publish"):
            assert not Path("other/README.md").exists(), "nothing points to what is there"
            assert not Path("other/build.json").exists()
    assert mix(*sources, out="other") == 0
    assert {path.name: file_sha256(path) for path in Path("other").rglob("*.parquet")} == shards
    assert not [path for path in Path("other").rglob("*") if path.name.startswith(".staging")]
    assert not examine(Path("other")).findings
    next(Path("other/data").glob("train-*")).write_bytes(b"PAR1")
    assert mix(*sources, out="other") == 0
    assert {path.name: file_sha256(path) for path in Path("other").rglob("*.parquet")} == shards


def test_a_source_that_has_changed_is_mixed_anew(place: Path) -> None:
    assert mix({"build": "first"}, {"build": "second"}) == 0
    before = account()
    told = json.loads((place / "second" / "build.json").read_text())
    (place / "second" / "build.json").write_text(json.dumps({**told, "generation": "0" * 8}))
    assert mix({"build": "first"}, {"build": "second"}) == 0
    assert account()["sources"][1]["generation"] == "0" * 8 != before["sources"][1]["generation"]
    assert len(list(Path("mixed/data").glob("train-*"))) == 1, "the older shards are gone"


def test_weights_and_caps(place: Path) -> None:
    assert (
        mix({"build": "first", "weight": 3}, {"build": "second", "weight": 1, "max_per_task": {"dense_caption": 4}})
        == 0
    )
    counts = Counter(row["origin"] for row in rows("mixed", "train"))
    there = len(rows("first", "train"))
    assert counts == {"first": there, "second": round(there / 3)}
    assert len([row for row in rows("mixed") if row["origin"] == "second" and row["task"] == "dense_caption"]) <= 4
    left = account()["sources"][1]["left_out"]
    assert left["weight"] > 0
    assert left["task_cap"] > 0
    assert (
        mix({"build": "first", "max_samples": 7}, {"build": "second", "max_samples": 5, "held_out": False}, out="few")
        == 0
    )
    assert Counter(row["origin"] for row in rows("few", "train")) == {"first": 7, "second": 5}
    assert account("few")["sources"][0]["left_out"] == {"cap": there - 7}
    assert mix({"build": "first", "held_out": False}, {"build": "second"}, out="train_only") == 0
    assert {path.name.partition("-")[0] for path in Path("train_only/data").iterdir()} == {"train"}
    held = {row["video_id"] for split in ("validation", "test") for row in rows("first", split)}
    assert not held & {row["video_id"] for row in rows("train_only")}, "what is held out is not trained on"


def test_what_is_short_is_said(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = len(rows("first", "train"))
    assert mix({"build": "first", "weight": 1}, {"build": "second", "weight": 1}, samples=4 * there) == 0
    told = capsys.readouterr().out
    assert f"{4 * there} training samples were wanted, and {account()['training']} are in the mixture." in told
    assert "where its weight asks for 50.0%" in told


def test_repeats_have_ids_of_their_own(place: Path) -> None:
    there = len(rows("first", "train"))
    sources = {"build": "first", "weight": 1, "repeat": True}, {"build": "second", "weight": 1}
    assert mix(*sources, samples=2 * there + 40) == 0
    mine = [row for row in rows("mixed", "train") if row["origin"] == "first"]
    assert len(mine) == there + 20
    assert len({row["id"] for row in mine}) == len(mine)
    again = [row["id"] for row in mine if row["id"].endswith("-2")]
    assert len(again) == 20
    assert {name.removesuffix("-2") for name in again} < {row["id"] for row in rows("first", "train")}
    assert account()["sources"][0]["copies"] == 20
    assert not examine(Path("mixed")).findings


def test_a_profile_of_lengths(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lengths = {
        "fps": 1,
        "frames": 60,
        "tokens_per_frame": 100,
        "buckets": [{"max_tokens": 4500, "share": 1}, {"share": 3}],
    }
    assert mix({"build": "first"}, {"build": "second"}, lengths=lengths) == 0
    train = rows("mixed", "train")
    long = sum(min(row["duration"], 60) * 100 > 4500 - 100 for row in train)
    assert long / len(train) == pytest.approx(0.75, abs=0.03)
    short, longer = account()["lengths"]
    assert (short["wanted"], longer["wanted"]) == (0.25, 0.75)
    assert longer["share"] == pytest.approx(0.75, abs=0.005)
    assert longer["samples"] + short["samples"] == len(train)
    assert any("lengths" in source["left_out"] for source in account()["sources"])
    assert "tokens up to 4,500" in capsys.readouterr().out


def test_the_estimate_of_tokens() -> None:
    said = [Message("user", "a" * 40), Message("assistant", "漢" * 10)]
    samples = [Sample("t", "q" * 8, "a" * 4, 2, 7, messages=said, id="1"), Sample("t", "q" * 8, "a" * 4, 2, 7, id="2")]
    (batch,) = samples_table([Timeline("v", "v", 20.0, samples=samples)]).to_batches()

    def of(**settings: Any) -> list[float]:
        found: list[float] = tokens(batch, Lengths(buckets=[{"share": 1}], **settings)).tolist()
        return found

    assert of(frames=0) == [18, 3], "(40 + 30) / 4, rounded up; the question and the answer where nothing is said"
    assert of(frames=10, tokens_per_frame=100) == [1018, 1003]
    assert of(frames=100, fps=2, tokens_per_frame=1) == [58, 43]
    assert of(frames=100, fps=2, tokens_per_frame=1, input="segment") == [28, 13]
    assert of(frames=16, fps=2, tokens_per_frame=1, bytes_per_token=2) == [51, 22]


def test_tokens_are_those_of_what_is_shown() -> None:
    own = [Medium("image", start=1, end=1), Medium("image", "other.mp4", 2, 2), Medium("clip", start=3, end=7)]
    samples = [
        Sample("t", "q" * 8, "a" * 4, 0, 20, id="0"),
        Sample("t", "q" * 8, "a" * 4, 0, 20, params={"media": "none"}, id="1"),
        Sample("t", "q" * 8, "a" * 4, 0, 20, media=own, id="2"),
    ]
    (batch,) = samples_table([Timeline("v", "v", 20.0, samples=samples)]).to_batches()
    settings: dict[str, Any] = {"buckets": [{"share": 1}], "tokens_per_frame": 10}
    assert tokens(batch, Lengths(frames=8, **settings)).tolist() == [83, 3, 103]
    assert tokens(batch, Lengths(frames=8, fps=1, **settings)).tolist() == [83, 3, 63], "a clip of 4 s has 4"


@pytest.fixture
def four_kinds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds in the folders that the mixture giraffe names, each with 200 short and 400 long samples."""
    monkeypatch.chdir(tmp_path)
    for name in ("lwm_qa", "vigc", "multimodal_textbook", "longvid"):
        videos = []
        for n in range(600):
            said = "word " * (40 if n % 3 == 0 else 9000)
            params = {"media": "none"} if name == "lwm_qa" else {}
            turns = [Message("user", said), Message("assistant", "Yes.")]
            sample = Sample("t", "Is it so?", "Yes.", 0, 1, params=params, messages=turns, id=f"{name}-{n}")
            if name in ("vigc", "multimodal_textbook"):
                sample.media = [Medium("image", start=1, end=1)]
            videos.append(Timeline(f"{name}{n}.mp4", f"{name}{n}", 60.0, samples=[sample]))
        hand_made(tmp_path / "out" / name, videos)


@pytest.mark.usefixtures("four_kinds")
def test_giraffe_mixes_four_kinds_by_share_and_length() -> None:
    assert run(["mix", "giraffe"]) == 0
    train = rows("out/giraffe")
    kinds = Counter(row["origin"] for row in train)
    shares = {"long_text": 0.2, "short_visual": 0.25, "interleaved": 0.25, "video": 0.3}
    assert len(train) > 900
    assert {name: count / len(train) for name, count in kinds.items()} == pytest.approx(shares, abs=0.005)
    short, longer = account("out/giraffe")["lengths"]
    assert (short["share"], longer["share"]) == pytest.approx((0.4, 0.6), abs=0.005)
    by_words = Counter("word " * 9000 in row["messages"][0]["content"] for row in train if row["origin"] == "long_text")
    assert by_words[False] > 0, "a text has no frames that would make it long"


def test_a_mixture_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["mix", "girafe"]) == 2


def hand_made(folder: Path, videos: list[Timeline], split: str = "train") -> None:
    """A build of *videos* without a build."""
    tables = {
        f"data/{split}-0.parquet": samples_table(videos),
        "timelines/t.parquet": timelines_table(videos, {lane for video in videos for lane in video.lanes}),
        "rejects/r.parquet": rejects_table([]),
    }
    for name, table in tables.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, folder / name)
    write_record(folder, generation=folder.name, samples=len(videos), kept=len(videos))


def video(name: str, uri: str = "", **more: Any) -> Timeline:
    sample = Sample("t", f"What is {name}?", name, 0, 1, id=f"sample-{name}")
    return Timeline(uri or f"{name}.mp4", name, 9.0, samples=[sample], **more)


def test_a_haystack_of_a_video_that_is_held_out_is_not_trained_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    one, other = make_id("one"), make_id("other")
    made = video("made")
    made.put("pieces", [Span(0, 9, attrs={"content": "one", "uri": "x.mp4"})])
    hand_made(tmp_path / "hay", [made, video("free")])
    hand_made(tmp_path / "plain", [video(one), video(other)], "test")
    assert mix({"build": "hay"}, {"build": "plain"}) == 0
    assert {row["video_id"] for row in rows("mixed", "train")} == {"free"}
    assert account()["sources"][0]["left_out"] == {"held_out_elsewhere": 1}
    bench = video("bench")
    bench.put("pieces", [Span(0, 9, attrs={"content": "other", "uri": "y.mp4"})])
    hand_made(tmp_path / "bench", [bench], "test")
    hand_made(tmp_path / "train", [video(one), video(other)])
    assert mix({"build": "bench"}, {"build": "train"}, out="again") == 0
    assert {row["video_id"] for row in rows("again", "train")} == {one}


def test_files_come_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in (("a", b"one"), ("b", b"two")):
        (tmp_path / name / "media").mkdir(parents=True)
        (tmp_path / name / "media" / f"{name}.mp4").write_bytes(content)
        media = Media(bytes=3, sha256=file_sha256(tmp_path / name / "media" / f"{name}.mp4"))
        hand_made(tmp_path / name, [video(name, f"media/{name}.mp4", media=media)])
    assert mix({"build": "a"}, {"build": "b"}) == 0
    assert {path.name: path.read_bytes() for path in Path("mixed/media").iterdir()} == {
        "a.mp4": b"one",
        "b.mp4": b"two",
    }
    assert not examine(Path("mixed")).findings
    assert {"media/a.mp4", "media/b.mp4"} <= finished(Path("mixed")).files.keys()
    os.unlink("b/media/b.mp4")
    assert mix({"build": "a"}, {"build": "b"}, out="other") == 2
    assert not Path("other/README.md").exists()


def test_older_builds_lack_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    hand_made(tmp_path / "new", [video("a")])
    hand_made(tmp_path / "old", [video("b")])
    path = tmp_path / "old" / "data" / "train-0.parquet"
    kind = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))  # turns had no times
    said = pa.array([[{"role": "user", "content": "Well?"}]], kind)
    lacking = pq.read_table(path).drop_columns(["checks", "rationale", "answer_index"])
    place = lacking.schema.get_field_index("messages")
    pq.write_table(lacking.set_column(place, pa.field("messages", kind), said), path)
    told = json.loads((tmp_path / "old" / "build.json").read_text())
    told["files"]["data/train-0.parquet"]["sha256"] = file_sha256(path)
    (tmp_path / "old" / "build.json").write_text(json.dumps(told))
    assert mix({"build": "new"}, {"build": "old"}) == 0
    assert pq.read_schema(next(Path("mixed/data").iterdir())).names == [*SAMPLES.names, "origin"]
    (row,) = [row for row in rows("mixed") if row["video_id"] == "b"]
    assert (row["checks"], row["rationale"], row["answer_index"]) == ([], "", None)
    assert row["messages"] == [{"role": "user", "content": "Well?", "time": None}]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sources: [{build: first, wieght: 2}]\noutput: {path: o}", "mix.yaml:1: sources.0.wieght: unknown key."),
        ("sources: [{build: frist}]\noutput: {path: o}", "mix.yaml:1: sources.0.build: no folder frist. Did you"),
        ("sources: [{build: first, weight: 1}, {build: second}]\noutput: {path: o}", "to every source or to none"),
        ("sources: [{build: first}, {build: ./first}]\noutput: {path: o}", "two sources are called first"),
        ("sources: [{build: first, weight: 1, repeat: true}]\noutput: {path: o}", "give the number of samples"),
        ("sources: [{build: first, repeat: true}]\noutput: {path: o}", "repeat: has no effect without weight."),
        ("sources: [{build: first}]\noutput: {path: first}", "first: is a source, and cannot be the output"),
        ("sources: [{build: first}]\noutput: {path: second}", "second: holds a build with other settings"),
        ("sources: [{build: empty}]\noutput: {path: o}", "empty: is no finished build of vdata"),
        ("sources: first", "mix.yaml:1: sources: must be a list"),
        ("sources: [{build: first}]\noutput: {path: o}\nlengths: {buckets: [{max_tokens: 5, share: 1}]}", "the last"),
    ],
)  # fmt: skip
def test_mistakes_are_said(place: Path, capsys: pytest.CaptureFixture[str], text: str, told: str) -> None:
    Path("empty").mkdir()
    Path("mix.yaml").write_text(text)
    assert run(["mix", "mix.yaml"]) == 2
    assert told in capsys.readouterr().err


def test_a_damaged_source_is_refused(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = next(Path("second/data").iterdir())
    path.write_bytes(path.read_bytes()[:-1])
    assert mix({"build": "first"}, {"build": "second"}) == 2
    assert (
        f"{path}: its content does not match its hash. The same vdata build makes it whole." in capsys.readouterr().err
    )


def test_the_yaml_is_read(place: Path) -> None:
    Path("mix.yaml").write_text("sources:\n  - {build: first}\noutput: {path: a}\n")
    assert isinstance(load_mix(Path("mix.yaml")), Mix)
    assert load_mix(Path("mix.yaml"), "b").output.path == Path("b")


def test_words_of_older_versions_are_read_with_a_warning_each(place: Path) -> None:
    old = "{build: first, cap: 7, tasks: {count: 3}}"
    lengths = "{shown: stretch, tokens_a_frame: 9, bytes_a_token: 2, buckets: [{up_to: 5, share: 1}, {share: 1}]}"
    Path("mix.yaml").write_text(f"output: {{path: a}}\nsources: [{old}]\nlengths: {lengths}\n")
    warnings: list[str] = []
    read = load_mix(Path("mix.yaml"), warn=warnings.append)
    assert (read.sources[0].max_samples, read.sources[0].max_per_task) == (7, {"count": 3})
    buckets = [{"max_tokens": 5, "share": 1}, {"share": 1}]
    assert read.lengths == Lengths(input="segment", tokens_per_frame=9, bytes_per_token=2, buckets=buckets)
    assert len(warnings) == 7
    assert "mix.yaml:2: sources.0.cap: the key cap is now called max_samples." in warnings
    assert "mix.yaml:3: lengths.shown: stretch is now called segment." in warnings
