"""Times written anew: as if the data set had been built with that format, or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from vdata.cli import run
from vdata.commands.results import export
from vdata.export.times import KeepTimes, Times
from vdata.rules.clock import TIME_FORMATS, TimeFormat
from vdata.rules.solve import recompute
from vdata.schemas import Evidence, Message, Sample, Span, Timeline
from vdata.stages.instruct.by_rule.tasks import Tasks

EVENTS = ("A man opens a door.", "A dog runs in.", "The man laughs loudly.", "A lamp falls.", "It is picked up again.")
STEPS = ("crack the eggs", "whisk them", "heat the pan", "crack the eggs", "pour it in", "serve it")


def film() -> Timeline:
    """90 s of events, steps, chapters and shots whose times are not round."""
    video = Timeline("film.mp4", "f" * 24, 90.0)
    starts = [3.14, 17.52, 31.07, 55.5, 71.68]
    video.put("events", [Span(at, at + 6.37, text=text) for at, text in zip(starts, EVENTS, strict=True)])
    video.put("steps", [Span(14.9 * n, 14.9 * n + 11.21, label=text) for n, text in enumerate(STEPS)])
    video.put("chapters", [Span(0, 44.44, text="At home"), Span(44.44, 90, text="Out in the garden")])
    video.put("shots", [Span(22.5 * n, 22.5 * n + 22.5) for n in range(4)])
    return video


def built(form: TimeFormat, seed: int) -> list[Sample]:
    """The samples that a build with this time format makes."""
    video = film()
    video.seed = seed
    return Tasks(time_format=form, per_task=3).run(video).samples


def by_question(samples: list[Sample]) -> dict[str, tuple[str, list[Message], dict[str, str]]]:
    return {one.question: (one.answer, one.messages, one.params) for one in samples}


@pytest.mark.parametrize("form", sorted(set(TIME_FORMATS) - {"seconds"}))
@pytest.mark.parametrize("seed", range(3))
def test_rewritten_is_as_if_built_so(form: TimeFormat, seed: int) -> None:
    plain = built("seconds", seed)
    rewritten = by_question([Times(time_format=form).rewrite(sample) for sample in plain])
    assert rewritten == by_question(built(form, seed))
    assert rewritten != by_question(plain)
    timed = {"grounded_caption", "temporal_grounded_caption", "dense_caption", "chapter_titles", "shot_boundaries"}
    assert timed <= {sample.task for sample in plain}


@pytest.mark.parametrize("form", sorted(set(TIME_FORMATS) - {"seconds"}))
def test_back_to_seconds_is_where_it_began(form: TimeFormat) -> None:
    plain = built("seconds", 7)
    there = [Times(time_format=form).rewrite(sample) for sample in plain]
    assert by_question([Times(time_format="seconds").rewrite(sample) for sample in there]) == by_question(plain)


def test_names_of_the_command_line() -> None:
    (option,) = (one for one in export.params if one.name == "times")
    assert set(option.type.choices) == set(TIME_FORMATS)  # type: ignore[attr-defined]


def test_options_and_rationale(samples: list[Sample]) -> None:
    new = Times(time_format="mmss").rewrite(samples[1])
    assert new.options == ["From 00:30 to 00:37.4.", "From 00:14 to 00:21.5.", "From 00:01 to 00:08.4.", "At 00:50.2."]
    assert new.answer == "From 00:14 to 00:21.5." == recompute(new)
    assert new.messages[1].content == (
        "<think>\n1. The bowl is seen first. (from 00:07.5 to 00:12)\n2. Then it is whisked. (at 00:21.5)\n</think>\n"
        "B. From 00:14 to 00:21.5."
    )
    assert new.messages[0].content.splitlines()[1:] == [
        "A. From 00:30 to 00:37.4.",
        "B. From 00:14 to 00:21.5.",
        "C. From 00:01 to 00:08.4.",
        "D. At 00:50.2.",
        "Choose the right option.",
    ]
    assert new.rationale in new.messages[1].content
    assert samples[1].options[0] == "From 30.0 to 37.4 seconds."  # what was given is as it was


def test_time_tokens_of_ones_own(samples: list[Sample]) -> None:
    new = Times(time_format="tokens", tokens=61, token="<t{}>").rewrite(samples[2])
    assert new.question == new.messages[0].content == "What happens from <t7> to <t12>?"
    assert new.answer == "A woman cracks two eggs."
    assert new.params["tokens"] == "61"


def kept(times: Times, sample: Sample) -> str:
    before = replace(sample, messages=list(sample.messages))
    with pytest.raises(KeepTimes) as caught:
        times.rewrite(sample)
    assert sample == before
    return caught.value.reason


def test_what_cannot_be_written_anew_says_why(samples: list[Sample]) -> None:
    clock = Times(time_format="mmss")
    when, pick, what, _, _, talk, _, late, *_ = samples
    assert kept(clock, late) == "times_in_free_words"  # a person wrote 0:15
    assert kept(clock, replace(when, answer="From 7.5 to 13.0 seconds.")) == "answer_not_by_rule"
    assert kept(clock, replace(when, evidence=[])) == "answer_not_by_rule"
    assert kept(clock, replace(what, question="What happens from 7.5 to 13.0 seconds?")) == "times_in_free_words"
    assert kept(clock, replace(what, messages=[Message("user", "Well?"), what.messages[1]])) == "message_unlike_sample"
    assert kept(clock, replace(talk, answer="At 7.5 seconds.")) == "times_in_free_words"
    assert kept(Times(time_format="percent"), replace(when, params={**when.params, "duration": "inf"})) == "no_duration"
    near = [*pick.options[:3], "From 29.9 to 37.3 seconds."]
    coarser = Times(time_format="tokens", tokens=61)
    assert kept(coarser, replace(pick, options=near)) == "options_coincide"
    coarse = coarser.rewrite(pick)
    assert kept(Times(time_format="seconds"), coarse) == "finer_than_written"  # only the right option could have tenths


def test_two_spans_written_alike_are_not_confused(samples: list[Sample]) -> None:
    what = Times(time_format="tokens", tokens=61).rewrite(samples[2])
    twin = Evidence(7.7, 12.2, "events", "Another one.", "e9")
    assert kept(Times(time_format="seconds"), replace(what, evidence=[what.evidence[0], twin])) == "ambiguous_time"


def test_words_without_times_stay(samples: list[Sample]) -> None:
    for sample in (samples[4], samples[5], samples[6]):
        new = Times(time_format="percent").rewrite(sample)
        assert new.messages == sample.messages
        assert new.params["time_format"] == "percent"
    pair = samples[9]
    assert Times(time_format="percent").rewrite(pair) is pair


def test_on_the_command_line(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    args = ["export", str(small), "--format", "openai", "--out", "o.jsonl", "--times", "tokens", "--tokens", "61"]
    assert run(args) == 0
    text = Path("o.jsonl").read_text(encoding="utf-8")
    assert "What happens from <7> to <12>?" in text
    assert "What is seen at 0:15?" in text
    assert "7.5 seconds" not in text
    assert "1 samples keep their times as they were written: times_in_free_words 1." in capsys.readouterr().out
    notes = Path("o.jsonl.left_out.jsonl").read_text()
    assert '"id": "0-07", "video": "clips/kitchen.mp4", "task": "what", "what": "times_kept"' in notes


def test_a_token_must_have_a_number(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    args = ["export", str(small), "--format", "openai", "--out", "o", "--times", "tokens", "--token", "<T>"]
    assert run(args) == 2
    assert "--token must hold {} once" in capsys.readouterr().err


@pytest.mark.parametrize("times", [[], ["--times", "mmss"]])
def test_tokens_go_with_their_format(small: Path, capsys: pytest.CaptureFixture[str], times: list[str]) -> None:
    assert run(["export", str(small), "--format", "openai", "--out", "o", "--tokens", "7", *times]) == 2
    assert "--tokens has no effect with --times" in capsys.readouterr().err


def test_formats_in_seconds_take_no_other(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", str(small), "--format", "charades_sta", "--out", "o", "--times", "mmss"]) == 2
    assert "charades_sta has times in seconds, always: leave out --times." in capsys.readouterr().err


def test_what_is_left_out_is_not_told_of_twice(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", str(small), "--format", "dpo", "--out", "o", "--times", "clock"]) == 0
    told = capsys.readouterr()
    assert "keep their times" not in told.out
    assert told.err == "--times clock is called mmss now.\n"
    assert "times_kept" not in Path("o.left_out.jsonl").read_text()
