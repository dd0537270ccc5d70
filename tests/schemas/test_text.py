"""Any text becomes safe for Arrow and for a terminal, and stays what it was where it already is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.schemas import clean

any_text = st.text(st.characters())  # every code point, lone surrogates too


@given(any_text)
def test_clean_text_encodes_and_holds_no_control_code(text: str) -> None:
    done = clean(text)
    done.encode("utf-8")
    assert not any((ord(code) < 32 and code not in "\n\t\r") or 0x7F <= ord(code) < 0xA0 for code in done)
    assert clean(done) == done


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("line\nbreak\ttab", "line\nbreak\ttab"),
        ("naïve 日本 🎬", "naïve 日本 🎬"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07shown", "shown"),
        ("a\x00b", "ab"),
        ("half \ud83c", "half \ufffd"),
        ("joined \ud83c\udfac", "joined 🎬"),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert clean(text) == expected
