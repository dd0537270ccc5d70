"""The counts of a build by stage and by end of its inputs, which must add up."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from ...schemas.build_record import FunnelRow, MadeVideos
from ..storage.parts import Part

LIBRARIES = ("vdata-toolkit", "ray", "av", "opencv-python-headless", "scenedetect-headless", "pyarrow", "datasets")


class Funnel:
    """The counts of *inputs* inputs in the parts of all *passes*; *labels* are the stages in order.

    From the pass number *spawns* on, the rows are new videos that were composed of the inputs.

    Raises:
        RuntimeError: the counts do not add up to the inputs (a defect of vdata).
    """

    def __init__(self, labels: list[str], passes: list[list[Part]], inputs: int, spawns: int | None = None) -> None:
        own = passes[:spawns]
        self.ends = _ends(own)
        """The number of inputs by their end: ``kept``, ``dropped``, ``failed``."""
        if sum(self.ends.values()) != inputs:
            raise RuntimeError(f"{inputs} inputs went in and {self.ends} came out: please report this defect of vdata")
        self.hours, self.hours_kept = _hours(own[:1]), _hours(own[-1:], "kept")
        self.made: MadeVideos | None = None
        if spawns is not None:
            ends = _ends(passes[spawns:])
            self.made = MadeVideos(videos=sum(ends.values()), **ends, hours_kept=_hours(passes[-1:], "kept"))
        rows = [_row(label, passes) for label in ["input", *labels, "output"]]
        self.rows = [row for row in rows if row.rows or row.stage in labels]


def _row(label: str, passes: list[list[Part]]) -> FunnelRow:
    row = FunnelRow(stage=label)
    for count in (part.counts[label] for parts in passes for part in parts if label in part.counts):
        for name, value in count.items():
            total = getattr(row, name)
            if isinstance(value, dict):
                for key, amount in value.items():
                    total[key] = total.get(key, 0) + amount
            else:
                setattr(row, name, total + value)
    row.seconds = round(row.seconds, 3)
    row.reasons = dict(sorted(row.reasons.items()))
    return row


def _ends(passes: list[list[Part]]) -> dict[str, int]:
    """The number of rows that were kept, dropped and failed in consecutive *passes*."""
    ends = {"kept": 0, "dropped": 0, "failed": 0}
    for number, parts in enumerate(passes):
        for outcome in (outcome for part in parts for outcome in part.outcomes):
            if outcome.state != "kept" or number == len(passes) - 1:
                ends[outcome.state] += 1
    return ends


def _hours(passes: list[list[Part]], state: str = "") -> float:
    seconds = sum(
        outcome.seconds or 0.0
        for parts in passes
        for part in parts
        for outcome in part.outcomes
        if state in ("", outcome.state)
    )
    return round(seconds / 3600, 6)


def versions() -> dict[str, str]:
    """The versions of Python and of the libraries that may change a result."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
