"""Videos that become one: the source's frame stands at the moved time, and so does all that is said of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from pydantic import ValidationError
from sound_films import RATE, SoundFilm, beeps

from vdata.pipelines.teachers.picture_encoder import load
from vdata.rules.streams import find_fault
from vdata.schemas import Box, Dropped, Evidence, Failed, Media, Message, Sample, Span, Timeline
from vdata.schemas.sample import Frame, Medium
from vdata.stages.haystack.join import Join
from vdata.stages.haystack.render import Render
from vdata.stages.instruct.by_rule.stream import Stream
from vdata.stages.media.probe import Probe
from vdata.stages.prompting.frame_choice import Look, at_times
from vdata.stages.rate.scorers.scorer import SpanFrames, batches
from vdata.video.decode.sound import read_sound
from vdata.video.edit.edit_list import edit_of

NumberOf = Callable[..., tuple[int, int]]


def clip(name: str, seconds: float = 40.0, *, size: int = 640, fps: float = 25.0, **attrs: str) -> Timeline:
    """A video that is known by its facts alone."""
    made = Timeline(f"{name}.mp4", f"id_{name}", seconds, attrs=attrs)
    made.media = Media(duration=seconds, width=size, height=360, fps=fps, frames=round(seconds * fps), sha256=name)
    made.put("captions", [Span(1.0, 3.0, f"{name} begins"), Span(seconds - 2, seconds, f"{name} ends")])
    return made


def asked(video: Timeline, question: str = "Who is it?", **more: Any) -> Sample:
    span = video.lane("captions")[0]
    cited = [Evidence(span.start, span.end, "captions", span.words, span.id)]
    turns = [Message("user", question), Message("assistant", "Ann")]
    return Sample(
        "qa", question, "Ann", 1.0, 3.0, cited, {"duration": "40"}, messages=turns, id=f"q_{video.id}", **more
    )


def joined(stage: Join, *videos: Timeline) -> tuple[list[Timeline], list[Dropped]]:
    """The rows that *stage* makes of *videos*, and why others are none, by way of JSON as in a build."""
    told = [(one.id, json.loads(json.dumps(stage.digest(one)))) for one in videos]
    rows = {one.id: one for one in videos}
    made, ends = list[Timeline](), list[Dropped]()
    for plans in json.loads(json.dumps(stage.gather(told))).values():
        for new, plan in plans.items():
            row = Timeline(f"haystack://{new}", new, base=videos[0].base, folder=videos[0].folder)
            try:
                made.append(stage.compose(row, plan, {one: rows[one] for one in stage.made_of(plan)}))
            except Dropped as end:
                ends.append(end)
    return made, ends


def opened(folder: Path, out: Path, *names: str) -> list[Timeline]:
    found = [Probe().run(Timeline(name, path=str(folder / name), base=str(folder), folder=str(out))) for name in names]
    for video in found:
        video.put("captions", [Span(1.0, 2.0, f"in {video.uri}"), Span(2.0, video.seconds, "the rest")])
    return found


def test_frames_of_the_parts_stand_at_the_moved_times(pool: Path, tmp_path: Path, number_of: NumberOf) -> None:
    (video,), ends = joined(Join(), *opened(pool, tmp_path / "media", "a.mp4", "b.mp4", "a.mp4"))
    assert (video.duration, ends, video.attrs["joined"]) == (12.0, [], "3")
    times = [0.5, 3.98, 4.0, 7.3, 11.0]
    wanted = [(1, 12), (1, 99), (2, 0), (2, 82), (1, 75)]
    by_reference = load(at_times(video, times, Look(size=320)))  # from the parts: there is no file
    assert [number_of(one) for one in by_reference] == wanted
    assert not (tmp_path / "media").exists()
    (rated,) = batches([SpanFrames(Span(0, 12), at_times(video, [3.98, 7.3], Look(size=320)))])
    assert [number_of(one) for one in rated[1]] == [(1, 99), (2, 82)]
    with pytest.raises(Failed, match="not_rendered: haystack://"):
        _ = video.file
    rendered = Render().run(video)
    assert rendered.attrs["render"] == "smart"
    assert rendered.report["frames_encoded"] == 0  # copied, all of it
    assert [number_of(one) for one in load(at_times(rendered, times, Look(size=320)))] == wanted
    with av.open(rendered.file) as file:
        shown = [number_of(np.asarray(one.to_ndarray(format="rgb24"))) for one in file.decode(video=0)]
    assert shown == [(1, n) for n in range(100)] + [(2, n) for n in range(100)] + [(1, n) for n in range(100)]


def test_what_would_have_to_be_encoded_is_refused_where_it_must_be_copied(pool: Path, tmp_path: Path) -> None:
    videos = opened(pool, tmp_path / "media", "a.mp4", "b.mp4", "other.webm")
    (alike,), _ = joined(Join(), *videos[:2])
    assert Render(encode=False).run(alike).attrs["render"] == "smart"
    (mixed,), _ = joined(Join(differing="scale"), *videos)
    with pytest.raises(Failed, match=r"not_copied: \d+ frames would have to be encoded"):
        Render(encode=False).run(mixed)
    (foreign,), _ = joined(Join(min_parts=1, sound=False), videos[2])
    with pytest.raises(Failed, match="not_copied: not_h264"):
        Render(encode=False).run(foreign)
    assert [path.name for path in (tmp_path / "media").iterdir()] == [f"{alike.id}.mp4"]


def test_sound_stays_with_the_picture(sound_film: SoundFilm, tmp_path: Path) -> None:
    sound_film("one.mp4", beeps(6, [1.0]), codec="aac")
    sound_film("two.mp4", beeps(6, [4.0]), codec="aac")
    (video,), _ = joined(Join(), *opened(tmp_path, tmp_path / "media", "one.mp4", "two.mp4"))
    rendered = Render().run(video)
    heard = np.abs(read_sound(rendered.file, RATE, rendered.seconds).astype(float))
    loud = np.flatnonzero(heard > heard.max() / 4) / RATE
    starts = [loud[0], *loud[1:][np.diff(loud) > 0.5]]
    assert starts == pytest.approx([1.0, 10.0], abs=0.03)


def test_stretches_of_a_lane_are_joined_and_what_lies_between_is_left_out(
    pool: Path, tmp_path: Path, number_of: NumberOf
) -> None:
    (video,) = opened(pool, tmp_path, "a.mp4")
    video.put("shots", [Span(0.0, 1.0), Span(1.0, 2.0), Span(3.0, 4.0)])
    video.put("speech", [Span(0.5, 1.5, "over a cut"), Span(1.5, 3.4, "left out")])
    (made,), _ = joined(Join(of="shots"), video)
    assert [(one.start, one.end) for one in made.lane("parts")] == [(0, 1), (1, 2), (2, 3)]
    assert [(piece.begin, piece.finish) for piece in edit_of(made).pieces] == [(0, 2), (3, 4)]  # neighbours are one
    assert [number_of(one) for one in load(at_times(made, [1.5, 2.0, 2.9], Look(size=320)))] == [
        (1, 37),
        (1, 75),
        (1, 97),
    ]
    assert [(one.start, one.end) for one in made.lane("speech")] == [(0.5, 1.5)]
    said = [(one.start, one.end, one.text) for one in made.lane("captions")]
    assert said == [(1.0, 2.0, "in a.mp4"), (2.0, 3.0, "the rest")]  # half of it


def test_lanes_and_samples_move_with_their_part() -> None:
    one, two = clip("one", season="1", title="First"), clip("two", season="1", title="Second")
    two.put("notes", [Span(1, 3, "seen", attrs={"span": two.lane("captions")[0].id, "of": "a b"})])
    two.put("points", [Span(0, 0), Span(40, 40)])
    one.samples, two.samples = [asked(one)], [asked(two, group="g")]
    (video,), _ = joined(Join(), one, two)
    said = [(span.start, span.end, span.text) for span in video.lane("captions")]
    assert said == [(1, 3, "one begins"), (38, 40, "one ends"), (41, 43, "two begins"), (78, 80, "two ends")]
    assert [span.start for span in video.lane("points")] == [40, 80]
    (note,) = video.lane("notes")
    assert note.attrs == {"span": video.lane("captions")[2].id, "of": "a b"}
    first, second = video.samples
    assert [(first.start, first.end), (second.start, second.end)] == [(0, 80), (0, 80)]
    (cited,) = second.evidence
    assert (cited.start, cited.end, cited.span) == (41, 43, video.lane("captions")[2].id)
    assert second.params == {"duration": "80", "part": "2", "part_uri": "two.mp4", "part_start": "40"}
    assert len({first.id, second.id, "q_id_one", "q_id_two"}) == 4
    assert second.group not in ("", "g")
    assert video.attrs["season"] == "1"
    assert "title" not in video.attrs  # in which they differ
    assert [(span.start, span.end, span.text) for span in video.lane("parts")] == [(0, 40, "First"), (40, 80, "Second")]
    (about_part,), _ = joined(Join(about="part"), one, two)
    assert [(sample.start, sample.end) for sample in about_part.samples] == [(1, 3), (41, 43)]


def test_every_time_of_a_sample_moves() -> None:
    one, two = clip("one"), clip("two")
    two.samples = [asked(two, seen_end=2.5, clip_start=1.0, clip_end=3.0, frames=[Frame("a.jpg", 2.0)])]
    two.samples[0].messages[1].time = 2.0
    two.samples[0].media = [Medium("image", "", 2.0, 2.0), Medium("clip", "other.mp4", 1.0, 2.0)]
    (video,), _ = joined(Join(about="part"), one, two)
    (moved,) = video.samples
    assert (moved.seen_start, moved.seen_end, moved.clip_start, moved.clip_end) == (None, 42.5, 41, 43)
    assert ([frame.time for frame in moved.frames], [turn.time for turn in moved.messages]) == ([42], [None, 42])
    assert [(medium.start, medium.end) for medium in moved.media] == [(42, 42), (1, 2)]


@pytest.mark.parametrize(
    ("question", "params", "reason"),
    [
        ("Who is it at 12 s?", {}, "times_in_words"),
        ("Wer ist es?", {"time_format": "seconds", "language": "de"}, ""),
        ("What happens first?", {"rule": "first_last"}, "answer_of_one_part"),
    ],
)
def test_a_sample_that_would_not_be_true_of_the_whole_is_a_reject(
    question: str, params: dict[str, str], reason: str
) -> None:
    one, two = clip("one"), clip("two")
    two.samples = [asked(two, question)]
    two.samples[0].params |= params
    (video,), _ = joined(Join(), one, two)
    assert [reject.reason for reject in video.rejects] == ([reason] if reason else [])
    assert len(video.samples) == (not reason)
    if reason:
        assert (video.rejects[0].start, video.rejects[0].end, video.rejects[0].lane) == (41, 43, "captions")
        assert "behind join" in video.rejects[0].detail


def test_a_stream_is_about_its_part_alone_and_stays_true() -> None:
    def parts() -> list[Timeline]:
        one, two = clip("one"), clip("two")
        two.put("captions", [*two.lane("captions"), Span(10.0, 12.0, "two begins")])
        Stream(of=["captions"], delay=(1.0, 1.0), gap=0).run(two)
        return [one, two]

    (video,), _ = joined(Join(), *parts())
    assert video.samples == []
    assert [reject.reason for reject in video.rejects] == ["stream_of_one_part"]
    (video,), _ = joined(Join(about="part"), *parts())
    (stream,) = video.samples
    assert [turn.time for turn in stream.messages[1:]] == [43.0, 80.0]
    assert find_fault(stream, video.lanes, video.seconds) is None
    del stream.messages[2], stream.evidence[1]
    fault = find_fault(stream, video.lanes, video.seconds)
    assert fault is not None
    assert fault.reason == "missed_reply"


def test_what_a_sample_rests_on_must_lie_in_the_part() -> None:
    video = clip("one")
    video.put("shots", [Span(2.0, 10.0), Span(10.0, 20.0)])
    video.samples = [asked(video)]
    (made,), _ = joined(Join(of="shots"), video)
    assert {reject.reason for reject in made.rejects} == {"outside_part"}
    assert made.samples == []


def test_groups_are_ordered_as_people_number_them() -> None:
    names = [("b", "10"), ("a", "2"), ("b", "9"), ("a", "1"), ("b", "8.5")]
    videos = [clip(f"{show}{number}", show=show, part=number) for show, number in names]
    made, _ = joined(Join(by=["show"], order=["part"]), *videos)
    told = [[span.attrs["part"] for span in video.lane("parts")] for video in made]
    assert told == [["8.5", "9", "10"], ["1", "2"]]
    assert [video.attrs["show"] for video in made] == ["b", "a"]
    videos = [clip(f"s1_clip_{n}") for n in (10, 9, 1)]
    (video,), _ = joined(Join(order=["uri"]), *videos)
    assert [span.text for span in video.lane("parts")] == ["s1_clip_1", "s1_clip_9", "s1_clip_10"]


def test_bands_are_met_by_neighbours_or_by_a_draw() -> None:
    videos = [clip(f"v{n}", 20.0 + n) for n in range(12)]
    made, ends = joined(Join(bands=[(60, 90)]), *videos)
    assert all(60 <= video.seconds <= 90 for video in made)
    told = [span.text for video in made for span in video.lane("parts")]
    assert told == [f"v{n}" for n in range(len(told))]
    assert all((end.reason, end.threshold) == ("band_not_reached", 60) for end in ends)
    drawn, _ = joined(Join(bands=[(60, 90)], order=["random"]), *videos)
    again, _ = joined(Join(bands=[(60, 90)], order=["random"]), *videos)
    orders = [[span.text for video in some for span in video.lane("parts")] for some in (drawn, again)]
    assert orders[0] == orders[1] != sorted(orders[0], key=lambda name: int((name or "v0")[1:]))
    assert len(set(orders[0])) == len(orders[0])  # each once
    both, _ = joined(Join(bands=[(40, 60), (100, 150)]), *videos)
    assert {video.attrs["band"] for video in both} == {"40-60", "100-150"}


@pytest.mark.parametrize(
    ("stage", "videos", "reason", "detail"),
    [
        (Join(), [clip("one")], "group_of_one", "one.mp4"),
        (Join(min_parts=3), [clip("one"), clip("two")], "too_few_parts", "one.mp4, two.mp4"),
        (Join(), [clip("one"), clip("two", size=320)], "different_size", "two.mp4 is 320 x 360 at 25 frames a second"),
        (Join(), [clip("one"), clip("two", fps=30)], "different_rate", "differing: scale"),
        (Join(bands=[(10, 30)]), [clip("one")], "longer_than_band", "one.mp4 alone is longer"),
        (Join(bands=[(100, 120)]), [clip("one"), clip("two")], "band_not_reached", "one.mp4, two.mp4"),
        (Join(by=["show"], count="of"), [clip("one", show="a", of="3"), clip("two", show="a", of="3")],
         "part_missing", "the manifest says 3, and 2 came"),
        (Join(by=["show"], order=["n"]), [clip("one", show="a", n="1"), clip("two", show="a", n="01")],
         "same_place", "one.mp4 and two.mp4 are both 01"),
    ],
)  # fmt: skip
def test_what_cannot_be_joined_says_why(stage: Join, videos: list[Timeline], reason: str, detail: str) -> None:
    made, ends = joined(stage, *videos)
    assert made == []
    assert [end.reason for end in ends] == [reason]
    assert detail in ends[0].detail


def test_a_part_that_ended_before_stops_its_group_or_is_left_out() -> None:
    videos = [clip(f"{show}{n}", show=show, n=str(n)) for show in "ab" for n in (1, 3)]
    stage = Join(by=["show"], order=["n"])
    stage.know_ended([("a2.mp4", {"show": "a", "n": "2"}), ("other.mp4", {})])
    made, ends = joined(stage, *videos)
    assert [video.attrs["show"] for video in made] == ["b"]
    assert [(end.reason, end.value, end.threshold, end.detail) for end in ends] == [
        ("part_missing", 2, 3, "a2.mp4 ended before")
    ]
    lenient = Join(by=["show"], order=["n"], missing="join")
    lenient.know_ended([("a2.mp4", {"show": "a", "n": "2"})])
    assert [video.attrs["show"] for video in joined(lenient, *videos)[0]] == ["a", "b"]


def test_videos_that_differ_are_scaled_or_joined_apart(pool: Path, tmp_path: Path, number_of: NumberOf) -> None:
    videos = opened(pool, tmp_path, "a.mp4", "other.webm", "b.mp4")
    apart, ends = joined(Join(differing="apart"), *videos)
    assert [[span.text for span in video.lane("parts")] for video in apart] == [["a", "b"]]
    assert [end.reason for end in ends] == ["group_of_one"]
    (scaled,), _ = joined(Join(differing="scale"), *videos)
    assert (scaled.attrs["width"], scaled.attrs["height"]) == ("320", "180")
    start = scaled.lane("parts")[1].start
    found = load(at_times(scaled, [start + 1.0], Look(size=320)))
    assert found[0].shape == (180, 320, 3)
    assert number_of(found[0]) == (6, 25)


def test_a_single_video_that_is_whole_stays_as_it_is() -> None:
    one, two = clip("one"), clip("two", size=641)
    made, ends = joined(Join(by=["uri"], min_parts=1), one, two)
    assert ends == []
    assert [(video.uri, video.media) for video in made] == [("one.mp4", one.media), ("two.mp4", two.media)]
    assert [video.planned for video in made] == [False, False]
    (silent,), _ = joined(Join(by=["uri"], min_parts=1, sound=False), one)
    assert silent.planned
    assert [span.text for span in made[0].lane("captions")] == ["one begins", "one ends"]
    assert made[0].id != one.id


def test_parts_of_two_splits_are_not_joined() -> None:
    videos = [clip(f"v{n}", split=split) for n, split in enumerate(["train", "test", "train", "test"])]
    made, _ = joined(Join(), *videos)
    assert [video.attrs["split"] for video in made] == ["train", "test"]


@pytest.mark.parametrize(
    ("attrs", "lane", "reason"), [({}, "", "no_group"), ({"show": "a"}, "", "no_place"), ({}, "pieces", "made_video")]
)
def test_a_video_that_cannot_be_placed_says_so(attrs: dict[str, str], lane: str, reason: str) -> None:
    video = clip("one")
    video.attrs = attrs
    video.lanes[lane or "none"] = [Span(0, 1)]
    with pytest.raises((Dropped, Failed)) as end:
        Join(by=["show"], order=["part"]).digest(video)
    assert end.value.reason == reason  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"bands": [[20, 10]]}, "20 to 10 s is no band"),
        ({"order": ["random", "n"]}, "random stands alone"),
        ({"into": "pieces"}, "take another name"),
        ({"count": "of"}, "count"),
        ({"differing": "scale", "size": [321, 180]}, "even numbers"),
    ],
)
def test_mistakes_in_the_settings(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Join.model_validate(settings)


def test_the_summary_counts() -> None:
    assert Join().summary({}) is None
    totals = {"videos": 1.0, "parts": 3.0, "seconds": 1800.0, "left": 1.0}
    assert (
        Join().summary(totals) == "join: 1 video of 3 parts, 0.5 h; 1 sample of parts left out (the rejects say why)."
    )


def test_boxes_stand_on_what_they_are_of_in_the_joined_picture(tmp_path: Path, make_videos: Any) -> None:
    """A red square moves in two videos of different shapes: where the boxes say, and only there, it is red."""

    def square(width: int, height: int, n: int) -> tuple[int, int, int, int]:
        return 8 + n, height // 4, 8 + n + width // 4, height // 4 + 40

    parts = []
    for name, width, height in (("a", 192, 108), ("b", 128, 128)):

        def draw(n: int, width: int = width, height: int = height) -> Any:
            left, top, right, bottom = square(width, height, n)
            picture = make_videos.flat((90, 90, 90), width, height)
            picture[top:bottom, left:right] = (220, 20, 20)
            return picture

        make_videos.plain(tmp_path / f"{name}.mp4", 50, make=draw)
        (part,) = opened(tmp_path, tmp_path / "media", f"{name}.mp4")
        sides = [(n, square(width, height, n)) for n in range(0, 50, 5)]
        boxes = [
            Box(n / 25, left / width, top / height, right / width, bottom / height)
            for n, (left, top, right, bottom) in sides
        ]
        part.put("tracks", [Span(0, 1.8, None, "square", boxes=boxes)])
        parts.append(part)
    (video,), ends = joined(Join(differing="scale", size=(320, 180)), *parts)
    assert ends == []
    spans = video.lane("tracks")
    assert [(span.start, len(span.boxes)) for span in spans] == [(0, 10), (2, 10)]
    for span in spans:
        for box, picture in zip(
            span.boxes, load(at_times(video, [one.time + 0.01 for one in span.boxes], Look(size=320))), strict=True
        ):
            red = (picture[..., 0].astype(int) - picture[..., 1] > 70).astype(float)
            height, width = red.shape
            rows, columns = np.flatnonzero(red.any(1)), np.flatnonzero(red.any(0))
            seen = columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height
            assert seen == pytest.approx((box.left, box.top, box.right, box.bottom), abs=0.015)


def test_boxes_outside_of_a_stretch_are_left_out() -> None:
    video = clip("a")
    video.put("shots", [Span(10, 20), Span(30, 36)])
    track = [Box(time, 0.1, 0.1, 0.2, 0.2) for time in (9.0, 11.0, 19.0, 21.0)]
    video.put("tracks", [Span(9.5, 20.5, None, "dog", boxes=track)])
    (made,), _ = joined(Join(of="shots"), video)
    assert [[box.time for box in span.boxes] for span in made.lane("tracks")] == [[1.0, 9.0]]
