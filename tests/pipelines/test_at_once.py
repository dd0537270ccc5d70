"""Several calls at a time."""

from __future__ import annotations

import threading

import pytest

from vdata.pipelines.at_once import at_once


def test_each_thing_comes_with_its_result() -> None:
    assert sorted(at_once(lambda one: one * one, range(20), 3)) == [(one, one * one) for one in range(20)]
    assert list(at_once(lambda one: one, [], 3)) == []


def test_several_are_under_way() -> None:
    meeting = threading.Barrier(4)
    assert len(list(at_once(lambda one: meeting.wait(10), range(4), 4))) == 4


def test_after_an_error_no_further_call_begins() -> None:
    begun, go_on = list[int](), threading.Event()

    def call(one: int) -> None:
        begun.append(one)
        if not one:
            raise ValueError("the first")
        go_on.wait(10)

    threading.Timer(0.5, go_on.set).start()
    with pytest.raises(ValueError, match="the first"):
        list(at_once(call, range(100), 1))
    assert begun in ([0], [0, 1]), "the one under way is waited for"


def test_when_nobody_takes_any_more_no_further_call_begins() -> None:
    begun, go_on = list[int](), threading.Event()

    def call(one: int) -> None:
        begun.append(one)
        if one:
            go_on.wait(10)

    results = at_once(call, range(100), 1)
    next(results)
    threading.Timer(0.2, go_on.set).start()
    results.close()  # type: ignore[attr-defined]
    assert begun in ([0], [0, 1]), "the one under way is waited for"
