"""Questions about boxes: each says what it must, and its answer is worked out again from the boxes that it cites."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from vdata.rules.box_format import box_format_of
from vdata.rules.box_overlap import box_iou
from vdata.rules.in_english import in_english
from vdata.rules.language_key import CODES, shipped
from vdata.rules.language_words import slots_in
from vdata.rules.movement import STAYS, WAYS
from vdata.rules.region_words import WORDS
from vdata.rules.solve import recompute
from vdata.schemas import Box, Dropped, Media, Sample, Span, Timeline
from vdata.stages.instruct.by_rule.regions import Regions
from vdata.stages.verify.verify import Verify

TIMES = [n / 5 for n in range(51)]


def track(label: str | None, text: str | None, start: float, end: float, x: float, dx: float, y: float = 0.5) -> Span:
    """An object 0.1 wide and high whose left side is at *x* when it comes, and moves by *dx* a second."""
    boxes = [
        Box(t, round(x + dx * (t - start), 6), y, round(x + 0.1 + dx * (t - start), 6), y + 0.1)
        for t in TIMES
        if start <= t <= end
    ]
    return Span(start, end, text, label, source="imported", boxes=boxes)


def video(*spans: Span) -> Timeline:
    found = Timeline("a.mp4", "a", 10.0, media=Media(duration=10, width=640, height=360, fps=25), seed=3)
    found.put("tracks", spans)
    return found


def street() -> Timeline:
    return video(
        track("dog", "a dog runs to the right", 1.0, 5.0, 0.1, 0.15),
        track("the red car", "the red car stands still", 0.0, 10.0, 0.7, 0.0, 0.2),
        track("cat", "a cat comes from the right", 4.5, 9.0, 0.8, -0.1, 0.75),
    )


def made(found: Timeline, **settings: Any) -> list[Sample]:
    return Regions(**settings).run(found).samples


def checked(found: Timeline) -> list[str]:
    """What verify has against the samples of *found*."""
    rejects = _verified(found, Verify(captions=[])).rejects
    return [f"{one.reason}: {one.detail}" for one in rejects if one.stage == "verify"]


def _verified(found: Timeline, settings: Verify) -> Timeline:
    import asyncio

    async def none(requests: Any) -> Any:
        raise AssertionError("no teacher is asked")

    return asyncio.run(settings.run(found, none))  # type: ignore[arg-type]


EVERY = [
    "spatial_grounding",
    "spatial_video_grounding",
    "tube",
    "tracking",
    "event_in_region",
    "region_name",
    "movement",
]


@pytest.mark.parametrize("box_format", ["shares", "thousandths", "pixels"])
@pytest.mark.parametrize("time_format", ["seconds", "mmss", "percent", "tokens"])
def test_every_answer_is_worked_out_again(box_format: str, time_format: str) -> None:
    found = street()
    samples = made(found, tasks=[*EVERY, "chain"], box_format=box_format, time_format=time_format)
    assert {one.task for one in samples} == {*EVERY, "chain_what", "chain_when", "chain_where"}
    for sample in samples:
        assert recompute(sample) == sample.answer
        form = box_format_of(sample.params)
        assert form.unit == box_format
        read = form.read(sample.answer)
        cited = [] if sample.task == "chain_when" else sample.evidence[0].boxes
        if read:
            assert read == [pytest.approx((box.left, box.top, box.right, box.bottom), abs=0.003) for box in cited]
        if "[" in sample.question + sample.answer:
            assert sample.question.endswith(form.note)
    if time_format in ("seconds", "mmss"):
        assert checked(found) == []
        assert len(found.samples) == len(samples)


def test_where_something_is() -> None:
    (_, dog, _) = made(street(), tasks=["spatial_grounding"])
    (box,) = dog.evidence[0].boxes
    assert dog.answer == f"[{box.left:.3f}, {box.top:.3f}, {box.right:.3f}, {box.bottom:.3f}]"
    assert f"at {box.time:.1f} seconds" in dog.question
    assert "the dog" in dog.question


def test_a_tube_has_a_box_at_each_whole_second() -> None:
    dog = made(street(), tasks=["tube"])[1]
    assert dog.answer == (
        "From 1.0 to 5.0 seconds:\n1.0: [0.100, 0.500, 0.200, 0.600]\n2.0: [0.250, 0.500, 0.350, 0.600]\n"
        "3.0: [0.400, 0.500, 0.500, 0.600]\n4.0: [0.550, 0.500, 0.650, 0.600]\n5.0: [0.700, 0.500, 0.800, 0.600]"
    )
    assert "each whole second" in dog.question
    halves = made(street(), tasks=["tube"], every=0.5)[1]
    assert halves.answer.count("\n") == 9
    assert "each multiple of 0.5 seconds" in halves.question


def test_tracking_tells_the_first_box_and_asks_for_the_others() -> None:
    dog = made(street(), tasks=["tracking"], boxes=5)[0]
    assert "[0.100, 0.500, 0.200, 0.600]" in dog.question
    assert [box.time for box in dog.evidence[0].boxes] == [2.0, 3.0, 4.0, 5.0]
    assert "at 2.0, 3.0, 4.0, 5.0 seconds" in dog.question


def test_an_event_that_begins_in_a_box() -> None:
    cat = next(one for one in made(street(), tasks=["event_in_region"]) if "cat" in one.answer)
    assert cat.answer.startswith("Until 9.0 seconds: A cat comes from the right.\n5.0: [0.750, 0.750, 0.850, 0.850]\n")
    assert "at 4.5 seconds" in cat.question
    assert "cat" not in cat.question


def test_names_and_ways_are_not_told_by_the_question() -> None:
    for sample in made(street(), tasks=["region_name", "movement"]):
        assert sample.answer.removeprefix("the ") not in sample.question
    ways = {one.evidence[0].text: one.answer for one in made(street(), tasks=["movement"])}
    assert ways == {"the red car": "it hardly moves", "dog": "to the right", "cat": "to the left"}


# Other languages.


def marked(language: str, text: str) -> str:
    """*text* without boxes and without names and texts of objects, which stay in their language."""
    before, after = (re.escape(mark) for mark in shipped(language).answers.quotes)  # type: ignore[union-attr]
    return re.sub(rf"\[[^\]]*\]|{before}[^{before}{after}]*{after}", "_", text)


@pytest.mark.parametrize("language", [name for name in CODES.values() if name != "English"])
@pytest.mark.parametrize("live", [False, True])
def test_in_another_language_nothing_else_about_a_sample_is_different(language: str, live: bool) -> None:
    settings: dict[str, Any] = {"tasks": [*EVERY, "chain"]}
    if live:
        settings = {"tasks": ["spatial_grounding", "region_name", "movement", "position_ago"], "at": {"every": 2}}
        settings["options"] = 4
    english, found = made(street(), **settings), street()
    others = made(found, **settings, language=language)
    assert [one.task for one in others] == [one.task for one in english]
    for one, other in zip(english, others, strict=True):
        assert (other.id, other.evidence, other.answer_index) == (one.id, one.evidence, one.answer_index)
        assert recompute(other) == other.answer
        assert box_format_of(other.params).read(other.answer) == box_format_of(one.params).read(one.answer)
        plain = in_english(other)
        assert (plain.question, plain.answer, plain.options) == (one.question, one.answer, one.options)
        said = marked(language, other.question)
        assert not re.search(r"\b(the|which|how|is|where|of|box|picture|seconds)\b|[{}]|  ", said), said
        if language == "Chinese":
            assert not re.search(r"[A-Za-z?!;\"']", said), said
        if language == "Spanish":
            assert said.count("?") == said.count("¿"), said
        if language == "French":
            assert not re.search(r"(?<!\u00a0)[?!:;]", said), said
        if other.task == "movement":
            assert other.answer in {shipped(language).answers.labels[way] for way in (*WAYS, STAYS)}  # type: ignore[union-attr]
            assert not {*WAYS, STAYS} & {*other.options, other.answer}
    assert checked(found) == []


def test_names_in_chinese_leave_a_gap_and_a_language_without_questions_is_refused() -> None:
    found = video(track("狗", "一只狗向右跑", 1.0, 5.0, 0.1, 0.15))
    what = next(one for one in made(found, tasks=["chain"], language="zh") if one.task == "chain_what")
    assert "一只___向右跑" in what.question
    assert "狗" not in what.question
    own = {"name": "Italian", "questions": {"regions.tube": ["Quando si vede {q}? Dai un riquadro per {each}."]}}
    (tube,) = made(replace(found, samples=[]), tasks=["tube"], language=own)
    assert tube.question.startswith("Quando si vede")
    with pytest.raises(ValidationError, match=r"no questions in Italian for regions\.movement, regions\.movement_now"):
        Regions(tasks=["tube", "movement"], language=own)


# What cannot be asked.


def test_what_is_called_the_same_is_not_asked_for() -> None:
    two = video(track("dog", None, 1, 5, 0.1, 0.1), track("dog", None, 3, 9, 0.6, 0.0, 0.8))
    for sample in made(two, tasks=["spatial_grounding"]):
        time = sample.evidence[0].boxes[0].time
        assert not 3 <= time <= 5
    found = replace(two, samples=[], report={})
    assert made(found, tasks=["tube"]) == []
    told = Regions(tasks=["tube"]).summary(found.report)
    assert told == "regions: asked for, and nothing was made: tube (2 × others are called the same)."


def test_what_happens_tells_two_of_one_name_apart() -> None:
    two = video(track("dog", "a dog runs", 1, 5, 0.1, 0.1), track("dog", "a dog sleeps", 3, 9, 0.6, 0.0, 0.8))
    asked = [one.question for one in made(two, tasks=["tube"])]
    assert any('the dog ("a dog runs")' in text for text in asked)
    assert any('the dog ("a dog sleeps")' in text for text in asked)


def test_a_box_with_two_objects_names_neither() -> None:
    two = video(track("dog", None, 1, 5, 0.1, 0.1), track("rug", None, 1, 5, 0.11, 0.1))
    assert made(two, tasks=["region_name"]) == []
    assert two.report["lost:region_name:another object is in its box"] == 2


def test_pixels_need_the_size_of_the_picture() -> None:
    found = street()
    found.media = None
    with pytest.raises(Dropped, match="no_picture_size"):
        Regions(box_format="pixels").run(found)
    assert made(street(), box_format="pixels")[0].question.endswith("a picture that is 640 wide and 360 high.")


def without(found: Span, *times: float) -> Span:
    """*found* without its boxes at *times*."""
    return replace(found, boxes=[box for box in found.boxes if box.time not in times])


def refused(found: Timeline) -> list[tuple[str, str, float | None, float | None]]:
    return [(one.reason, one.detail, one.value, one.threshold) for one in found.rejects]


def test_where_a_whole_second_has_no_box_no_question_asks_for_one_at_each() -> None:
    dog = without(track("dog", "a dog runs to the right", 1.0, 5.0, 0.1, 0.15), 2.8, 3.0, 3.2)
    tasks = ["tube", "event_in_region", "chain", "spatial_video_grounding"]
    found = video(dog, track("cat", "a cat comes from the right", 4.5, 9.0, 0.8, -0.1, 0.75))
    samples = made(found, tasks=tasks)
    assert [one.task for one in samples if one.evidence[0].text.startswith(("dog", "a dog"))] == [
        "spatial_video_grounding"
    ]
    assert refused(found) == [("boxes_missing", task, 1, 0) for task in tasks[:3]]
    (listed,) = (one for one in samples if "the dog" in one.question)
    assert "at 1.0, 2.0, 4.0, 5.0 seconds" in listed.question  # its question names the times
    assert {one.task for one in samples} == {*tasks[:2], "spatial_video_grounding", *(f"chain_{w}" for w in PARTS)}


def test_one_whole_second_is_not_several_boxes() -> None:
    found = video(track("dog", "a dog runs to the right", 1.4, 2.6, 0.1, 0.15))
    assert made(found, tasks=["chain"]) == []
    assert found.report["lost:chain:it has one box only"] == 1
    (tube,) = made(found, tasks=["tube"])
    assert tube.answer.count("[") == 1


@pytest.mark.parametrize("lacking", [(), (2.0,), (7.0, 8.0, 9.0)])
def test_tracked_boxes_come_in_equal_steps(lacking: tuple[float, ...]) -> None:
    boxes = [Box(float(n), n / 20, 0.1, n / 20 + 0.1, 0.2) for n in range(12) if n not in lacking]
    found = video(Span(0, 11, "a ball rolls", "ball", source="imported", boxes=boxes))
    (ball,) = made(found, tasks=["tracking"], boxes=9)
    assert [box.time for box in ball.evidence[0].boxes] == {
        (): [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0],
        (2.0,): [3.0, 6.0, 9.0],
        (7.0, 8.0, 9.0): [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
    }[lacking]


def test_boxes_at_no_equal_steps_are_not_tracked() -> None:
    boxes = [Box(time, time / 20, 0.1, time / 20 + 0.1, 0.2) for time in (0.0, 1.0, 3.5, 4.0)]
    found = video(Span(0, 4, "a ball rolls", "ball", source="imported", boxes=boxes))
    assert made(found, tasks=["tracking"], boxes=9) == []
    assert refused(found) == [("uneven_boxes", "tracking", 4, None)]


def test_what_hardly_moves_is_not_tracked() -> None:
    found = street()
    assert ["the red car" in one.question for one in made(found, tasks=["tracking"])] == [False, False]
    assert refused(found) == [("hardly_moves", "tracking", 0.0, 0.03)]
    snail = track("snail", None, 0, 10, 0.1, 0.002)
    assert made(video(snail), tasks=["tracking"], min_movement=0.0199)
    slow = video(snail)
    assert not made(slow, tasks=["tracking"], min_movement=0.0201)
    assert refused(slow) == [("hardly_moves", "tracking", 0.02, 0.0201)]
    with pytest.raises(ValidationError, match="has no effect"):
        Regions(tasks=["tube"], min_movement=0.1)


# Chains.

PARTS = ("what", "when", "where")


def parts(samples: Sequence[Sample]) -> list[tuple[str, str]]:
    return [(one.task, one.params.get("chain", "")) for one in samples]


def test_the_two_chains_of_v_star_share_their_first_question() -> None:
    samples = made(street(), tasks=["chain"])
    groups: dict[str, list[Sample]] = {}
    for one in samples:
        groups.setdefault(one.group, []).append(one)
    assert len(groups) == 3
    for held in groups.values():
        assert parts(held) == [
            ("chain_what", ""),
            ("chain_when", "what_when_where"),
            ("chain_where", "what_when_where"),
            ("chain_where", "what_where_when"),
            ("chain_when", "what_where_when"),
        ]
        what, when, where, freely, later = held
        name = what.answer.removeprefix("the ")
        assert name not in what.question
        assert "___" in what.question
        assert when.answer.removesuffix(".").removeprefix("From ") in where.question  # it tells what was found
        assert when.answer.removesuffix(".").removeprefix("From ") not in freely.question
        assert f"{len(freely.evidence[0].boxes)} boxes" in freely.question
        assert all(
            box in later.question for box in freely.answer.replace(": ", "\n").splitlines() if box.startswith("[")
        )
        assert where.evidence[0].boxes == freely.evidence[0].boxes
        assert later.answer == when.answer


def test_other_orders_and_questions_of_people() -> None:
    dog = track("dog", "a dog runs to the right", 1.0, 5.0, 0.1, 0.15)
    dog.attrs = {"question": "Who is in a hurry?", "answer": "The dog of the house."}
    first, *_ = made(video(dog), tasks=["chain"])
    assert (first.question, first.answer) == ("Who is in a hurry?", "The dog of the house.")
    asked = made(video(dog), tasks=["chain"], orders=[["when", "where", "what"], ["where", "what"]])
    assert parts(asked) == [
        ("chain_when", "when_where_what"),
        ("chain_where", "where_what"),
        ("chain_where", "when_where_what"),
        ("chain_what", "when_where_what"),
        ("chain_what", "where_what"),
    ] or parts(asked) == [
        ("chain_when", "when_where_what"),
        ("chain_where", "when_where_what"),
        ("chain_what", "when_where_what"),
        ("chain_where", "where_what"),
        ("chain_what", "where_what"),
    ]
    assert "dog" not in next(one for one in asked if one.task == "chain_what").question


def test_an_object_of_which_nothing_is_told_has_no_chain() -> None:
    found = video(track("dog", None, 1, 5, 0.1, 0.1))
    assert made(found, tasks=["chain"]) == []
    assert any("its text does not hold its name" in key for key in found.report)


# At times of the video.


def test_some_seconds_ago() -> None:
    found = street()
    samples = made(found, tasks=["position_ago"], at={"every": 2}, ago=[2, 3])
    assert samples
    for sample in samples:
        assert sample.seen_end is not None
        ago = sample.seen_end - sample.evidence[0].boxes[0].time
        assert any(f"{n}" in sample.question and abs(ago - n) < 0.11 for n in (2, 3))
        assert all(item.end <= sample.seen_end for item in sample.evidence)
        assert "red car" not in sample.question  # it stands where it stood
        assert recompute(sample) == sample.answer
    assert checked(found) == []
    assert found.samples == samples


def test_now_nothing_later_is_known() -> None:
    found = street()
    samples = made(found, tasks=["spatial_grounding", "region_name", "movement"], at={"every": 3}, ago=[2])
    assert {one.task for one in samples} == {"spatial_grounding", "region_name", "movement"}
    for sample in samples:
        assert max(box.time for box in sample.evidence[0].boxes) <= (sample.seen_end or 0)
        assert "seconds" not in sample.question or "2 seconds" in sample.question
    at_six = [one for one in samples if one.seen_end == 6 and one.task == "movement"]
    assert {one.evidence[0].text: one.answer for one in at_six} == {
        "the red car": "it hardly moves",
        "cat": "to the left",
    }
    assert checked(found) == []


def test_no_movement_is_asked_of_more_seconds_than_there_were() -> None:
    samples = made(street(), tasks=["movement"], at={"every": 1}, ago=[2])
    assert samples
    assert min(one.seen_end or 0 for one in samples) == 2.0


# Options.


def test_wrong_boxes_hardly_overlap_and_letters_are_even() -> None:
    samples = made(street(), tasks=["spatial_grounding", "region_name", "movement"], at={"every": 1}, options=4)
    places = [one.answer_index for one in samples]
    assert {places.count(n) for n in range(4)} & {0} == set()
    for sample in samples:
        assert sample.options[sample.answer_index or 0] == sample.answer == recompute(sample)
        assert len(set(sample.options)) == len(sample.options) >= 3
        if sample.task == "spatial_grounding":
            read = [box_format_of(sample.params).read(option)[0] for option in sample.options]
            assert all(box_iou(one, two) <= 0.32 for n, one in enumerate(read) for two in read[:n])


def test_settings_that_do_not_fit_are_refused() -> None:
    for settings, why in (
        ({"tasks": ["position_ago"]}, "asked at times of the video"),
        ({"tasks": ["tube"], "at": "middle"}, "about a whole stretch"),
        ({"tasks": ["chain"], "orders": [["what", "what"]]}, "each once"),
    ):
        with pytest.raises(ValidationError, match=why):
            Regions(**settings)


def test_every_way_of_asking_has_six_phrasings_with_the_same_sense() -> None:
    for key, texts in WORDS.items():
        assert len(set(texts)) >= 6, key
        slots = [{found.removesuffix("_cap") for found in slots_in(text)} for text in texts]
        assert all(one == slots[0] for one in slots), key
