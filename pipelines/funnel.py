"""From hours of video to samples: the counts of a build, which must add up."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from .parts import Part

LIBRARIES = ("vdata-toolkit", "ray", "av", "opencv-python-headless", "scenedetect-headless", "pyarrow", "datasets")


class Funnel:
    """What became of *inputs* inputs in the parts of all passes; *labels* are the stages in order."""

    def __init__(self, labels: list[str], passes: list[list[Part]], inputs: int) -> None:
        self.labels, self.passes, self.inputs = labels, passes, inputs

    def summary(self) -> dict[str, Any]:
        """JSON-able: totals, a row for each stage, library versions.

        Raises:
            RuntimeError: the ends of the inputs do not add up to the inputs (a defect of vdata).
        """
        ends = {"kept": 0, "dropped": 0, "failed": 0}
        seconds_in = seconds_kept = 0.0
        for number, parts in enumerate(self.passes):
            for outcome in (outcome for part in parts for outcome in part.outcomes):
                if number == 0:
                    seconds_in += outcome.seconds or 0.0
                if outcome.state != "kept" or number == len(self.passes) - 1:
                    ends[outcome.state] += 1
                    seconds_kept += (outcome.seconds or 0.0) * (outcome.state == "kept")
        if sum(ends.values()) != self.inputs:
            raise RuntimeError(f"{self.inputs} inputs went in and {ends} came out: please report this defect of vdata")
        stages = [self._stage(label) for label in ["input", *self.labels, "output"]]
        return {
            "inputs": self.inputs,
            **ends,
            "hours": round(seconds_in / 3600, 6),
            "hours_kept": round(seconds_kept / 3600, 6),
            "funnel": [stage for stage in stages if stage["rows"] or stage["stage"] in self.labels],
            "versions": _versions(),
        }

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


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
