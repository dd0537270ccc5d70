"""Splits: what belongs together is never on two sides, shares are met, and few videos move."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.schemas import Dropped, Failed, Media, Signals, Span, Timeline, make_id
from vdata.schemas.signal_table import column_names
from vdata.stages import stage_class
from vdata.stages.gather.split import SPLITS, Split
from vdata.video.signals.scanner import scan

HALVES = Split(train=0.5, validation=0.25, test=0.25, group_by="channel")


def judge(stage: Split, videos: list[Timeline]) -> dict[str, Any]:
    digests = [(video.id, json.loads(json.dumps(stage.digest(video)))) for video in videos]
    verdicts: dict[str, Any] = json.loads(json.dumps(stage.gather(iter(digests))))
    return verdicts


def sides(stage: Split, videos: list[Timeline]) -> dict[str, str]:
    return {video: said["split"] for video, said in judge(stage, videos).items()}


def named(name: str, **attrs: str) -> Timeline:
    return Timeline(f"{name}.mp4", id=make_id(name), attrs=attrs)


def shown(name: str, hashes: list[int], **attrs: str) -> Timeline:
    """A video that shows these pictures, two a second."""
    zero = np.zeros(len(hashes), np.float32)
    columns: dict[str, Any] = dict.fromkeys(column_names(), zero)
    columns |= {"time": np.arange(len(hashes)) / 2, "dhash": np.array(hashes, np.uint64), "contrast": zero + 40}
    bits = np.unpackbits(np.array(hashes, np.uint64).astype(">u8").view(np.uint8).reshape(-1, 8), axis=1)
    steps = np.cumsum(bits.reshape(-1, 8, 8) * 24.0 - 12, axis=2)
    columns |= {"grid": (np.pad(steps, ((0, 0), (0, 0), (1, 0))) + 128).reshape(-1, 72).astype(np.uint8)}
    columns |= {"border": np.zeros((len(hashes), 4), np.uint8)}
    video = named(name, **attrs)
    video.signals = Signals(**columns)
    return video


def noise(count: int, seed: int) -> list[int]:
    random = np.random.default_rng(seed)
    return [int(each) for each in random.integers(0, 1 << 63, count, dtype=np.uint64) * 2 + 1]


CHANNELS = st.lists(st.sampled_from(["", "a", "b", "c", "d"]), min_size=1, max_size=30)


@given(CHANNELS, st.integers(0, 5), st.lists(st.sampled_from(["", "", "", "train", "val", "Test"]), max_size=30))
def test_a_group_is_never_on_two_sides(channels: list[str], seed: int, declared: list[str]) -> None:
    videos: list[Timeline] = []
    for n, channel in enumerate(channels):
        video = named(f"v{n}", channel=channel, split=declared[n] if n < len(declared) else "")
        video.seed = seed
        videos.append(video)
    verdicts = judge(HALVES, videos)
    kept: dict[str, str] = {}
    assert verdicts.keys() == {video.id for video in videos}
    for video in videos:
        said = video.attrs["split"].lower().replace("val", "validation")
        if "conflict" in verdicts[video.id]:
            assert said, "only what the manifest names can be in conflict"
            with pytest.raises(Dropped, match="split_conflict"):
                HALVES.apply(video, verdicts[video.id])
            continue
        HALVES.apply(video, verdicts[video.id])
        assert video.attrs["split"] == (said or video.attrs["split"])
        if channel := video.attrs["channel"]:
            assert kept.setdefault(channel, video.attrs["split"]) == video.attrs["split"]


@given(CHANNELS, CHANNELS, st.permutations(range(12)))
def test_what_is_added_moves_nothing_that_it_does_not_belong_to(
    before: list[str], added: list[str], order: list[int]
) -> None:
    first = [named(f"v{n}", channel=channel) for n, channel in enumerate(before)]
    more = [named(f"w{n}", channel=channel) for n, channel in enumerate(added)]
    mixed = [*first, *more]
    mixed.sort(key=lambda video: order[len(video.uri) * 7 % 12])
    was, now = sides(HALVES, first), sides(HALVES, mixed)
    assert {video: now[video] for video in was} == was


def test_shares_are_met_and_a_change_of_them_moves_few() -> None:
    videos = [named(f"v{n}") for n in range(4000)]
    counts = Counter(sides(Split(), videos).values())
    assert [round(counts[split] / 4000, 2) for split in SPLITS] == [
        pytest.approx(share, abs=0.02) for share in (0.9, 0.05, 0.05)
    ]
    was, now = sides(Split(train=8, validation=1, test=1), videos), sides(Split(train=8, validation=1, test=3), videos)
    moved = Counter((was[video], now[video]) for video in was if was[video] != now[video])
    assert {after for _, after in moved} == {"test"}, "only the split that grew is moved to"
    assert sum(moved.values()) / 4000 == pytest.approx(3 / 12 - 1 / 10, abs=0.02)
    assert set(sides(Split(train=0, validation=0, test=1), videos[:50]).values()) == {"test"}


def test_the_seed_draws_anew() -> None:
    videos = [named(f"v{n}") for n in range(200)]
    was = sides(HALVES, videos)
    for video in videos:
        video.seed = 1
    now = sides(HALVES, videos)
    assert sum(was[video] != now[video] for video in was) == pytest.approx(200 * 5 / 8, abs=30)


def test_what_shows_the_same_is_linked_over_others() -> None:
    """a and b share six seconds, b and c six others; d shares pictures with a, but in another order."""
    ab, bc, own = noise(12, 1), noise(12, 2), [noise(60, n) for n in range(3, 7)]
    a, b = own[0] + ab, ab[:12] + own[1] + bc
    c, d = own[2][:30] + bc + own[2][30:], own[3] + [*ab[::-1][::2]]
    videos = [shown(name, hashes) for name, hashes in zip("abcd", (a, b, c, d), strict=True)]
    verdicts = judge(Split(), videos)
    assert [verdicts[video.id].get("group") for video in videos] == ["first", "member", "member", None]
    for seed in range(8):
        for video in videos:
            video.seed = seed
        assert len({side for video, side in sides(HALVES, videos).items() if video != videos[3].id}) == 1
    assert [said.get("group") for said in judge(Split(min_seconds=7), videos).values()] == [None] * 4


def test_a_mirrored_copy_stays_on_the_side_of_its_source() -> None:
    source, turned, other = shown("a", noise(40, 1)), shown("b", noise(40, 2)), shown("c", noise(40, 3))
    assert source.signals is not None
    assert turned.signals is not None
    turned.signals.grid = source.signals.grid.reshape(-1, 8, 9)[:, :, ::-1].reshape(-1, 72)
    verdicts = judge(Split(), [source, turned, other])
    assert [verdicts[video.id].get("group") for video in (source, turned, other)] == ["first", "member", None]


def test_the_manifest_leads_its_group() -> None:
    one, other = noise(20, 1), noise(20, 2)
    videos = [shown("a", one), shown("b", one, split="dev"), shown("c", other, split="train"), shown("d", other)]
    assert list(sides(Split(), videos).values()) == ["validation", "validation", "train", "train"]


def test_a_conflict_is_dropped_or_said() -> None:
    same = noise(20, 1)
    videos = [shown("a", same, split="train"), shown("b", same, split="test"), shown("c", same)]
    verdicts = judge(Split(), videos)
    with pytest.raises(Dropped, match="split_conflict") as caught:
        Split().apply(videos[0], verdicts[videos[0].id])
    assert caught.value.detail == (
        "the manifest puts it into train, and b.mp4, which belongs together with it, into test"
    )
    assert [Split().apply(video, verdicts[video.id]).attrs["split"] for video in videos[1:]] == ["test", "test"]
    keeping = Split(conflicts="keep")
    assert keeping.apply(videos[0], verdicts[videos[0].id]).attrs["split"] == "train"
    assert videos[0].report == {"train": 1.0, "groups": 1.0, "grouped": 1.0, "leaks": 1.0}
    line = keeping.summary({"train": 1, "test": 2, "groups": 1, "grouped": 3, "leaks": 1})
    assert line == (
        "split: train 1, validation 0, test 2 videos; 3 of them in 1 group that belong together; "
        "1 kept in conflict with a split that is held out more strictly: a leak; "
        "validation got none: each group is drawn for itself, so few may all fall on one side."
    )
    assert "got none" not in str(Split(train=1, validation=0, test=0).summary({"train": 3}))


def test_made_videos_belong_to_what_they_are_made_of() -> None:
    def made(name: str, *contents: str) -> Timeline:
        video = named(name)
        video.put("pieces", [Span(n, n + 1, attrs={"content": content}) for n, content in enumerate(contents)])
        return video

    source = Timeline("s.mp4", id="s", media=Media(sha256="x"))
    videos = [made("a", "x", "y"), made("b", "y", "z"), made("c", "w"), source]
    verdicts = judge(Split(), videos)
    assert [verdicts[video.id].get("group") for video in videos] == ["first", "member", None, "member"]


def test_a_split_that_is_none() -> None:
    with pytest.raises(Failed, match="unknown_split") as caught:
        Split().digest(named("a", split="holdout"))
    assert "split: holdout" in caught.value.detail
    with pytest.raises(ValueError, match="all 0"):
        Split(train=0, validation=0, test=0)


def test_the_distorted_clip_goes_with_the_pristine_one(clips: Path) -> None:
    names = ("bigbuckbunny", "bikes", "carphone_pristine", "carphone_distorted")
    videos = [named(name) for name in names]
    for video in videos:
        video.signals = scan(str(clips / video.uri), 1 << 24, False, 0.5, 0.5)
    verdicts = judge(Split(), videos)
    assert [verdicts[video.id].get("group") for video in videos] == [None, None, "first", "member"]


def test_the_stage() -> None:
    assert stage_class("split") is Split
    assert Split().lanes_read() == set(), "it makes do without pictures"
    assert Split().summary({}) is None
