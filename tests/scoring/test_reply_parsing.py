"""What a reply says: the defects of released scorers are the cases here."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.scoring.reply_parsing import option_of, plain, span_of, without_thinking, yes_or_no

ANIMALS = ["a red cat", "a dog", "a dark red cat", "two birds"]


@pytest.mark.parametrize(
    ("reply", "place"),
    [
        ("B", 1),
        (" b ", 1),
        ("(C)", 2),
        ("B. a dog", 1),
        ("B) because it barks", 1),
        ("**D**", 3),
        ("D\nBecause two of them fly.", 3),
        ("The answer is C.", 2),
        ("Answer: (B)", 1),
        ("I would choose option D, since birds fly", 3),
        ("The correct option is: **B**.", 1),
        ("a dog", 1),
        ("It shows a dog on a lawn.", 1),
        ("A dog.", 1),  # an article, not the letter
        ("A dark red cat sleeps", 2),  # not the red cat that it contains
        ("a red cat", 0),
        ("<think>Maybe A? or B.</think>C", 2),
        ("<think>...</think><answer>B</answer>", 1),
        ("A red cat walks. [[C]]", 2),
        ("First option A is wrong, the answer is not B.\n\n[[ C ]]", 2),
        ("[[(D)]]", 3),
        # Nothing can be told:
        ("It is [[A]] or [[B]].", None),
        ("", None),
        ("   ", None),
        ("<think>It is B, I think", None),
        ("E", None),
        ("I cannot see the video.", None),
        ("A or B", None),
        ("Either a dog or two birds.", None),
        ("The answer is A or maybe the answer is B.", None),
        ("I am sure", None),
        ("A", 0),
    ],
)
def test_which_option(reply: str, place: int | None) -> None:
    assert option_of(reply, ANIMALS) == place


@pytest.mark.parametrize(
    ("reply", "place"), [("1", 0), ("10", 1), ("It is 10.", 1), ("12", 2), ("2", None), ("1 or 10", None)]
)
def test_numbers_that_contain_one_another(reply: str, place: int | None) -> None:
    assert option_of(reply, ["1", "10", "12"]) == place


def test_orders_are_told_apart() -> None:
    options = ["Elena, then otter", "otter, then Elena"]
    assert option_of("First comes otter, then Elena.", options) == 1
    assert option_of("Elena, then otter, then Elena", options) is None


@given(st.text(max_size=80), st.lists(st.text(min_size=1, max_size=12), min_size=2, max_size=6, unique=True))
def test_any_text_is_read_without_an_error(reply: str, options: list[str]) -> None:
    place = option_of(reply, options)
    assert place is None or 0 <= place < len(options)
    if not reply.strip():
        assert place is None


@given(st.integers(0, 5), st.sampled_from(["{}", "{}.", "({})", "Answer: {}", "The answer is {}", "**{}**", "{})"]))
def test_a_letter_in_every_usual_form(place: int, form: str) -> None:
    options = ["one thing", "other thing", "third thing", "fourth thing", "fifth thing", "sixth thing"]
    assert option_of(form.format("ABCDEF"[place]), options) == place


def test_words_in_one_form() -> None:
    assert plain("The Élan, a 3.5 s jump!") == "elan 3.5 s jump"
    assert without_thinking("<think>x</think> yes ") == "yes"


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ("Yes.", "yes"),
        ("no", "no"),
        ("Yes, there is no doubt", "yes"),
        ("It is not true.", None),
        ("", None),
        ("maybe", None),
    ],
)
def test_yes_or_no(reply: str, told: str | None) -> None:
    assert yes_or_no(reply) == told


@pytest.mark.parametrize(
    ("reply", "span"),
    [
        ("From 3.5 to 12 seconds.", (3.5, 12.0)),
        ("0:05 - 1:02.5", (5.0, 62.5)),
        ("1:00:05 to 1:00:10", (3605.0, 3610.0)),
        ("at 4 s", None),
        ("12 to 3", None),
        ("", None),
    ],
)
def test_which_stretch(reply: str, span: tuple[float, float] | None) -> None:
    assert span_of(reply) == span


@pytest.mark.parametrize(
    ("reply", "place"),
    [
        ("因为有两只。\n答案：D. two birds", 3),
        ("答案是B。", 1),
        ("正确选项为（C）", 2),
        ("我选B", 1),
        ("Se ve un perro.\nRespuesta: B. a dog", 1),
        ("La opción correcta es la C.", 2),
        ("On voit un chien.\nRéponse\u00a0: B. a dog", 1),
        ("La bonne réponse est la D.", 3),
        ("Man sieht einen Hund.\nAntwort: B. a dog", 1),
        ("Die Antwort ist C.", 2),
        ("La respuesta a esto", None),
        ("答案是A或B，也可能答案是C", None),
    ],
)
def test_which_option_in_other_languages(reply: str, place: int | None) -> None:
    assert option_of(reply, ANIMALS) == place


def test_options_in_scripts_without_spaces_are_found_in_a_sentence() -> None:
    options = ["一只狗", "两只鸟", "一只狗和一只猫"]
    assert option_of("视频里有两只鸟在飞。", options) == 1
    assert option_of("视频里有一只狗和一只猫。", options) == 2
    assert option_of("从第1.0秒到第2.0秒。B. 两只鸟", options) == 1
    assert option_of("视频里没有动物。", options) is None
