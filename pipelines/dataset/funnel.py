"""The counts of a build by stage and by end of its inputs, which must add up."""

from __future__ import annotations

import platform
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from ...schemas.build_record import FunnelRow, MadeVideos
from ..storage.parts import Part

LIBRARIES = ("vdata-toolkit", "ray", "av", "opencv-python-headless", "scenedetect-headless", "pyarrow", "datasets")


class Funnel:
    """The counts of *inputs* inputs in the parts of all *passes*; *labels* are the stages in order.

    From the pass number *spawns* on, the rows are new videos that were composed of the inputs.

    Raises:
        RuntimeError: the counts do not add up to the inputs (a defect of vdata).
    """

    def __init__(
        self, labels: list[str], passes: Sequence[Iterable[Part]], inputs: int, spawns: int | None = None
    ) -> None:
        counted = [_count(parts) for parts in passes]
        own = counted[:spawns]
        self.ends = _ends(own)
        """The number of inputs by their end: ``kept``, ``dropped``, ``failed``."""
        if sum(self.ends.values()) != inputs:
            raise RuntimeError(f"{inputs} inputs went in and {self.ends} came out: please report this defect of vdata")
        self.hours, self.hours_kept = _hours(own[0].seconds), _hours({"kept": own[-1].seconds["kept"]})
        self.made: MadeVideos | None = None
        if spawns is not None:
            ends = _ends(counted[spawns:])
            kept = {"kept": counted[-1].seconds["kept"]}
            self.made = MadeVideos(videos=sum(ends.values()), **ends, hours_kept=_hours(kept))
        rows = {label: FunnelRow(stage=label) for label in ["input", *labels, "output"]}
        for label, row in rows.items():
            for one in counted:
                if label in one.rows:
                    _add(row, one.rows[label].model_dump(exclude={"stage"}))
            row.seconds = round(row.seconds, 3)
            row.reasons = dict(sorted(row.reasons.items()))
        self.rows = [row for row in rows.values() if row.rows or row.stage in labels]


@dataclass(slots=True)
class _PassCounts:
    """What is counted of the parts of a pass."""

    ends: Counter[str] = field(default_factory=Counter)
    """Rows by their end, …"""
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    """… and the lengths of their videos."""
    rows: dict[str, FunnelRow] = field(default_factory=dict)
    """By stage."""


def _count(parts: Iterable[Part]) -> _PassCounts:
    found = _PassCounts()
    for part in parts:
        for outcome in part.outcomes:
            found.ends[outcome.state] += 1
            found.seconds[outcome.state] += outcome.seconds or 0.0
        for label, count in part.counts.items():
            _add(found.rows.setdefault(label, FunnelRow(stage=label)), count)
    return found


def _add(row: FunnelRow, count: dict[str, Any]) -> None:
    for name, value in count.items():
        total = getattr(row, name)
        if isinstance(value, dict):
            for key, amount in value.items():
                total[key] = total.get(key, 0) + amount
        else:
            setattr(row, name, total + value)


def _ends(passes: Sequence[_PassCounts]) -> dict[str, int]:
    """The number of rows that were kept, dropped and failed in consecutive *passes*."""
    ended = {state: sum(one.ends[state] for one in passes) for state in ("dropped", "failed")}
    return {"kept": passes[-1].ends["kept"], **ended}


def _hours(seconds: Mapping[str, float]) -> float:
    return round(sum(seconds.values()) / 3600, 6)


def versions() -> dict[str, str]:
    """The versions of Python and of the libraries that may change a result."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
