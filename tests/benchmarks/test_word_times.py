"""The benchmark of word times: speech comes back where eSpeak said it, and it is seen when it does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest


@pytest.fixture(scope="module")
def word_times(benchmark: Callable[[str], ModuleType]) -> ModuleType:
    for name in ("espeakng_loader", "faster_whisper", "pocketsphinx"):
        pytest.importorskip(name, reason="pip install 'vdata-toolkit[test]'")
    return benchmark("word_times")


def test_words_come_back_where_they_were_said(word_times: ModuleType, tmp_path: Path) -> None:
    got = word_times.measured(seed=7, sentences=4, folder=tmp_path)
    assert got.lag == 0
    assert got.said == 37
    assert len(got.off) == pytest.approx(27, abs=6)
    assert got.near >= 0.96
    assert 0.4 < got.transcribed < 0.7  # the silence is left out


def test_sound_that_is_late_and_words_that_are_not_brought_back_are_seen(
    word_times: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear = word_times.hear

    def late(*given: Any) -> Any:
        return np.concatenate([np.zeros(160, np.float32), hear(*given)])

    monkeypatch.setattr(word_times, "hear", late)
    monkeypatch.setattr(word_times, "brought_back", lambda lines, _: lines)
    got = word_times.measured(seed=7, sentences=3, folder=tmp_path)
    assert got.lag == 160
    assert got.near < 0.5


@pytest.mark.slow
def test_260_seconds_that_nothing_was_tuned_on(word_times: ModuleType, tmp_path: Path) -> None:
    got = word_times.measured(seed=100, sentences=40, folder=tmp_path)
    assert (got.lag, got.said) == (0, 383)
    assert len(got.off) >= 200
    assert got.near >= 0.96
