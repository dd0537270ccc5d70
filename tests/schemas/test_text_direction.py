"""Text that would turn around what stands beside it, or overwrite it, comes into no sample."""

from __future__ import annotations

import pytest

from vdata.schemas import Message, Sample, Span, Timeline, clean
from vdata.schemas.arrow import samples_table


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("one\r\ntwo\rthree\n", "one\ntwo\nthree\n"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("".join(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)])) + "a", "a"),
        ("שלום\u200f (a)", "שלום\u200f (a)"),
        ("a\x00b\x07c\x1b[31md", "abcd"),
    ],
)
def test_nothing_turns_text_around(text: str, plain: str) -> None:
    assert clean(text) == plain
    assert clean(plain) == plain


def test_none_of_it_is_in_a_sample() -> None:
    odd = "A dog\u202e\r runs.\x00"
    video = Timeline("a.mp4", "0" * 24, 9.0)
    video.put("events", [Span(0, 1, odd, label=odd, attrs={odd: odd})])
    sample = Sample("what", odd, odd, 0, 1, [], options=[odd], answer_index=0)
    sample.messages = [Message("user", odd), Message("assistant", odd)]
    video.samples = [sample]
    whole = str(samples_table([video]).to_pylist()) + str(video.lanes)
    bad = ("\u202e", "\\u202e", "\\r", "\r", "\\x00")
    assert [part for part in bad if part in whole] == []
    assert whole.count("A dog\\n runs.") >= 8
