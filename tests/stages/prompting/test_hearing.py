"""Which sound a teacher is sent by each stage that can, and what is said where there is none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError
from scripted_teacher import ScriptedTeacher

from vdata.pipelines.teachers.request_key import request_id
from vdata.schemas import Evidence, Failed, Frames, Media, Message, Reply, Request, Sample, Sound, Span, Timeline
from vdata.stages import TeacherStage, find_stages
from vdata.stages.prompting.hearing import Hearing

REFUSED = Reply(failure="refused", detail="no")
SETTINGS: dict[str, dict[str, Any]] = {
    "ask": {"of": "events"},
    "caption": {"of": "events"},
    "summarise": {"of": "events", "into": "told"},
    "questions": {"from": ["captions"], "tasks": ["what"]},
    "reason": {"from": ["captions"], "context": 0},
    "wrong_options": {"tasks": ["what"], "origins": ["written"]},
    "verify": {"checks": ["agreement"]},
}
"""How each stage is set so that it asks something of the video below."""


def film(**media: Any) -> Timeline:
    video = Timeline("a.mkv", "0a" * 12, 40.0)
    video.media = Media(duration=40.0, fps=10.0, sha256="c0" * 32, has_audio=True)
    video.media = replace(video.media, **media)
    video.put("events", [Span(0, 10), Span(10, 30)])
    video.put("captions", [Span(0, 10, "A man stirs the pot."), Span(10, 30, "He pours the soup out.")])
    cited = video.lane("captions")[1]
    evidence = [Evidence(10, 30, "captions", cited.words, cited.id)]
    turns = [Message("user", "What does he do?"), Message("assistant", "He pours it out.")]
    what = Sample("what", turns[0].content, turns[1].content, 10, 30, evidence, messages=turns, teacher="t", id="one")
    video.samples = [what]
    return video


def asked(name: str, video: Timeline | None = None, **settings: Any) -> tuple[list[Request], TeacherStage, Timeline]:
    """The requests of the stage *name*, whose teacher refuses them all."""
    cls = find_stages()[name]
    stage = cls.model_validate({**SETTINGS[name], **settings})
    assert isinstance(stage, TeacherStage)
    video, teacher = video or film(), ScriptedTeacher(REFUSED)
    with suppress(Failed):
        asyncio.run(stage.run(video, teacher))
    return teacher.asked, stage, video


def heard(requests: list[Request]) -> list[Sound]:
    return [part for one in requests for turn in one.turns for part in turn.parts if isinstance(part, Sound)]


def test_these_are_the_stages_that_can_send_sound() -> None:
    assert {name for name, cls in find_stages().items() if issubclass(cls, Hearing)} == set(SETTINGS)


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_the_sound_is_that_of_the_stretch_and_nothing_else_changes(name: str) -> None:
    look: dict[str, Any] = {} if name == "verify" else {"look": {"count": 2}}
    plain, _, _ = asked(name, **look)
    requests, stage, _ = asked(name, sound=True, **look)
    assert heard(plain) == []
    sounds = heard(requests)
    assert sounds
    assert {sound.content for sound in sounds} == {"c0" * 32}
    whole = {(0.0, 10.0), (10.0, 30.0), (0.0, 30.0)}
    assert {(sound.start, sound.end) for sound in sounds} <= whole
    assert len(plain) == len(requests)
    for before, now in zip(plain, requests, strict=True):
        media = [part for part in now.turns[0].parts if not isinstance(part, str)]
        said = " ".join(part for part in now.turns[0].parts if isinstance(part, str))
        for sound in heard([now]):
            assert f"You hear the sound of the video from {sound.start:.1f} s to {sound.end:.1f} s." in said
        assert [part for part in media if isinstance(part, Frames)] == [
            part for part in before.turns[0].parts if isinstance(part, Frames)
        ]
        assert (now.system, now.schema, now.samples) == (before.system, before.schema, before.samples)
        assert request_id(now, 0) != request_id(before, 0)
    assert stage.sounds_to() == [""]
    assert "media" in stage.lanes_read()
    length = stage.demand(40.0)
    assert length.sound > 0
    assert asked(name, **look)[1].demand(40.0) == replace(length, sound=0.0)


def test_without_frames_the_sound_is_not_called_material() -> None:
    (first, _), _, _ = asked("caption", sound=True, look=None)
    assert str(first.turns[0].parts[0]).startswith("You hear the sound of the video from 0.0 s to 10.0 s.\n")
    requests, _, video = asked("caption", film(has_audio=False), sound=True, look=None)
    assert requests == [], "there is nothing to show and nothing to hear"
    assert [(one.reason, one.start, one.end) for one in video.rejects] == [
        ("no_material", 0.0, 10.0),
        ("no_material", 10.0, 30.0),
    ]


def test_a_video_without_sound_is_asked_about_without_and_that_is_said() -> None:
    requests, stage, video = asked("caption", film(has_audio=False), sound=True)
    assert len(requests) == 2
    assert heard(requests) == []
    assert stage.summary(video.report) == "caption: 1 video has no sound, and was asked about without."
    assert "3 videos have no sound, and were asked" in (stage.summary({"without_sound": 3}) or "")


def test_long_sound_is_cut_and_that_is_said() -> None:
    requests, stage, video = asked("ask", sound=True, sound_seconds=12)
    assert [(sound.start, sound.end) for sound in heard(requests)] == [(0.0, 10.0), (10.0, 22.0)]
    said = stage.summary(video.report) or ""
    assert "ask: the sound of 1 request was sent up to 12 s only; raise sound_seconds." in said
    assert stage.demand(60.0).sound == pytest.approx(60.0), "ten spans of six seconds"


def test_what_was_never_probed_has_no_sound() -> None:
    video = film()
    video.media = None
    requests, _, _ = asked("caption", video, sound=True, look=None)
    assert requests == []


@pytest.mark.parametrize(
    ("name", "settings", "why"),
    [
        ("caption", {"mode": "differential", "sound": True}, "sound has no effect beside mode differential"),
        ("caption", {"sound_seconds": 9}, "sound_seconds has no effect without sound"),
        ("verify", {"checks": ["times"], "sound": True}, "sound has no effect without a check that asks a teacher"),
    ],
)
def test_sound_that_would_have_no_effect(name: str, settings: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        find_stages()[name].model_validate(settings)


def test_another_stretch_or_another_file_is_another_request() -> None:
    make: Callable[..., str] = lambda **more: request_id(  # noqa: E731
        Request.of("What?", replace(Sound("a.mkv", "a" * 64, 0.0, 2.0), **more)), 0
    )
    ids = {make(), make(end=2.5), make(start=0.5), make(content="b" * 64)}
    assert len(ids) == 4
    assert make(file="elsewhere.mkv") == make()
