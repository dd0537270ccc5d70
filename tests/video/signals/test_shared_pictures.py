"""What two videos have in common: excerpts are found with their times, and chance is not taken for one."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.schemas import Signals
from vdata.video.signals.scanner import scan
from vdata.video.signals.shared_pictures import Rule, Strip, groups, pairs, strip

RULE = Rule()
BEGIN, END = 2.37, 7.87
"""The stretch of the clip bikes that is put into another video, seconds …"""
SHIFT = 3 - 2.4
"""… and how much later it is there."""


@pytest.fixture(scope="module")
def tables(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Signals]:
    """The clips, and ``reel``: bigbuckbunny, a stretch of bikes, encoded anew and smaller, and carphone."""
    pictures = []
    for name, begin, end in (("bigbuckbunny", 0, 3), ("bikes", BEGIN, END), ("carphone_pristine", 0, 2)):
        with av.open(str(clips / f"{name}.mp4")) as source:
            frames = (frame for frame in source.decode(video=0) if begin <= (frame.time or 0) < end)
            pictures += [frame.reformat(320, 180, "yuv420p") for frame in frames]
    path = tmp_path_factory.mktemp("reel") / "reel.mp4"
    with av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=25, options={"crf": "30"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for n, picture in enumerate(pictures):
            picture.pts, picture.time_base = n, Fraction(1, 25)
            target.mux(stream.encode(picture))
        target.mux(stream.encode())
    found = {
        name: scan(str(clips / f"{name}.mp4"), 1 << 24, False, 0.5, 0.5) for name in ("bikes", "carphone_pristine")
    }
    return {**found, "reel": scan(str(path), 1 << 24, False, 0.5, 0.5)}


def test_an_excerpt_is_found_with_its_times(tables: dict[str, Signals]) -> None:
    strips = [strip(table, None, RULE) for table in tables.values()]
    (pair,) = pairs(strips, None, RULE)
    assert (pair.one, pair.other) == (0, 2), "of carphone there are two seconds only"
    assert pair.share < 0.6, "it is the order and the pace that tell"
    assert pair.seconds >= 3
    assert BEGIN < pair.here[0] < pair.here[1] < END + 0.5, "the bicycles pass too fast for two pictures a second"
    assert pair.there[0] - pair.here[0] == pytest.approx(SHIFT, abs=0.5)
    fine = Rule(every=0.1)
    pair = next(pairs([strip(table, None, fine) for table in tables.values()], None, fine))
    assert pair.here == pytest.approx((BEGIN, END), abs=0.3)
    assert pair.there == pytest.approx((BEGIN + SHIFT, END + SHIFT), abs=0.3)
    assert pair.seconds >= 5
    (pair,) = pairs(strips, None, RULE)
    (turned,) = pairs([strips[2]], strips[:2], RULE)
    assert (turned.here, turned.there) == (pair.there, pair.here)
    found = [(pair.one, pair.other) for pair in pairs(strips, None, Rule(min_seconds=1))]
    assert found == [(0, 2), (1, 2)]
    assert list(pairs(strips, None, Rule(min_seconds=9))) == []


def test_a_strip_survives_json(tables: dict[str, Signals]) -> None:
    one = strip(tables["bikes"], None, RULE)
    again = Strip.of(json.loads(json.dumps(one.plain())))
    assert again.hashes.tolist() == one.hashes.tolist()
    assert again.start == pytest.approx(one.start, abs=0.01)
    assert again.frames == one.frames == 20
    assert one.total == pytest.approx(10, abs=0.6)
    assert one.between(2, 4).total == pytest.approx(2, abs=0.6)


def test_chance_does_not_line_up() -> None:
    """Half of the pictures of each are in the other, but never three in a row at one distance."""
    random = np.random.default_rng(7)
    common = random.integers(1, 1 << 62, 40, dtype=np.uint64)

    def shuffled(seed: int) -> Strip:
        turn = np.random.default_rng(seed)
        own = turn.integers(1, 1 << 62, 40, dtype=np.uint64)
        hashes = turn.permutation(np.concatenate([common, own]))
        return Strip(np.arange(80) / 2, np.full(80, 0.5), hashes, 80)

    strips = [shuffled(seed) for seed in range(6)]
    assert list(pairs(strips, None, RULE)) == []
    assert len(list(pairs(strips, None, Rule(min_share=0.4)))) == 15


def test_a_still_picture_is_no_stretch() -> None:
    """A minute of one logo in both: it is said of a video that is nothing else, not of one that has it too."""
    logo, random = 0x0F0F00FF3355AA01, np.random.default_rng(3)

    def with_logo(count: int) -> Strip:
        own = random.integers(1, 1 << 62, count, dtype=np.uint64)
        return Strip(
            np.concatenate([[0.0], 60 + np.arange(count)]),
            np.array([60.0, *[1.0] * count]),
            np.concatenate([np.array([logo], np.uint64), own]),
            120 + count,
        )

    assert list(pairs([with_logo(60), with_logo(60)], None, RULE)) == []
    assert len(list(pairs([with_logo(0), with_logo(60)], None, RULE))) == 1


def test_nothing_to_compare() -> None:
    empty = Strip(np.zeros(0), np.zeros(0), np.zeros(0, np.uint64))
    one = Strip(np.arange(4.0), np.ones(4), np.arange(1, 5, dtype=np.uint64), 4)
    assert list(pairs([], None, RULE)) == list(pairs([empty, one], [empty], RULE)) == []


@given(st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=20))
def test_groups_are_what_is_linked(links: list[tuple[int, int]]) -> None:
    found = groups(15, links)
    assert all(found[one] == found[other] for one, other in links)
    reached = {n: {n} for n in range(15)}
    for _ in range(15):
        for one, other in links:
            reached[one] |= reached[other]
            reached[other] |= reached[one]
    for n in range(15):
        assert {m for m in range(15) if found[m] == found[n]} == {
            m for m in range(15) if n in reached[m] or m in reached[n]
        }
        assert found[n] == min(m for m in range(15) if found[m] == found[n])
