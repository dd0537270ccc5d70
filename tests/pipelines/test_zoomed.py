"""The recipe of zooming dialogues writes its pictures, and what is cut out shows the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import pytest
from inline import without_ray

from vdata.pipelines.build import run_build
from vdata.pipelines.evaluation.score import load_samples
from vdata.pipelines.settings.config import Config

CHANNEL = {"blue": 0, "green": 1, "red": 2}
"""Of a picture as OpenCV reads it."""


def test_every_picture_is_there_and_the_part_has_the_colour_of_the_answer(
    recipe: Callable[..., Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    without_ray(monkeypatch)
    config = recipe("mm_cof", "zoomed")
    assert run_build(config, limit=None, address=None, overwrite=False) == 0
    samples = load_samples(config.output.path)
    checked = 0
    for sample in samples:
        whole, part = (cv2.imread(str(config.output.path / medium.file)) for medium in sample.media)
        assert whole is not None
        assert part is not None
        box = sample.media[1].boxes[0]
        assert part.shape[1] == pytest.approx(2 * (box.right - box.left) * whole.shape[1], abs=6)
        colour = sample.answer.split()[1]
        if colour in CHANNEL:
            height, width = part.shape[:2]
            middle: Any = part[height * 2 // 5 : height * 3 // 5, width * 2 // 5 : width * 3 // 5].mean((0, 1))
            assert middle.argmax() == CHANNEL[colour], sample.answer
            checked += 1
    assert checked >= 3
