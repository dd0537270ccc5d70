"""Describe: what the numbers say, said in English, and nothing else."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from vdata.rules.solve import recompute
from vdata.schemas import COLOURS, Failed, Signals, Span, Timeline, make_id
from vdata.schemas.signal_table import column_names
from vdata.stages.instruct.by_rule.describe import Describe
from vdata.stages.instruct.by_rule.looks import LIGHT, MOTION, SpanLook, describe_look, describe_place
from vdata.stages.instruct.by_rule.tasks import Tasks

FPS = 10
Part = tuple[float, float, dict[str, float], float, float]
"""Seconds, luma, shares of colours, motion (widths a second), mean change of a pixel."""
PARTS: list[Part] = [
    (4.0, 40, {"blue": 0.6, "black": 0.1}, 0.001, 5),
    (6.0, 120, {"green": 0.4, "brown": 0.35}, 0.05, 5),
    (10.0, 210, {"white": 0.3, "grey": 0.2}, 0.3, 5),
    (3.0, 10, {"black": 0.95}, 0, 0),
    (7.0, 94, {"red": 0.5}, 0.019, 5),
]


def signals(parts: list[Part]) -> Signals:
    counts = [int(part[0] * FPS) for part in parts]
    n = sum(counts)
    flat: dict[str, Any] = {name: np.zeros(n, np.float32) for name in column_names()}
    luma, motion, difference = (np.repeat([part[k] for part in parts], counts) for k in (1, 3, 4))
    shares = np.array([[part[2].get(colour, 0) * 255 for colour in COLOURS] for part in parts])
    flat |= {"luma": luma, "motion": motion / FPS, "difference": difference, "time": np.arange(n) / FPS}
    grid = np.zeros((n, 72), np.uint8)
    grid[:, 40] = 100 + np.arange(n) % 7 * 10 * (difference > 0)
    flat |= {"border": np.zeros((n, 4), np.uint8), "dhash": np.zeros(n, np.uint64), "grid": grid}
    flat |= {"colours": np.repeat(shares, counts, axis=0).astype(np.uint8)}
    return Signals(**flat)


def film(seed: int = 0) -> Timeline:
    video = Timeline("f.mp4", make_id("film"), 30.0, seed=seed)
    video.signals = signals(PARTS)
    cameras: list[dict[str, str]] = [
        {"camera": "pan_left"},
        {"camera": "static", "camera_moves": "static zoom_in"},
        {"camera": "shake"},
        {},
        {},
    ]
    at, shots = 0.0, []
    for part, attrs in zip(PARTS, cameras, strict=True):
        shots.append(Span(at, at + part[0], attrs=dict(attrs)))
        at += part[0]
    video.put("shots", shots)
    video.put("texts", [Span(5, 7, "SALE"), Span(6, 8, "sale"), Span(6, 9, 'the "best"'), Span(29.5, 40, "The end")])
    return video


def facts(seed: int = 0) -> list[str]:
    return [span.attrs["facts"] for span in Describe().run(film(seed)).lane("descriptions")]


def test_facts_and_values_are_what_was_measured() -> None:
    video = Describe().run(film())
    spans = video.lane("descriptions")
    assert [span.attrs["facts"] for span in spans] == [
        "camera:pan_left;colours:blue;light:dark;motion:none",
        "colours:brown+green;light:well lit;motion:some",
        "light:bright;motion:much",
        "light:nearly black;motion:none",
        "colours:red",  # 94 is too near to 95 for a fact, and so is 0.019 to 0.02
    ]
    assert spans[1].values["brightness"] == 120
    assert spans[1].values["motion"] == pytest.approx(0.05)
    assert spans[1].values["share_green"] == pytest.approx(0.4, abs=0.01)
    assert spans[3].values["frozen"] == 1.0
    assert [span.values["seconds"] for span in spans] == [4.0, 6.0, 10.0, 3.0, 7.0]
    assert all(span.source == "measured" for span in spans)
    assert [span.attrs["span"] for span in spans] == [span.id for span in video.lane("shots")]
    assert [(span.start, span.end) for span in spans] == [(s.start, s.end) for s in video.lane("shots")]


@pytest.mark.parametrize("seed", range(12))
def test_each_text_says_what_was_measured_and_no_more(seed: int) -> None:
    one, two, three, four, five = (str(span.text) for span in Describe().run(film(seed)).lane("descriptions"))
    assert "dark" in one.casefold()
    assert "blue" in one.casefold()
    assert re.search(r"camera pans (to the )?left", one)
    assert re.search(r"hardly anything else moves|almost no other movement", one)
    assert "4.0 seconds" in one
    assert re.search("near the start|opening part", one)
    assert re.search("green and brown", two, re.IGNORECASE)
    assert re.search("well[ -]lit", two.casefold())
    assert re.search(r", then (closes in|moves or zooms in)", two)
    assert '"SALE" and "the \'best\'"' in two
    assert "bright" in three.casefold()
    assert re.search("mixed colours|one main colour|no colour prevails", three)
    assert re.search("camera (shakes|is shaky)", three)
    assert "nearly black" in four
    assert re.search("stands still|Nothing in it changes|stays the same", four)
    assert "camera" not in four + five
    assert re.search("near the end|closing part", five)
    assert '"The end"' in five
    for text in (one, two, three, four, five):
        for colour in set(COLOURS) - {"blue", "green", "brown", "red", "black"}:
            assert not re.search(rf"\b{colour}\b", text)
        for sentence in re.split(r"(?<=[.!?]) ", text):
            assert sentence[0].isupper() or sentence[0] == '"'
        assert text.endswith(".")
        assert "  " not in text


def test_nothing_is_said_to_move_in_the_dark() -> None:
    video = film()
    assert video.signals is not None
    video.signals.grid[:, 40] = np.arange(len(video.signals)) % 7 * 10
    video.lane("shots")[3].attrs["camera"] = "pan_left"
    span = Describe().run(video).lane("descriptions")[3]
    assert span.attrs["look"] in ("The picture is nearly black.", "A nearly black shot.", "This shot is nearly black.")
    assert span.attrs["facts"] == "light:nearly black"


def test_phrasings_vary_by_seed_and_stay_for_a_seed() -> None:
    texts = [tuple(span.text for span in Describe().run(film(seed)).lane("descriptions")) for seed in range(12)]
    assert len(set(texts)) == 12
    assert texts[3] == tuple(span.text for span in Describe().run(film(3)).lane("descriptions"))
    assert len({tuple(facts(seed)) for seed in range(12)}) == 1


def test_look_leaves_out_length_and_position() -> None:
    for span in Describe().run(film()).lane("descriptions"):
        assert str(span.text).startswith(span.attrs["look"])
        assert not re.search("second|start|opening|middle|end of|closing", span.attrs["look"])


def test_questions_about_descriptions_tell_no_time() -> None:
    video = Tasks(of=["descriptions"], tasks=["moment_retrieval", "event_order"], per_task=5).run(
        Describe().run(film())
    )
    retrieved = [sample for sample in video.samples if sample.task == "moment_retrieval"]
    # The fifth has but its colour for a fact: only the first two, which have colours too, are told apart from it.
    assert {sample.answer for sample in retrieved} == {"From 0.0 to 4.0 seconds.", "From 4.0 to 10.0 seconds."}
    for sample in video.samples:
        assert not re.search(r"\d\.\d seconds|part of the video|near the (start|end)", sample.question)
        assert recompute(sample) == sample.answer


def test_say_chooses_what_is_spoken_of_and_what_is_read() -> None:
    assert Describe().lanes_read() == {"shots", "signals"}
    plain = Describe(topics=["duration", "position"], of="scenes", into="places")
    assert plain.lanes_read() == {"scenes"}
    assert plain.lanes_written() == {"places"}
    video = Timeline("v", make_id("v"), 100.0)
    video.put("scenes", [Span(0, 10), Span(10, 80), Span(80, 100)])
    texts = [str(span.text) for span in plain.run(video).lane("places")]
    assert "10.0 seconds" in texts[0]
    assert re.fullmatch("(It|The scene) (lasts|runs for) 70.0 seconds and fills most of the video.", texts[1])
    assert all("look" not in span.attrs for span in video.lane("places"))
    assert Tasks(of=["places"], tasks=["moment_retrieval"], kinds={"places": "description"}).run(video).samples == []


def test_camera_moves_come_from_the_lane_where_spans_have_none() -> None:
    video = Timeline("v", make_id("v"), 20.0)
    video.put("events", [Span(0, 10), Span(10, 20)])
    video.put("camera", [Span(0, 6, label="pan_right"), Span(6, 10, label="static"), Span(18, 20, label="shake")])
    first, *rest = Describe(of="events", topics=["camera"]).run(video).lane("descriptions")
    assert re.fullmatch(
        "The camera pans (right|to the right), then (stays still|is at rest|does not move).", str(first.text)
    )
    assert rest == []  # 2 of 10 seconds are not enough to speak of


def test_without_frames_it_says_so() -> None:
    video = film()
    video.signals = None
    with pytest.raises(Failed) as error:
        Describe().run(video)
    assert error.value.reason == "no_signals"
    empty = Timeline("v", make_id("v"), 10.0)
    assert Describe().run(empty).lanes == {"descriptions": []}


def test_limits_must_rise() -> None:
    with pytest.raises(ValidationError, match="must be greater than 0 and rise"):
        Describe(light=(20, 20, 95, 175))


def test_every_combination_reads_as_sentences() -> None:
    for light in ("", *LIGHT):
        for colours in (None, [], ["blue"], ["blue", "red"]):
            for motion in ("", *MOTION):
                for camera in ([], ["static"], ["tilt_up", "static"], ["pan_left"] * 4, ["unheard_of"]):
                    for seed in range(3):
                        look = SpanLook(2.0, light, colours, motion, camera=camera, place="middle")
                        text = (
                            describe_look(look, "shot", Random(seed)) + " " + describe_place(look, "shot", Random(seed))
                        )
                        text = text.strip()
                        assert text.endswith(".")
                        assert not re.search(r"\.\.|  | ,|\bNone\b|\{|\b[aA] [aeio]", text), text
                        assert all(part[0].isupper() for part in text.split(". ")), text
