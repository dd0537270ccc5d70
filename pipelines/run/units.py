"""Units of work: what a worker takes through a pass, and commits as one part."""

from __future__ import annotations

import json
import pickle
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...schemas import make_id
from ...schemas.input_video import Source
from ..storage.parts import Part


@dataclass(frozen=True, slots=True)
class StoredInputs:
    """Inputs in a file that all workers can read, so that the process that a build is started in need not hold them."""

    file: Path
    start: int
    """The byte at which they begin."""
    size: int
    """Bytes."""
    rows: int

    def read(self) -> tuple[list[Source], list[str]]:
        """The sources, and the fingerprint of each.

        Raises:
            OSError: the file cannot be read.
        """
        with self.file.open("rb") as file:
            file.seek(self.start)
            packed, keys = pickle.loads(file.read(self.size))
        return [pickle.loads(one) for one in packed], keys


@dataclass(slots=True)
class Unit:
    """Some inputs of the first pass, or one part of the pass before."""

    name: str
    sources: list[Source] = field(default_factory=list)
    """The inputs; empty when they are stored."""
    keys: list[str] = field(default_factory=list)
    """The fingerprints of the sources."""
    stored: StoredInputs | None = None
    """Where its inputs are, with their fingerprints."""
    previous: str = ""
    only: list[str] = field(default_factory=list)
    """Just these rows, by id: of the part before, or of the new ones that are made from it."""
    verdicts: dict[str, Any] = field(default_factory=dict)
    given: str = ""
    attempt: int = 0
    parts: dict[str, str] = field(default_factory=dict)
    """The part of the pass before that holds each row of which new ones are composed, by id."""

    @classmethod
    def of(cls, sources: list[Source], keys: list[str]) -> Unit:
        """A unit of the first pass: *sources*, and the fingerprint of each."""
        return cls(make_id(*keys), sources, keys)

    @classmethod
    def after(cls, part: Part, verdicts: Mapping[str, Any], *, spawns: bool = False) -> Unit | None:
        """The unit that takes the rows kept in *part* through the next pass; None when there are none.

        When that pass *spawns*, its rows are those that *verdicts* plan for each row kept.
        """
        kept = [outcome.id for outcome in part.outcomes if outcome.state == "kept"]
        own = {video: verdicts[video] for video in kept if video in verdicts}
        only = [new for plans in own.values() for new in plans] if spawns else kept
        given = make_id(part.name, part.files["timelines"]["sha256"], json.dumps(own, sort_keys=True))
        return cls(part.name, previous=part.name, only=only, verdicts=own, given=given) if only else None

    def without(self, done: Collection[str], most: int) -> list[Unit]:
        """The same work but for the rows *done*, in units of *most* rows."""
        left = [row for row in self.only if row not in done]
        if not done and len(left) <= most:
            return [self]
        return [self._only(left[start : start + most]) for start in range(0, len(left), most)]

    @property
    def rows(self) -> int:
        """How many it has."""
        return self.stored.rows if self.stored else len(self.sources or self.only)

    def inputs(self) -> tuple[list[Source], list[str]]:
        """The sources of a unit of the first pass, and the fingerprint of each.

        Raises:
            OSError: they are stored, and cannot be read.
        """
        return self.stored.read() if self.stored else (self.sources, self.keys)

    def halves(self) -> list[Unit]:
        """Two units of half the rows each."""
        middle = self.rows // 2
        sources, keys = self.inputs()
        if sources:
            return [Unit.of(sources[half], keys[half]) for half in (slice(middle), slice(middle, None))]
        return [self._only(self.only[:middle]), self._only(self.only[middle:])]

    def _only(self, rows: list[str]) -> Unit:
        verdicts = {  # a verdict that has a plan for each new video keeps those of *rows*
            video: {new: plan for new, plan in verdict.items() if new in rows} if video not in self.only else verdict
            for video, verdict in self.verdicts.items()
        }
        return replace(self, name=make_id(self.name, *rows), only=rows, verdicts=verdicts)
