"""Stages that misbehave, for tests of the build. A module of its own, so that Ray's workers can import it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from vdata.pipelines.errors import StopBuild
from vdata.pipelines.teachers.worker_teachers import TeacherPool
from vdata.schemas import Dropped, Evidence, Failed, Message, Reply, Request, Sample, Span, Timeline, make_id
from vdata.stages import Gather, Spawn, Stage, Teacher, TeacherStage


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
    """One sample a span of a lane."""

    makes_samples: ClassVar[bool] = True

    of: str = "events"

    def lanes_read(self) -> set[str]:
        return {self.of}

    def run(self, video: Timeline) -> Timeline:
        for span in video.lane(self.of):
            evidence = [Evidence(span.start, span.end, self.of, span.words, span.id)]
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


class Reels(Spawn):
    """Makes a new video of each event, with a file of its own; none of a video that is the only one."""

    reads: ClassVar[frozenset[str]] = frozenset({"events"})
    writes: ClassVar[frozenset[str]] = frozenset({"pieces", "replies"})
    makes_samples: ClassVar[bool] = True

    def digest(self, video: Timeline) -> Any:
        return [video.uri, [event.words for event in video.lane("events")]]

    def gather(self, digests: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        told = list(digests)
        return {
            video: {make_id(video, word): {"uri": uri, "word": word, "of": len(told)} for word in words}
            for video, (uri, words) in told
        }

    def apply(self, video: Timeline, verdict: Any) -> Timeline:
        word = verdict["word"]
        if "kills" in word:
            os.kill(os.getpid(), signal.SIGKILL)
        if "fails" in word:
            raise Failed("no_luck", "as asked")
        video.put("pieces", [Span(0, 1, word, attrs={"uri": verdict["uri"]})])
        video.put("replies", [Span(0, 1, f"one of {verdict['of']}")])
        video.duration = 1.0
        Path(video.folder).mkdir(exist_ok=True)
        Path(video.folder, f"{video.id}.txt").write_text(word)
        video.uri = f"media/{video.id}.txt"
        evidence = [Evidence(0, 1, "pieces", word, video.lane("pieces")[0].id)]
        sample = Sample("what", "What is it?", word, 0, 1, evidence)
        sample.messages = [Message("user", "What is it?"), Message("assistant", word)]
        self.add_samples(video, [sample])
        return video


class Reread(OncePerText):
    """Sees every new video, and reads the file that was made for it."""

    reads: ClassVar[frozenset[str]] = frozenset({"pieces"})

    def digest(self, video: Timeline) -> Any:
        return video.uri

    def apply(self, video: Timeline, verdict: Any) -> Timeline:
        video.put("replies", [Span(0, 1, Path(video.file).read_text().upper())])
        return video


class Inquire(TeacherStage):
    """Asks about each event at once, and lays the replies on the lane ``replies``."""

    reads: ClassVar[frozenset[str]] = frozenset({"events"})
    writes: ClassVar[frozenset[str]] = frozenset({"replies"})

    async def run(self, video: Timeline, teacher: Teacher) -> Timeline:
        events = video.lane("events")
        replies = await teacher.ask([Request.of(f"{video.uri}: {event.words}") for event in events])
        told = [(event, reply) for event, reply in zip(events, replies, strict=True)]
        for event, reply in told:
            if not reply.ok:
                self.reject_reply(video, reply, "events", event)
        video.put("replies", [Span(event.start, event.end, reply.text) for event, reply in told if reply.ok])
        return video


class Echo:
    """A teacher that says what it was asked, after a moment; a word in the question makes it misbehave."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.flying = self.most = 0

    async def ask(self, requests: Sequence[Request]) -> list[Reply]:
        return list(await asyncio.gather(*(self._reply(str(request.turns[0].parts[0])) for request in requests)))

    def named(self, name: str) -> Teacher:
        return self

    async def _reply(self, question: str) -> Reply:
        self.flying += 1
        self.most = max(self.most, self.flying)
        (Path(self.folder) / "most").write_text(str(self.most))
        with (Path(self.folder) / "asked").open("a") as file:
            file.write(question + "\n")
        await asyncio.sleep(2 if (Path(self.folder) / "slow").exists() else 0.2)
        self.flying -= 1
        if "crash" in question and not (Path(self.folder) / "crashed").exists():
            (Path(self.folder) / "crashed").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if "broke" in question and not (Path(self.folder) / "paid").exists():
            raise StopBuild("the budget of echo is reached: 10 calls")
        if "busy" in question and not (Path(self.folder) / "calm").exists():
            return Reply(failure="teacher_error", detail="503")
        return Reply((f"said: {question}",))


def echo(folder: str) -> TeacherPool:
    """The teachers of a pass, as its actor makes them."""
    return TeacherPool(echo=Echo(folder))
