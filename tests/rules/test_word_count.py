"""Words of texts in any script."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from vdata.rules.word_count import WORD, first_words, word_count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("A dog runs - fast.", 5),
        ("一只狗在院子里跑。", 4),
        ("犬が走る。", 2),
        ("สุนัขวิ่ง", 5),
        ("Ein Hund läuft über 3,5 m.", 6),
        ("机器人 R2-D2 在跑", 4),
    ],
)
def test_words_are_counted_in_any_script(text: str, count: int) -> None:
    assert word_count(text) == count
    assert word_count(first_words(text, count)) == count
    assert first_words(text, count + 1) == text


def test_a_text_is_cut_after_a_word() -> None:
    assert first_words("one two\nthree four", 3) == "one two\nthree"
    assert first_words("一只狗在跑", 2) == "一只狗在"


def test_arrow_counts_the_same_words() -> None:
    texts = [
        "",
        "A red circle, 2 times.",
        "请数一数“growing”出现了几次。",
        "視頻中 有多少次？",
        "ครั้งหนึ่ง",
        " \u3000a  b ",
    ]
    assert pc.count_substring_regex(pa.array(texts), WORD).to_pylist() == [word_count(text) for text in texts]
