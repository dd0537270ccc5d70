"""Summaries of captions: of groups, of scenes and of the whole video."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_teacher import ScriptedTeacher

from vdata.schemas import Reply, Request, Span, Timeline
from vdata.stages.caption.summarise import Summarise
from vdata.stages.caption.tree import groups_in, groups_of
from vdata.stages.prompting.material import material

Run = Callable[..., Timeline]
REFUSED = Reply(failure="refused", detail="I cannot help with that.")


def text_of(request: Request) -> str:
    return "\n".join(part for turn in request.turns for part in turn.parts if isinstance(part, str))


def test_from_shots_to_scenes_to_the_video(run: Run, video: Timeline) -> None:
    video.put("shots", [Span(t, t + 2) for t in range(0, 12, 2)])
    count = itertools.count(1)

    def answer(request: Request) -> str:
        return f"Text number {next(count)}."

    teacher = ScriptedTeacher(answer)
    run(Summarise(group=2, teacher="t"), video, teacher)
    assert [c.text for c in video.lane("captions")] == [f"Text number {n}." for n in range(1, 7)]
    scenes, captions = video.lane("scene_captions"), video.lane("captions")
    assert [(s.start, s.end, s.text) for s in scenes] == [
        (0, 4, "Text number 7."),
        (4, 8, "Text number 8."),
        (8, 12, "Text number 9."),
    ]
    assert scenes[1].attrs["of"].split() == [captions[2].id, captions[3].id]
    assert material("note", "4-6 s: Text number 3.\n\n6-8 s: Text number 4.") in text_of(teacher.asked[7])
    (whole,) = video.lane("video_caption")
    assert (whole.start, whole.end, whole.source) == (0, 12, "t")
    assert whole.attrs["of"].split() == [scene.id for scene in scenes]
    assert whole.text == "Text number 11."
    assert "2 scenes" in text_of(teacher.asked[-1])


def test_captions_that_are_there_are_summarised_by_scene(run: Run) -> None:
    video = Timeline("v.mp4", "v", 12.0)
    video.put("captions", [Span(t, t + 2, f"Caption {t}.") for t in range(0, 12, 2)])
    video.put("chapters", [Span(0, 6, "One"), Span(6, 8, "Two"), Span(20, 30, "Nothing")])
    teacher = ScriptedTeacher("It is all of this.")
    settings = {"of": "captions", "scenes": "chapters", "look": None}
    run(Summarise.model_validate(settings), video, teacher)
    assert [c.text for c in video.lane("captions")] == [f"Caption {t}." for t in range(0, 12, 2)]
    assert [(s.start, s.end, s.text) for s in video.lane("scene_captions")] == [
        (0, 6, "It is all of this."), (6, 8, "Caption 6."),
    ]  # fmt: skip
    assert len(teacher.asked) == 2
    stage = Summarise.model_validate(settings)
    assert stage.lanes_read() == {"captions", "chapters"}
    assert stage.lanes_written() == {"captions", "scene_captions", "video_caption"}


def test_a_summary_that_fails_is_a_reject_and_the_others_stay(run: Run) -> None:
    video = Timeline("v.mp4", "v", 12.0)
    video.put("captions", [Span(t, t + 2, f"Caption {t}.") for t in range(0, 8, 2)])
    teacher = ScriptedTeacher(lambda one: REFUSED if "Caption 0" in text_of(one) else "A summary of this.")
    run(Summarise(of="captions", group=2, look=None), video, teacher)
    assert [s.start for s in video.lane("scene_captions")] == [4]
    assert [(r.reason, r.lane, r.start, r.end) for r in video.rejects] == [("refused", "scene_captions", 0, 4)]
    assert [(s.start, s.text) for s in video.lane("video_caption")] == [(4, "A summary of this.")]


@given(st.integers(0, 60), st.integers(2, 9))
def test_groups_hold_everything_once_and_are_of_nearly_equal_sizes(count: int, size: int) -> None:
    spans = [Span(n, n + 1) for n in range(count)]
    groups = groups_of(spans, size)
    assert [span for group in groups for span in group] == spans
    assert len(groups) == -(-count // size)
    assert all(max(map(len, groups)) - len(group) <= 1 and 0 < len(group) <= size for group in groups)
    assert [len(group) for group in groups_in(spans, [Span(0, count)])] == ([count] if count else [])


def test_what_will_be_asked_is_estimated() -> None:
    assert Summarise(group=5).demand(60).calls == pytest.approx(12.5)


def test_captions_in_no_scene_and_material_that_was_cut_are_said(run: Run, video: Timeline) -> None:
    video.put("captions", [Span(t, t + 2, f"Caption {t}.") for t in range(0, 12, 2)])
    video.put("scenes", [Span(0, 4), Span(2, 8)])
    stage = Summarise.model_validate(
        {"of": "captions", "scenes": "scenes", "with": ["speech"], "lane_words": 3, "look": None}
    )
    run(stage, video, ScriptedTeacher("What happens in a scene."))
    assert stage.summary(video.report) == (
        "summarise: 15 words of the material of 3 spans were cut off; raise lane_words, which is 3.\n"
        "summarise: 2 of 6 captions lie in no span of scenes, and are in no summary."
    )
    assert stage.summary({}) is None
