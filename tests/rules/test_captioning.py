"""Captions as answers to questions without times."""

from __future__ import annotations

from random import Random

from vdata.rules.clock import Clock
from vdata.rules.families.captioning import Captioning
from vdata.rules.lane_view import View
from vdata.schemas import Span

CLOCK = Clock("seconds", 60.0)
LONG = " ".join(["word"] * 40)
SPANS = [
    Span(0, 10, "A dog runs", id="a", attrs={"camera": "It pans.", "style": "", "span": "s0"}),
    Span(0, 60, LONG, id="b"),
    Span(12, 12, "A point.", id="c"),
    Span(20, 30, f" {LONG}", id="d", attrs={"lens_flare": "Some."}),
]


def asked(family: Captioning, kind: str = "sentence") -> list[tuple[str, str, dict[str, str], bool, str]]:
    view = View("captions", kind, SPANS, 60.0)
    return [
        (
            ask.cited[0].span,
            ask.wording,
            ask.params,
            ask.whole,
            family.solve(view.cite(ask.cited), {"kind": kind, **ask.params}, CLOCK),
        )
        for ask in family.ask(view, Random(0), 50, CLOCK)
    ]


def test_every_span_with_a_length_is_asked_for_its_caption_as_it_stands() -> None:
    assert asked(Captioning()) == [
        ("a", "", {"about": "spans"}, False, "A dog runs"),
        ("b", "detailed", {}, True, LONG),
        ("d", "detailed", {"about": "spans"}, False, LONG),
    ]
    assert {way for _, way, *_ in asked(Captioning("brief"))} == {""}
    assert {way for _, way, *_ in asked(Captioning("detailed"))} == {"detailed"}


def test_parts_are_asked_for_by_name_and_empty_ones_are_not() -> None:
    part = ("a", "part", {"about": "spans", "part": "camera"}, False, "It pans.")
    assert asked(Captioning(None, ["camera", "style"])) == [part]
    assert [answer for *_, answer in asked(Captioning(None, None))] == ["It pans.", "Some."]
    ask = Captioning(None, ["lens_flare"]).ask(View("captions", "sentence", SPANS, 60.0), Random(0), 9, CLOCK)
    assert [one.slots for one in ask] == [{"clip": "clip", "what": "the lens flare"}]


def test_a_limit_takes_a_sample_of_the_spans_by_chance() -> None:
    view = View("captions", "sentence", [Span(n, n + 1, f"Event {n}.", id=str(n)) for n in range(40)], 60.0)
    chosen = [tuple(ask.cited[0].span for ask in Captioning().ask(view, Random(seed), 3, CLOCK)) for seed in (1, 1, 2)]
    assert chosen[0] == chosen[1] != chosen[2]
    assert [len(one) for one in chosen] == [3, 3, 3]


def test_it_is_asked_by_name_alone() -> None:
    view = View("captions", "sentence", SPANS, 60.0)
    assert Captioning().suits(view, named=True)
    assert not Captioning().suits(view, named=False)
