"""Pictures as inputs: real ones, frames of the clips, go the whole road, and nobody speaks of a video or of time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from inline import without_ray
from openai_server import Server
from PIL import Image

from vdata.cli import run
from vdata.pipelines.build import run_build
from vdata.pipelines.settings.config_reader import load_config
from vdata.video.decode.frames import fetch

TIMED = re.compile(
    r"\b(?:videos?|clips?|footage|frames?|stretch(?:es)?|watch\w*|seconds?|in (?:the )?order of time|time order)\b"
    r"|\b[\d.]+ s\b",
    re.IGNORECASE,
)
MATERIAL = re.compile(r"(?<=>\n).*?(?=\n</material>)", re.DOTALL)
CONFIG = """
videos: pictures
teachers:
  watcher: {{kind: openai, model: scripted, base_url: "{url}"}}
cache: cache
stages:
  - probe
  - scan
  - caption: {{of: null, into: captions, look: {{count: 4}}}}
  - caption: {{of: captions, into: parts, mode: structured, look: {{count: 4}}}}
  - ask: {{of: captions, reply: {{mood: text}}, look: {{count: 2}}, with: [captions]}}
  - questions: {{from: [captions], tasks: [what, spatial, when, order, dialogue], answers: both, look: {{count: 4}}}}
  - tasks: {{tasks: [captioning, moment_retrieval, chapter_titles]}}
  - preferences: {{about: video, look: {{count: 3}}}}
  - verify:
      look: {{count: 3}}
      checks: [blind, claims, review, well_formed]
      policy: {{unsupported: tag, criticised: tag}}
output: {{path: out}}
"""


@pytest.fixture
def pictures(tmp_path: Path, clips: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with frames of real clips, as JPEG and as PNG."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pictures").mkdir()
    for name, ending, times in (("bigbuckbunny", "jpg", (1.0, 3.0)), ("bikes", "png", (1.0, 5.0))):
        for time, frame in zip(times, fetch(str(clips / f"{name}.mp4"), times), strict=True):
            Image.fromarray(frame).save(tmp_path / "pictures" / f"{name}_{time:g}.{ending}")
    return tmp_path / "pictures"


@pytest.fixture
def built(pictures: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, Server]]:
    """A build of these pictures, and what it asked."""
    from film_teacher import answer

    without_ray(monkeypatch)
    with Server(answer=answer) as server:
        Path("images.yaml").write_text(CONFIG.format(url=server.url))
        config = load_config(Path("images.yaml"), [], Path.cwd())
        assert run_build(config, limit=None, address=None, overwrite=False) == 0
        yield Path("out"), server


def test_the_whole_road(built: tuple[Path, Server], capsys: pytest.CaptureFixture[str]) -> None:
    import pyarrow.parquet as pq

    out, server = built
    (table,) = [pq.read_table(path) for path in (out / "timelines").glob("*.parquet")]
    videos = table.to_pylist()
    assert [(one["uri"], one["media"]["frames"], one["duration"]) for one in videos] == [
        *((f"pictures/{name}", 1, 1.0) for name in ("bigbuckbunny_1.jpg", "bigbuckbunny_3.jpg")),
        *((f"pictures/{name}", 1, 1.0) for name in ("bikes_1.png", "bikes_5.png")),
    ]
    rows = [row for path in (out / "data").glob("*.parquet") for row in pq.read_table(path).to_pylist()]
    assert {row["task"] for row in rows} >= {"what", "spatial", "captioning", "dialogue", "preference"}
    assert not {row["task"] for row in rows} & {"when", "order", "moment_retrieval"}
    asked = [row["question"] for row in rows if row["task"] in ("captioning", "preference")]
    assert asked
    assert not [text for text in asked if TIMED.search(text)]
    _no_time(server)


def _no_time(server: Server) -> None:
    """No request speaks of what an image has not, outside of what was taken from it, and each shows one picture."""
    assert len(server.counters.bodies) > 20
    for body in server.counters.bodies:
        parts = [part for turn in body["messages"] for part in _parts(turn["content"])]
        texts = [MATERIAL.sub("", part["text"]) for part in parts if part["type"] == "text"]
        texts.append(json.dumps(body.get("response_format", {})))
        wrong = [(found[0], text) for text in texts for found in TIMED.finditer(text)]
        assert not wrong
        assert sum(part["type"] == "image_url" for part in parts) <= 1


def _parts(content: Any) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def test_its_exports(built: tuple[Path, Server], capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = built
    assert run(["export", str(out), "--format", "hf_messages", "--out", "m.jsonl"]) == 0
    rows = [json.loads(line) for line in Path("m.jsonl").read_text().splitlines()]
    assert rows
    for row in rows:
        marks = [part for turn in row["messages"] for part in turn["content"] if part["type"] != "text"]
        assert marks == [{"type": "image"}]
        assert len(row["images"]) == 1
        assert not row["videos"]
        assert row["messages"][0]["content"][0] == {"type": "image"}
        Image.open(row["images"][0]).verify()
    capsys.readouterr()
    assert run(["export", str(out), "--format", "webdataset", "--out", "w"]) == 1
    told = capsys.readouterr().out
    assert "shows_an_image" in told
    assert "webdataset shows one video and has no place for a picture: take" in told
    assert "hf_messages" in told
    assert run(["report", str(out)]) == 0
    page = (out / "report.html").read_text()
    assert "bikes_5.png" in page


def test_odd_pictures(pictures: Path, make_videos: Any) -> None:
    """Names that are patterns, pictures that lie on their side, broken ones; beside a video they are not taken."""
    from vdata.pipelines.inputs.sources import find_sources
    from vdata.schemas import Failed, Timeline
    from vdata.stages.media.probe import Probe

    side = Image.open(pictures / "bigbuckbunny_1.jpg")
    turned = Image.Exif()
    turned[0x112] = 6
    side.save(pictures / "turned%03d.jpg", exif=turned)
    (pictures / "broken.png").write_bytes((pictures / "bikes_1.png").read_bytes()[:40])
    whole = Probe().run(Timeline("a", path=str(pictures / "bigbuckbunny_1.jpg"))).media
    video = Probe().run(Timeline("b", path=str(pictures / "turned%03d.jpg")))
    assert whole is not None
    assert video.media is not None
    assert video.is_still
    assert (video.media.width, video.media.height) == (whole.height, whole.width)
    with pytest.raises(Failed, match=r"broken\.png") as error:
        Probe().run(Timeline("c", path=str(pictures / "broken.png")))
    assert error.value.reason in ("corrupt", "no_frames", "truncated")
    found = [source.uri for source in find_sources("pictures", base=pictures.parent)]
    assert len(found) == 6
    assert {one.uri for one in find_sources("pictures/*", base=pictures.parent)} == set(found)
    make_videos.plain(pictures / "film.mp4", 5)
    assert [one.uri for one in find_sources("pictures", base=pictures.parent)] == ["pictures/film.mp4"]
    assert [one.uri for one in find_sources("pictures/*", base=pictures.parent)] == ["pictures/film.mp4"]
    assert not Probe().run(Timeline("d", path=str(pictures / "film.mp4"))).is_still
