"""Questions by rule in a config's own words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from vdata.export.times import KeepTimes, Times
from vdata.rules.lane_kinds import fold
from vdata.rules.solve import recompute
from vdata.rules.stretch import shown_alone
from vdata.rules.template_slots import fill
from vdata.schemas import Sample, Span, Timeline, make_id
from vdata.stages.instruct.by_rule.options import Options
from vdata.stages.instruct.by_rule.own_templates import Template
from vdata.stages.instruct.by_rule.tasks import Tasks
from vdata.stages.instruct.by_rule.template_samples import exchanged, gives_away
from vdata.stages.verify.checks.answer import AnswerCheck
from vdata.stages.verify.checks.evidence import EvidenceCheck
from vdata.stages.verify.checks.leak import LeakCheck
from vdata.stages.verify.checks.options import OptionsCheck
from vdata.stages.verify.finding import Facts

MOVES = [(0, 10, "pan_left"), (10, 20, "static"), (15, 25, "tilt_up"), (30, 40, "pan_right"), (40, 50, "zoom_in")]
MOVE = {"name": "move", "of": "camera", "ask": ["How does the camera move?"], "answer": "{label}"}


def film(name: str = "v", **attrs: str) -> Timeline:
    video = Timeline(f"{name}.mp4", make_id(name), 60.0, attrs=attrs)
    video.put("camera", [Span(start, end, label=label) for start, end, label in MOVES])
    spans = [
        Span(0, 10, "The man goes left.", attrs={"subject": "a man"}, values={"count": 4}),
        Span(10, 58, "A dog opens the Left door", attrs={"subject": "a dog"}, values={"count": 5}),
    ]
    video.put("captions", spans)
    return video


def make(video: Timeline, *templates: dict[str, Any], **more: Any) -> list[Sample]:
    return Tasks.model_validate({"tasks": list(templates), **more}).run(video).samples


def sound(video: Timeline, samples: list[Sample]) -> bool:
    """Whether each sample can be worked out again, and passes the checks that look at it."""
    checks = [EvidenceCheck(), AnswerCheck(), LeakCheck(), OptionsCheck()]
    found = [check.check(sample, Facts(video)) for sample in samples for check in checks]
    return all(recompute(sample) == sample.answer for sample in samples) and all(
        one is None or one.outcome == "pass" for one in found
    )


def test_a_span_gives_a_question_in_the_config_s_words_and_is_shown_alone() -> None:
    video = film()
    made = make(video, MOVE)
    assert [(one.task, one.question, one.answer) for one in made] == [
        ("move", "How does the camera move?", label)
        for label in ("pan to the left", "camera at rest", "tilt upwards", "pan to the right", "zoom in")
    ]
    assert [shown_alone(one) for one in made] == [(start, end) for start, end, _ in MOVES]
    assert sound(video, made)
    made[0].answer = "zoom in"
    wrong = AnswerCheck().check(made[0], Facts(video))
    assert wrong is not None
    assert wrong.reason == "wrong_answer"


def test_a_question_with_a_time_is_shown_with_the_whole_video() -> None:
    video = film()
    asks = ["Which movement is there {when}?", "What does the camera do between {start} and {end}?"]
    made = make(video, {**MOVE, "ask": asks, "name": "move_at"}, time_format="mmss")
    assert {one.question for one in made} <= {
        *(f"Which movement is there from 00:{a:02} to 00:{b:02}?" for a, b, _ in MOVES),
        *(f"What does the camera do between 00:{a:02} and 00:{b:02}?" for a, b, _ in MOVES),
    }
    assert not any(map(shown_alone, made))
    seconds = [Times(time_format="seconds").rewrite(one) for one in made]
    assert all("seconds" in one.question and recompute(one) == one.answer for one in seconds)


def test_times_and_labels_of_ours_are_in_the_language_of_the_settings() -> None:
    video = film()
    own = {**MOVE, "ask": ["{when}，镜头怎样运动？"], "options": "same_lane"}
    made = make(video, own, language="Chinese")
    assert made[0].question == "从第0.0秒到第10.0秒，镜头怎样运动？"
    assert [one.answer for one in made] == ["镜头向左摇", "镜头静止", "镜头向上摇", "镜头向右摇", "镜头拉近"]
    assert {len(one.options) for one in made} == {4}
    assert not any("option" in one.messages[0].content for one in made)
    assert sound(video, made)
    plain = {**own, "options": None}
    assert [one.id for one in make(film(), plain)] == [one.id for one in make(film(), plain, language="Chinese")]


def test_each_question_decides_for_itself_how_it_is_shown() -> None:
    video = film()
    made = make(video, {**MOVE, "ask": ["Now, what?", "What is there {when}?"]})
    for seed in range(9):
        video.seed, video.samples = seed, []
        made += make(video, {**MOVE, "ask": ["Now, what?", "What is there {when}?"]})
    assert {one.question == "Now, what?" for one in made} == {True, False}
    assert all((shown_alone(one) is not None) == (one.question == "Now, what?") for one in made)


def test_the_same_seed_gives_the_same_phrasings_and_options() -> None:
    asks = [f"Question {n}?" for n in range(9)]
    own = {**MOVE, "ask": asks, "options": "same_lane"}
    first, again = make(film(), own), make(film(), own)
    assert first == again
    assert len({one.question for one in first}) > 1
    other = film()
    other.seed = 1
    assert [one.question for one in make(other, own)] != [one.question for one in first]


def test_options_of_the_same_lane_are_never_true_of_what_overlaps() -> None:
    video = film()
    made = make(video, {**MOVE, "options": "same_lane"})
    assert sound(video, made)
    by_answer = {one.answer: set(one.options) for one in made}
    assert "tilt upwards" not in by_answer["camera at rest"]
    assert "camera at rest" not in by_answer["tilt upwards"]
    assert all(len(options) == 4 for options in by_answer.values())


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(1, 12), st.sampled_from("abcdefgh")), min_size=1, max_size=12),
    st.integers(0, 99),
)
@settings(max_examples=60, deadline=None)
def test_no_option_is_true_of_any_span_that_shares_time(spans: list[tuple[int, int, str]], seed: int) -> None:
    video = Timeline("v.mp4", make_id("v"), 60.0, seed=seed)
    video.put("acts", [Span(start, min(start + length, 60), label=label * 3) for start, length, label in spans])
    listed = [letter * 3 for letter in "abcdefgh"]
    for n, options in enumerate(("same_lane", listed)):
        video.samples = []
        make(video, {"name": f"act_{n}", "of": "acts", "ask": "What?", "answer": "{label}", "options": options})
        for sample in video.samples:
            near = {s.label for s in video.lane("acts") if s.start < sample.end and sample.start < s.end}
            assert near & set(sample.options) == {sample.answer}
        assert sound(video, video.samples)


def test_yes_and_no_are_both_there_where_each_question_names_what_it_is_about() -> None:
    video = film()
    seen = {"a green square": "yes", "a grey cat": "no"}
    video.put("things", [Span(0.0, 20.0, text, attrs={"seen": told}) for text, told in seen.items()])
    one = {"name": "existence", "of": "things", "answer": "{attr:seen}", "options": ["yes", "no", "not sure"]}
    named = make(video, {**one, "ask": ["Is {text} seen?", "Does one see {text} at any time?"]})
    assert [(sample.answer, sorted(sample.options)) for sample in named] == [
        ("yes", ["no", "not sure", "yes"]),
        ("no", ["no", "not sure", "yes"]),
    ]
    unnamed = make(video, {**one, "ask": ["Is {text} seen?", "Is the thing seen?"]})
    assert [sorted(sample.options) for sample in unnamed[2:]] == [["not sure", "yes"], ["no", "not sure"]]


def test_antonyms_exchange_words_of_the_answer() -> None:
    video = film()
    own = {"name": "side", "of": "captions", "ask": "Which is true of {attr:subject}?", "answer": "{text}"}
    made = make(video, {**own, "options": {"antonyms": {"left": "right", "opens": ["closes"]}}})
    assert [sorted(one.options) for one in made] == [
        ["The man goes left.", "The man goes right."],
        ["A dog closes the Left door", "A dog opens the Left door", "A dog opens the Right door"],
    ]
    beside = {"antonyms": {"left": "right", "opens": ["closes"]}, "besides": ["Not sure."], "count": 3}
    unsure = make(film(), {**own, "options": beside})
    assert [len(one.options) for one in unsure] == [3, 3], "of two wrong ones there is room for one beside it"
    assert all("Not sure." in one.options and one.answer != "Not sure." for one in unsure)
    assert [one.question for one in made] == ["Which is true of a man?", "Which is true of a dog?"]
    assert sound(video, made)
    assert list(exchanged("From left to right, not leftmost.", [("left", "right")])) == [
        "From right to left, not leftmost."
    ]


def test_bins_of_a_number_have_one_right_stretch() -> None:
    video = film()
    own = {"name": "many", "of": "captions", "ask": "How big is the crowd?", "answer": "{value:count}"}
    stage = Tasks.model_validate({"tasks": [{**own, "options": {"bins": [0, 4, 8]}}]})
    made = stage.run(video).samples
    assert [(one.answer, sorted(one.options)) for one in made] == [("4 to 8", ["0 to 4", "4 to 8"])]
    assert made[0].evidence[0].text == "5"
    assert sound(video, made)
    assert stage.summary(video.report) == (
        "tasks: many could not be asked of every span: 1 × the number lies on the bound of two bins."
    )
    video.lane("captions")[1].values["count"] = 1.0
    changed = EvidenceCheck().check(made[0], Facts(video))
    assert changed is not None
    assert changed.reason == "evidence_changed"


def test_the_video_s_attributes_are_asked_about() -> None:
    video = film(title="Risotto at home", genre="food")
    own = {"name": "genre", "of": None, "ask": 'What is "{attr:title}" about?', "answer": "{attr:genre}"}
    made = make(video, {**own, "options": ["Food", "travel", "sport"]})
    assert [(one.question, one.answer, sorted(one.options)) for one in made] == [
        ('What is "Risotto at home" about?', "food", ["food", "sport", "travel"])
    ]
    assert (made[0].start, made[0].end, shown_alone(made[0])) == (0.0, 60.0, None)
    assert sound(video, made)
    video.attrs["genre"] = "sport"
    changed = EvidenceCheck().check(made[0], Facts(video))
    assert changed is not None
    assert changed.reason == "evidence_changed"


def test_options_come_from_other_videos_and_never_hold_what_is_true_here() -> None:
    own = {**MOVE, "of": "acts", "options": "other_videos"}
    stage = Tasks.model_validate({"tasks": [own]})
    assert stage.gathers()
    assert not Tasks.model_validate({"tasks": [{**own, "options": "same_lane"}]}).gathers()
    videos = []
    for name in "abcdef":
        video = Timeline(f"{name}.mp4", make_id(name), 20.0)
        labels = [f"{name * 3}_first", f"{name * 3}_then"]
        video.put("acts", [Span(4 * n, 4 * n + 6, label=label) for n, label in enumerate(labels)])
        videos.append(video)
    verdicts = stage.gather([(video.id, stage.digest(video)) for video in videos])
    for video in videos:
        stage.apply(video, verdicts.get(video.id))
        here = {fold(span.label or "") for span in video.lane("acts")}
        assert len(video.samples) == 2
        for sample in video.samples:
            assert len(sample.options) == 4
            assert here & set(map(fold, sample.options)) == {fold(sample.answer)}
        assert sound(video, video.samples)


def test_numbers_differ_where_they_are_not_equal() -> None:
    video = film()
    video.put("acts", [Span(n, n + 1, values={"count": n}) for n in (1, 2, 3, 11, 12)])
    made = make(video, {"name": "n", "of": "acts", "ask": "How?", "answer": "{value:count}", "options": "same_lane"})
    assert {len(one.options) for one in made} == {4}
    assert {option for one in made for option in one.options} == {"1", "2", "3", "11", "12"}


def test_a_time_is_asked_for_only_where_one_span_fits_the_question() -> None:
    video = film()
    video.put("acts", [Span(n, n + 1, text) for n, text in ((1, "jump"), (3, "run"), (5, "Jump!"), (7, "sit"))])
    own = {"of": "acts", "answer": "{when}", "options": {"from": "same_lane", "count": 3}}
    stage = Tasks.model_validate(
        {
            "tasks": [
                {**own, "name": "moment", "ask": "When is it: {text}?"},
                {**own, "name": "it", "ask": "When is it?"},
            ]
        }
    )
    made = stage.run(video).samples
    assert [one.question for one in made] == ["When is it: run?", "When is it: sit?"]
    assert sound(video, made)
    said = stage.summary(video.report) or ""
    assert "it (4 × other spans fit the question too)" in said
    assert "moment could not be asked of every span: 2 × other spans fit the question too." in said


def test_what_cannot_be_asked_is_said_with_its_reason() -> None:
    video = film()
    own = [
        {"name": "speed", "of": "camera", "ask": "How fast?", "answer": "{value:speed}"},
        {"name": "listed", **{k: MOVE[k] for k in ("of", "ask", "answer")}, "options": ["up", "down"]},
        {"name": "held", "of": "captions", "ask": "Is it a man or what?", "answer": "{attr:subject}"},
        {"name": "silent", "of": "speech", "ask": "What is said?", "answer": "{text}"},
        {"name": "few", "of": "captions", "ask": "What?", "answer": "{text}", "options": "same_lane"},
    ]
    stage = Tasks.model_validate({"tasks": own})
    made = stage.run(video).samples
    assert [(one.task, one.answer) for one in made] == [("held", "a dog")]
    said = (stage.summary(video.report) or "").splitlines()
    assert said[0].startswith("tasks: asked for, and nothing was made: ")
    for part in (
        "few (2 × too few wrong options)",
        "silent (no span in speech)",
        "speed (5 × no {value:speed})",
        "listed (1 × 'camera at rest' is not in the list, ",
    ):
        assert part in said[0], part
    assert said[1] == "tasks: held could not be asked of every span: 1 × the question holds the answer."


def test_limits_count_templates_as_tasks() -> None:
    assert len(make(film(), MOVE, per_task=2)) == 2
    both = make(film(), MOVE, {**MOVE, "name": "again", "ask": "And now?"}, per_video=4)
    assert sorted(one.task for one in both) == ["again", "again", "move", "move"]
    mixed = Tasks.model_validate({"tasks": ["moment_retrieval", MOVE], "of": ["captions"]}).run(film()).samples
    assert {one.task for one in mixed} == {"moment_retrieval", "move"}


def test_the_stage_options_leaves_own_questions_open_and_times_in_options_are_kept() -> None:
    video = film()
    make(video, MOVE)
    assert [one.options for one in Options().run(video).samples] == [[]] * 5
    long = {**MOVE, "name": "long", "answer": "{duration}", "options": {"list": ["10.0 seconds", "3.0 seconds"]}}
    (first, *_) = make(film(), long)
    with pytest.raises(KeepTimes):
        Times(time_format="mmss").rewrite(first)


@pytest.mark.parametrize(
    ("question", "wrong", "told"),
    [
        ("Is it a cat?", [], True),
        ("Which category?", [], False),
        ("A cat or a dog?", ["a dog"], False),
        ("A cat, not a dog?", ["a dog", "a cow"], True),
    ],
)
def test_a_question_may_hold_the_answer_only_beside_all_options(question: str, wrong: list[str], told: bool) -> None:
    assert gives_away(question, "a cat", wrong) is told


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ask": ["What is {lable}?"]}, r"unknown slot \{lable\}; did you mean \{label\}\?"),
        ({"ask": ["What {value}?"]}, r"\{value\} needs a name"),
        ({"ask": ["What {label:x}?"]}, r"\{label\} takes no name"),
        ({"ask": ["What {label?"]}, "braces of your own"),
        ({"ask": ["Is it {label}?"]}, r"the answer '\{label\}' stands in the question"),
        ({"ask": ["What is there {when}?"], "answer": "{start}"}, "stands in the question"),
        ({"answer": "A dog"}, "holds no slot"),
        ({"of": None}, r"\{label\} is of spans, and this is about the whole video"),
        ({"name": "counting"}, "counting is a task that is there already"),
        ({"name": "why"}, "why is a task that is there already"),
        ({"options": "list"}, "list needs its entries"),
        ({"options": ["a"]}, "give two or more, each once"),
        ({"options": {"list": ["a", "b"], "antonyms": {"a": "b"}}}, "got list and antonyms"),
        ({"answer": "It is {label}.", "options": ["up", "down"]}, "none of these can be the answer"),
        ({"options": {"antonyms": {"up": "Up"}}}, "is no opposite of itself"),
        ({"options": {"antonyms": {"up": "down"}, "besides": ["a", "b"], "count": 3}}, "leaves no room for a wrong"),
        ({"options": {"list": ["a", "b"], "besides": ["c"]}}, "stands beside antonyms alone"),
        ({"options": {"bins": [1, 2, 3]}}, "bins need one number"),
        ({"answer": "{value:n}", "options": {"bins": ["0 to 5", "4 to 9"]}}, "overlap"),
        ({"answer": "{start}", "options": "other_videos"}, "times of other videos are no options"),
        ({"of": None, "answer": "{attr:x}", "options": "same_lane"}, "same_lane has no other spans"),
    ],
)
def test_templates_that_cannot_be_filled_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Template.model_validate(MOVE | change)


def test_steps_of_a_scale_stand_in_their_order_and_samples_keep_attributes() -> None:
    bins = {"few": [0, 2], "some": [2, 4.5], "lots": [4.5, None]}
    how = {
        **{"name": "how_many", "of": "captions", "ask": ["How many are there?"], "answer": "{value:count}"},
        "options": {"bins": bins, "order": "given"},
        "attributes": {"who": "{attr:subject}", "set": "film", "what": "{label}"},
    }
    made = make(film(), how)
    assert [one.options for one in made] == [["few", "some", "lots"]] * 2
    assert [(one.answer, one.answer_index) for one in made] == [("some", 1), ("lots", 2)]
    kept = [{name: one.params.get(name) for name in how["attributes"]} for one in made]
    assert kept == [{"who": who, "set": "film", "what": None} for who in ("a man", "a dog")]
    assert sound(film(), made)
    who = {"name": "actor", "of": "captions", "ask": ["Who acts?"], "answer": "{attr:subject}"}
    listed = {**who, "options": {"list": ["A cat", "A man", "A dog"], "order": "given"}}
    assert [one.options for one in make(film(), listed)] == [["A cat", "a man", "A dog"], ["A cat", "A man", "a dog"]]
    with pytest.raises(ValidationError, match="given is the order of a list or of bins"):
        Template.model_validate({**MOVE, "options": {"from": "same_lane", "order": "given"}})
    with pytest.raises(ValidationError, match="attributes: rule has another meaning"):
        Template.model_validate({**MOVE, "attributes": {"rule": "x"}})
    with pytest.raises(ValidationError, match=r"unknown slot \{lable\}"):
        Template.model_validate({**MOVE, "attributes": {"kind_of": "{lable}"}})


def test_two_templates_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="there are two tasks called move"):
        Tasks.model_validate({"tasks": [MOVE, MOVE]})


def test_a_sentence_has_one_stop_wherever_it_stands() -> None:
    known = {"text": "A dog runs.", "label": "wait..."}
    assert fill('When is this: "{text}"? {text}', known) == 'When is this: "A dog runs"? A dog runs.'
    assert fill("{text}, {label}.", known) == "A dog runs, wait...."


def test_nobody_is_asked_when_something_is_that_fills_the_video() -> None:
    video = film()
    video.put("captions", [Span(0, 0.95 * video.seconds, "A man walks."), Span(0, 3, "A bell rings.")])
    template = {"name": "when_seen", "of": "captions", "ask": ["When is this: {text}?"], "answer": "{when}"}
    assert [sample.question for sample in make(video, template)] == ["When is this: A bell rings?"]


def test_a_slot_holds_what_another_lane_says_meanwhile() -> None:
    video = film()
    lines = [(2, 6, "Go left."), (8, 13, "Stop there, please."), (32, 34, "And back."), (70, 80, "Bye.")]
    video.put("speech", [Span(start, end, text) for start, end, text in lines])
    heard = {"name": "heard", "of": "camera", "ask": "What is said in this part?", "answer": "{lane:speech}"}
    made = make(video, heard)
    assert [(one.start, one.end, one.answer) for one in made] == [
        (0, 10, "Go left."),
        (10, 20, "Stop there, please."),
        (30, 40, "And back."),
    ]
    assert [(one.evidence[0].lane, one.evidence[0].span) for one in made] == [("speech", "")] * 3
    assert sound(video, made)
    made[0].evidence[0].text = "Go right."
    wrong = EvidenceCheck().check(made[0], Facts(video))
    assert wrong is not None
    assert (wrong.reason, wrong.detail) == ("evidence_changed", "speech does not say 'right'")
    stage = Tasks.model_validate({"tasks": [heard]})
    assert stage.lanes_read() == {"camera", "speech"}
    silent = stage.run(film())
    assert stage.summary(silent.report) == "tasks: asked for, and nothing was made: heard (5 × no {lane:speech})."
    with pytest.raises(ValidationError, match=r"\{lane\} needs a name: what another lane says meanwhile"):
        Template.model_validate({**heard, "answer": "{lane}"})
