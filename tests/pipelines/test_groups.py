"""Groups of pictures and clips: rows, requests, samples and exports of real pictures, frames of the clips."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pyarrow.parquet as pq
import pytest
from inline import without_ray
from openai_server import Server
from PIL import Image

from vdata.cli import run
from vdata.export.format import find_formats
from vdata.export.lane_format import LaneFormat
from vdata.pipelines.build import run_build
from vdata.pipelines.settings.config_reader import load_config
from vdata.video.decode.frames import fetch

ASK = """
  - caption: {{of: {of}, look: {{count: 2}}}}
  - {group}
  - questions: {{from: [captions], tasks: [what, dialogue, when], answers: both, look: {{count: 2}}}}
  - verify: {{checks: [interleaved, text, options, evidence]}}
output: {{path: out, media: {media}}}
"""
HEAD = """
videos: {videos}
teachers:
  watcher: {{kind: openai, model: scripted, base_url: "{url}"}}
  finder: {{kind: embed, model: scripted, base_url: "{url}"}}
cache: cache
stages:
  - scan
"""
Build = Callable[..., Path]


@pytest.fixture
def pictures(tmp_path: Path, clips: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A list of frames of two clips, as JPEG and PNG, with what they are of, and one that is alone."""
    monkeypatch.chdir(tmp_path)
    rows = []
    for name, ending, times in (("bigbuckbunny", "jpg", (3.0, 1.0, 4.0)), ("bikes", "png", (1.0, 5.0))):
        for time, frame in zip(times, fetch(str(clips / f"{name}.mp4"), times), strict=True):
            file = f"{name}_{time:g}.{ending}"
            Image.fromarray(frame).save(tmp_path / file)
            rows.append({"video": file, "film": name, "visit": str(time)})
    Image.fromarray(frame[::-1].copy()).save(tmp_path / "alone.png")
    rows.append({"video": "alone.png", "film": "another", "visit": "1"})
    (tmp_path / "list.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    from exact_embedder import vector
    from film_teacher import answer

    without_ray(monkeypatch)
    with Server(answer=answer, embed=vector) as running:
        yield running


def build(server: Server, videos: str, group: str, of: str = "null", before: str = "", media: str = "frames") -> Path:
    text = HEAD.format(videos=json.dumps(videos), url=server.url) + before + ASK.format(of=of, group=group, media=media)
    text = text.replace("look: {count", "teacher: watcher, look: {count")
    Path("groups.yaml").write_text(text)
    config = load_config(Path("groups.yaml"), [], Path.cwd())
    assert run_build(config, limit=None, address=None, overwrite=True) == 0
    return config.output.path


def rows(out: Path, name: str = "data") -> list[dict[str, Any]]:
    return [row for path in sorted((out / name).glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def test_by_column_and_order(pictures: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    out = build(
        server, "list.jsonl", "group: {{of: null, by: [film], order: [visit]}}".replace("{{", "{").replace("}}", "}")
    )
    shown = {tuple(one["video"] for one in row["media"]) for row in rows(out) if row["task"] == "what"}
    assert shown == {
        ("bigbuckbunny_1.jpg", "bigbuckbunny_3.jpg", "bigbuckbunny_4.jpg"),
        ("bikes_1.png", "bikes_5.png"),
    }
    assert [(row["reason"], row["detail"]) for row in rows(out, "rejects") if row["stage"] == "group"] == [
        ("group_of_one", "alone.png")
    ]
    _truth(out)
    _requests(server)
    _exports(out, capsys)


@pytest.mark.slow
def test_frames_of_each_video_by_time(
    clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server
) -> None:
    monkeypatch.chdir(tmp_path)
    shots = "  - shots\n  - keyframes: {count: 2}\n"
    out = build(server, str(clips / "bi*.mp4"), "group: {size: [2, 3]}", "keyframes", shots)
    samples = rows(out)
    assert samples
    for row in samples:
        times = [one["start"] for one in row["media"]]
        assert times == sorted(times)
        assert len({one["video"] for one in row["media"]}) == 1
        assert 2 <= len(times) <= 3
        for one in row["media"]:
            with Image.open(out / one["file"]) as picture:
                picture.verify()
    _truth(out)


@pytest.mark.slow
def test_pictures_that_are_alike(pictures: Path, server: Server) -> None:
    shots = "  - shots\n  - embed: {of: shots, teacher: finder}\n  - clusters: {of: shots, count: 2}\n"
    group = "group: {of: shots, by: [cluster], order: [cluster_distance], size: [2, 4]}"
    out = build(server, "list.jsonl", group, "null", shots)
    assert {len(row["media"]) for row in rows(out) if row["task"] == "what"} <= {2, 3, 4}
    _truth(out)


def _truth(out: Path) -> None:
    """Marks equal media, in kind and number; each has its name before it; no time and no video is spoken of."""
    samples = rows(out)
    assert {row["task"] for row in samples} == {"what", "dialogue"}
    for row in samples:
        words = "".join(turn["content"] for turn in row["messages"])
        assert re.findall(r"Image (\d+): <image>\n", words) == [str(n + 1) for n in range(len(row["media"]))]
        assert words.count("<image>") == len(row["media"]) >= 2
        assert "<video>" not in words
    named = [(re.search(r"in Image (\d+) ", row["question"]), row) for row in samples if row["task"] == "what"]
    assert all(found and row["evidence"][0]["start"] == int(found[1]) - 1 for found, row in named), "of that picture"
    dialogues = [row for row in samples if row["task"] == "dialogue"]
    handed = [["<image>" in turn["content"] for turn in row["messages"] if turn["role"] == "user"] for row in dialogues]
    assert any(sum(turns) > 1 for turns in handed), "pictures come with the questions that call for them"


def _requests(server: Server) -> None:
    """Each picture of a group is sent behind its name, in order."""
    asked = [body for body in server.counters.bodies if "Image 1:" in json.dumps(body)]
    assert asked
    for body in asked:
        parts = body["messages"][-1]["content"]
        texts = [part.get("text", "") for part in parts]
        at = [n for n, part in enumerate(parts) if part["type"] == "image_url"]
        assert [texts[n - 1].rstrip().rpartition("\n")[2] for n in at] == [f"Image {n + 1}:" for n in range(len(at))]


def _exports(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every format writes as many pictures as there are marks, or leaves the samples out with the reason."""
    for name, format in find_formats().items():
        if isinstance(format, LaneFormat) or name == "lance":
            continue
        to = Path(f"export.{name}{format.suffix}")
        code = run(["export", str(out), "--format", name, "--out", str(to)])
        told = capsys.readouterr().out
        if not format.holds_media:
            assert code == 1, name
            assert "several_media" in told, name
            assert "hf_messages" in told, name
        elif code == 0:
            text = to.read_text(encoding="utf-8")
            whole_file = format.suffix != ".jsonl"
            read = json.loads(text) if whole_file else [json.loads(line) for line in text.splitlines()]
            for row in read.values() if isinstance(read, dict) else read:
                whole = json.dumps(row)
                assert "<video>" not in whole
                files = re.findall(r"[\w/]+_\d\.(?:jpg|png)", whole)
                assert len(files) >= 2, (name, row)


@pytest.mark.slow
def test_clips_of_each_video_are_cut_from_it(
    clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every clip among the media has a file with just the frames of its stretch, which all layouts write."""
    monkeypatch.chdir(tmp_path)
    shots = "  - shots: {detector: fixed, fixed: {seconds: 2}}\n"
    group = "group: {of: shots, by: [], show: clip, size: [2, 3], order: [random]}"
    out = build(server, str(clips / "bi*.mp4"), group, "shots", shots, "clips")
    samples = rows(out)
    several = {one["video"] for row in samples for one in row["media"]}
    assert len(several) == 2, "of both videos"
    cut = {(one["video"], one["start"], one["end"], one["file"]) for row in samples for one in row["media"]}
    for video, start, end, file in cut:
        wanted = [one for time, one in timed(Path(video)) if start - 1e-6 <= time < end - 1e-6]
        found = [one for _, one in timed(out / file)]
        assert len(found) == len(wanted) > 0
        assert all(np.abs(a.astype(int) - b).mean() < 4 for a, b in zip(found, wanted, strict=True))
    written = 0
    for name, format in find_formats().items():
        if isinstance(format, LaneFormat) or not format.holds_media:
            continue
        to = Path(f"export.{name}{format.suffix}")
        if run(["export", str(out), "--format", name, "--out", str(to)]):
            assert re.search(r"left out: \w+", capsys.readouterr().out), name
            continue
        written += 1
        text = to.read_text(encoding="utf-8")
        read = [json.loads(line) for line in text.splitlines()] if format.suffix == ".jsonl" else json.loads(text)
        for row in read.values() if isinstance(read, dict) else read:
            whole = json.dumps(row)
            named = re.findall(r"media/\w+\.mp4", whole)
            assert set(named) <= {file for *_, file in cut}, name
            assert len(set(named)) >= 2, (name, whole)
            if "<video>" in whole:
                assert whole.count("<video>") == len(named), (name, whole)
    assert written >= 6


def timed(path: Path) -> list[tuple[float, Any]]:
    with av.open(str(path)) as file:
        origin = (file.start_time or 0) / 1e6
        return [(float(one.time or 0) - origin, one.to_ndarray(format="rgb24")) for one in file.decode(video=0)]
