"""Stages that misbehave, for tests of the build. A module of its own, so that Ray's workers can import it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from typing import Any, ClassVar

from vdata.schemas import Evidence, Message, Sample, Timeline
from vdata.stages import Dropped, Failed, Gather, Stage


class Rough(Stage):
    """Fails, drops, raises or kills its process at the video that is named so."""

    def run(self, video: Timeline) -> Timeline:
        if "fails" in video.uri:
            raise Failed("no_luck", "as asked")
        if "drops" in video.uri:
            raise Dropped("too_odd", value=3, threshold=2)
        if "raises" in video.uri:
            raise KeyError(video.uri)
        if "kills" in video.uri:
            os.kill(os.getpid(), signal.SIGKILL)
        return video


class Plain(Stage):
    """One sample a span of the lane ``events``."""

    makes_samples: ClassVar[bool] = True
    reads: ClassVar[frozenset[str]] = frozenset({"events"})

    def run(self, video: Timeline) -> Timeline:
        for span in video.lane("events"):
            evidence = [Evidence(span.start, span.end, "events", span.words, span.id)]
            turns = [Message("user", "What happens?"), Message("assistant", span.words)]
            sample = Sample("what", f"What happens at {span.start}?", span.words, span.start, span.end, evidence)
            sample.messages = turns
            self.add_samples(video, [sample])
        return video


class OncePerText(Gather):
    """Drops a video whose first event was the first event of an earlier one."""

    reads: ClassVar[frozenset[str]] = frozenset({"events"})

    def digest(self, video: Timeline) -> Any:
        return video.lane("events")[0].words

    def gather(self, digests: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        first: dict[str, str] = {}
        return {video: first[text] for video, text in digests if first.setdefault(text, video) != video}

    def apply(self, video: Timeline, verdict: Any) -> Timeline:
        if verdict is not None:
            raise Dropped("seen_before", detail=verdict)
        return video
