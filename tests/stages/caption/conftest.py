"""A video with shots and other lanes, and a way to run a stage on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from scripted_teacher import ScriptedTeacher

from vdata.schemas import Media, Span, Timeline
from vdata.stages import TeacherStage

Run = Callable[..., Timeline]


@pytest.fixture
def video() -> Timeline:
    """12 s: three shots, keyframes in the first two, speech, on-screen text, human labels, and a title."""
    media = Media(sha256="5ha", duration=12.0, fps=25.0)
    video = Timeline("v.mp4", "v", 12.0, media, attrs={"title": "A day in the yard"}, path="/videos/v.mp4")
    video.put("shots", [Span(0, 4), Span(4, 8), Span(8, 12)])
    video.put("keyframes", [Span(t, t) for t in (0.0, 1.0, 2.0, 3.0, 4.0, 6.0)])
    video.put("speech", [Span(0.5, 3, "Here is my dog."), Span(3.5, 5, "He likes the ball."), Span(9, 11, "Bye!")])
    video.put("texts", [Span(0, 4, "YARD DAY")])
    video.put("events", [Span(4, 8, "The dog catches a blue ball."), Span(8, 12, label="walks_away")])
    return video


@pytest.fixture
def run() -> Run:
    """``run(stage, video, teacher)``: the video after the stage."""

    def go(stage: TeacherStage, video: Timeline, teacher: ScriptedTeacher) -> Timeline:
        work: Any = stage.run(video, teacher)
        return asyncio.run(work)  # type: ignore[no-any-return]

    return go
