"""Captions move to the window that shows most of what they say."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scripted_teacher import ScriptedTeacher

from vdata.schemas import Failed, Frames, Media, Reply, Request, Span, Timeline, make_id
from vdata.stages.caption.align import Align

Run = Callable[..., Timeline]


def film(*captions: tuple[float, float, str], seconds: float = 60.0) -> Timeline:
    media = Media(sha256="5ha", duration=seconds, fps=25.0)
    video = Timeline("v.mp4", make_id("v"), seconds, media, path="/videos/v.mp4")
    video.put("told", [Span(start, end, text, source="writer", attrs={"span": "b1"}) for start, end, text in captions])
    return video


def times(request: Request) -> tuple[float, ...]:
    (frames,) = [part for turn in request.turns for part in turn.parts if isinstance(part, Frames)]
    return frames.times


def shows(low: float, high: float) -> Callable[[Request], Any]:
    """A teacher to whom the frames from *low* to *high* seconds show every caption."""
    return lambda request: {"shown": [n for n, time in enumerate(times(request), 1) if low <= time < high]}


def aligned(video: Timeline, run: Run, answer: Any, **given: Any) -> list[Span]:
    return run(Align(of="told", teacher="watcher", **given), video, ScriptedTeacher(answer)).lane("captions")


def test_the_window_that_shows_most_is_taken(run: Run) -> None:
    video = film((20, 23, "He whisks the eggs."))
    (caption,) = aligned(video, run, shows(27, 35))
    assert (caption.start, caption.end, caption.text, caption.score) == (27, 35, "He whisks the eggs.", 1)
    (told,) = video.lane("told")
    assert (told.start, told.end) == (20, 23)
    assert caption.attrs == {"span": "b1", "of": told.id}
    assert caption.source == "writer"


def test_of_equal_windows_the_nearest(run: Run) -> None:
    (caption,) = aligned(film((20, 23, "He whisks the eggs.")), run, shows(26, 28))
    assert (caption.start, caption.score) == (20, 0.25)  # it holds both frames as it lies
    (caption,) = aligned(film((20, 23, "He whisks the eggs.")), run, shows(28, 30))
    assert (caption.start, caption.score) == (22, 0.25)


def test_one_frame_a_second_as_far_as_the_windows_reach(run: Run) -> None:
    teacher = ScriptedTeacher(shows(0, 99))
    run(Align(of="told", teacher="watcher"), film((20, 23, "He whisks."), (2, 3, "Hello."), (58, 60, "Bye.")), teacher)
    first, middle, last = sorted(times(request) for request in teacher.asked)
    assert (first[0], first[-1], len(first)) == (0.5, 19.5, 20)  # 0 to 2 + 10 + 8 s
    assert (middle[0], middle[-1], len(middle)) == (10.5, 37.5, 28)  # 20 - 10 to 20 + 10 + 8 s
    assert (last[0], last[-1], len(last)) == (48.5, 59.5, 12)  # up to the end


def test_what_is_not_shown_is_dropped(run: Run) -> None:
    video = film((20, 23, "He whisks the eggs."), (30, 33, "It is a family recipe."))

    def answer(request: Request) -> Any:
        whisks = any("whisks" in part for turn in request.turns for part in turn.parts if isinstance(part, str))
        return {"shown": [1, 2] if whisks else [1]}

    (caption,) = aligned(video, run, answer)
    assert caption.text == "He whisks the eggs."
    (reject,) = video.rejects
    assert (reject.stage, reject.reason, reject.value, reject.threshold) == ("align", "not_shown", 0.125, 0.25)
    assert reject.detail == "It is a family recipe."


def test_only_numbers_of_frames_that_were_shown_fit_the_schema(run: Run) -> None:
    teacher = ScriptedTeacher(lambda request: '{"shown": [1, 21]}')
    video = film((2, 3, "Hello."))
    with pytest.raises(Failed, match="21"):
        run(Align(of="told", teacher="watcher"), video, teacher)
    schema = teacher.asked[0].schema
    assert schema is not None
    assert schema["properties"]["shown"]["items"] == {"type": "integer", "minimum": 1, "maximum": 20}
    assert "minItems" not in schema["properties"]["shown"], "a caption may be shown nowhere"


def test_without_frames_lanes_say_when_a_caption_is_shown(run: Run) -> None:
    video = film((20, 23, "He whisks the eggs."), (50, 52, "He eats."))
    video.media = None  # no file was ever opened
    video.put("events", [Span(26, 36, "A man beats eggs in a bowl.")])
    teacher = ScriptedTeacher({"shown": list(range(18, 29))})  # 27.5 s and later
    stage = Align.model_validate({"of": "told", "look": None, "with": ["events"]})
    (caption,) = run(stage, video, teacher).lane("captions")
    assert (caption.start, caption.end, caption.text, caption.score) == (27, 35, "He whisks the eggs.", 1)
    (told,) = teacher.texts()
    assert '<material kind="events">\n[26-36 s] A man beats eggs in a bowl.\n</material>' in told
    assert "28 moments of it are numbered" in told
    assert teacher.media() == [[]]
    (reject,) = video.rejects
    assert (reject.reason, reject.value, reject.detail) == ("not_shown", 0.0, "He eats."), (
        "no lane speaks of 40 to 60 s"
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"look": None}, "look: null needs with: the lanes that say what is seen"),
        ({"look": None, "of": "told", "with": ["told"]}, "told holds the captions themselves"),
        ({"with": ["events"]}, "with has no effect beside look"),
        ({"look": None, "with": ["events"], "prompt": "When is {caption} seen?"}, "holds no {material}"),
    ],
)
def test_settings_that_cannot_be(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(said)):
        Align.model_validate(given)


def test_a_refusal_costs_one_caption_and_all_refused_is_a_failure(run: Run) -> None:
    refused = Reply(failure="refused", detail="no")
    video = film((20, 23, "He whisks the eggs."), (30, 33, "It rests."))
    replies = iter([refused, {"shown": [4, 5]}])
    assert len(aligned(video, run, lambda request: next(replies))) == 1
    assert [(one.kind, one.reason) for one in video.rejects] == [("failed", "refused")]
    with pytest.raises(Failed, match="no"):
        aligned(film((20, 23, "He whisks the eggs.")), run, lambda request: refused)
    assert aligned(film(), run, shows(0, 9)) == []


@given(st.floats(0, 60), st.floats(0.5, 60), st.sampled_from([0.5, 1.0, 2.5]), st.floats(0, 20), st.floats(0.5, 20))
@settings(max_examples=60)
def test_windows_lie_in_the_video_and_frames_in_windows(
    start: float, seconds: float, every: float, reach: float, window: float
) -> None:
    stage = Align(every=every, reach=reach, window=window)
    starts = stage.starts(min(start, seconds), seconds)
    assert starts == sorted(set(starts))
    assert all(one >= 0 and one + min(window, seconds) <= seconds + 1e-5 for one in starts)
    shown = stage.times(starts, seconds)
    assert shown
    assert all(starts[0] <= time <= min(starts[-1] + window, seconds) for time in shown)
