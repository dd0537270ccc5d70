"""A teacher that is the exact embedder, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from exact_embedder import vector

from vdata.pipelines.teachers.picture_encoder import encode
from vdata.schemas import Frames, Reply, Request, Timeline
from vdata.schemas.vectors import pack
from vdata.stages import TeacherStage


class ExactTeacher:
    """Replies with vectors; *fails* says for which requests it does not."""

    def __init__(self, fails: Callable[[Request], bool] = lambda request: False) -> None:
        self.fails = fails
        self.asked: list[Request] = []

    async def ask(self, requests: Sequence[Request]) -> list[Reply]:
        self.asked += requests
        await asyncio.sleep(0)
        return [Reply(failure="teacher_error", detail="no") if self.fails(one) else _reply(one) for one in requests]

    def named(self, name: str) -> ExactTeacher:
        return self


def _reply(request: Request) -> Reply:
    ((part,),) = (turn.parts for turn in request.turns)
    if isinstance(part, str):
        return Reply(vectors=(pack(vector("text", part)),))
    assert isinstance(part, Frames)
    (uri,) = encode(part, "png", 0)
    return Reply(vectors=(pack(vector("image", uri)),))


@pytest.fixture
def exact() -> type[ExactTeacher]:
    return ExactTeacher


@pytest.fixture
def embedded() -> Callable[..., Timeline]:
    """``embedded(stage, video, teacher)``: the video after the stage."""

    def go(stage: TeacherStage, video: Timeline, teacher: ExactTeacher | None = None) -> Timeline:
        work: Any = stage.run(video, teacher or ExactTeacher())
        return asyncio.run(work)  # type: ignore[no-any-return]

    return go
