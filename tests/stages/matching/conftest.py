"""Teachers that are exact embedders, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import exact_embedder
import pytest

from vdata.pipelines.teachers.picture_encoder import data_uri, load
from vdata.schemas import Frames, Reply, Request, Timeline
from vdata.schemas.vectors import pack
from vdata.stages import TeacherStage

Vector = Callable[[str, str], Sequence[float]]


class ExactTeacher:
    """Replies with the vectors of *vector*; *fails* says for which requests it does not."""

    def __init__(
        self,
        fails: Callable[[Request], bool] = lambda request: False,
        vector: Vector = exact_embedder.vector,
        at: Callable[[float], Sequence[float]] | None = None,
        most: int | None = None,
    ) -> None:
        """*at*: the vector of the picture at a time, which no file is opened for; *most*: characters of a text that
        are read."""
        self.fails, self.vector, self.at, self.most = fails, vector, at, most
        self.asked: list[Request] = []

    async def ask(self, requests: Sequence[Request]) -> list[Reply]:
        self.asked += requests
        await asyncio.sleep(0)
        parts: list[Any] = [one.turns[0].parts[0] for one in requests]
        seen = self._seen([part for part in parts if isinstance(part, Frames)])
        return [
            Reply(failure="teacher_error", detail="no")
            if self.fails(one)
            else self._said(part)
            if isinstance(part, str)
            else Reply(vectors=(pack(seen[part.times]),))
            for one, part in zip(requests, parts, strict=True)
        ]

    def named(self, name: str) -> ExactTeacher:
        return self

    def _said(self, text: str) -> Reply:
        return Reply(vectors=(pack(self.vector("text", text[: self.most])),), cut=text[: self.most] != text)

    def _seen(self, frames: list[Frames]) -> dict[Any, Sequence[float]]:
        if self.at is not None:
            return {one.times: self.at(one.times[0]) for one in frames}
        if not frames:
            return {}
        pictures = load(replace(frames[0], times=tuple(time for one in frames for time in one.times)))
        uris = (data_uri(picture, "png", 0) for picture in pictures)
        return {one.times: self.vector("image", uri) for one, uri in zip(frames, uris, strict=True)}


@pytest.fixture(scope="session")
def exact() -> type[ExactTeacher]:
    return ExactTeacher


@pytest.fixture(scope="session")
def embedded() -> Callable[..., Timeline]:
    """``embedded(stage, video, teacher)``: the video after the stage."""

    def go(stage: TeacherStage, video: Timeline, teacher: ExactTeacher | None = None) -> Timeline:
        work: Any = stage.run(video, teacher or ExactTeacher())
        return asyncio.run(work)  # type: ignore[no-any-return]

    return go
