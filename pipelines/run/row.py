"""One row on its way through the stages of a pass. What is done to it is counted, and an error ends only this row."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Literal, Unpack

from ...schemas import Dropped, Failed, Measured, Reject, Timeline, TrailStep
from ...schemas.failures import NO_SAMPLE
from ..errors import StopBuild
from ..storage.disk import explain, is_full

INPUT, OUTPUT = "input", "output"
"""The names that inputs and their labels, and what has no sample at the end, are counted under."""
STEP: ContextVar[str] = ContextVar("step", default="")
"""The stage that a row is in here, as it is counted: ``caption``, ``caption#2``."""


class Count:
    """What one stage did to the rows and spans of one unit."""

    def __init__(self) -> None:
        self.rows = self.kept = self.dropped = self.failed = self.cached = self.wrote = 0
        self.seconds = 0.0
        self.reasons: dict[str, int] = {}
        self.values: dict[str, float] = {}

    def add(self, step: TrailStep, rejects: Sequence[Reject], state: str, *, row: bool = True) -> None:
        """Count what *step* did to a row in *state*; without *row*, to one that is counted already."""
        if row:
            self.rows += 1
            self.kept += state == "kept"
            self.dropped += state == "dropped"
            self.failed += state == "failed"
        self.cached += step.cached
        self.wrote += step.wrote
        self.seconds += step.seconds
        for reject in rejects:
            self.reasons[reject.reason] = self.reasons.get(reject.reason, 0) + 1
        for name, value in step.values.items():
            self.values[name] = self.values.get(name, 0.0) + value


class Row:
    """A video in a pass. *key* is the fingerprint of its input; *counts* are those of its unit, by stage."""

    def __init__(self, key: str, video: Timeline, counts: dict[str, Count]) -> None:
        self.key, self.video, self.counts = key, video, counts
        self.uri = video.uri
        """What the video was called when it came into the pass: a file that is made for it gives it another name."""
        self.own: dict[str, Count] = {}
        """What of the counts is this row's, so that it can be taken up again without its neighbours."""

    @property
    def kept(self) -> bool:
        return self.video.state == "kept"

    @contextmanager
    def step(self, label: str, *, listed: bool = True) -> Iterator[TrailStep]:
        """Count what happens inside under *label*; an error there ends the row, with a reject that says why.

        What is not *listed* is no stage of this pass: it leaves no mark on the trail, and the row is not counted again.
        """
        begun, size, known = time.perf_counter(), _size(self.video), len(self.video.rejects)
        step = TrailStep(label)
        before = STEP.set(label)
        try:
            yield step
        except Dropped as drop:
            measured = Measured(value=drop.value, threshold=drop.threshold, detail=drop.detail)
            self.end("dropped", label, drop.reason, **measured)
        except Failed as failure:
            self.end("failed", label, failure.reason, value=failure.value, detail=failure.detail)
        except Exception as error:
            if isinstance(error, OSError) and is_full(error):  # the next row would meet it too
                raise StopBuild(f"{label}: {explain(error)}") from error
            self.end("failed", label, "stage_error", detail=_describe(error))
        finally:
            STEP.reset(before)
        rejects = self.video.rejects[known:]
        for reject in rejects:
            reject.stage = label if reject.stage == label.partition("#")[0] else reject.stage
        step.seconds = round(time.perf_counter() - begun, 6)
        step.dropped = sum(bool(reject.span) for reject in rejects)
        step.wrote = max(0, _size(self.video) - size + step.dropped)
        step.values, self.video.report = self.video.report, {}
        if listed:
            self.video.trail.append(step)
        self.count(label, step, rejects, row=listed)

    def count(self, label: str, step: TrailStep, rejects: Sequence[Reject], *, row: bool = True) -> None:
        """Count what *step* did; without *row*, to a row that is counted already."""
        for count in (self.counts[label], self.own.setdefault(label, Count())):
            count.add(step, rejects, self.video.state, row=row)

    def end(self, state: Literal["dropped", "failed"], label: str, reason: str, **measured: Unpack[Measured]) -> None:
        """End the row in *state* for *reason*."""
        self.video.state = state
        self.video.rejects.append(Reject(label, state, reason, **measured))

    def close(self, needs_samples: bool) -> None:
        """Finish the row after the last stage of a pass."""
        if needs_samples and self.kept and not self.video.samples:
            self.end("dropped", OUTPUT, NO_SAMPLE, detail="no stage made a sample of this video")
            self.counts[OUTPUT].add(TrailStep(OUTPUT), self.video.rejects[-1:], self.video.state)
        self.video.signals = None


def _size(video: Timeline) -> int:
    return sum(map(len, video.lanes.values())) + len(video.samples)


def _describe(error: Exception) -> str:
    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} (at {Path(where.filename).name}:{where.lineno})"
