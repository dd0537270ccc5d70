"""Kinds of lanes, and how their words are quoted and said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.rules.lane_kinds import KINDS, LONG, fold, kind_of, nouns, quote, readable, say, without_number
from vdata.rules.lane_view import View, contradict, views_of
from vdata.schemas import Span


@pytest.mark.parametrize(
    ("lane", "span", "kind"),
    [
        ("events", Span(0, 1, text="A man runs."), "sentence"),
        ("events", Span(0, 1, label="running"), "label"),
        ("chapters", Span(0, 1, text="Intro"), "title"),
        ("subtitles", Span(0, 1, text="Hello."), "speech"),
        ("texts", Span(0, 1, text="SALE"), "screen"),
        ("steps", Span(0, 1, label="crack eggs"), "step"),
        ("shots", Span(0, 1), "shot"),
        ("shots", Span(0, 1, text="A dog."), "sentence"),
        ("descriptions", Span(0, 1, text="A dark shot."), "description"),
        ("saliency", Span(0, 1, score=0.5), "moment"),
        ("points", Span(0, 0), None),
    ],
)
def test_kind_follows_from_name_and_content(lane: str, span: Span, kind: str | None) -> None:
    assert kind_of(lane, [span]) == kind


@pytest.mark.parametrize(
    ("text", "kind", "quoted", "said"),
    [
        ("a man runs.", "sentence", '"a man runs"', "A man runs."),
        ('He says "go" and leaves', "sentence", "\"He says 'go' and leaves\"", 'He says "go" and leaves.'),
        ("basketball_dunk", "label", '"basketball dunk"', "basketball dunk"),
        ("BasketballDunk", "label", '"basketball dunk"', "basketball dunk"),
        ("T-shirt", "label", '"T-shirt"', "T-shirt"),
        ("What you need: wax", "title", '"What you need: wax"', "What you need: wax"),
        ("Are you ready?", "speech", '"Are you ready?"', '"Are you ready?"'),
        ("two\nlines", "screen", '"two lines"', '"two lines"'),
        ("crack the eggs", "step", '"crack the eggs"', "Crack the eggs."),
    ],
)
def test_quoting_and_saying(text: str, kind: str, quoted: str, said: str) -> None:
    assert quote(text, kind) == quoted
    assert say(text, kind) == said


def test_chinese_texts_end_with_one_stop_of_their_own() -> None:
    assert say("一个人打开了门", "sentence") == say("一个人打开了门。", "sentence") == "一个人打开了门。"
    assert say("一个人打开了门,", "description") == "一个人打开了门。"
    assert say("他说了什么？", "sentence") == "他说了什么？"
    assert quote("一个人打开了门。", "sentence") == '"一个人打开了门"'
    assert quote("画面很暗", "description") == '"画面很暗。"'


def test_a_very_long_text_is_cut_at_a_word() -> None:
    quoted = quote("word " * 100, "sentence")
    assert len(quoted) <= LONG + 4
    assert quoted.endswith('word …"')


def test_fold_forgets_case_punctuation_and_spaces() -> None:
    assert fold("  It's a DOG — on_the “run”!") == "its a dog on the run"
    assert readable("PlayingGuitar") == "playing guitar"


@given(st.text(max_size=300), st.sampled_from(sorted(KINDS)))
def test_a_quote_holds_no_inner_quotation_marks(text: str, kind: str) -> None:
    assert '"' not in quote(text, kind)[1:-1]
    assert "\n" not in say(text, kind)
    assert fold(fold(text)) == fold(text)


def test_nouns_of_labels_follow_from_the_lane() -> None:
    assert nouns("objects", KINDS["label"]) == ("object", "objects")
    assert nouns("mine", KINDS["label"]) == ("event", "events")
    assert nouns("objects", KINDS["sentence"]) == ("event", "events")


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("1. Introduction", "Introduction"),
        ("Step 12: Fry", "Fry"),
        ("Chapter 3 - The end", "The end"),
        ("2) boil", "boil"),
        ("3D printing", "3D printing"),
        ("10:30 train", "10:30 train"),
        ("Part 2", "Part 2"),
        ("7 eggs", "7 eggs"),
    ],
)
def test_a_number_that_would_tell_the_order_is_taken_off(text: str, rest: str) -> None:
    assert without_number(text) == rest
    assert View("c", "title", [Span(0, 1, text)], 9.0).items[0].text == rest


def spans(*texts: str) -> list[Span]:
    return [Span(n, n + 1, text=text) for n, text in enumerate(texts)]


def test_unique_means_neither_equal_nor_contained() -> None:
    view = View("e", "sentence", spans("A man runs.", "a man RUNS", "A dog barks", "A dog", "Rain."), 10.0)
    assert [view.unique(n) for n in range(5)] == [False, False, False, False, True]
    # Equal beginnings that a question would cut off are not unique either.
    long = "very " * 60
    view = View("e", "sentence", spans(long + "short", long + "tall"), 10.0)
    assert [view.unique(n) for n in range(2)] == [False, False]


def test_a_description_is_unique_when_something_measured_differs() -> None:
    def described(*facts: str) -> list[Span]:
        return [
            Span(n, n + 1, text=f"Look {n}", attrs={"facts": fact, "look": f"Look {n}"}) for n, fact in enumerate(facts)
        ]

    view = View("descriptions", "description", described("light:dark", "light:bright", "colours:blue;light:dim"), 10.0)
    assert [view.unique(n) for n in range(3)] == [True, True, True]
    view = View("descriptions", "description", described("light:dark", "light:bright", "colours:blue"), 10.0)
    assert [view.unique(n) for n in range(3)] == [False, False, False]
    assert contradict("a:1;b:2", "b:3")
    assert not contradict("a:1", "b:3")
    assert not contradict("a:1;b:2", "a:1")


def test_items_are_cut_to_the_video_and_a_lane_of_both_is_seen_twice() -> None:
    lane = [Span(-1, 2, text="One.", label="x"), Span(8, 99, text="Two."), Span(12, 13, text="Beyond.")]
    first, second = views_of({"e": lane}, ["e", "missing"], {}, 10.0)
    assert [(item.start, item.end, item.text) for item in first.items] == [(0.0, 2, "One."), (8, 10.0, "Two.")]
    assert (second.kind.name, [item.text for item in second.items]) == ("label", ["x"])
    (only,) = views_of({"e": lane}, ["e"], {"e": "speech"}, 10.0)
    assert only.kind.name == "speech"
