"""Near-duplicates: copies of real clips are found, different clips are not, and the lookup misses nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vdata.schemas import Dropped, Failed, Media, Signals, Span, Timeline
from vdata.schemas.signal_table import column_names
from vdata.stages import stage_class
from vdata.stages.gather.near_duplicates import NearDuplicates
from vdata.video.signals.scanner import scan

U8 = NDArray[np.uint64]
CLIPS = ("bigbuckbunny", "bikes", "carphone_pristine", "carphone_distorted")
CARPHONE = CLIPS[2]


def row(name: str, signals: Signals, width: int = 320, height: int = 180) -> Timeline:
    return Timeline(f"{name}.mp4", id=name, signals=signals, media=Media(width=width, height=height))


def made(hashes: Iterable[int], contrast: float = 40.0, fps: float = 1.0) -> Signals:
    """A frame table of which only the time, the hash and the contrast are right."""
    values = np.array(list(hashes), np.uint64)
    zero = np.zeros(len(values), np.float32)
    columns: dict[str, Any] = dict.fromkeys(column_names(), zero)
    columns |= {"time": np.arange(len(values)) / fps, "dhash": values, "contrast": zero + contrast}
    bits = np.unpackbits(values.astype(">u8").view(np.uint8).reshape(-1, 8), axis=1).reshape(-1, 8, 8)
    steps = np.pad(np.cumsum(bits * 24 - 12, axis=2), ((0, 0), (0, 0), (1, 0)))
    columns |= {"grid": (steps + 128).reshape(-1, 72).astype(np.uint8)}
    columns |= {"border": np.zeros((len(values), 4), np.uint8)}
    return Signals(**columns)


def noise(count: int, seed: int) -> list[int]:
    random = np.random.default_rng(seed)
    return [int(each) for each in random.integers(0, 1 << 63, count, dtype=np.uint64) * 2 + 1]


def judge(stage: NearDuplicates, *rows: Timeline) -> dict[str, Any]:
    digests = [(video.id, json.loads(json.dumps(stage.digest(video)))) for video in rows]
    verdicts: dict[str, Any] = json.loads(json.dumps(stage.gather(iter(digests))))
    return verdicts


def likenesses(verdicts: dict[str, Any]) -> dict[str, str]:
    """Which video is like which."""
    return {video: said[""][2] for video, said in verdicts.items()}


@pytest.fixture(scope="module")
def tables(clips: Path, film: Path) -> dict[str, Signals]:
    found = {name: scan(str(clips / f"{name}.mp4"), 1 << 24, False, 0.5, 0.5) for name in CLIPS}
    return {**found, "film": scan(str(film / "film.mp4"), 1 << 24, False, 0.5, 0.5)}


@pytest.fixture(scope="module")
def copies(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Signals]:
    """The clip carphone_pristine, changed in one way each."""
    with av.open(str(clips / f"{CARPHONE}.mp4")) as source:
        frames = [frame.to_ndarray(format="rgb24") for frame in source.decode(video=0)]
    small = [cv2.resize(frame, (96, 80), interpolation=cv2.INTER_AREA) for frame in frames]
    bright = [cv2.convertScaleAbs(frame, alpha=1.08, beta=12) for frame in frames]
    ways: dict[str, tuple[Any, str]] = {"encoded": (frames, "36"), "small": (small, "20")}
    ways |= {"bright": (bright, "20"), "half": (frames[:60], "20")}
    found = {}
    for name, (pictures, crf) in ways.items():
        path = tmp_path_factory.mktemp("copies") / f"{name}.mp4"
        with av.open(str(path), "w") as target:
            stream = target.add_stream("libx264", rate=30, options={"crf": crf})
            stream.width, stream.height, stream.pix_fmt = pictures[0].shape[1], pictures[0].shape[0], "yuv420p"
            for picture in pictures:
                target.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")))
            target.mux(stream.encode())
        found[name] = scan(str(path), 1 << 24, False, 0.5, 0.5)
    return found


def test_different_clips_are_kept_and_distorted_ones_found(tables: dict[str, Signals]) -> None:
    verdicts = judge(NearDuplicates(), *(row(name, signals) for name, signals in tables.items()))
    assert likenesses(verdicts) == {"carphone_distorted": CARPHONE}
    (share, uri, video, span) = verdicts["carphone_distorted"][""]
    assert share >= 0.75
    assert (uri, video, span) == (f"{CARPHONE}.mp4", CARPHONE, "")


def test_copies_are_found(tables: dict[str, Signals], copies: dict[str, Signals]) -> None:
    rows = [row(name, signals) for name, signals in {**tables, **copies}.items() if name != "carphone_distorted"]
    assert likenesses(judge(NearDuplicates(), *rows)) == dict.fromkeys(copies, CARPHONE)


def test_keep_says_which_one(tables: dict[str, Signals], copies: dict[str, Signals]) -> None:
    small, half = row("small", copies["small"], 96, 80), row("half", copies["half"])
    whole = row("whole", tables[CARPHONE], 176, 144)
    assert likenesses(judge(NearDuplicates(), small, whole)) == {"whole": "small"}
    assert likenesses(judge(NearDuplicates(keep="largest"), small, whole)) == {"small": "whole"}
    assert likenesses(judge(NearDuplicates(keep="longest"), half, whole)) == {"half": "whole"}
    assert likenesses(judge(NearDuplicates(keep="longest"), small, whole)) == {"whole": "small"}, "equals: the first"


def test_the_dropped_video_says_why(tables: dict[str, Signals]) -> None:
    stage, video = NearDuplicates(), row("other", tables[CARPHONE])
    verdicts = judge(stage, row("one", tables[CARPHONE]), video)
    with pytest.raises(Dropped) as caught:
        stage.apply(video, verdicts["other"])
    assert (caught.value.reason, caught.value.value, caught.value.threshold) == ("near_duplicate", 1.0, 0.6)
    assert caught.value.detail == "like one.mp4 (one)"
    assert stage.apply(video, None) is video


def test_a_shot_shown_twice_is_dropped_once(tables: dict[str, Signals]) -> None:
    """The film's truth: the shot at 48 s is that of 10 s again."""
    stage, video = NearDuplicates(of="shots", every=0.5), row("film", tables["film"])
    edges = [0, 4, 10, 14, 20, 24, 28, 34, 38, 44, 48, 52, 57, 61, 65, 69]
    shots = list(video.put("shots", [Span(a, b) for a, b in pairwise(edges)]))
    stage.apply(video, judge(stage, video)["film"])
    (reject,) = video.rejects
    assert (reject.stage, reject.reason, reject.lane, reject.start) == (
        "near_duplicates",
        "near_duplicate",
        "shots",
        48,
    )
    assert reject.span == shots[10].id
    assert reject.detail == f"like {shots[2].id} of film.mp4 (film)"
    assert video.lane("shots") == shots[:10] + shots[11:]


