"""Words of prompts about images, and about several media."""

from __future__ import annotations

from vdata.rules.media_groups import GROUP, GroupMember, member_span, members_in, members_of, names
from vdata.schemas import Media, Timeline
from vdata.stages.prompting.frame_choice import Look, shown_frames
from vdata.stages.prompting.material import material
from vdata.stages.prompting.medium_words import medium_words

SENTENCE = (
    "You look at a stretch of a video. Put no tags and no times into the text; speak of the video, in the order of "
    "time."
)
LINES = material("spans of the video", "[c1] captions, 0.0-1.0 s: A video of a clip.\n[c2] captions, 1.0-3.0 s: Two.")


def still() -> Timeline:
    return Timeline("a.jpg", "a", 1.0, Media(frames=1, fps=1.0, duration=1.0, sha256="f"))


def group() -> Timeline:
    video = Timeline("haystack://g", "g", 3.0, Media(duration=3.0, sha256="f"))
    one = GroupMember(1, "image", "a.jpg", "x", 0.0, 1.0, 0.0, 0.0, 1.0)
    two = GroupMember(2, "clip", "b.mp4", "y", 4.0, 6.0, 5.0, 1.0, 3.0)
    video.put(GROUP, [member_span(member, member.name, {}) for member in (one, two)])
    return video


def test_a_video_is_spoken_of_as_it_is() -> None:
    assert medium_words(Timeline("a.mp4", "a", 1.0, Media(frames=25, fps=25.0, duration=1.0))) is None
    assert medium_words(None) is None


def test_an_image_has_no_time() -> None:
    words = medium_words(still())
    assert words is not None
    assert words.said(SENTENCE) == "You look at an image. Put no tags into the text; speak of the image."
    assert words.said(f"Spans of the video: {LINES} Watch the video.") == (
        'What is known of the image: <material kind="what is known of the image">\n'
        "[c1] captions: A video of a clip.\n[c2] captions: Two.\n</material> Look at the image."
    ), "what was taken from it stays as it is"
    (frames,) = shown_frames(still(), 0.0, 1.0, Look(count=8))
    assert not isinstance(frames, str)
    assert getattr(frames, "times", None) == (0.0,)


def test_several_media_have_names() -> None:
    video = group()
    words = medium_words(video)
    assert words is not None
    told = words.said(LINES)
    assert "[c1] captions, Image 1: A video of a clip." in told
    assert "[c2] captions, Video 2: Two." in told
    shown = shown_frames(video, 0.0, 3.0, Look(count=2))
    assert shown[::2] == ["Image 1:", "Video 2:"]
    assert [getattr(part, "times", None) for part in shown[1::2]] == [(0.0,), (4.0, 5.0)]
    assert [getattr(part, "content", None) for part in shown[1::2]] == ["x", "y"]


def test_what_media_are_called() -> None:
    members = [GroupMember(n, "image", "a", "x", 0, 1, 0, n - 1, n) for n in range(1, 6)]
    assert names(members[:1]) == "Image 1"
    assert names(members[:2]) == "Images 1 and 2"
    assert names(members[1:4]) == "Images 2-4"
    assert names([members[0], members[2], members[4]]) == "Images 1, 3 and 5"
    assert names(members_in(members, 1.0, 2.0)) == "Image 2"
    assert names(members_in(members, 1.0, 1.0)) == "Image 2"
    assert names(members_of(group())) == "Image 1, Video 2"
