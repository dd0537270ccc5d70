"""Streams in the forms of VideoLLM-online (LIVE) and MMDuet: their turns, their frames, and the way back."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from vdata.cli import run
from vdata.export.format import find_formats
from vdata.schemas import Sample, Span, Timeline
from vdata.schemas.ids import make_id
from vdata.stages.instruct.by_rule.stream import Stream
from vdata.stages.labels.kinds.qa import Qa
from vdata.stages.labels.kinds.stream import StreamLabels

GOLDEN = Path(__file__).parent / "golden"
STREAMS = ("live", "live_frames", "mmduet", "mmduet_dvc")
Store = Callable[[Path, Iterable[Timeline]], Path]


def cooking() -> Timeline:
    """A narration, a dialogue, a question with timed answers, and a sample that is no stream."""
    video = Timeline("clips/pan.mp4", make_id("pan"), 60.0)
    lines = (
        (3, 9, "He peels an onion"),
        (12, 20, "He chops it"),
        (24, 33, "He heats the pan"),
        (36, 50, "He fries it"),
    )
    video.put("events", [Span(*line, label="How is it cooked?") for line in lines])
    Stream(delay=(0.5, 0.75)).run(video)
    Stream(task="talk", questions=2, at="random", wait=(2, 4)).run(video)
    Stream(task="magqa", request="label", delay=(0.5, 0.75), wait=(0, 0)).run(video)
    video.samples.append(Sample("what", "Who cooks?", "A man.", 0, 60, id="other"))
    return video


@pytest.fixture
def exported(stored: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    monkeypatch.chdir(tmp_path)
    stored(tmp_path / "set", [cooking()])

    def export(name: str) -> Path:
        out = Path(f"{name}{find_formats()[name].suffix}")
        assert run(["export", "set", "--format", name, "--out", str(out), "--media-root", "videos"]) == 0
        return out

    return export


@pytest.mark.parametrize("name", STREAMS)
def test_the_file_is_the_golden_one(
    exported: Callable[[str], Path], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out, golden = exported(name), GOLDEN / f"{name}.json"
    if os.environ.get("VDATA_WRITE_GOLDEN"):
        golden.write_bytes(out.read_bytes())
    assert out.read_text(encoding="utf-8") == golden.read_text(encoding="utf-8")
    left = {"mmduet": "a_narration 1", "mmduet_dvc": "no_narration 2"}
    said = capsys.readouterr().out
    assert "no_stream 1" in said
    assert left.get(name, "no_stream 1") in said


def test_all_other_formats_leave_streams_out(
    exported: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("openai", "llava", "ms_swift"):
        exported(name)
        assert "turns_at_times 3" in capsys.readouterr().out


def test_live_comes_back(exported: Callable[[str], Path]) -> None:
    out = exported("live")
    (found,) = StreamLabels(path=str(out)).read(out.read_bytes())
    streams = [sample for sample in cooking().samples if sample.is_stream]
    assert [one.sample.messages for one in found.samples] == [sample.messages for sample in streams]
    assert found.duration == 60.0


def test_mmduet_comes_back_with_what_had_been_seen(exported: Callable[[str], Path]) -> None:
    out = exported("mmduet")
    (found,) = StreamLabels(path=str(out)).read(out.read_bytes())
    streams = [sample for sample in cooking().samples if sample.task in ("talk", "magqa")]
    for one, sample in zip(found.samples, streams, strict=True):
        assert one.sample.messages == sample.messages
        assert [(item.start, item.end) for item in one.sample.evidence] == [
            (item.start, item.end) for item in sample.evidence
        ]
    dvc = exported("mmduet_dvc")
    (found,) = StreamLabels(path=str(dvc), lane="events").read(dvc.read_bytes())
    told = [(span.start, span.end, f"{span.text}.") for span in cooking().lane("events")]
    assert [(span.start, span.end, span.text) for span in found.lanes["events"]] == told


def test_own_rows_come_back_with_their_times(exported: Callable[[str], Path]) -> None:
    out = exported("jsonl")
    (found,) = Qa(path=str(out)).read(out.read_bytes())
    assert [one.sample.messages for one in found.samples] == [sample.messages for sample in cooking().samples]
    assert [one.sample.params for one in found.samples] == [sample.params for sample in cooking().samples]


def test_every_frame_of_a_stream_is_shown_once_and_replies_come_after_what_they_tell(
    exported: Callable[[str], Path],
) -> None:
    rows = json.loads(exported("live_frames").read_text(encoding="utf-8"))
    streams = [sample for sample in cooking().samples if sample.is_stream]
    assert len(rows) == len(streams) == 3
    for row, sample in zip(rows, streams, strict=True):
        first, last = row["load_range"]
        shown = sum(turn["num_frames"] for turn in row["conversation"] if turn["role"] == "stream")
        assert (first, first + shown) == (first, last)
        assert abs(first - sample.start * 2) <= 1
        assert abs(last - sample.end * 2) <= 2
        at, silent, spoke, before = first, 0, 0, ""
        spoken = iter(sample.messages)
        for turn in row["conversation"]:
            if turn["role"] == "stream":
                at += turn["num_frames"]
                silent += turn["learn"]
                before = "stream"
                continue
            said = next(spoken)
            assert turn["content"] == said.content
            assert abs((at - 1) / 2 - (said.time or 0)) <= 0.5
            if turn["role"] == "assistant":
                assert (at - 1) / 2 >= (said.time or 0) - 1e-6
                spoke += before == "stream"
            before = turn["role"]
        assert row["conversation"][0]["learn"] == 1
        assert silent == shown - row["conversation"][0]["num_frames"] + 1 - spoke


def test_a_wrong_reply_is_not_learnt_and_the_published_form_has_what_is_right(
    stored: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    video = cooking()
    video.samples = []
    Stream(delay=(0.5, 0.75), gap=0.5, mistakes=1, wrong=["other"], corrected=1).run(video)
    Stream(delay=(0.5, 0.75), gap=0.5, mistakes=1, wrong=["silence"], task="late").run(video)
    Stream(delay=(0.5, 0.75), gap=0.5, mistakes=1, wrong=["other"], corrected=0, task="left").run(video)
    stored(tmp_path / "set", [video])
    rows = {}
    for name in ("live", "live_frames", "mmduet_dvc"):
        assert run(["export", "set", "--format", name, "--out", f"{name}.json"]) == (name == "mmduet_dvc")
        rows[name] = json.loads(Path(f"{name}.json").read_text(encoding="utf-8")) if name != "mmduet_dvc" else []
    said = capsys.readouterr().out
    assert "uncorrected_mistake 1" in said
    assert "holds_mistake 3" in said
    for row in rows["live"]:
        replies = [turn["content"] for turn in row["conversation"] if turn["role"] == "assistant"]
        assert replies == [f"{span.text}." for span in video.lane("events")]
    for row, sample in zip(rows["live_frames"], video.samples, strict=True):
        mistake = json.loads(sample.params["stream"])["mistake"]
        turns = row["conversation"]
        wrong = [n for n, turn in enumerate(turns) if turn.get("learn") is False]
        assert len(wrong) == (mistake["kind"] == "other")
        if sample.task == "late":  # the frame at which it was silent, and should have spoken
            at = next(n for n, turn in enumerate(turns) if turn.get("content", "").startswith(mistake["sorry"]))
            assert turns[at - 1]["learn"] == turns[at - 1]["num_frames"] - 2
        elif sample.task == "left":  # of what comes behind it nothing is learnt until somebody speaks
            assert turns[wrong[0] + 1]["learn"] == 0
        else:
            assert turns[wrong[0] + 1] == {"role": "stream", "num_frames": 1, "learn": 0}
            assert turns[wrong[0] + 2]["content"].startswith(mistake["sorry"])
            assert turns[wrong[0] + 2]["learn"] is True
