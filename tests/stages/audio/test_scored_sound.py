"""Scores become stretches by arithmetic, and are kept as bytes."""

from __future__ import annotations

import numpy as np
import pytest

from vdata.stages.audio.scored_sound import ScoredSound


def scored(*scores: float, step: float = 1.0, window: float = 1.0) -> ScoredSound:
    column = np.array(scores, np.float32)[:, None]
    return ScoredSound(["speech"], column, step, window, len(scores) * step + window - step)


def stretches(
    sound: ScoredSound, hold: float = 0.0, shortest: float = 0.0, gap: float = 0.0
) -> list[tuple[float, float, float]]:
    found = sound.stretches(sound.together(["speech"]), 0.5, hold, shortest, gap)
    return [(one.start, one.end, round(one.score, 3)) for one in found]


def test_a_stretch_goes_from_the_first_window_over_the_threshold_to_the_one_that_falls_below() -> None:
    assert stretches(scored(0.1, 0.5, 0.9, 0.4, 0.1)) == [(1, 3, 0.7)]
    assert stretches(scored(0.4, 0.5, 0.9, 0.4, 0.3), hold=0.15) == [(1, 4, 0.6)]
    assert stretches(scored(0.9, 0.1, 0.9)) == [(0, 1, 0.9), (2, 3, 0.9)]


def test_near_stretches_are_one_and_short_ones_are_left_out() -> None:
    sound = scored(0.9, 0.1, 0.9, 0.1, 0.1, 0.9)
    assert stretches(sound, gap=1) == [(0, 3, 0.633), (5, 6, 0.9)]
    assert stretches(sound, gap=1, shortest=2) == [(0, 3, 0.633)]


def test_windows_that_overlap_stand_for_the_step_in_their_middle() -> None:
    sound = scored(0.1, 0.9, 0.1, 0.9, step=0.5, window=1.0)
    assert stretches(sound) == [(0.75, 1.25, 0.9), (1.75, 2.5, 0.9)]


def test_labels_together_have_the_greatest_of_their_scores() -> None:
    scores = np.array([[0.2, 0.7], [0.9, 0.1]], np.float32)
    sound = ScoredSound(["Speech", "Singing"], scores, 1, 1, 2)
    assert sound.together(["Speech", "Singing"]).tolist() == pytest.approx([0.7, 0.9])
    assert sound.together([]).tolist() == [0, 0]


def test_scores_come_back_from_bytes() -> None:
    sound = scored(0.25, 0.75, step=0.48, window=0.96)
    back = ScoredSound.from_bytes(sound.to_bytes())
    assert (back.labels, back.step, back.window, back.seconds) == (["speech"], 0.48, 0.96, sound.seconds)
    assert back.scores.tolist() == [[0.25], [0.75]]
