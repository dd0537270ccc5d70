"""Questions about one part of a group: asked of it by its name, or turned away with a reason."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from vdata.schemas import Evidence, Failed, Media, Medium, Message, Sample, Timeline
from vdata.stages.gather.group import GroupMedia
from vdata.stages.gather.group_questions import MovedImage, asked_of_group

WORDING = "Look at {name}. {question}"


def timeline(name: str) -> Timeline:
    media = Media(sha256=name, duration=1.0, fps=1.0, width=64, height=48)
    return Timeline(id=name, uri=f"{name}.png", media=media)


def sample(*turns: Message, media: list[Medium] | None = None) -> Sample:
    cited = [Evidence(0.0, 1.0, "questions", "red")]
    return Sample("qa", "Which colour?", "red", 0.0, 1.0, cited, messages=list(turns), media=media or [])


def asked(one: Sample, wording: str = WORDING, *, lone: bool = False) -> Sample:
    return asked_of_group(
        one, wording, "Image 3", MovedImage(timeline("a"), timeline("g"), 3, 0.0, 1.0, 2.0), lone=lone
    )


def test_it_says_which_part_it_is_about_and_keeps_its_options() -> None:
    words = "Which colour?\nA. red\nB. blue"
    new = asked(sample(Message("user", words), Message("assistant", "A. red")))
    assert new.question == "Look at Image 3. Which colour?"
    assert [turn.content for turn in new.messages] == ["Look at Image 3. Which colour?\nA. red\nB. blue", "A. red"]
    assert [(one.start, one.end) for one in new.evidence] == [(2.0, 3.0)]
    assert (new.params["part"], new.params["part_uri"]) == ("3", "a.png")


@pytest.mark.parametrize(
    ("one", "wording", "lone", "reason"),
    [
        (sample(), "", False, "sample_of_a_part"),
        (sample(), WORDING, True, "one_picture_of_a_video"),
        (sample(media=[Medium("image")]), WORDING, False, "own_media"),
        (sample(*[Message("user", "?"), Message("assistant", "!")] * 2), WORDING, False, "several_turns"),
    ],
)
def test_what_would_not_be_true_of_a_group(one: Sample, wording: str, lone: bool, reason: str) -> None:
    with pytest.raises(Failed) as failure:
        asked(one, wording, lone=lone)
    assert failure.value.reason == reason


@pytest.mark.parametrize("wording", ["Look at {name}.", "{question}"])
def test_a_wording_must_name_the_part_and_ask(wording: str) -> None:
    with pytest.raises(ValidationError, match="must have"):
        GroupMedia(ask=[wording])
