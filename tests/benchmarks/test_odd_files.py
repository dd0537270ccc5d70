"""A quick part of the benchmark of odd files: valid ones are read as they are, damage is told, and it sees when not."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from vdata.schemas import Failed
from vdata.stages.media.scan import Scan, faults_of
from vdata.video.decode.container import look
from vdata.video.decode.frame_reader import read_frames
from vdata.video.signals.scanner import scan

FOLDER = Path(__file__).parents[2] / "benchmarks"
LIMITS = (1 << 27, False, 0.95, 0.05)
QUICK = [
    "packed.avi",
    "h264_b.avi",
    "start_2.mkv",
    "start_3600.webm",
    "sound_first.mp4",
    "two.mkv",
    "two.gif",
    "minute.mp4",
    "no_matrix.mp4",
    "hevc_open.mp4",
    "trimmed.mp4",
    "long_sound.mkv",
]
TOLD = [
    ("h264.mp4", "a packet missing", "gap"),
    ("mpeg4.avi", "cut at 96 %", "missing_pictures wrong_size"),
    ("vp9.webm", "8 packets missing", "gap"),
    ("vp9.webm", "200 bytes missing", "gap misread_container wrong_size"),
    ("ffv1.mkv", "1 byte changed", "damaged_pictures"),
    ("mpeg4.mp4", "half of a packet zero", "damaged_pictures"),
]


@pytest.fixture(scope="module")
def odd_files() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        return importlib.import_module("odd_files")


def test_the_counts_are_those_promised(odd_files: ModuleType) -> None:
    assert len({kind.name for kind in odd_files.valid_kinds()}) == 58
    assert len(odd_files.whole_kinds()) * len([*odd_files.IN_BYTES, *odd_files.IN_PACKETS]) == 340


@pytest.mark.parametrize("name", QUICK)
def test_a_valid_file_is_read_as_it_is(odd_files: ModuleType, tmp_path: Path, name: str) -> None:
    (kind,) = (one for one in odd_files.valid_kinds() if one.name == name)
    odd = odd_files.write(tmp_path, kind)
    path = str(odd.path)
    media, signals = look(path, 1e9, 1 << 27), scan(path, *LIMITS)
    assert media.duration == pytest.approx(odd.length, abs=odd_files.SOUND)
    assert (media.width, media.height) == odd.size
    assert signals.time == pytest.approx(np.array(odd.times), abs=odd_files.TIME)
    assert signals.end == pytest.approx(odd.end, abs=odd_files.HOLD)
    assert (signals.faults, signals.damaged, signals.gaps) == ({}, [], [])
    middles = [(a + b) / 2 for a, b in zip(odd.times, [*odd.times[1:], odd.end], strict=True)]
    picked = sorted({0, len(middles) // 2, len(middles) - 1})
    pictures = read_frames(path, [middles[n] for n in picked], None, 1 << 27)
    assert [odd_files.number_of(one) for one in pictures] == [odd.first + n for n in picked]


@pytest.mark.parametrize(("name", "how", "reasons"), TOLD)
def test_damage_is_told(odd_files: ModuleType, tmp_path: Path, name: str, how: str, reasons: str) -> None:
    path = mutant(odd_files, tmp_path, name, how)
    signals = scan(str(path), *LIMITS[:3], 1.0)
    assert {reason for reason, *_ in faults_of(signals)} >= set(reasons.split())
    allowed, found = LIMITS[:3], sum(count for _, _, count in signals.damaged)
    if found > 5:
        with pytest.raises(Failed) as caught:
            scan(str(path), *allowed, 0.05)
        assert caught.value.reason == "corrupt"
        assert "are damaged" in caught.value.detail


def test_one_wrong_time_is_mended_and_told_or_refused_where_the_header_holds_it_too(
    odd_files: ModuleType, tmp_path: Path
) -> None:
    signals = scan(str(mutant(odd_files, tmp_path, "h264.mp4", "a time wrong by 9.2 s")), *LIMITS)
    assert signals.end == pytest.approx(4, abs=0.05)
    assert signals.faults["retimed"] == 1
    with pytest.raises(Failed) as caught:
        scan(str(mutant(odd_files, tmp_path, "h264.flv", "a time wrong by 9.2 s")), *LIMITS)
    assert caught.value.reason == "truncated"


def test_the_benchmark_sees_what_is_silent(
    odd_files: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = next(one for one in odd_files.whole_kinds() if one.name == "h264.mp4")
    good = odd_files.scanned(odd_files.write(tmp_path, kind).path)
    path = mutant(odd_files, tmp_path, "h264.mp4", "a packet missing")
    assert odd_files.outcome(path, good)[0] in ("told", "refused")
    monkeypatch.setattr(Scan, "_told", lambda _, video: video)
    assert odd_files.outcome(path, good)[0] in ("silent", "refused")


def mutant(odd_files: ModuleType, folder: Path, name: str, how: str) -> Path:
    (kind,) = (one for one in odd_files.whole_kinds() if one.name == name)
    whole = odd_files.write(folder, kind).path
    path: Path = odd_files.mutate(whole, how, f"{name} {how}", folder / f"damaged{whole.suffix}")
    return path
