"""Tables of captioned clips as their authors publish them, from clips of which everything is known."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from vdata.cli import run
from vdata.schemas import Media, Span, Timeline

Stored = Callable[[Path, Iterable[Timeline]], Path]


def trailer() -> Timeline:
    """Two shots of a trailer with all that the recipes leave on them, and a third that nobody described."""
    media = Media(sha256="5ha", duration=70.0, fps=25.0, width=1280, height=720)
    video = Timeline("films/a.mp4", "a" * 24, 70.0, media, attrs={"topic": "boats"})
    one, two, _ = video.put("shots", [
        Span(1.5, 7, values={"movement": 0.25, "sharpness": 9, "vtss": 3.5, "clarity_score": 0.75}),
        Span(7, 65.25, values={"movement": 0.5, "motion_score": 4, "aesthetic_score": 7, "text_area": 0.125}),
        Span(65.25, 70),
    ])  # fmt: skip
    told = {"objects": "a boat; a flag", "background": "the open sea", "polish_caption": "A boat crosses the sea."}
    seen = video.put("seen", [Span(one.start, one.end, "A boat sails.", attrs={"span": one.id} | told)])
    video.put("captions", [
        Span(one.start, one.end, "A boat, and\nloud \"drums\".", values={"imaging_quality": 4}, attrs={
            "span": seen[0].id, "brief_caption": "A boat.", "cluster_name": "at sea", "v2t_row": "0.5 nan",
        }),
        Span(two.start, two.end, "It lands.", attrs={"span": two.id, "v2t_row": "-0.25 1", "t2t_row": "0 1"}),
    ])  # fmt: skip
    video.put("frame_captions", [Span(1.5, 1.5, "A sail."), Span(6.96, 6.96, "A mast."), Span(7, 7, "A beach.")])
    video.put("music", [Span(1.5, 7, "Drums play.", attrs={"vocal_caption": "Nobody sings."})])
    return video


@pytest.fixture
def exported(stored: Stored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    monkeypatch.chdir(tmp_path)
    folder = stored(tmp_path / "set", [trailer()])

    def export(name: str) -> str:
        assert run(["export", str(folder), "--format", name, "--out", name]) == 0
        return Path(name).read_text(encoding="utf-8")

    return export


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_columns_of_koala_36m(exported: Callable[[str], str]) -> None:
    first, second = table(exported("koala_36m"))
    assert list(first) == [
        *("videoID", "url", "timestamp", "caption", "clarity_score", "aesthetic_score", "motion_score", "VTSS"),
    ]
    assert (first["videoID"], first["timestamp"]) == ("films/a_0", "['0:00:01.500', '0:00:07.000']")
    assert first["caption"] == 'A boat, and\nloud "drums".'
    assert [first[name] for name in list(first)[4:]] == ["0.75", "", "0.25", "3.5"], "of the shot under the caption"
    assert [second[name] for name in list(second)[4:]] == ["", "7.0", "4.0", ""]
    assert second["timestamp"] == "['0:00:07.000', '0:01:05.250']"


def test_the_columns_of_videoufo(exported: Callable[[str], str]) -> None:
    first, second = table(exported("videoufo"))
    assert [first[name] for name in ("ID", "Topic", "Brief_Caption", "Start_Time", "Imaging_Quality")] == [
        *("films/a_0", "at sea", "A boat.", "0:00:01.500", "4.0"),
    ]
    assert [second[name] for name in ("Topic", "Detailed_Caption", "End_Time", "Imaging_Quality")] == [
        *("boats", "It lands.", "0:01:05.250", ""),
    ]


def test_the_rows_of_scenewalk(exported: Callable[[str], str]) -> None:
    first, second = map(json.loads, exported("scenewalk").splitlines())
    assert first["time_stamp"] == {
        **{"duration": 6, "start_fps": 25, "start_frame": 38, "start_time": "0:00:01.500"},
        **{"end_fps": 25, "end_frame": 175, "end_time": "0:00:07.000"},
    }
    assert (first["id"], first["v2t_score"], first["t2t_score"]) == ("films/a", [0.5, None], [])
    assert (second["v2t_score"], second["t2t_score"]) == ([-0.25, 1.0], [0.0, 1.0])
    assert [turn["from"] for turn in second["conversations"]] == ["human", "gpt"]
    assert second["conversations"][1]["value"] == "It lands."


def test_the_rows_of_mmtrail(exported: Callable[[str], str]) -> None:
    rows: list[dict[str, Any]] = json.loads(exported("mmtrail"))
    first, second = rows
    assert first["basic"] == {
        **{"video_id": "films/a", "video_path": "films/a.mp4", "video_duration": 70.0, "video_resolution": [720, 1280]},
        **{"video_fps": 25.0, "clip_id": "films/a_0000000", "clip_duration": 5.5, "clip_start_end_idx": [38, 175]},
        **{"imaging_quality": 4.0, "of_score": 0.25, "aesthetic_score": []},
    }
    assert first["misc"] == {
        "frame_caption": ["A sail.", "A mast."],
        "music_caption": [{"text": "Drums play.", "time": "0:00:01.500-0:00:07.000"}],
        "vocal_caption": "Nobody sings.",
    }
    assert first["scene"] == {
        **{
            "objects": ["a boat", "a flag"],
            "background": "the open sea",
            "ocr_score": None,
            "caption": "A boat sails.",
        },
        **{"polish_caption": "A boat crosses the sea.", "merge_caption": 'A boat, and\nloud "drums".'},
    }
    assert (second["misc"]["frame_caption"], second["misc"]["music_caption"]) == (["A beach."], [])
    assert (second["scene"]["ocr_score"], second["basic"]["aesthetic_score"]) == (0.125, [7.0])