def test_plain_pictures_are_not_compared() -> None:
    hashes = noise(20, 1)
    dark = [row("a", made(hashes, contrast=3)), row("b", made(hashes, contrast=3))]
    plain = [row("a", made([0] * 20)), row("b", made([3] * 20))]
    assert judge(NearDuplicates(), *dark) == {}
    assert judge(NearDuplicates(), *plain) == {}
    assert likenesses(judge(NearDuplicates(min_contrast=2), *dark)) == {"b": "a"}
    few = made(hashes)
    few.contrast = few.contrast.copy()
    few.contrast[2:] = 0
    assert judge(NearDuplicates(), row("a", few), row("b", few)) == {}
    assert likenesses(judge(NearDuplicates(min_frames=2), row("a", few), row("b", few))) == {"b": "a"}


def test_the_share_is_of_the_one_that_is_dropped() -> None:
    """An excerpt is found in the whole; the whole is not found in its excerpt."""
    whole, part = row("whole", made(noise(40, 2))), row("part", made(noise(40, 2)[:10]))
    assert likenesses(judge(NearDuplicates(), whole, part)) == {"part": "whole"}
    assert judge(NearDuplicates(), part, whole) == {}
    assert judge(NearDuplicates(min_share=0.25), part, whole)["whole"][""][0] == 0.25


def test_only_what_is_kept_is_compared_with() -> None:
    """b is like a, and c is like b but not like a: c is kept, as b is not there any more."""
    one, other = noise(20, 3), noise(20, 4)
    rows = [row("a", made(one)), row("b", made(one[:13] + other[:7])), row("c", made(one[:7] + other[:13]))]
    assert likenesses(judge(NearDuplicates(), *rows)) == {"b": "a"}
    assert likenesses(judge(NearDuplicates(), *rows[1:])) == {"c": "b"}


def test_no_signals() -> None:
    with pytest.raises(Failed, match="no_signals"):
        NearDuplicates().digest(Timeline("a.mp4", id="a"))
    assert NearDuplicates().gather(iter([])) == {}


def test_lanes() -> None:
    assert stage_class("near_duplicates") is NearDuplicates
    assert NearDuplicates().lanes_read() == {"signals"}
    assert NearDuplicates(of="shots").lanes_read() == {"signals", "shots"}


def test_what_was_mirrored_is_the_same_unless_it_shall_not_be() -> None:
    one, turned = made(noise(20, 5)), made(noise(20, 5))
    turned.grid = turned.grid.reshape(-1, 8, 9)[:, :, ::-1].reshape(-1, 72)
    turned.dhash = np.array([(int(f"{int(each):064b}"[::-1], 2)) ^ ((1 << 64) - 1) for each in noise(20, 6)], np.uint64)
    rows = row("one", one), row("turned", turned)
    assert judge(NearDuplicates(), *rows) == {"turned": {"": [1.0, "one.mp4", "one", ""]}}
    assert judge(NearDuplicates(mirror=False), *rows) == {}
