"""Requests as they were sent, kept by a preview so that people can read them. Media are described, not kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypedDict

from ...schemas import Frames, Request, Sound
from ...schemas.atomic_file import write_bytes
from ...schemas.teaching import Part
from ..storage.sealed import Damaged, read_sealed, seal

REQUESTS = "requests"
"""The folder for them in the state of a build. Where it is not there, none are kept."""
MOST = 2
"""Requests of one teacher and purpose that are kept by each worker."""
EDITS = {"shuffled": "in another order", "blurred": "blurred", "tiny": "made tiny", "recoloured": "recoloured"}
MARKS = {"box": "with rectangles around", "crop": "cut out around", "mask": "with outlines of"}


class ShownRequest(TypedDict):
    """A request for people: who is asked, for what, and every word of it in order."""

    teacher: str
    purpose: str
    turns: list[list[str]]
    """Role and text, the system's first."""
    schema: dict[str, Any] | None


def note_requests(folder: Path, teacher: str, requests: Iterable[Request], redact: Callable[[str], str]) -> None:
    """Write the *requests* of *teacher* to *folder*, each to a file of its own, if the folder is there.

    *redact* takes the secrets out of a text.
    """
    if not folder.is_dir():
        return
    for request in requests:
        shown = _shown(teacher, request)
        shown["turns"] = [[role, redact(text)] for role, text in shown["turns"]]
        whole = seal(dict(shown))
        path = folder / f"{hashlib.sha256(whole).hexdigest()[:16]}.json"
        if not path.exists():
            write_bytes(whole, path)


def read_requests(folder: Path) -> list[ShownRequest]:
    """The requests in *folder*, MOST of each teacher and purpose, the shortest first; damaged ones do not count."""
    found: dict[tuple[str, str], list[ShownRequest]] = {}
    for path in sorted(path for path in folder.glob("*.json") if not path.name.startswith(".")):
        try:
            one = ShownRequest(**read_sealed(path))  # type: ignore[typeddict-item]
        except (Damaged, OSError):
            continue
        found.setdefault((one["teacher"], one["purpose"]), []).append(one)
    return [one for _, own in sorted(found.items()) for one in sorted(own, key=lambda one: len(str(one)))[:MOST]]


def _shown(teacher: str, request: Request) -> ShownRequest:
    turns = [["system", request.system]] if request.system else []
    turns += [[turn.role, "\n".join(map(_words, turn.parts))] for turn in request.turns]
    return ShownRequest(teacher=teacher, purpose=request.purpose, turns=turns, schema=request.schema)


def _words(part: Part) -> str:
    match part:
        case Frames():
            count = f"{len(part.times)} picture{'' if len(part.times) == 1 else 's'}"
            how = f" in one, {part.columns} a row" if part.columns else ""
            how += f", {EDITS[part.edit]}" if part.edit else ""
            how += told_mark(part)
            times = ", ".join(f"{time:g}" for time in part.times)
            return f"[{count} of {part.file} at {times} s, at most {part.size} pixels{how}]"
        case Sound():
            return f"[the sound of {part.file} from {part.start:g} to {part.end:g} s]"
    return part


def told_mark(frames: Frames) -> str:
    """What is marked in *frames*, in words; empty: nothing."""
    if not frames.mark:
        return ""
    things = len({region.number for each in frames.regions for region in each})
    return f", {MARKS[frames.mark]} {'a region' if things == 1 else f'{things} regions'}"


def request_text(request: ShownRequest) -> str:
    """*request* as text for people."""
    lines = [f"--- to {request['teacher']}, for {request['purpose'] or 'a stage that does not say'}"]
    for role, text in request["turns"]:
        lines += [f"{role}:", *(f"    {line}" for line in text.splitlines())]
    if request["schema"] is not None:
        lines.append(f"reply as JSON that fits: {json.dumps(request['schema'], ensure_ascii=False)}")
    return "\n".join(lines)
