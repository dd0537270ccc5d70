"""From words to sentences and blocks, and what is cleaned off before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.stages.speech.cleaning import FILLERS, fold_word, repeats, without_fillers, without_loops, without_notes
from vdata.stages.speech.sentences import Line, Word, blocks, ends_sentence, split_text, spread, to_sentences

UM = frozenset(FILLERS)


def line(text: str, start: float = 0.0, end: float = 10.0) -> Line:
    return Line(spread(text, start, end))


def said(words: list[Word]) -> str:
    return Line(words).text if words else ""


def test_words_are_spread_by_their_length() -> None:
    words = spread("A long one", 10, 18)
    assert [(word.text, word.start, word.end) for word in words] == [("A", 10, 11), (" long", 11, 15), (" one", 15, 18)]
    assert spread("  ", 0, 1) == []


@pytest.mark.parametrize(
    ("word", "following", "ends"),
    [
        ("there.", "Next", True),
        ("there.", "", True),
        ("there", "Next", False),
        ("Mr.", "Smith", False),
        ("e.g.", "this", False),
        ("U.S.", "army", False),
        ("J.", "Smith", False),
        ("etc.", "", True),
        ("3.", "5", True),
        ("so...", "and", True),
        ('no?"', "She", True),
        ('no?"', "she", False),
        ("no?", "she", True),
        ("wait.", "and", False),
        ("好。", "我", True),
        ("(yes!)", "Go", True),
    ],
)
def test_where_a_sentence_ends(word: str, following: str, ends: bool) -> None:
    assert ends_sentence(word, following) is ends


def test_lines_become_sentences_that_keep_their_times() -> None:
    lines = [line(" Hello there. I am", 0, 4), line(" going home. And", 4, 8), line("then?", 8.5, 9)]
    lines[1].words = spread(" going home. And", 4, 8)
    lines[2].words[0].text = " then?"
    made = to_sentences(lines, 2.0, 60)
    assert [one.text for one in made] == ["Hello there.", "I am going home.", "And then?"]
    assert made[0].start == 0
    assert made[1].start == made[0].words[-1].end
    assert made[2].end == 9


def test_silence_and_length_end_a_sentence() -> None:
    lines = [line("so I went", 0, 3), line(" and then", 7, 9)]
    assert [one.text for one in to_sentences(lines, 2.0, 60)] == ["so I went", "and then"]
    assert [one.text for one in to_sentences(lines, 9.0, 60)] == ["so I went and then"]
    assert [one.text for one in to_sentences(lines, 9.0, 2)] == ["so I", "went and", "then"]


def test_chinese_is_split_without_spaces() -> None:
    assert split_text("今天天气很好。我们去公园！好吗？") == ["今天天气很好。", "我们去公园！", "好吗？"]


def test_a_text_is_split_into_its_sentences() -> None:
    assert split_text('Dr. Lee cooks. "Is it good?" he asks. It is 3.5 kg!') == [
        "Dr. Lee cooks.", '"Is it good?" he asks.', "It is 3.5 kg!",
    ]  # fmt: skip
    assert split_text("  ") == []


WORDS = st.lists(st.sampled_from(["so", "he", "went.", "No!", "home,", "um", "Mr.", "好。", "3."]), max_size=40)


@given(WORDS, st.integers(1, 9), st.floats(0.5, 5))
def test_no_word_is_lost_in_sentences_and_blocks(words: list[str], most: int, pause: float) -> None:
    lines = [Line(spread(" " + " ".join(words[n : n + 5]), n, n + 3)) for n in range(0, len(words), 5)]
    lines = [one for one in lines if one.words]
    sentences = to_sentences(lines, pause, most)
    assert [word for one in sentences for word in one.words] == [word for one in lines for word in one.words]
    assert all(len(one.words) <= most for one in sentences)
    groups = blocks(sentences, 7)
    assert [one for group in groups for one in group] == sentences
    assert all(len(group) == 1 or sum(len(one.words) for one in group) <= 7 for group in groups)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Um, so we go", "So we go"),
        ("and then, uh, we go.", "and then, we go."),
        ("and we stop, uh.", "and we stop."),
        ("Hmm.", ""),
        ("The umbrella is here.", "The umbrella is here."),
    ],
)
def test_fillers_are_taken_out(text: str, left: str) -> None:
    assert said(without_fillers(spread(text, 0, 5), UM)) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("[Music]", ""),
        ("[upbeat music] Hello (laughs) there", "Hello there"),
        ("♪ la la ♪", "la la"),
        (">> JOHN: Hi. >> Hi!", "JOHN: Hi. Hi!"),
        ("It is (A) or (B).", "It is (A) or (B)."),
        ("*sighs* Well.", "Well."),
        ("5 > 4 and 3 * 2 * 1", "5 > 4 and 3 * 2 * 1"),
    ],
)
def test_notes_are_taken_out(text: str, left: str) -> None:
    assert said(without_notes(spread(text, 0, 5))) == left


def test_loops_are_said_once() -> None:
    words, times = without_loops(spread("And thank you. Thank you. Thank you. Thank you. Thank you. Bye.", 0, 12))
    assert (said(words), times) == ("And thank you. Bye.", 5)
    words, times = without_loops(spread("no no no, I said no", 0, 5))
    assert (said(words), times) == ("no no no, I said no", 0)
    words, times = without_loops(spread("go go go go go!", 0, 5))
    assert (said(words), times) == ("go", 5)


def test_repeated_lines_are_counted_from_the_one_too_many() -> None:
    lines = [line(text) for text in ("Yes.", "Thanks!", "thanks", "Thanks.", "Thanks", "Yes.")]
    assert repeats(lines, 2) == [0, 0, 0, 3, 4, 0]
    assert repeats(lines, 1) == [0, 0, 2, 3, 4, 0]


@given(st.lists(st.sampled_from(["a", "b", "um", "[x]", "c."]), max_size=40))
def test_cleaning_is_done_after_one_time_and_keeps_the_order(texts: list[str]) -> None:
    words = spread(" ".join(texts), 0, 9)
    clean, _ = without_loops(without_fillers(without_notes(words), UM))
    assert [word.start for word in clean] == sorted(word.start for word in clean)
    assert not any(fold_word(word.text) in UM for word in clean)
    assert "[" not in said(clean)
