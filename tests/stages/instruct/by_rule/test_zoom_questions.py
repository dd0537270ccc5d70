"""Dialogues that zoom in on small things: what is asked, what is cut out, and what is left alone."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter

import pytest
from pydantic import ValidationError

from vdata.rules.box_format import BoxFormat
from vdata.rules.solve import recompute
from vdata.schemas import Box, Dropped, Media, Span, Timeline, make_id
from vdata.stages.instruct.by_rule.zoom_questions import ZoomQuestions, zoomed
from vdata.stages.verify.verify import Verify

THINGS = (("a red circle", 0.1, 0.1), ("a blue star", 0.8, 0.2), ("a dog", 0.5, 0.5), ("a green cross", 0.2, 0.8))


def seen(*things: tuple[str, float, float], wide: float = 0.08) -> Timeline:
    video = Timeline("a.mp4", make_id("a", things), 10.0, media=Media(width=640, height=360, duration=10.0))
    spans = [
        Span(0, 8, label=label, boxes=[Box(float(t), x, y, round(x + wide, 3), round(y + 0.1, 3)) for t in range(8)])
        for label, x, y in things
    ]
    video.put("tracks", spans)
    return video


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_each_thing_is_asked_for_once_among_the_same_options_and_checked(steps: int) -> None:
    video = ZoomQuestions(steps=steps).run(seen(*THINGS))
    assert Counter(one.answer for one in video.samples) == dict.fromkeys((name for name, _, _ in THINGS), 1)
    assert len({tuple(sorted(one.options)) for one in video.samples}) == 1
    assert len({one.answer_index for one in video.samples}) == 4
    asyncio.run(Verify.model_validate({}).run(video, None))
    assert [(one.reason, one.detail) for one in video.rejects] == []
    for sample in video.samples:
        assert recompute(sample) == sample.answer
        turns = [turn.role for turn in sample.messages]
        assert turns == ["system", "user", *["assistant", "user"] * steps, "assistant"]
        assert sum(turn.content.count("<image>") for turn in sample.messages) == len(sample.media) == steps + 1
        assert not any(sample.answer in turn.content for turn in sample.messages[2:-1])
        thing = sample.evidence[0].boxes[0]
        cuts = [medium.boxes[0] for medium in sample.media[1:]]
        for cut, turn in zip(cuts, sample.messages[2::2], strict=False):
            said = re.search(r"<tool_call>\n(.+)\n</tool_call>", turn.content)
            assert said is not None
            sides = BoxFormat("pixels", 640, 360).sides(cut)
            assert json.loads(said[1])["arguments"]["bbox_2d"] == [round(side) for side in sides]
            assert cut.left <= thing.left < thing.right <= cut.right
            assert cut.top <= thing.top < thing.bottom <= cut.bottom
        widths = [1.0, *(cut.right - cut.left for cut in cuts)]
        assert widths == sorted(widths, reverse=True)
        assert widths[-1] == pytest.approx(1.5 * 0.08, abs=0.002)


def test_rectangles_stay_in_the_picture() -> None:
    corner = Box(0, 0.97, 0.0, 1.0, 0.02)
    for share in (0.3, 0.6, 1.0):
        cut = zoomed(corner, share)
        assert 0 <= cut.left <= corner.left < 1 <= cut.right <= 1
        assert cut.top == 0
    assert zoomed(corner, 0) == Box(0, 0, 0, 1, 1)


def test_what_is_large_or_not_alone_there_is_not_asked_for() -> None:
    assert ZoomQuestions().run(seen(*THINGS, wide=0.6)).samples == []
    near = ("a black cat", 0.12, 0.12)
    asked = ZoomQuestions().run(seen(*THINGS, near))
    assert {one.answer for one in asked.samples} == {"a blue star", "a dog", "a green cross"}
    stage = ZoomQuestions()
    alone = stage.run(seen(THINGS[0], ("a red circle", 0.8, 0.8)))
    assert alone.samples == []
    assert "2 small things have no other one" in (stage.summary(alone.report) or "")
    nothing = stage.run(seen())
    assert "has no thing that is small enough" in (stage.summary(nothing.report) or "")


def test_settings_and_videos_that_cannot_be() -> None:
    with pytest.raises(ValidationError, match="give the least share of the picture, then the most"):
        ZoomQuestions(area=(0.2, 0.1))
    video = seen(*THINGS)
    video.media = None
    with pytest.raises(Dropped, match="no_picture_size"):
        ZoomQuestions().run(video)
    assert len(ZoomQuestions(box_format="thousandths").run(video).samples) == 4
