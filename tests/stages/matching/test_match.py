"""Match in its four modes, with embedders that are exact by construction."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from exact_embedder import looks, shapes
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from vdata.examples import film as example
from vdata.schemas import Failed, Media, Span, Timeline
from vdata.stages.matching.match import Match

Embedded = Callable[..., Timeline]
COLOURS = ["red", "green", "blue", "white", "black", "yellow", "purple", "brown", "grey", "orange"]


def made(seconds: float, **lanes: list[Span]) -> Timeline:
    """A video of so many seconds, whose file is never opened."""
    video = Timeline("v.mp4", "v", seconds, Media(sha256="5ha", duration=seconds, fps=25.0), path="/v.mp4")
    for lane, spans in lanes.items():
        video.put(lane, spans)
    return video


def one_hot(place: int, size: int = 12) -> list[float]:
    return [float(n == place) for n in range(size)]


def scenes(lengths: Sequence[float]) -> Callable[[float], list[float]]:
    """What is seen at a time of a video of scenes of these *lengths*, each unlike all others."""

    def at(time: float) -> list[float]:
        for n, length in enumerate(lengths):
            if time < length:
                return one_hot(n)
            time -= length
        return one_hot(len(lengths) - 1)

    return at


def said(kind: str, text: str) -> list[float]:
    """``scene 3`` looks like the third scene."""
    return one_hot(int(text.split()[-1])) if text[-1].isdigit() else one_hot(11)


@pytest.fixture(scope="module")
def film_video(film: Path) -> Timeline:
    """The film with its true shots, and those of its events whose shapes have a colour that is nowhere else then."""
    truth = example.truth(example.story())
    shots = [Span(start, end) for start, end, _, _ in truth["shots"]]
    plain = ("red", "orange", "yellow")
    events = [Span(start, end, text) for start, end, text, _ in truth["events"] if any(one in text for one in plain)]
    video = made(69.0, shots=shots, events=events)
    video.path = str(film / "film.mp4")
    return video


@pytest.mark.slow
def test_planted_wrong_captions_rank_last(film_video: Timeline, embedded: Embedded, exact: Any) -> None:
    right = [Span(one.start, one.end, one.text) for one in film_video.lane("events")]
    wrong = [Span(one.start, one.end, "a brown bear waves") for one in right[::3]]
    wrong += [Span(14.8, 16.4, "an orange circle rises"), Span(31.0, 33.4, "a red square falls")]
    film_video.put("captions", [*right, *wrong, Span(0, 1)])
    video = embedded(Match(look={"count": 6, "size": 640}), film_video, exact(vector=shapes))
    ranked = sorted(
        (span for span in video.lane("captions") if "match" in span.values), key=lambda span: span.values["match"]
    )
    assert {id(span) for span in ranked[: len(wrong)]} == {id(span) for span in wrong}
    assert ranked[len(wrong)].values["match"] > ranked[len(wrong) - 1].values["match"] + 0.3
    assert video.report["done"] == len(right) + len(wrong)
    assert video.report["without"] == 1, "a span without text"


@pytest.mark.slow
def test_shifted_captions_return_to_their_events(film_video: Timeline, embedded: Embedded, exact: Any) -> None:
    draw = random.Random(4)
    own = film_video.lane("events")
    moves = [draw.choice([-1, 1]) * draw.uniform(1.5, 3.0) for _ in own]
    shifted = [Span(one.start + by, one.end + by, one.text) for one, by in zip(own, moves, strict=True)]
    film_video.put("captions", shifted)
    stage = Match(mode="align", reach=3.5, every=0.5, size=640)
    video = embedded(stage, film_video, exact(vector=shapes))
    after = [abs(one.start - two.start) for one, two in zip(video.lane("captions"), own, strict=True)]
    assert sum(after) / len(own) < 0.6, after
    assert max(after) <= 1.2, after
    for span, one, by in zip(video.lane("captions"), own, moves, strict=True):
        start, end = map(float, span.attrs["from"].split("-"))
        assert (start, end) == pytest.approx((one.start + by, one.end + by), abs=1e-3)
        assert span.seconds == pytest.approx(one.seconds)


@pytest.mark.slow
def test_pieces_of_shots_are_stitched_to_the_shots_of_the_film(
    film_video: Timeline, embedded: Embedded, exact: Any
) -> None:
    shots = film_video.lane("shots")
    pieces = [Span(at, min(at + 2, shot.end)) for shot in shots for at in range(int(shot.start), int(shot.end), 2)]
    stage = Match(mode="stitch", of="pieces", distance=0.96, edge=0.3, still=None, repeated=0.1, transition=None)
    cut = made(69.0, pieces=pieces)
    cut.path = film_video.path
    video = embedded(stage, cut, exact(vector=looks))
    found = [(span.start, span.end) for span in video.lane("events")]
    assert found == [(span.start, span.end) for span in shots if span.start != 48]
    assert [(one.reason, one.start, one.detail) for one in video.rejects] == [("repeated", 48.0, "as from 10 to 14 s")]


@pytest.mark.slow
def test_curves_rise_where_the_shapes_are(film_video: Timeline, embedded: Embedded, exact: Any) -> None:
    stage = Match(
        mode="curves",
        concepts=["orange", "yellow", "brown"],
        template="a {concept} shape",
        windows="seen",
        top=2,
        size=640,
    )
    video = embedded(stage, film_video, exact(vector=shapes))
    steps = video.lane("saliency")
    assert len(steps) == 69
    assert all(set(step.values) == {"orange", "yellow"} for step in steps), "brown is nowhere"
    for colour in ("orange", "yellow"):
        shown = [one for one in film_video.lane("events") if colour in (one.text or "")]
        windows = [span for span in video.lane("seen") if span.label == colour]
        assert windows
        assert all(any(one.start - 1 < seen.start and seen.end < one.end + 1 for one in shown) for seen in windows)
        assert all((seen.score or 0) > 0.9 for seen in windows) or colour == "yellow"
    best = max(steps, key=lambda step: step.values["orange"])
    assert best.label == "orange"
    assert best.score == best.values["orange"]


@given(st.lists(st.integers(3, 9), min_size=2, max_size=8), st.data())
@settings(max_examples=25)
def test_align_undoes_every_shift_within_reach(
    embedded: Embedded, exact: Any, lengths: list[int], data: st.DataObject
) -> None:
    """Of scenes that are unlike one another, a caption that is as long as its scene has one place alone."""
    starts = [float(sum(lengths[:n])) for n in range(len(lengths))]
    total = float(sum(lengths))
    shifts = [data.draw(st.integers(-4, 4)) for _ in lengths]
    spans = []
    for n, (start, length, shift) in enumerate(zip(starts, lengths, shifts, strict=True)):
        moved = min(max(start + shift, 0.0), total - length)
        spans.append(Span(moved, moved + length, f"scene {n}"))
    video = made(total, captions=spans)
    stage = Match(mode="align", reach=4.0)
    embedded(stage, video, exact(vector=said, at=scenes(lengths)))
    placed = sorted((span.text or "", span.start, span.end) for span in video.lane("captions"))
    assert placed == [(f"scene {n}", start, start + lengths[n]) for n, start in enumerate(starts)]


@given(st.lists(st.integers(1, 4), min_size=1, max_size=9), st.data())
@settings(max_examples=25)
def test_stitch_undoes_every_cut_within_a_scene(
    embedded: Embedded, exact: Any, pieces: list[int], data: st.DataObject
) -> None:
    """Scenes that are unlike one another, each cut into some pieces of 2 s."""
    lengths = [2.0 * count for count in pieces]
    starts = [sum(lengths[:n]) for n in range(len(lengths))]
    shots = [
        Span(start + 2 * n, start + 2 * n + 2)
        for start, count in zip(starts, pieces, strict=True)
        for n in range(count)
    ]
    stage = Match(mode="stitch", still=None, repeated=data.draw(st.sampled_from([None, 0.3])))
    video = embedded(stage, made(sum(lengths), shots=shots), exact(at=scenes(lengths)))
    found = [(span.start, span.end, span.values["shots"]) for span in video.lane("events")]
    assert found == [(start, start + length, length / 2) for start, length in zip(starts, lengths, strict=True)]
    assert video.lane("shots") == shots, "they stay"


def mixture(share: float, one: int = 0, other: int = 1) -> list[float]:
    return [share * a + (1 - share) * b for a, b in zip(one_hot(one), one_hot(other), strict=True)]


def test_what_stitch_leaves_out(embedded: Embedded, exact: Any) -> None:
    """0-4 changes slowly, in two shots; 4-6 is a transition; 6-10 is still; 10-14 is 0-4 again; then a gap."""

    def at(time: float) -> list[float]:
        if time < 4 or 10 <= time < 14:
            return mixture(1 - 0.12 * (time % 10), 0, 1)
        if time < 6:
            return one_hot(2) if time < 5 else one_hot(3)
        if time < 10:
            return one_hot(4)
        return mixture(1 - 0.1 * (time - 15), 5, 6)

    shots = [Span(0, 2), Span(2, 4), Span(4, 6), Span(6, 10), Span(10, 14), Span(15, 18), Span(18.9, 21)]
    video = made(21.0, shots=shots)
    stage = Match(mode="stitch", trim=0.1, max_seconds=3.0, keep_vectors=True)
    embedded(stage, video, exact(at=at))
    assert [(one.reason, one.lane, one.start, one.end) for one in video.rejects] == [
        ("transition", "shots", 4.0, 6.0),
        ("still", "shots", 6.0, 10.0),
        ("repeated", "shots", 10.0, 14.0),
    ]
    transition, still, repeated = video.rejects
    assert transition.value == pytest.approx(1.4142, abs=1e-3)
    assert (still.value, still.threshold) == (0.0, 0.15)
    assert repeated.detail == "as from 0.3 to 2.7 s"
    events = [(span.start, span.end, span.values["shots"]) for span in video.lane("events")]
    assert events == [(0.3, 2.7, 2.0), (15.3, 17.7, 1.0), (19.11, 20.79, 1.0)], "cut off after 3 s, then 10 % of that"
    assert all(span.vector is not None for span in video.lane("events"))
    kept_all = Match(mode="stitch", transition=None, still=None, repeated=None, distance=2, gap=10)
    again = embedded(kept_all, made(21.0, shots=[Span(one.start, one.end) for one in shots]), exact(at=at))
    assert [(span.start, span.end) for span in again.lane("events")] == [(0.0, 21.0)]


def test_texts_against_the_texts_of_another_lane(embedded: Embedded, exact: Any) -> None:
    speech = [Span(0, 4, "scene 1"), Span(4, 8, "scene 2"), Span(30, 34, "scene 3")]
    captions = [Span(1, 3, "scene 1"), Span(5, 7, "scene 3"), Span(20, 22, "scene 3")]
    video = made(40.0, captions=captions, speech=speech)
    teacher = exact(vector=said)
    embedded(Match(against="speech", value="t2t"), video, teacher)
    assert [span.values for span in video.lane("captions")] == [{"t2t": 1.0}, {"t2t": 0.0}, {}]
    assert len(teacher.asked) == 3, "each text is asked for once"
    embedded(Match(against="speech", near=9.0), video, teacher)
    assert [span.values.get("match") for span in video.lane("captions")] == [1.0, 0.0, 1.0]
    assert Match(against="speech").lanes_read() == {"captions", "speech"}
    assert Match(against="speech").pictures_to() == []


def test_every_caption_against_every_scene_of_its_video(embedded: Embedded, exact: Any) -> None:
    """Scenes of 4 s look like 0, 1, 2, 3; the captions of the first two are exchanged, and one has no vector."""
    texts = ["scene 1", "scene 0", "scene 2", "scene 3"]
    told = [Span(4 * n, 4 * n + 4, text) for n, text in enumerate(texts)]

    def vector(kind: str, text: str) -> list[float]:
        return one_hot(int(text.split()[-1]))

    teacher = exact(
        vector=vector,
        at=lambda time: one_hot(int(time // 4)),
        fails=lambda request: request.turns[0].parts[0] == "scene 3",
    )
    video = embedded(Match(value="v2t", matrix=True), made(16.0, captions=told), teacher)
    rows = [span.attrs.get("v2t_row") for span in video.lane("captions")]
    assert rows == ["0 1 0 nan", "1 0 0 nan", "0 0 1 nan", "0 0 0 nan"]
    ranks = [span.values.get("v2t_rank") for span in video.lane("captions")]
    assert ranks == [2.0, 2.0, 1.0, None], "a caption that fits another scene better is not the first of its own"
    laid = Match(value="v2t", matrix=True).names_laid()["captions"]
    assert laid is not None
    assert laid.attrs == {"v2t_row"}

    again = made(12.0, captions=[Span(0, 4, "a 1"), Span(4, 8, "b 1"), Span(8, 12, "c 2")])
    said = Match(value="t2t", against="captions", matrix=True)
    video = embedded(said, again, exact(vector=vector))
    assert [span.attrs["t2t_row"] for span in video.lane("captions")] == ["1 1 0", "1 1 0", "0 0 1"]
    assert [span.values for span in video.lane("captions")] == [{"t2t": 1.0}, {"t2t": 1.0}, {"t2t": 0.0}]


def test_steps_are_aligned_to_the_sentences_that_say_them(embedded: Embedded, exact: Any) -> None:
    speech = [Span(2, 5, "scene 1"), Span(20, 26, "scene 2"), Span(50, 55, "scene 1")]
    steps = [Span(0, 10, "scene 2"), Span(40, 44, "scene 1", id="b", attrs={"of": "block"}), Span(58, 60, "silent")]
    video = made(60.0, steps=steps, speech=speech)
    embedded(Match(mode="align", of="steps", into="placed", against="speech", reach=60), video, exact(vector=said))
    assert (steps[0].start, steps[0].end, steps[0].text) == (0, 10, "scene 2"), "they stay"
    placed = video.lane("placed")
    assert [(one.start, one.end, one.text) for one in placed] == [
        (20, 26, "scene 2"), (50, 55, "scene 1"), (50, 55, "silent"),
    ]  # fmt: skip
    assert [one.attrs["from"] for one in placed] == ["0.000-10.000", "40.000-44.000", "58.000-60.000"]
    assert placed[1].attrs["of"] == "b"
    assert placed[2].values["match"] == 0.0
    embedded(Match(mode="align", of="steps", against="speech", reach=12, window=3), video, exact(vector=said))
    assert [(one.start, one.end) for one in video.lane("steps")] == [(20, 23), (50, 53), (50, 53)]
    assert video.lane("steps")[1].id == "b"


def test_a_video_that_is_shorter_than_a_window_and_equal_places(embedded: Embedded, exact: Any) -> None:
    video = made(5.0, captions=[Span(2, 3, "scene 0"), Span(2.1, 2.3, "scene 0")])
    embedded(Match(mode="align", window=9.0), video, exact(vector=said, at=lambda time: one_hot(0)))
    assert [(one.start, one.end) for one in video.lane("captions")] == [(0.0, 5.0), (0.0, 5.0)]
    video = made(5.0, captions=[Span(2.1, 2.3, "scene 0")])
    embedded(Match(mode="align"), video, exact(vector=said, at=lambda time: one_hot(0)))
    assert [(one.start, one.end) for one in video.lane("captions")] == [(2.1, 2.3)], "of equal places the nearest"
    assert video.report["moved"] == 0


@pytest.mark.parametrize(
    "stage",
    [
        Match(),
        Match(mode="align"),
        Match(mode="stitch", still=None),
        Match(mode="curves", concepts=["scene 0"]),
        Match(against="captions"),
    ],
)
def test_what_has_no_vector_is_a_reject_and_stays(stage: Match, embedded: Embedded, exact: Any) -> None:
    def fresh() -> Timeline:
        captions = [Span(0, 4, "scene 0"), Span(4, 8, "scene 1")]
        return made(8.0, captions=captions, shots=[Span(0, 4), Span(4, 8)])

    def early(request: Any) -> bool:
        part = request.turns[0].parts[0]
        return part == "scene 1" or (not isinstance(part, str) and part.times[0] > 4)

    with pytest.raises(Failed, match="no"):
        embedded(stage, fresh(), exact(lambda request: True, vector=said, at=scenes([4, 4])))
    video = embedded(stage, fresh(), exact(early, vector=said, at=scenes([4, 4])))
    assert {(one.kind, one.reason) for one in video.rejects} == {("failed", "teacher_error")}
    assert [span.text for span in video.lane("captions")] == ["scene 0", "scene 1"]

    def short(late: bool) -> list[float]:
        return one_hot(0)[: 3 if late else 12]

    odd = exact(vector=lambda kind, text: short(text == "scene 1"), at=lambda time: short(time > 4))
    with pytest.raises(Failed, match="vectors of 3 and 12 numbers"):
        embedded(stage, fresh(), odd)
    empty = made(8.0)
    embedded(stage, empty, exact(vector=said, at=scenes([8])))
    assert empty.rejects == []


def test_settings() -> None:
    for given_settings, wrong in (
        ({"mode": "curves"}, "curves needs some"),
        ({"mode": "curves", "concepts": ["a"], "template": "a photo"}, "must hold {concept}"),
        ({"mode": "curves", "concepts": ["a"], "windows": "saliency"}, "another lane than into"),
        ({"look": {"columns": 2}}, "each frame has a vector of its own"),
        ({"mode": "cut"}, "'score', 'align', 'stitch' or 'curves'"),
    ):
        with pytest.raises(ValidationError, match=wrong):
            Match.model_validate(given_settings)
    assert Match(mode="stitch").lanes_read() == {"shots", "media"}
    assert Match(mode="stitch").lanes_written() == {"events"}
    assert Match(mode="align", into="placed").lanes_written() == {"placed"}
    assert Match(mode="curves", concepts=["a"], windows="seen").lanes_written() == {"saliency", "seen"}
    assert Match(keep_vectors=True).vectors_laid() == {"captions"}
    assert Match(look={"which": "keyframes"}).lanes_read() == {"captions", "media", "keyframes"}
    assert Match(mode="align", against="speech").demand(60).images == 0
    assert Match(mode="align").demand(60).images == 60
