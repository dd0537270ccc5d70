"""Folders to review, for Label Studio and Argilla: what is in them, what is replaced, what the libraries say."""

from __future__ import annotations

import json
import os
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest

from vdata.cli import run
from vdata.rules.reviews import content_of, content_of_span
from vdata.schemas import Sample, Span, Timeline, make_id

FILE = f"media/{make_id('videos/clips/kitchen.mp4')}.mp4"


def exported(folder: Path, name: str, *more: str) -> int:
    return run(["export", str(folder), "--format", name, "--out", "r", "--media-root", "videos", *more])


def files() -> list[str]:
    return sorted(str(path.relative_to("r")) for path in Path("r").rglob("*") if path.is_file())


def tasks() -> list[Any]:
    found: list[Any] = json.loads(Path("r/tasks.json").read_text())
    return found


def test_label_studio(small: Path, samples: list[Sample], capsys: pytest.CaptureFixture[str]) -> None:
    assert exported(small, "label_studio") == 0
    said = capsys.readouterr().out
    assert "2 of 13 samples left out: made_video 1, not_rendered 1." in said
    assert "11 samples as label_studio: r" in said
    assert f"LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT={Path('r').resolve()}" in said
    assert files() == ["label_config.xml", FILE, "tasks.json"]
    assert os.path.samefile(Path("r") / FILE, "videos/clips/kitchen.mp4")
    task = tasks()[1]
    samples[1].id = "0-01"
    assert task["data"] == {
        "video": f"/data/local-files/?d={FILE}",
        "id": "0-01",
        "lane": "",
        "content": content_of(samples[1]),
        "video_name": "clips/kitchen.mp4",
        "start": 14.04,
        "end": 21.5,
        "shift": 0.0,
        "task": "moment_retrieval",
        "question": 'Locate the event "She whisks them" in the video.',
        "options": "From 30.0 to 37.4 seconds.\nFrom 14.0 to 21.5 seconds.\nFrom 1.0 to 8.4 seconds.\nAt 50.2 seconds.",
        "answer": "From 14.0 to 21.5 seconds.",
        "evidence": '14.04 - 21.5 | events | She whisks them and says "fertig – schön".',
    }
    filled = {one["from_name"]: one["value"]["text"] for one in task["predictions"][0]["result"]}
    names = ("question", "options", "answer", "evidence")
    assert filled == {f"corrected_{name}": [task["data"][name]] for name in names}
    config = ElementTree.parse("r/label_config.xml").getroot()
    controls = {tag.get("name") for tag in config if tag.tag in ("Choices", "TextArea")}
    assert controls == {"verdict", "comment", *filled}
    assert {tag.get("value", "")[1:] for tag in config if tag.tag in ("Video", "Text")} <= task["data"].keys()


