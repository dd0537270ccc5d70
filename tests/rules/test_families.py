"""Each family: what it asks of a lane, and the exact answer."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from vdata.rules.clock import Clock
from vdata.rules.family import Ask, find_families
from vdata.rules.lane_view import View
from vdata.schemas import Span

CLOCK = Clock("seconds", 60.0)
EVENTS = [
    Span(0, 10, text="A man speaks to the camera.", id="a"),
    Span(10, 14, text="he waxes a board", id="b"),
    Span(14.1, 30, text="He brushes it down.", id="c"),
    Span(31, 60, text="Two dogs bark.", id="d"),
]
LABELS = [
    Span(0, 5, label="jump", id="a"),
    Span(6, 9, label="Jump", id="b"),
    Span(9, 20, label="run_fast", id="c"),
    Span(30, 31, label="jump", id="d"),
    Span(40, 41, label="swim", id="e"),
    Span(42, 43, label="swim a lap", id="f"),
]


def asked(
    task: str, spans: list[Span], kind: str, limit: int = 50, seed: int = 0, lane: str = "lane"
) -> list[tuple[Ask, str]]:
    family, view = find_families()[task], View(lane, kind, spans, CLOCK.duration)
    if not family.suits(view, named=False):
        return []
    asks = family.ask(view, Random(seed), limit, CLOCK)
    return [(ask, family.solve(view.cite(ask.cited), {"kind": kind, **ask.params}, CLOCK)) for ask in asks]


def named(task: str, spans: list[Span], kind: str) -> dict[str, str]:
    return {ask.cited[0].span: answer for ask, answer in asked(task, spans, kind)}


def test_moment_retrieval_asks_for_every_unique_event() -> None:
    assert named("moment_retrieval", EVENTS, "sentence") == {
        "a": "From 0.0 to 10.0 seconds.",
        "b": "From 10.0 to 14.0 seconds.",
        "c": "From 14.1 to 30.0 seconds.",
        "d": "From 31.0 to 60.0 seconds.",
    }
    assert named("moment_retrieval", LABELS, "label") == {"c": "From 9.0 to 20.0 seconds."}


@pytest.mark.parametrize("task", ["moment_retrieval", "temporal_grounded_caption"])
def test_nobody_asks_when_the_whole_video_is(task: str) -> None:
    spans = [Span(0, 57, text="A man walks.", id="whole"), Span(57, 60, text="He stops.", id="part")]
    for seed in range(10):
        assert set(asked_ids(task, spans, seed)) <= {"part"}
    assert {span for seed in range(10) for span in asked_ids(task, spans, seed)} == {"part"}


def asked_ids(task: str, spans: list[Span], seed: int) -> list[str]:
    return [ask.cited[0].span for ask, _ in asked(task, spans, "sentence", seed=seed)]


def test_grounded_caption_says_what_fills_the_stretch() -> None:
    assert named("grounded_caption", EVENTS, "sentence")["b"] == "He waxes a board."
    assert asked("grounded_caption", EVENTS[1:2], "sentence")[0][0].slots == {"when": "from 10.0 to 14.0 seconds"}
    both = [Span(0, 10, text="One.", id="a"), Span(2, 9, text="Two.", id="b"), Span(9, 20, text="Three.", id="c")]
    assert set(named("grounded_caption", both, "sentence")) == {"c"}


def test_temporal_grounded_caption_finds_then_describes() -> None:
    found = asked("temporal_grounded_caption", EVENTS, "sentence", seed=1)
    assert {ask.wording for ask, _ in found} == {"time"}
    steps = asked("temporal_grounded_caption", EVENTS, "step", seed=1)
    assert {ask.wording for ask, _ in steps} == {"time", "nth"}
    for ask, answer in [*found, *steps]:
        item = ask.cited[0]
        n = "abcd".index(item.span)
        if ask.wording == "nth":
            assert ask.slots["nth"] == ("first", "second", "third", "fourth")[n]
        else:
            time = float(ask.slots["time"].removesuffix(" seconds"))
            assert item.start + 0.1 * item.seconds - 0.05 <= time <= item.end - 0.1 * item.seconds + 0.05
            assert ask.params["by"] == f"{float(ask.params['moment']):.1f}" == f"{time:.1f}"
        if n == 1:
            assert answer.casefold() == "from 10.0 to 14.0 seconds: he waxes a board."
    beside = [Span(0, 10, text="One."), Span(0, 10, text="Two.")]
    assert asked("temporal_grounded_caption", beside, "sentence") == []


@pytest.mark.parametrize("kind", ["sentence", "step", "label", "title", "description"])
def test_by_its_number_is_asked_for_what_a_viewer_can_count(kind: str) -> None:
    spans = [Span(10 * n, 10 * n + 9, text=f"Thing {n} is done.", id=str(n)) for n in range(6)]
    spans = [replace(span, text=None, label=f"thing {n}") for n, span in enumerate(spans)] if kind == "label" else spans
    wordings = {
        ask.wording for seed in range(9) for ask, _ in asked("temporal_grounded_caption", spans, kind, seed=seed)
    }
    assert wordings == {"time", *(["nth"] if kind in ("step", "title", "description") else [])}


def test_the_moment_that_is_asked_for_is_not_the_middle() -> None:
    spans = [Span(20 * n, 20 * n + 20, text=f"Event {n}.", id=str(n)) for n in range(3)]
    places = set()
    for name in range(40):
        own = [replace(span, id=f"{name}-{span.id}") for span in spans]
        for ask, _ in asked("temporal_grounded_caption", own, "sentence", seed=1):
            if ask.wording == "time":
                places.add(round((float(ask.params["moment"]) - ask.cited[0].start) / 20, 1))
    assert {0.1, 0.3, 0.7, 0.9} <= places
    assert min(places) >= 0.1
    assert max(places) <= 0.9


def test_dense_caption_lists_all_or_a_closed_part() -> None:
    ((ask, answer),) = asked("dense_caption", EVENTS[:2], "sentence")
    assert (
        answer == "From 0.0 to 10.0 seconds: A man speaks to the camera.\nFrom 10.0 to 14.0 seconds: He waxes a board."
    )
    assert ask.whole
    many = [Span(n, n + 0.9, text=f"Cue {n}") for n in range(50)]
    ((ask, answer),) = asked("dense_caption", many, "speech")
    lines = answer.split("\n")
    assert len(lines) == 20
    first = lines[0].split(" ")[1]
    assert ask.slots["part"] == f" Keep to the part from {first} to {float(first) + 19.9:.1f} seconds."
    assert asked("dense_caption", [*many, Span(0, 55, text="All.")], "speech") == []


def test_frame_captions_follow_a_chain_from_its_first_frame() -> None:
    chain = [Span(0, 0, text="a red ball"), Span(0, 2, text="It has rolled away."), Span(2, 6, text="Nothing changed")]
    ((ask, answer),) = asked("frame_captions", chain, "change")
    assert (ask.whole, ask.slots) == (True, {})
    assert answer.split("\n") == [
        "At 0.0 seconds: A red ball.",
        "At 2.0 seconds: It has rolled away.",
        "At 6.0 seconds: Nothing changed.",
    ]
    two = [*chain, Span(20, 20, text="A road."), Span(20, 24, text="A car comes.")]
    first, second = asked("frame_captions", two, "change")
    assert first[0].slots["part"] == " Keep to the part from 0.0 to 6.0 seconds."
    assert second[0].slots["part"] == " Keep to the part from 20.0 to 24.0 seconds."
    assert second[1] == "At 20.0 seconds: A road.\nAt 24.0 seconds: A car comes."
    assert len(asked("frame_captions", two, "change", limit=1)) == 1


def test_scene_scripts_are_of_scenes_that_follow_one_another() -> None:
    scenes = [Span(4 * n, 4 * n + 4, text=f"scene {n}") for n in range(9)] + [Span(50, 55, text="late")]
    assert asked("scene_script", scenes, "sentence") == []  # it must be named
    family, view = find_families()["scene_script"], View("captions", "sentence", scenes, CLOCK.duration)
    assert family.suits(view, named=True)
    sizes = set()
    for seed in range(20):
        asks = family.ask(view, Random(seed), 50, CLOCK)
        assert 0 < len(asks) <= 6  # ten scenes over 1.5
        for ask in asks:
            first = scenes.index(next(span for span in scenes if span.start == ask.cited[0].start))
            assert [item.text for item in ask.cited] == [span.text for span in scenes[first : first + len(ask.cited)]]
            assert len(ask.cited) == 1 or ask.cited[-1].text != "late"  # it stands apart
            sizes.add(len(ask.cited))
    assert sizes == {1, 2, 3, 4, 5, 6}
    assert len(family.ask(view, Random(0), 1, CLOCK)) == 1
    answer = family.solve(view.cite(view.items[:2]), {"kind": "sentence"}, CLOCK)
    assert answer == "From 0.0 to 4.0 seconds: Scene 0.\nFrom 4.0 to 8.0 seconds: Scene 1."


def test_long_scripts_have_up_to_twenty_scenes_and_short_ones_are_rare() -> None:
    def script(seconds: float, seed: int) -> list[int]:
        scenes = [Span(seconds * n, seconds * (n + 1), text=f"scene {n}") for n in range(60)]
        view, clock = View("captions", "sentence", scenes, 60 * seconds), Clock("seconds", 60 * seconds)
        return [len(ask.cited) for ask in find_families()["long_scene_script"].ask(view, Random(seed), 120, clock)]

    assert asked("long_scene_script", [Span(4 * n, 4 * n + 4, text=f"scene {n}") for n in range(9)], "sentence") == []
    long, short = ([size for seed in range(30) for size in script(seconds, seed)] for seconds in (60.0, 4.0))
    ten = sum(size >= 10 for size in long) / len(long)
    assert ten > 0.9, "of parts under 10 minutes one in ten is left"
    assert max(long) == 20
    assert 0.05 < len(short) / (30 * 50) < 0.13
    assert set(short) <= set(range(2, 21))


def test_scene_order_shows_three() -> None:
    assert asked("scene_order", EVENTS, "sentence") == []  # it must be named
    family, view = find_families()["scene_order"], View("captions", "sentence", EVENTS, CLOCK.duration)
    asks = family.ask(view, Random(0), 20, CLOCK)
    assert {len(ask.cited) for ask in asks} == {3}
    assert len(asks) == 4  # each choice of three among four, once


@pytest.mark.parametrize("task", ["scene_order", "event_order"])
def test_that_things_are_shown_as_they_come_is_as_likely_as_any_other_order(task: str) -> None:
    scenes = [Span(10 * n, 10 * n + 9, text=f"Scene {chr(97 + n)} is shown.", id=str(n)) for n in range(6)]
    family, view = find_families()[task], View("captions", "sentence", scenes, 60.0)
    first: Counter[str] = Counter()
    for seed in range(300):
        asks = family.ask(view, Random(seed), 20, CLOCK)
        of_three = [family.solve(view.cite(ask.cited), ask.params, CLOCK) for ask in asks if len(ask.cited) == 3]
        assert max(Counter(of_three[:6]).values(), default=1) == 1, "each of the six once before one comes again"
        first.update(of_three[:1])
    assert len(first) == 6
    assert 0.1 < first["1, 2, 3"] / first.total() < 0.24
    said = [text for texts in (family.phrasings, family.instead) for text in texts]
    assert not any("shuffled" in text or "out of order" in text for text in said), "it may be as they come"


def test_a_long_caption_is_asked_for_in_detail() -> None:
    long = " ".join(["A man waxes a board and then another one."] * 6)
    found = asked("grounded_caption", [Span(0, 9, text=long), Span(9, 20, text="He rests.")], "sentence")
    assert {ask.wording for ask, answer in found if answer.startswith("A man")} == {"long"}
    assert {ask.wording for ask, answer in found if answer == "He rests."} == {""}
    ((ask, _),) = asked("grounded_caption", [Span(0, 60, text=long)], "sentence")
    assert (ask.wording, ask.slots) == ("whole_long", {})


def test_chapter_titles() -> None:
    chapters = [Span(0, 20, text="Intro"), Span(20, 60, text="Wax & iron")]
    ((_, answer),) = asked("chapter_titles", chapters, "title")
    assert answer == "0.0 seconds - Intro\n20.0 seconds - Wax & iron"
    assert asked("chapter_titles", chapters[:1], "title") == []


def test_event_order_names_the_shown_numbers() -> None:
    found = asked("event_order", EVENTS, "sentence", limit=10)
    assert found
    for ask, answer in found:
        shown = [line.partition(". ")[2] for line in ask.slots["list"].split("\n")]
        ordered = [shown[int(n) - 1] for n in answer.split(", ")]
        known = ["A man speaks to the camera.", "He waxes a board.", "He brushes it down.", "Two dogs bark."]
        assert ordered == [text for text in known if text in ordered]
        assert len(ordered) >= 3
    sets = [frozenset(item.span for item in ask.cited) for ask, _ in found]
    assert len(sets) == len(set(sets))
    # The same words twice cannot be put in order, nor can spans that overlap.
    assert asked("event_order", LABELS[:4], "label") == []
    assert asked("event_order", [Span(n, 50, text=f"Event {n}x") for n in range(5)], "sentence") == []


def test_duration_comparison_needs_a_clear_winner() -> None:
    for ask, answer in asked("duration_comparison", EVENTS, "sentence"):
        longest = max(ask.cited, key=lambda item: item.end - item.start)
        assert answer.casefold().rstrip(".") == longest.text.casefold().rstrip(".")
        rest = [item.end - item.start for item in ask.cited if item is not longest]
        assert longest.end - longest.start >= 1.25 * max(rest)
    near = [Span(0, 10, text="One."), Span(10, 21, text="Two.")]
    assert asked("duration_comparison", near, "sentence") == []


def test_counting_counts_spans_of_one_label() -> None:
    found = {ask.params["of"].lower(): answer for ask, answer in asked("counting", LABELS, "label")}
    assert found == {"jump": "3", "run_fast": "1"}  # "swim" is part of "swim a lap"
    once = [Span(n, n + 1, label=label) for n, label in enumerate(["ab", "cd", "ef", "gh", "gh"])]
    assert sorted(answer for _, answer in asked("counting", once, "label")) == ["1", "2"]
    ((ask, answer),) = asked("counting", [Span(0, 3), Span(3, 5), Span(5, 9)], "shot")
    assert (answer, ask.params, ask.wording) == ("3", {"of": "all"}, "all")
    assert asked("counting", [Span(0, 3)], "shot") == []


STAR = [
    Span(0, 3, label="blinking", text="a star blinks three times", id="a"),
    Span(5, 8, label="turning", text="a star turns around itself twice", id="b"),
    Span(9, 12, label="growing", text="a circle grows to three times its size", id="c"),
    Span(14, 17, label="jumps", id="d"),
    Span(20, 23, label="falling", text="a square falls and bounces once", id="e"),
    Span(25, 28, label="falling", text="a square falls", id="f"),
]


def test_events_that_tell_of_several_times_are_not_counted_and_that_is_said() -> None:
    found = {ask.params["of"]: answer for ask, answer in asked("counting", STAR, "label")}
    assert found == {"growing": "1", "falling": "2"}
    left = find_families()["counting"].left_out(View("lane", "label", STAR, 60.0))
    assert left == {
        '"blinking"': "the label itself tells of several times",
        '"turning"': 'an event under it ("twice") tells of several times',
        '"jumps"': "the label itself tells of several times",
    }
    assert find_families()["counting"].left_out(View("lane", "title", STAR, 60.0)) == {}


def test_a_label_is_no_noun_of_its_own() -> None:
    (n,) = [n for n, span in enumerate(STAR) if span.id == "d"]
    assert View("true_events", "label", STAR, 60.0).named(n)["it"] == 'the part labelled "jumps"'
    assert View("actions", "label", STAR, 60.0).named(n)["it"] == 'the action "jumps"'


def test_a_span_that_fills_the_video_is_asked_for_without_times() -> None:
    for kind in sorted(find_families()["grounded_caption"].kinds):
        whole = [Span(0, 58, text="All of it.", id="w")]
        ((ask, _),) = asked("grounded_caption", whole, kind)
        assert (ask.wording, ask.slots, ask.whole) == ("whole", {}, True)
        assert not any("{when}" in text for text in find_families()["grounded_caption"].questions(kind, "whole"))
        ((ask, _),) = asked("grounded_caption", [Span(0, 30, text="Half of it.", id="h")], kind)
        assert (ask.wording, ask.whole) == ("", False)


@pytest.mark.parametrize(
    ("beside", "start", "end"),
    [("starts together with the first", 5.0, 5.1), ("starts together with the second", 10.0, 10.2), ("between", 9, 10)],
)
def test_a_tie_has_no_one_before_it(beside: str, start: float, end: float) -> None:
    spans = [Span(5, 9, text="One."), Span(10, 14, text="Two.")]

    def pairs(spans: list[Span]) -> set[frozenset[str]]:
        found = [ask for seed in range(8) for ask, _ in asked("before_after", spans, "sentence", seed=seed)]
        return {frozenset(item.text for item in ask.cited) for ask in found}

    assert pairs(spans) == {frozenset({"One.", "Two."})}
    assert frozenset({"One.", "Two."}) not in pairs([*spans, Span(start, end, text="Third.")]), beside


def test_before_after_follows_time() -> None:
    order = ["A man speaks to the camera.", "He waxes a board.", "He brushes it down.", "Two dogs bark."]
    seen = set()
    for seed in range(8):
        for ask, answer in asked("before_after", EVENTS, "sentence", seed=seed):
            asked_for = next(n for n, span in enumerate(EVENTS) if str(span.text).rstrip(".") in ask.slots["q"])
            step = 1 if ask.params["relation"] == "after" else -1
            assert answer == order[asked_for + step]
            seen.add((asked_for, step))
    assert seen == {(0, 1), (1, 1), (2, 1), (1, -1), (2, -1), (3, -1)}
    beside = [Span(0, 5, text="One."), Span(5, 9, text="Two."), Span(4, 8, text="Three.")]
    assert asked("before_after", beside, "sentence") == []


def test_first_and_last() -> None:
    assert sorted(answer for _, answer in asked("first_last", EVENTS, "sentence")) == [
        "A man speaks to the camera.",
        "Two dogs bark.",
    ]
    whole = [Span(0, 60, text="All."), *EVENTS]
    assert asked("first_last", whole, "sentence") == []


def test_step_localisation_gives_every_occurrence() -> None:
    assert named("step_localisation", LABELS, "label") == {
        "a": "From 0.0 to 5.0 seconds; from 6.0 to 9.0 seconds; from 30.0 to 31.0 seconds."
    }
    steps = [Span(0, 5, text="Heat oil"), Span(5, 9, text="Fry")]
    assert sorted(answer for _, answer in asked("step_localisation", steps, "step")) == [
        "From 0.0 to 5.0 seconds.",
        "From 5.0 to 9.0 seconds.",
    ]


def test_shot_boundaries() -> None:
    ((_, answer),) = asked("shot_boundaries", [Span(0, 3), Span(3, 5.25), Span(5.25, 9)], "shot")
    assert answer == "At 3.0, 5.2 seconds."


SCORED = [
    Span(10 * n, 10 * n + 6, label=f"m{n}", score=score, id=str(n)) for n, score in enumerate([0.3, 0.9, 0.5, 0.8])
]


def test_highlight_takes_the_best_in_time_order() -> None:
    found = {ask.params["n"]: answer for ask, answer in asked("highlight", SCORED, "label", lane="highlights")}
    assert found["2"] == "From 10.0 to 16.0 seconds; from 30.0 to 36.0 seconds."
    assert found["3"] == "From 10.0 to 16.0 seconds; from 20.0 to 26.0 seconds; from 30.0 to 36.0 seconds."
    assert asked("highlight", SCORED, "label", lane="objects") == []  # there a score may be a confidence
    assert find_families()["highlight"].suits(View("objects", "label", SCORED, 60.0), named=True)
    tied = [Span(n, n + 1, label="x", score=0.5) for n in range(4)]
    assert asked("highlight", tied, "label", lane="highlights") == []


def test_extractive_summary_keeps_to_its_budget() -> None:
    found = {
        ask.params["share"]: answer for ask, answer in asked("extractive_summary", SCORED, "label", lane="highlights")
    }
    assert found == {
        "10": "From 10.0 to 16.0 seconds.",
        "15": "From 10.0 to 16.0 seconds.",
        "20": "From 10.0 to 16.0 seconds; from 30.0 to 36.0 seconds.",
        "30": "From 10.0 to 16.0 seconds; from 20.0 to 26.0 seconds; from 30.0 to 36.0 seconds.",
    }


def test_summary_parts_are_all_spans_and_those_that_touch_are_one() -> None:
    kept = [Span(20, 25, label="b", id="2"), Span(5, 10, label="a", id="1"), Span(25, 30, label="c", id="3")]
    family, view = find_families()["summary_parts"], View("summary", "label", kept, 60.0)
    assert not family.suits(view, named=False)  # no lane is known to be a summary
    assert family.suits(view, named=True)
    (ask,) = family.ask(view, Random(0), 2, CLOCK)
    assert {one.span for one in ask.cited} == {"1", "2", "3"}
    assert family.solve(view.cite(ask.cited), {}, CLOCK) == "From 5.0 to 10.0 seconds; from 20.0 to 30.0 seconds."
    assert family.ask(View("summary", "label", [], 60.0), Random(0), 2, CLOCK) == []
    many = [Span(n, n + 0.1, label="x") for n in range(401)]
    assert family.ask(View("summary", "label", many, 500.0), Random(0), 2, CLOCK) == []


SLOTS = ["it", "q", "when", "time", "list", "n", "nth", "share", "one", "many", "tell", "asked", "clip", "what"]
OF_STAGES = {"magic_number", "own_template", "program", "regions", "replay", "same_object", "spatial"}
"""Families whose questions a stage words."""


@pytest.mark.parametrize("task", sorted(set(find_families()) - OF_STAGES))
def test_six_phrasings_or_more_and_every_slot_is_filled(task: str) -> None:
    family = find_families()[task]
    wordings = sorted({key.rpartition(".")[2] for key in family.instead} - set(family.kinds))
    if not wordings or family.phrasings or family.kinds & set(family.instead):
        wordings.append("")
    slots = dict.fromkeys(SLOTS, "X")
    for kind in family.kinds or {"speech"}:
        for wording in wordings:
            phrasings = family.questions(kind, wording)
            assert len(set(phrasings)) == len(phrasings) >= 6
            for phrasing in phrasings:
                assert "{" not in phrasing.format(**slots)
                assert phrasing[0].isupper() or phrasing[0] == "{"


def test_event_matching_asks_for_the_other_times() -> None:
    ((ask, answer),) = asked("event_matching", LABELS, "label")
    times = ["from 0.0 to 5.0 seconds", "from 6.0 to 9.0 seconds", "from 30.0 to 31.0 seconds"]
    shown = int(ask.params["shown"])
    assert ask.slots["when"] == times.pop(shown)
    assert answer.casefold() == "; ".join(times).casefold() + "."


def test_highlights_with_their_scores() -> None:
    found = {ask.params["n"]: answer for ask, answer in asked("highlight_scores", SCORED, "moment", lane="highlights")}
    best = max(SCORED, key=lambda span: span.score or 0)
    assert f"From {best.start:.1f} to {best.end:.1f} seconds: score {best.score:.4g}." in found["2"].split("\n")
    assert len(found["2"].split("\n")) == 2


def test_a_grounded_caption_is_asked_for_by_a_label() -> None:
    spans = [Span(0, 5, "A man leaps over a wall.", "jump", id="a"), Span(9, 20, "He runs off.", "run", id="b")]
    found = {ask.slots["q"]: (ask.wording, said) for ask, said in asked("temporal_grounded_caption", spans, "label")}
    assert found == {
        '"jump"': ("words", "From 0.0 to 5.0 seconds: A man leaps over a wall."),
        '"run"': ("words", "From 9.0 to 20.0 seconds: He runs off."),
    }


QUESTIONS = [
    Span(0, 9, text="Where is the knife?", attrs={"answer": "on the table"}, id="a"),
    Span(20, 30, text="How many cups are there?", values={"answer": 3.0}, id="b"),
    Span(40, 50, text="Where did I put the key?", id="c"),
]


def test_questions_that_people_asked() -> None:
    found = {ask.params["asked"]: answer for ask, answer in asked("question_answer", QUESTIONS, "question")}
    assert found == {"Where is the knife?": "On the table.", "How many cups are there?": "3."}


def test_questions_and_the_stretch_that_answers_them() -> None:
    assert named("episodic_memory", QUESTIONS, "question") == {
        "a": "From 0.0 to 9.0 seconds.",
        "b": "From 20.0 to 30.0 seconds.",
        "c": "From 40.0 to 50.0 seconds.",
    }
    assert named("grounded_question", QUESTIONS, "question") == {
        "a": "On the table. From 0.0 to 9.0 seconds.",
        "b": "3. From 20.0 to 30.0 seconds.",
    }


def test_classification_needs_one_label() -> None:
    family = find_families()["classification"]
    one, many = View("lane", "label", LABELS[:2], 60.0), View("lane", "label", LABELS, 60.0)
    assert (family.suits(one, named=False), family.suits(one, named=True)) == (False, True)
    assert family.ask(many, Random(0), 9, CLOCK) == []
    (ask,) = family.ask(one, Random(0), 9, CLOCK)
    assert (family.solve(one.cite(ask.cited), {"kind": "label"}, CLOCK), ask.whole) == ("jump", True)
