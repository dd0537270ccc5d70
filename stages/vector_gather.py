"""What gather stages share that compare the vectors of spans, or ask a teacher."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import Any

from pydantic import PrivateAttr

from ..rules.neighbours.vector_source import VectorSource
from ..schemas import Timeline
from .stage import Gather, Teacher, TeacherStage


class VectorGather(Gather):
    """A gather stage that may compare the vectors of the lane of ``vectors_read``, over all videos."""

    _vectors: tuple[VectorSource, Path | None] | None = PrivateAttr(None)

    def know_vectors(self, source: VectorSource, folder: Path | None) -> None:
        """Keep where the vectors come from, for ``gather``, and the *folder* where they may lie meanwhile."""
        self._vectors = source, folder

    def known_vectors(self) -> tuple[VectorSource, Path | None]:
        """What ``know_vectors`` was told."""
        if self._vectors is None:
            raise RuntimeError(f"{self.name()}: know_vectors() was not called")
        return self._vectors

    def __getstate__(self) -> dict[Any, Any]:
        """Leave out where vectors come from, which workers do not need."""
        return {**super().__getstate__(), "__pydantic_private__": {"_vectors": None}}


class TeacherGather(Gather, TeacherStage):
    """A gather stage that acts with the help of a teacher: ``act`` in the place of ``apply``. Many videos are in flight
    at once. One that asks nobody as it is set has no ``teachers()``; its *teacher* is None."""

    async def run(self, video: Timeline, teacher: Teacher) -> Timeline:  # type: ignore[override]  # that of a TeacherStage
        return await self.act(video, None, teacher)

    def apply(self, video: Timeline, verdict: Any) -> Timeline:
        raise NotImplementedError(f"{self.name()} acts with a teacher")

    @abstractmethod
    async def act(self, video: Timeline, verdict: Any, teacher: Teacher | None) -> Timeline:
        """Act on *video*; *verdict* is None when ``gather`` gave none for it."""
