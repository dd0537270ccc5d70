"""The identity of a request: what determines its reply, and nothing else."""

from __future__ import annotations

import json
from typing import Any

from ...schemas import Frames, Request, Sound, make_id
from ...schemas.teaching import Part
from .teacher_settings import TeacherSettings

RENDERING = 1
"""Changes when the same request would be put to a model in other words or with other pixels."""


def request_id(request: Request, sample: int) -> str:
    """The id of draw *sample* of *request*, whoever is asked; empty when it shows media of unknown content."""
    parts = [part for turn in request.turns for part in turn.parts if not isinstance(part, str)]
    if not all(part.content for part in parts):
        return ""
    turns = [[turn.role, [_canonical(part) for part in turn.parts]] for turn in request.turns]
    whole = [RENDERING, request.system, turns, request.schema, request.temperature, request.max_tokens, sample]
    return make_id(json.dumps(whole))


def reply_key(settings: TeacherSettings, request: Request, sample: int) -> str:
    """Where the reply of the teacher of *settings* is kept; empty: it cannot be."""
    asked = request_id(request, sample)
    return asked and make_id(settings.identity(request), asked)


def _canonical(part: Part) -> Any:
    """Text as it is; media by content and what is taken of it, never by file name or pixels."""
    match part:
        case Frames():
            times = [round(time, 6) for time in part.times]
            shown = {"frames": part.content, "at": times, "how": [part.size, part.columns, part.edit]}
            return shown | ({"mark": [part.mark, part.margin, part.regions]} if part.mark else {})
        case Sound():
            return {"sound": part.content, "at": [round(part.start, 6), round(part.end, 6)]}
    return part
