"""A stage that puts several videos together into new ones, which keep what was known of them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import PrivateAttr

from ..schemas import Timeline
from .stage import Spawn


class Joining(Spawn):
    """A ``Spawn`` whose new videos take over lanes and samples: ``compose`` is given the rows that they are made of."""

    keeps_files: ClassVar[bool] = False
    """Whether what its new videos show lies in the files of those that came in, so that none need be rendered."""
    _ended: list[tuple[str, Mapping[str, str]]] = PrivateAttr(default_factory=list)

    def know_ended(self, inputs: Sequence[tuple[str, Mapping[str, str]]]) -> None:
        """Keep, for ``gather``, which inputs do not come: those that ended before, with the columns of the manifest."""
        self._ended = list(inputs)

    def ended(self) -> list[tuple[str, Mapping[str, str]]]:
        """What ``know_ended`` was told: the uri and the columns of each."""
        return self._ended

    def __getstate__(self) -> dict[Any, Any]:
        """Leave out the inputs that ended, which workers do not need."""
        return {**super().__getstate__(), "__pydantic_private__": {"_ended": []}}

    def gone(self, lanes: Iterable[str]) -> set[str]:
        """Those of *lanes*, which are read from files, that its new videos do not have."""
        return set(lanes) - ({"media"} if self.keeps_files else set())

    @abstractmethod
    def made_of(self, plan: Any) -> list[str]:
        """The ids of the incoming videos whose rows ``compose`` needs for *plan*."""

    @abstractmethod
    def compose(self, video: Timeline, plan: Any, parts: Mapping[str, Timeline]) -> Timeline:
        """Lay *plan* on the new row *video*; *parts* are the rows of ``made_of`` by id."""

    def apply(self, video: Timeline, verdict: Any) -> Timeline:
        raise NotImplementedError(f"{self.name()} composes new videos of the rows of others")
