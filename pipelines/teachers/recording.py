"""A recording in place of a model: the same replies to the same requests, without a network."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from ...schemas import Request
from ..errors import UserError
from .backend import Call
from .reply_parser import Raw
from .request_key import request_id
from .teacher_errors import TeacherError


class Recording:
    """What ``record:`` wrote. Holds where each reply lies in the file; of two for one request the later one counts."""

    def __init__(self, path: Path) -> None:
        """Raises UserError: the file cannot be read."""
        self.path = path
        self._at: dict[str, int] = {}
        try:
            self._file = path.open("rb")
            at = 0
            for number, line in enumerate(self._file, 1):
                if line.endswith(b"\n"):  # the last one may have been cut off
                    self._at[_request(path, number, line)] = at
                at += len(line)
        except OSError as error:
            raise UserError(f"{path}: the recording cannot be read: {error.strerror}") from None

    async def prepare(self, request: Request) -> None:
        """Nothing: what is shown is never looked at."""

    async def send(self, call: Call, prepared: Any) -> Raw:
        asked = request_id(call.request, call.sample)
        if asked not in self._at:
            which = f"no reply to request {asked}" if asked else "no reply to a request whose media has no hash"
            raise TeacherError(f"{self.path.name} holds {which}", again=False)
        self._file.seek(self._at[asked])
        fields = json.loads(self._file.readline())
        del fields["request"]
        vector = base64.b64decode(fields.pop("vector", ""))
        return Raw(**fields, vector=vector)

    async def close(self) -> None:
        self._file.close()


def _request(path: Path, number: int, line: bytes) -> str:
    try:
        return str(json.loads(line)["request"])
    except (ValueError, KeyError, TypeError):
        hint = "A recording is written by a teacher's record: key."
        raise UserError(f"{path}:{number}: no recorded reply. {hint}") from None
