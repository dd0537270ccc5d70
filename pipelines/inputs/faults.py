"""Inputs that cannot be used, told by reason, with their number and the first few names."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...schemas import Failed
from ...schemas.input_video import Source
from ...schemas.text import clean
from ...schemas.uri import is_url
from .archives import told_apart
from .braces import unbraced
from .local import SourceError, file_source
from .manifest import is_manifest, read_manifest
from .video_tables import Columns

SHOWN = 3
"""Names that are told of each reason."""
NO_VIDEO = frozenset({"not_a_video", "no_video_stream"})
"""Reasons for which a file that was opened is no video at all."""


@dataclass(frozen=True, slots=True)
class InputFault:
    """Why one input cannot be used."""

    name: str
    reason: str
    detail: str

    @classmethod
    def of(cls, source: Source, failure: Exception | None = None) -> InputFault:
        """That of *source*: its problem, or the *failure* to open it."""
        if failure is None and source.problem is not None:
            return cls(source.name or source.uri, source.problem.reason, source.problem.detail)
        name = source.name or source.uri
        reason = failure.reason if isinstance(failure, Failed) else "unreadable"
        detail = failure.detail if isinstance(failure, Failed) else str(failure)
        for address in (source.path, source.uri):
            detail = detail.removeprefix(f"{address}: ") if address else detail
        return cls(name, reason, " ".join(clean(detail).split()))


def faults_of_files(videos: Sequence[str], base: Path, columns: Columns) -> list[InputFault]:
    """What is wrong with files and lists on this machine that *videos* name. No folder is listed, and nobody asked.

    Raises:
        SourceError: a list cannot be read, or nothing of what *videos* name is a video.
    """
    faults: list[InputFault] = []
    others = 0
    for item in (one for video in videos for one in unbraced(video, base)):
        path = os.path.join(base, os.path.expanduser(item))
        if is_url(item) or not os.path.isfile(path):
            others += 1
            continue
        manifest = is_manifest(path)
        found = read_manifest(path, base, columns, ask=False) if manifest else [told_apart(file_source(path, base))]
        wrong = [InputFault.of(one) for one in found if one.problem is not None]
        others += len(found) - len(wrong)
        faults += wrong
    if faults and not others:
        raise SourceError("\n".join([no_video(len(faults)), *told(faults)]))
    return faults


def no_video(count: int) -> str:
    """That none of *count* inputs is a video."""
    return f"{'The one input is not' if count == 1 else f'None of the {count} inputs is'} a video that can be read."


def told(faults: Sequence[InputFault]) -> list[str]:
    """A line for each reason, the most frequent first: ``not_a_video: 2 (a.doc, b.doc): it is a text``."""
    by_reason: dict[str, list[InputFault]] = {}
    for fault in faults:
        by_reason.setdefault(fault.reason, []).append(fault)
    lines = []
    for reason, same in sorted(by_reason.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        names = [fault.name for fault in same[:SHOWN]]
        more = f" and {len(same) - SHOWN} more" if len(same) > SHOWN else ""
        detail = next((fault.detail for fault in same if fault.detail), "")
        lines.append(f"{reason}: {len(same)} ({', '.join(names)}{more}){f': {detail}' if detail else ''}")
    return lines
