from __future__ import annotations

import re

import pytest

from vdata.rules.lazy_pattern import lazy


def test_it_does_what_a_compiled_pattern_does() -> None:
    late, now = lazy(r"(?P<n>\d+)\s*(s|m)\b", re.IGNORECASE), re.compile(r"(?P<n>\d+)\s*(s|m)\b", re.IGNORECASE)
    text = "From 12 S to 3 m, then 7."
    assert [one.span() for one in late.finditer(text)] == [one.span() for one in now.finditer(text)]
    assert late.sub("<\\g<n>>", text) == now.sub("<\\g<n>>", text)
    assert (late.pattern, late.groups, late.groupindex) == (now.pattern, now.groups, now.groupindex)
    assert late.fullmatch("x") is None


def test_it_is_compiled_at_its_first_use() -> None:
    wrong = lazy("(")
    with pytest.raises(re.error, match="unterminated subpattern"):
        wrong.search("")
