"""YAMNet's log mel spectrogram."""

from __future__ import annotations

import numpy as np
import pytest

from vdata.stages.audio.spectrogram import MELS, OFFSET, PATCH, patches


@pytest.mark.parametrize(("hertz", "band"), [(150, 0), (1000, 20), (4000, 48), (7300, 63)])
def test_a_tone_is_loudest_in_the_band_of_its_pitch(hertz: float, band: int) -> None:
    time = np.arange(round(0.96 * 16000)) / 16000
    found = patches(np.sin(2 * np.pi * hertz * time).astype(np.float32)[None], 16000)
    assert found.shape == (1, PATCH, MELS)
    assert set(found[0, :94].argmax(axis=1)) <= {band - 1, band, band + 1}


def test_silence_is_the_logarithm_of_the_offset() -> None:
    assert patches(np.zeros((2, 100), np.float32), 16000).mean() == pytest.approx(np.log(OFFSET))
