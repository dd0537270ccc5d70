"""The stage tasks: what holds for every sample, whatever the lanes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from vdata.rules.clock import TIME_FORMATS, TimeFormat, clock_of
from vdata.rules.family import find_families
from vdata.rules.lane_kinds import fold
from vdata.rules.solve import recompute, solve
from vdata.schemas import Dropped, Media, Sample, Span, Timeline, make_id
from vdata.stages.instruct.by_rule.tasks import Tasks

Make = Callable[[int], Timeline]
BY_RULE = sorted(name for name, family in find_families().items() if family.kinds)
NAMED = {"captioning", "classification", "long_scene_script", "scene_order", "scene_script", "summary_parts"}
"""Families that are made where they are named only."""


def check(sample: Sample, duration: float) -> None:
    """What must hold for every sample."""
    assert recompute(sample) == sample.answer
    assert [(message.role, message.content) for message in sample.messages] == [
        ("user", sample.question),
        ("assistant", sample.answer),
    ]
    assert "<video>" not in sample.question + sample.answer
    assert "{" not in sample.question
    assert not re.search(r"\?\"\?|\.\"?\.|  ", sample.question)
    assert sample.evidence
    assert 0 <= sample.start <= sample.end <= duration
    assert all(0 <= item.start <= item.end <= duration and item.span for item in sample.evidence)
    if find_families()[sample.task].answers in ("text", "count"):
        assert fold(sample.answer) not in fold(sample.question)


@given(st.data(), st.sampled_from(TIME_FORMATS))
@settings(max_examples=80)
def test_every_sample_of_any_lanes(drawn: st.SearchStrategy[Timeline], data: st.DataObject, form: TimeFormat) -> None:
    video = data.draw(drawn)
    duration = video.duration or 0.0
    Tasks(time_format=form, tasks=BY_RULE, per_task=3).run(video)
    for sample in video.samples:
        check(sample, duration)
    assert len({sample.id for sample in video.samples}) == len(video.samples)


def test_an_event_asked_for_by_its_words_is_the_only_one(rich: Make) -> None:
    video = rich(0)
    video.put("events", [*video.lane("events"), Span(85, 90, "the man SCRAPES the wax off the board!")])
    asked = set()
    for seed in range(30):
        video.samples, video.seed = [], seed
        Tasks(of=["events"], tasks=["moment_retrieval", "event_order", "before_after"]).run(video)
        asked |= {item.text for sample in video.samples for item in sample.evidence if sample.task != "before_after"}
    assert len(asked) == 4
    assert not any("scrapes" in text.casefold() for text in asked)


def test_without_settings_it_makes_what_the_lanes_allow(rich: Make) -> None:
    made = Counter(sample.task for sample in Tasks().run(rich(1)).samples)
    assert set(made) == set(BY_RULE) - NAMED
    short = NAMED - {"long_scene_script"}
    assert {sample.task for sample in Tasks(tasks=sorted(short)).run(rich(1)).samples} == short
    assert max(made.values()) == 2
    only_shots = Timeline("v", make_id("s"), 10.0)
    only_shots.put("shots", [Span(0, 4), Span(4, 10)])
    assert {sample.task for sample in Tasks().run(only_shots).samples} == {"counting", "shot_boundaries"}
    assert Tasks().run(Timeline("v", make_id("n"), 10.0)).samples == []


def test_of_tasks_and_caps(rich: Make) -> None:
    video = Tasks(of=["actions"], tasks=["counting"], per_task=9).run(rich(2))
    counted = {sample.params["of"]: sample.answer for sample in video.samples}
    assert counted == {"pouring_wax": "1", "ironing": "2"}
    assert {item.lane for sample in video.samples for item in sample.evidence} == {"actions"}
    few = Tasks(per_video=5).run(rich(2)).samples
    assert len({sample.task for sample in few}) == 5
    assert Tasks(of=["actions"]).lanes_read() == {"actions"}
    assert Tasks().lanes_read() == set()


def test_same_seed_same_samples_other_seed_others(rich: Make) -> None:
    one, two, other = rich(3), rich(3), rich(3)
    other.seed = 1
    for video in (one, two, other):
        Tasks().run(video)
    assert one.samples == two.samples
    assert [sample.question for sample in one.samples] != [sample.question for sample in other.samples]


def test_all_phrasings_come_up(rich: Make) -> None:
    heard = set()
    for n in range(200):
        heard |= {sample.question for sample in Tasks(of=["shots"], tasks=["counting"]).run(rich(n)).samples}
    assert heard == {
        "How many shots does the video have?",
        "Count the shots of the video.",
        "Into how many shots is the video divided?",
        "How many shots is this video made of?",
        "Give the number of shots in the video.",
        "Of how many shots does the video consist?",
    }


def test_captioning_takes_every_span_unless_a_number_is_said(rich: Make) -> None:
    video = rich(2)
    made = Tasks(of=["events"], tasks=["captioning"]).run(video).samples
    events = [(span.start, span.end) for span in video.lane("events")]
    assert [(one.start, one.end) for one in made] == events
    assert all(one.params["about"] == "spans" for one in made)
    assert not any(char.isdigit() for one in made for char in one.question)
    video.samples = []
    assert len(Tasks(of=["events"], tasks=["captioning"], per_task=1).run(video).samples) == 1
    none = Tasks(of=["events"], tasks=["captioning"], captioning={"pool": None, "parts": ["camera"]})
    video.samples, video.report = [], {}
    assert none.run(video).samples == []
    assert none.summary(video.report) == (
        "tasks: asked for, and nothing was made: captioning "
        "(no span has a length and the caption, or the parts, that are asked for)."
    )


def test_own_questions_for_captions_need_no_slot() -> None:
    video = Timeline("v", make_id("v"), 30.0)
    video.put("captions", [Span(0, 5, "A dog runs.")])
    own = {"captioning": ["What is to be seen here?"], "captioning.part": ["Tell me of {what}."]}
    Tasks(tasks=["captioning"], phrasings=own).run(video)
    assert [one.question for one in video.samples] == ["What is to be seen here?"]
    with pytest.raises(ValidationError, match=r"must hold \{what\}"):
        Tasks(tasks=["captioning"], phrasings={"captioning.part": ["Tell me more."]})
    with pytest.raises(ValidationError, match="asks for nothing"):
        Tasks(tasks=["captioning"], captioning={"pool": None})
    with pytest.raises(ValidationError, match="captioning has no effect without tasks captioning"):
        Tasks(tasks=["counting"], captioning={"pool": "brief"})


def test_times_need_a_duration_only_where_they_are_relative() -> None:
    video = Timeline("v", make_id("v"))
    video.put("events", [Span(2, 5, "A dog runs.")])
    with pytest.raises(Dropped) as error:
        Tasks(time_format="percent").run(video)
    assert error.value.reason == "no_duration"
    retrieval = Tasks(tasks=["moment_retrieval"])
    assert [sample.answer for sample in retrieval.run(video).samples] == ["From 2.0 to 5.0 seconds."]
    video.samples, video.media = [], Media(duration=4.0)
    (sample,) = retrieval.run(video).samples
    assert (sample.answer, sample.end) == ("From 2.0 to 4.0 seconds.", 4.0)
    assert recompute(sample) == sample.answer


def test_every_time_in_an_answer_is_a_span_s_time(rich: Make) -> None:
    for form in TIME_FORMATS:
        video = Tasks(tasks=["moment_retrieval", "dense_caption"], per_task=9, time_format=form).run(rich(4))
        for sample in video.samples:
            clock = clock_of(sample.params, 92.4)
            lines = sample.answer.split("\n")
            assert len(lines) == len(sample.evidence)
            for line, item in zip(lines, sample.evidence, strict=True):
                assert line.lower().startswith(clock.when(item.start, item.end).lower())


def test_a_question_that_would_hold_its_answer_is_not_asked() -> None:
    video = Timeline("v", make_id("v"), 30.0)
    video.put("steps", [Span(0, 5, "Step"), Span(5, 9, "Shown"), Span(9, 12, "Name the step")])
    for seed in range(20):
        video.seed, video.samples = seed, []
        for sample in Tasks(tasks=["grounded_caption", "before_after", "first_last"]).run(video).samples:
            assert fold(sample.answer) not in fold(sample.question)


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValidationError, match=r"moment_retreival; did you mean moment_retrieval\? known: before_after"):
        Tasks(tasks=["moment_retreival"])
    with pytest.raises(ValidationError, match="unknown task transcript_order"):  # a stage of its own makes it
        Tasks(tasks=["transcript_order"])
    for token in ("<42>", "{}{}", "{x}"):
        with pytest.raises(ValidationError, match="token must hold"):
            Tasks(token=token)
    with pytest.raises(KeyError):
        solve("poetry", [], {}, 1.0)


def test_what_was_asked_for_and_made_nothing_is_said_and_what_was_left_out() -> None:
    video = Timeline("v.mp4", make_id("v"), 60.0)
    video.put("events", [Span(1, 4, label="blinking"), Span(6, 9, label="falling"), Span(12, 15, label="tapping")])
    stage = Tasks(
        of=["events"], tasks=["counting", "highlight", "shot_boundaries", "event_order", "duration_comparison"]
    )
    report = stage.run(video).report
    assert {sample.task for sample in video.samples} == {"counting", "event_order"}
    assert report["made:counting"] == 1
    assert stage.summary(report) == (
        "tasks: asked for, and nothing was made: duration_comparison (nothing gives a sure answer), highlight (no "
        "description or label or moment or sentence or shot or step or title spans in events), shot_boundaries (no "
        "shot spans in events).\n"
        'tasks: counting left out 2: "blinking" (the label itself tells of several times); …'
    )
    assert Tasks().summary({}) is None
    empty = Timeline("w.mp4", make_id("w"), 60.0)
    assert stage.summary(stage.run(empty).report) is not None


def test_a_config_can_word_the_questions() -> None:
    stage = Tasks(
        tasks=["moment_retrieval"], per_task=9, phrasings={"moment_retrieval": ["Where is {it}, that {one}?"]}
    )
    video = Timeline("a.mp4", make_id("a"), 60.0)
    video.put("events", [Span(0, 9, text="A man runs."), Span(20, 30, text="A dog barks.")])
    asked = {sample.question for sample in stage.run(video).samples}
    assert asked == {'Where is the event "A man runs", that event?', 'Where is the event "A dog barks", that event?'}


@pytest.mark.parametrize(
    ("phrasings", "message"),
    [
        ({"moment_retrieval": ["When is {that}?"]}, r"unknown slot \{that\} in 'When is \{that\}\?'"),
        ({"moment_retrieval": ["When is it?"]}, r"must hold \{it\} or \{q\}"),
        ({"moment_retrieval": []}, "no question is given"),
        (
            {"moment_retrieval.first": ["When is {it}?"]},
            "unknown key phrasings.moment_retrieval.first; known: moment_",
        ),
        ({"before_after": ["What comes after {it}?"]}, "give before_after.after and before_after.before"),
        ({"counting": ["How many {q}?"]}, "unknown key phrasings.counting; known: moment_retrieval, before_after"),
    ],
)
def test_questions_that_nobody_can_fill_are_refused(phrasings: dict[str, list[str]], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Tasks(tasks=["moment_retrieval", "before_after"], phrasings=phrasings)


def test_of_spans_with_text_and_label_only_what_is_about_labels_is_asked_by_label() -> None:
    video = Timeline("v.mp4", make_id("v"), 60.0)
    texts = ("the sea shore", "a wide valley", "a street with houses", "a dark lake", "a field of wheat")
    cuts = ("hard_cut", "fade", "hard_cut", "wipe", "fade")
    video.put("scenery", [Span(9 * n, 9 * n + 8, texts[n], label=cuts[n]) for n in range(5)])
    kinds = {sample.task: set[str]() for sample in Tasks(per_task=9).run(video).samples}
    for sample in video.samples:
        kinds[sample.task].add(sample.params["kind"])
    assert kinds["counting"] == kinds["step_localisation"] == {"label"}
    for task, of in kinds.items():
        assert of == ({"sentence"} if "sentence" in find_families()[task].kinds else {"label"})
    assert len(kinds) >= 7
    joined = [
        f"{cut}: {text}" for cut, text in zip((*cuts, *(cut.replace("_", " ") for cut in cuts)), texts * 2, strict=True)
    ]
    for sample in video.samples:  # a label and a text are never run together
        said = "\n".join([sample.question, sample.answer, *(turn.content for turn in sample.messages)]).casefold()
        assert not [both for both in joined if both in said]
    video.samples = []
    named = {sample.params["kind"] for sample in Tasks(kinds={"scenery": "label"}, per_task=9).run(video).samples}
    assert named == {"label"}  # the user says that the lane is one of labels


def test_a_kind_of_a_lane_that_is_not_there_is_said() -> None:
    tasks = Tasks(kinds={"step_de": "step"})
    assert list(tasks.misfits({})) == []  # what lanes there are is not known
    (misfit,) = tasks.misfits({"steps_de": None, "media": None})
    assert misfit.path == ("kinds", "step_de")
    assert misfit.message == "step_de is a lane that nothing before it writes; did you mean steps_de?"
    (misfit,) = tasks.misfits({"faces": None, "voices": None})
    assert misfit.message.endswith("; there are: faces, voices")
    video = Timeline("v.mp4", make_id("v"), 60.0)
    video.put("steps_de", [Span(0, 9, "ein Hund rennt"), Span(20, 30, "es regnet")])
    said = tasks.summary(tasks.run(video).report)
    assert "kinds names the lane step_de, which has no span in any video." in (said or "")
    right = Tasks(kinds={"steps_de": "step"})
    video.report = {}
    assert "kinds names" not in (right.summary(right.run(video).report) or "")


def test_samples_keep_attributes_of_what_they_rest_on() -> None:
    video = Timeline("v.mp4", make_id("kept"), 60.0)
    video.put("events", [Span(0, 9, "A dog runs.", attrs={"who": "dog"}), Span(20, 30, "It rains.", values={"wet": 3})])
    asked = Tasks(
        tasks=["moment_retrieval"], attributes={"who": "{attr:who}", "wet": "{value:wet} of 5", "set": "mine"}
    )
    kept = {one.evidence[0].text: one.params for one in asked.run(video).samples}
    found = {text: {name: params.get(name) for name in asked.attributes} for text, params in kept.items()}
    assert found == {
        "A dog runs.": {"who": "dog", "wet": None, "set": "mine"},
        "It rains.": {"who": None, "wet": "3 of 5", "set": "mine"},
    }
    with pytest.raises(ValidationError, match=r"unknown slot \{atr:who\}"):
        Tasks(attributes={"who": "{atr:who}"})
    with pytest.raises(ValidationError, match="attributes: kind has another meaning"):
        Tasks(attributes={"kind": "x"})


def test_one_of_several_texts_is_an_attribute_by_chance() -> None:
    video = Timeline("v.mp4", make_id("pool"), 90.0)
    video.put("events", [Span(9 * n, 9 * n + 8, f"Thing number {n} falls.") for n in range(9)])
    made = Tasks(tasks=["moment_retrieval"], per_task=9, attributes={"instruction": ["Look.", "Watch."]}).run(video)
    assert {sample.params["instruction"] for sample in made.samples} == {"Look.", "Watch."}
