"""A stage that takes its time, so that a build can be killed at work."""

from __future__ import annotations

import time

from pydantic import Field

from vdata.schemas import Timeline
from vdata.stages import Stage


class Slow(Stage):
    """Waits with each video."""

    seconds: float = Field(0.01, ge=0)
    """How long."""

    def run(self, video: Timeline) -> Timeline:
        time.sleep(self.seconds)
        return video