def test_argilla(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exported(small, "argilla") == 0
    assert 'rg.Dataset.from_disk("r")' in capsys.readouterr().out
    assert files() == [".argilla/dataset.json", ".argilla/settings.json", FILE, "records.json"]
    record = json.loads(Path("r/records.json").read_text())[1]
    assert record["id"] == "0-01"
    assert record["fields"]["video"] == {"src": f"http://localhost:8000/{FILE}"}
    assert record["fields"]["answer"] == "From 14.0 to 21.5 seconds."
    assert record["metadata"]["video_name"] == "clips/kitchen.mp4"
    assert record["suggestions"]["corrected_answer"]["value"] == record["fields"]["answer"]
    settings = json.loads(Path("r/.argilla/settings.json").read_text())
    names = {one["name"] for one in settings["questions"]}
    assert {*record["suggestions"], "verdict", "comment"} == names


@pytest.mark.parametrize("name", ["label_studio_lane", "argilla_lane"])
def test_spans_of_a_lane(small: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exported(small, name, "--lane", "speech") == 0
    said = capsys.readouterr().out
    assert "2 of 3 videos left out: no_speech 2." in said
    if name == "label_studio_lane":
        known = tasks()[1]["data"]
    else:
        record = json.loads(Path("r/records.json").read_text())[1]
        known = {**record["metadata"], **record["fields"], "id": record["id"]}
    assert (known["lane"], known["text"], known["times"]) == ("speech", "Now whisk.", "11.0 - 12.5")
    assert known["content"] == content_of_span(Span(11, 12.5, "Now whisk.", id=known["id"]))


def test_videos_stay_where_they_are_without_media(small: Path) -> None:
    assert exported(small, "label_studio", "--no-media") == 0
    assert files() == ["label_config.xml", "tasks.json"]
    assert exported(small, "argilla", "--overwrite") == 2
    assert (
        run([*["export", "set", "--format", "label_studio", "--out", "w", "--media-root", "https://example.org/v"]])
        == 0
    )
    known = json.loads(Path("w/tasks.json").read_text())[0]["data"]
    assert known["video"] == "https://example.org/v/clips/kitchen.mp4"


def test_only_an_earlier_export_is_replaced(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exported(small, "label_studio") == 0
    assert exported(small, "label_studio") == 2
    assert "r: is there already. Replace it with --overwrite" in capsys.readouterr().err
    assert exported(small, "label_studio", "--overwrite") == 0
    for mine in ("export.json", "media/mine.mp4", "media/sub/tasks.json"):
        Path("r", mine).parent.mkdir(exist_ok=True)
        Path("r", mine).write_text("mine")
        assert exported(small, "label_studio", "--overwrite") == 2
        assert f"r: holds {mine}, which no export wrote" in capsys.readouterr().err
        Path("r", mine).unlink()
    assert exported(small, "label_studio", "--overwrite") == 2
    assert "r: holds media/sub, which no export wrote" in capsys.readouterr().err
    assert exported(small, "label_studio", "--times", "mmss") == 2
    assert Path("videos/clips/kitchen.mp4").exists()


def test_a_clip_is_shown_with_its_own_times(
    stored: Callable[[Path, Iterable[Timeline]], Path], samples: list[Sample], small: Path
) -> None:
    video = Timeline("clips/kitchen.mp4", "0a" * 12, 60.0)
    whole = samples[5]
    video.samples = [whole]
    folder = stored(Path("clipped"), [video])
    content = content_of(whole)
    table = folder / "data/train-00000.parquet"
    import pyarrow.parquet as pq

    from vdata.schemas.arrow import samples_table

    whole.clip, whole.clip_start, whole.clip_end = "media/c.mp4", 5.0, 15.0
    pq.write_table(samples_table([video], "clips"), table)
    (folder / "media").mkdir()
    (folder / "media/c.mp4").write_bytes(b"clip")
    assert run(["export", "clipped", "--format", "label_studio", "--out", "r"]) == 0
    (task,) = tasks()
    known = task["data"]
    assert known["evidence"].startswith("2.46 - 7.0 | events | ")
    assert (known["shift"], known["start"], known["end"]) == (5.0, 7.46, 12.0)
    assert (known["content"], known["video_name"]) == (content, "clips/kitchen.mp4")


def test_the_sdk_of_label_studio_takes_it(small: Path) -> None:
    interface = pytest.importorskip("label_studio_sdk.label_interface", reason="needs label-studio-sdk")
    for name in ("label_studio", "label_studio_lane"):
        assert exported(small, name) == 0
        labels = interface.LabelInterface(Path("r/label_config.xml").read_text())
        labels.validate()
        for task in tasks():
            for prediction in task["predictions"]:
                assert labels.validate_prediction(prediction, return_errors=True) == []
        for path in ("r/tasks.json", "r/label_config.xml", f"r/{FILE}"):
            Path(path).unlink()
        Path("r/media").rmdir()


def test_the_library_of_argilla_takes_it_and_gives_it_back(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rg = pytest.importorskip("argilla", reason="needs argilla")
    from vdata.stages.labels.kinds.argilla import ArgillaReviews

    monkeypatch.setattr(rg.Argilla, "_default_client", MagicMock())
    assert exported(small, "argilla") == 0
    settings = rg.Settings.from_json("r/.argilla/settings.json")
    settings.validate()
    records = [rg.Record.from_dict(row) for row in json.loads(Path("r/records.json").read_text())]
    assert {one.question_name for one in records[1].suggestions} <= set(settings.schema)
    user = "5d8b1a2e-0000-4000-8000-000000000001"
    for question, value in {"verdict": "wrong", "corrected_answer": "At 50.2 seconds."}.items():
        records[1].responses.add(rg.Response(question, value, user_id=user, status="submitted"))
    io: Any = pytest.importorskip("argilla.records._io")

    io.JsonIO.to_json(records, "nested.json")
    Path("flat.json").write_text(json.dumps(io.GenericIO.to_list(records, flatten=True)))
    for name in ("nested.json", "flat.json"):
        (found,) = ArgillaReviews(path=name).read(Path(name).read_bytes())
        (span,) = found.lanes["reviews"]
        assert (found.name, span.label, span.attrs["of"]) == ("clips/kitchen.mp4", "wrong", "0-01")
        assert span.attrs["answer"] == "At 50.2 seconds."
