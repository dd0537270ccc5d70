"""The parts of a message are its text and its media in order, and nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.rules.media_parts import MarksDiffer, is_picture, media_parts
from vdata.schemas import Medium, Message, Sample
from vdata.schemas.sample import MEDIA_MARKS

words = st.text("ab <>\n", max_size=5).filter(lambda text: not any(mark in text for mark in MEDIA_MARKS.values()))
medium = st.builds(Medium, st.sampled_from(["image", "clip"]), st.sampled_from(["", "b.mp4"]))
turns = st.lists(st.lists(words | medium, max_size=6), min_size=1, max_size=3)


def sample_of(parts: list[list[str | Medium]]) -> Sample:
    written = ["".join(one if isinstance(one, str) else MEDIA_MARKS[one.kind] for one in own) for own in parts]
    media = [one for own in parts for one in own if isinstance(one, Medium)]
    return Sample("t", "", "", 0, 1, messages=[Message("user", text) for text in written], media=media)


@given(turns)
def test_parts_are_what_was_written(parts: list[list[str | Medium]]) -> None:
    sample = sample_of(parts)
    found = media_parts(sample)
    assert [one for own in found for one in own if isinstance(one, Medium)] == sample.media
    written = ["".join(one if isinstance(one, str) else MEDIA_MARKS[one.kind] for one in own) for own in found]
    assert written == [turn.content for turn in sample.messages]
    assert all(own != "" for turn in found for own in turn)


@pytest.mark.parametrize(
    ("content", "kinds", "why"),
    [
        ("<image> and <image>", ["image"], "more marks in the messages than media"),
        ("<image>", ["image", "clip"], "there are 2 media, and 1 marks for them"),
        (
            "<video><image>",
            ["image", "clip"],
            "the mark <video> stands where the next of the media is of the kind image",
        ),
    ],
)
def test_marks_that_are_not_the_media(content: str, kinds: list[str], why: str) -> None:
    media = [Medium(kind) for kind in kinds]  # type: ignore[arg-type]
    with pytest.raises(MarksDiffer, match=why):
        media_parts(Sample("t", "", "", 0, 1, messages=[Message("user", content)], media=media))


def test_without_media_a_mark_is_a_word() -> None:
    assert media_parts(Sample("t", "", "", 0, 1, messages=[Message("user", "<image> is a tag")])) == [
        ["<image> is a tag"]
    ]


def test_pictures_by_their_names() -> None:
    assert [is_picture(one) for one in ("a.JPG", "s3://b/c.webp", "a.mp4", "jpg")] == [True, True, False, False]
