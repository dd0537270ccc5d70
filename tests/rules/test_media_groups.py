"""What must hold of samples that show several media."""

from __future__ import annotations

import pytest

from vdata.rules.media_groups import GroupMember, group_fault, numbers_in, show_members
from vdata.schemas import Evidence, Medium, Message, Sample

MEMBERS = [GroupMember(n, "image", f"{n}.jpg", "x", 0, 1, 0, n - 1, n) for n in (1, 2, 3)]


def asked(*turns: str, **params: str) -> Sample:
    messages = [Message("assistant" if n % 2 else "user", text) for n, text in enumerate(turns)]
    evidence = [Evidence(n - 1, n, "captions", "", f"s{n}") for n in (1, 2, 3)]
    return Sample("dialogue", turns[0], turns[-1], 0, 3, evidence, dict(params), messages=messages)


def test_all_stand_before_a_single_question() -> None:
    sample = asked("Which is brighter?", "Image 2.")
    show_members(sample, MEMBERS)
    assert sample.messages[0].content == "Image 1: <image>\nImage 2: <image>\nImage 3: <image>\nWhich is brighter?"
    assert sample.media == [Medium("image", f"{n}.jpg", 0, 0) for n in (1, 2, 3)]
    assert group_fault(sample, MEMBERS) is None


def test_they_come_with_the_questions_that_call_for_them() -> None:
    sample = asked("What is in Image 1?", "A cup.", "And now?", "Two cups.", evidence_1="s1", evidence_2="s2")
    show_members(sample, MEMBERS)
    assert [turn.content for turn in sample.messages[::2]] == [
        "Image 1: <image>\nWhat is in Image 1?",
        "Image 2: <image>\nAnd now?",
    ]
    assert [one.video for one in sample.media] == ["1.jpg", "2.jpg"], "nobody calls for the third"
    assert group_fault(sample, MEMBERS) is None


def test_media_of_its_own_stay() -> None:
    sample = asked("<image>What?", "A cup.")
    sample.media = [Medium("image", "a.jpg")]
    show_members(sample, MEMBERS)
    assert sample.messages[0].content == "<image>What?"


@pytest.mark.parametrize(
    ("words", "media", "reason"),
    [
        ("Image 1: <image>\nWhat?", ["1.jpg", "2.jpg"], "marks_differ"),
        ("Image 1: <image>\nImage 2: <image>\nWhat?", ["2.jpg", "1.jpg"], "not_of_the_group"),
        ("<image>\nWhat?", ["1.jpg"], "not_named"),
        ("Image 1: <image>\nWhat is in Image 2?", ["1.jpg"], "not_shown_yet"),
        ("Image 1: <image>\nImage 2: <image>\nHow do images 1 to 4 differ?", ["1.jpg", "2.jpg"], "not_shown_yet"),
    ],
)
def test_faults(words: str, media: list[str], reason: str) -> None:
    sample = asked(words, "A cup.")
    sample.media = [Medium("image", uri, 0, 0) for uri in media]
    fault = group_fault(sample, MEMBERS)
    assert fault is not None
    assert fault[0] == reason


def test_numbers() -> None:
    assert numbers_in("In Image 2, and images 3-5, or Images 1 and 7; 9 images") == [2, 3, 4, 5, 1, 7]
