"""Which videos an export of lanes takes: those of the data set, and others that its timelines hold on request."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .dataset.finished import read_record
from .yaml.complaints import listed


def ended_files(folder: Path) -> list[Path]:
    """The files with the timelines of videos that are not in the data set in *folder*."""
    return [folder / name for name in read_record(folder).ended_shards]


def states_note(folder: Path, states: Sequence[str]) -> str:
    """What to say of videos that could be exported besides the kept ones and *states*, or that there is none."""
    ended = read_record(folder).ended or {}
    counts = ", ".join(f"{state} {count}" for state, count in ended.items())
    if states and not ended.keys() & set(states):
        return f"--states: no video is {listed(states)} here (published: {counts or 'those that are kept'})."
    if ended and not states:
        return f"Of the videos that are kept; --states {','.join(ended)} takes the others as well ({counts})."
    return ""
