"""Recorded replies."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from ....schemas import Request
from ...errors import UserError
from ..limits import Limits, TimeSource
from ..teacher_settings import TeacherSettings

if TYPE_CHECKING:
    from ..backend import Backend


class Replay(TeacherSettings):
    """Replies that were recorded before (``record:``): for tests, and to build the same again without a network."""

    keeps: ClassVar[bool] = False
    sends: ClassVar[bool] = False
    embeds: ClassVar[bool | None] = None

    kind: Literal["replay"] = "replay"
    path: Path
    """The .jsonl file."""

    def identity(self, request: Request | None = None) -> str:
        try:
            with self.path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            content = ""
        return json.dumps(["replay", content])

    def backend(self, clock: TimeSource) -> Backend:
        from ..recording import Recording

        return Recording(self.path)

    def limits(self) -> Limits:
        return Limits(retries=0, format_retries=0)

    def check(self) -> None:
        if not self.path.is_file():
            raise UserError(f"path: there is no recording {self.path}")
