"""English prose is told from prose in other languages."""

from __future__ import annotations

import pytest

from vdata.rules.language import ENGLISH, UNKNOWN, language_of


@pytest.mark.parametrize(
    "text",
    [
        *("", "2, 1, 3", "Three.", "0:12", "At 50.5 s, a boy peels a mango.", "Start 2.4 s, end 14.6 s."),
        *("Market Street", "Pasta carbonara", "A man in a hat", "A piñata hangs in the café", "The sign reads 营业中"),
        *("The die is red hot", "Who was in the van?", "Anna opens the door, then Enrique sits down."),
    ],
)
def test_english_is_english(text: str) -> None:
    assert language_of(text) == ENGLISH


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Der Ball rollt dreimal über den Tisch.", "German"),
        ("Was macht die Frau, nachdem sie gegessen hat?", "German"),
        ("Il pleut dans la rue.", "French"),
        ("Un homme coupe trois oignons, puis il les fait cuire.", "French"),
        ("A las 00:12 empieza la canción", "Spanish"),
        ("La mujer no abre la puerta.", "Spanish"),
        ("那个人先打开门，然后走出去。", "Chinese or Japanese"),
        ("星が三回光ります", "Japanese"),
        ("문이 두 번 열린다", "Korean"),
        ("Кошка не прыгает на стол", "a language in Cyrillic letters"),
        ("Mtoto anacheza mpira uwanjani kisha anakimbia kuelekea nyumbani kwao", UNKNOWN),
    ],
)
def test_other_languages_are_named(text: str, language: str) -> None:
    assert language_of(text) == language
