"""From hours of video to samples: the counts of a build, which must add up."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from ..storage.parts import Part

LIBRARIES = ("vdata-toolkit", "ray", "av", "opencv-python-headless", "scenedetect-headless", "pyarrow", "datasets")


class Funnel:
    """What became of *inputs* inputs in the parts of all passes; *labels* are the stages in order.

    From pass *spawns* on, the rows are new videos that were made of the inputs.
    """

    def __init__(self, labels: list[str], passes: list[list[Part]], inputs: int, spawns: int | None = None) -> None:
        self.labels, self.passes, self.inputs, self.spawns = labels, passes, inputs, spawns

    def summary(self) -> dict[str, Any]:
        """JSON-able: totals, a row for each stage, library versions.

        Raises:
            RuntimeError: the ends of the inputs do not add up to the inputs (a defect of vdata).
        """
        own = self.passes[: self.spawns]
        ends = _ends(own)
        if sum(ends.values()) != self.inputs:
            raise RuntimeError(f"{self.inputs} inputs went in and {ends} came out: please report this defect of vdata")
        stages = [self._stage(label) for label in ["input", *self.labels, "output"]]
        return {
            "inputs": self.inputs,
            **ends,
            "hours": _hours(own[:1]),
            "hours_kept": _hours(own[-1:], "kept"),
            **({"made": self._made()} if self.spawns is not None else {}),
            "funnel": [stage for stage in stages if stage["rows"] or stage["stage"] in self.labels],
            "versions": versions(),
        }

    def _made(self) -> dict[str, Any]:
        new = self.passes[self.spawns :]
        ends = _ends(new)
        return {"videos": sum(ends.values()), **ends, "hours_kept": _hours(new[-1:], "kept")}

    def _stage(self, label: str) -> dict[str, Any]:
        total: dict[str, Any] = {"stage": label, "rows": 0, "kept": 0, "dropped": 0, "failed": 0, "cached": 0}
        total |= {"wrote": 0, "seconds": 0.0, "reasons": {}, "values": {}}
        for count in (part.counts[label] for parts in self.passes for part in parts if label in part.counts):
            for name, value in count.items():
                if isinstance(value, dict):
                    for key, amount in value.items():
                        total[name][key] = total[name].get(key, 0) + amount
                else:
                    total[name] += value
        total["seconds"] = round(total["seconds"], 3)
        total["reasons"] = dict(sorted(total["reasons"].items()))
        return total


def useful(funnel: Mapping[str, Any]) -> bool:
    """Whether a build with this summary has anything to show: videos, or those that were made of them."""
    return bool(funnel.get("made", funnel)["kept"])


def _ends(passes: list[list[Part]]) -> dict[str, int]:
    """How the rows of *passes*, that follow one another, ended."""
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
    """Of Python and of the libraries that a result may depend on."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
