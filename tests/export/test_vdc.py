"""VDC's folder: the captions of a clip by aspect, and for each aspect a file of its questions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from vdata.cli import run
from vdata.schemas import Span, Timeline

PARTS = {
    "camera": "The camera rests.",
    "short": "A dog runs.",
    "background": "A yard at noon.",
    "main_object": "A brown dog runs to the gate.",
}


def clip(name: str, detailed: str) -> Timeline:
    video = Timeline(f"clips/{name}.mp4", name * 12, 10.0)
    video.put("captions", [Span(0, 10, "A dog runs.", attrs={**PARTS, "span": "s", "why": "It is short."})])
    video.put("detailed", [Span(0, 10, detailed)] if detailed else [])
    video.put("questions_camera", [Span(0, 10, "What does the camera do?", attrs={"answer": "It rests"})])
    asked = [("Which animal is it?", "A dog"), ("Where does it run?", "To the gate")]
    video.put("questions_main_object", [Span(0, 10, text, attrs={"answer": answer}) for text, answer in asked])
    return video


def test_the_files_are_those_of_the_authors(
    stored: Callable[[Path, Iterable[Timeline]], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    stored(tmp_path / "set", [clip("0a", "It is noon, and a brown dog runs."), clip("1b", "")])
    assert run(["export", "set", "--format", "vdc", "--out", "vdc"]) == 0
    assert "1 of 2 videos left out: not_all_aspects 1." in capsys.readouterr().out
    rows = {
        path.name: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for path in Path("vdc").iterdir()
    }
    assert rows == {
        "VDC_captions.jsonl": [
            {
                "video_id": "clips/0a",
                "captions": {
                    "short_caption": "A dog runs.",
                    "camera_caption": "The camera rests.",
                    "background_caption": "A yard at noon.",
                    "main_object_caption": "A brown dog runs to the gate.",
                    "detailed_caption": "It is noon, and a brown dog runs.",
                },
            }
        ],
        "camera.jsonl": [{"clips/0a": [{"question": "What does the camera do?", "answer": "It rests"}]}],
        "main_object.jsonl": [
            {
                "clips/0a": [
                    {"question": "Which animal is it?", "answer": "A dog"},
                    {"question": "Where does it run?", "answer": "To the gate"},
                ]
            }
        ],
        **{f"{aspect}.jsonl": [{"clips/0a": []}] for aspect in ("short", "background", "detailed")},
    }
