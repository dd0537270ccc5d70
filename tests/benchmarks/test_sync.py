"""The sync benchmark: sound stays with the pictures, on another seed than its own, and it sees when it does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from vdata.video.edit.copied_sound import AacTrack
from vdata.video.edit.edit_list import Piece


@pytest.fixture(scope="module")
def sync(benchmark: Callable[[str], ModuleType]) -> ModuleType:
    return benchmark("sync")


@pytest.mark.slow
@pytest.mark.parametrize("words", ["mp4 29.97 44100", "webm 30 libopus"])
def test_sound_stays_with_the_pictures(sync: ModuleType, words: str, tmp_path: Path) -> None:
    (form,) = (form for form in sync.FORMS if set(words.split()) <= set(str(form).split()))
    assert sync.measured(form, tmp_path, [0, 5], f"held {form}", 6.0) == 0


def test_sound_that_is_late_is_seen(sync: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shift = AacTrack._shift

    def late(track: AacTrack, piece: Piece) -> int:
        return shift(track, piece) + (3 if piece.start else 0)

    monkeypatch.setattr(AacTrack, "_shift", late)
    assert sync.measured(sync.FORMS[0], tmp_path, [1], "held late", 6.0) == 1
