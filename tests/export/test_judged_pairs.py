"""Formats of pairs that were judged: verdicts as rows, battles of two models, preferences between two videos."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from vdata.cli import run
from vdata.export.format import find_formats
from vdata.rules.pair_verdicts import JUDGED, JudgedPair, PairVerdict
from vdata.schemas import Medium, Message, Sample, Timeline

Store = Callable[[Path, Iterable[Timeline]], Path]
VERDICTS = [PairVerdict("accuracy", "ab", "a"), PairVerdict("accuracy", "ba", "tie", "tie")]


def battle(name: str, winner: str, rejected: str) -> Sample:
    turns = [Message("user", "Why?"), Message("assistant", "It rains.")]
    pair = JudgedPair("large", "small", winner, {"accuracy": winner}, {}, VERDICTS, {}, ["It rains.", "No idea."])
    params = {JUDGED: pair.text(), "persona": "a baker"}
    return Sample("preference", "Why?", "It rains.", 0, 60, [], params, messages=turns, rejected=rejected, id=name)


def clips(name: str, criterion: str, settled: dict[str, str], words: dict[str, str], **known: Any) -> Sample:
    known = {"a": "mochi", "b": "sora", "prompt": "a dog", **known}
    pair = JudgedPair(winner=settled[criterion], settled=settled, words=words, **known)
    turns = [Message("user", "<video>\n<video>\nWhich moves more?"), Message("assistant", "A. The first clip")]
    media = [Medium("clip", "", 0, 5), Medium("clip", "", 5, 10)]
    params = {"criterion": criterion, JUDGED: pair.text()}
    return Sample(
        "clip_preference",
        "Which moves more?",
        "The first clip",
        0,
        10,
        [],
        params,
        messages=turns,
        media=media,
        id=name,
    )


BY_ASPECT = {"motion": "a", "motion.subject": "a", "motion.camera": "b", "motion.light": "tie", "overall": "b"}
VIDEOS = ["v/mochi_1.mp4", "v/sora_1.mp4"]


@pytest.fixture
def judged(stored: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    video = Timeline("a.mp4", "0a" * 12, 60.0)
    tie = {"motion": "tie", "overall": "tie"}
    video.samples = [
        battle("won", "a", "No idea."),
        battle("even", "tie", ""),
        clips("aspect", "motion", BY_ASPECT, {"motion.light": "same_bad"}, videos=VIDEOS),
        clips("all", "overall", BY_ASPECT, {}, videos=VIDEOS),
        clips("same", "motion", tie, {"motion": "same_good"}, videos=VIDEOS),
        clips("uncut", "motion", {"motion": "b"}, {}),
        clips("own", "motion", {"motion": "b"}, {}, b="mochi"),
    ]
    return stored(Path("set"), [video])


def exported(folder: Path, name: str) -> tuple[Any, Counter[str]]:
    out = Path(f"{name}{find_formats()[name].suffix}")
    assert run(["export", str(folder), "--format", name, "--out", str(out)]) == 0
    noted = Path(f"{out}.left_out.jsonl")
    left = Counter(json.loads(line)["reason"] for line in (noted.read_text().splitlines() if noted.exists() else ()))
    text = out.read_text()
    return [json.loads(line) for line in text.splitlines()] if out.suffix == ".jsonl" else json.loads(text), left


def test_every_verdict_is_a_row(judged: Path) -> None:
    rows, left = exported(judged, "verdicts")
    known = {"a": "large", "b": "small", "criterion": "accuracy"}
    assert rows == [
        {"item": item, **known, "verdict": verdict, "order": order}
        for item in ("won", "even")
        for verdict, order in (("a", "ab"), ("tie", "ba"))
    ]
    assert left == {"compared_with_itself": 1}


def test_battles(judged: Path) -> None:
    rows, left = exported(judged, "video_auto_arena")
    assert [(row["qid"], row["Overall Judge"]) for row in rows] == [("won", "A"), ("even", "Tie")]
    assert rows[0] == {
        "video_id": "0a" * 12,
        "video": "a.mp4",
        "qid": "won",
        "persona": "a baker",
        "question": "Why?",
        "model a": "large",
        "model b": "small",
        "model a answer": "It rains.",
        "model b answer": "No idea.",
        "Overall Judge": "A",
    }
    assert left == {"several_media": 5}
    by_id, left = exported(judged, "video_auto_bench")
    assert list(by_id) == ["won"]
    assert (by_id["won"]["selected answer"], by_id["won"]["rejected answer"]) == ("It rains.", "No idea.")
    assert left == {"several_media": 5, "no_preference_pair": 1}


def test_preferences_between_videos(judged: Path) -> None:
    by_id, left = exported(judged, "uve")
    assert by_id["aspect"] == {
        "video_a": "v/mochi_1.mp4",
        "video_b": "v/sora_1.mp4",
        "prompt": "a dog",
        "preference": "A is better",
        "aspect": "motion",
        "subaspects": ["motion", "subject"],
        "dataset": "",
    }
    assert {name: row["preference"] for name, row in by_id.items()} == {
        "aspect": "A is better",
        "all": "B is better",
        "same": "same good",
    }
    assert left == {"no_judged_clips": 2, "needs_a_clip": 2}


def test_preferences_with_faults(judged: Path) -> None:
    rows, left = exported(judged, "mj_bench_video")
    first = {"label": {"subject": False, "camera": True, "light": True}, "chosen": True, "video_path": VIDEOS[0]}
    second = {"label": {"subject": True, "camera": False, "light": True}, "chosen": False, "video_path": VIDEOS[1]}
    assert rows == [{"caption": "a dog", "subset": "motion", "video0_body": first, "video1_body": second}]
    assert left == {"no_judged_clips": 2, "needs_a_clip": 2, "no_winner": 1, "overall": 1}
    rows, left = exported(judged, "mj_bench_video_overall")
    assert rows == [{"chosen": VIDEOS[1], "reject": VIDEOS[0], "caption": "a dog", "better": []}]
    assert left == {"no_judged_clips": 2, "needs_a_clip": 2, "by_aspect": 2}
