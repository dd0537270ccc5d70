"""A teacher that is never asked: it notes each request, and replies with what is kept or with a placeholder."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from ...schemas import Failed, Frames, Reply, Request, Sound
from ...schemas.teaching import Part
from ..run.row import STEP
from ..teachers.backend import Call
from ..teachers.limits import TimeSource
from ..teachers.messages import system_text
from ..teachers.reply_parser import Raw, read
from ..teachers.reply_store import Store
from ..teachers.request_key import reply_key
from ..teachers.request_media import RequestMedia
from ..teachers.shown_requests import EDITS
from ..teachers.teacher_errors import TeacherError
from ..teachers.teacher_settings import TeacherSettings
from ..teachers.worker_teachers import TeacherPool
from .placeholders import Placeholders, waiting_for
from .unsent_request import ShownMedia, ShownPicture, ShownTurn, UnsentRequest

FORMAT, QUALITY = "jpeg", 85
"""Of the pictures for a teacher that does not say."""


class UnsentTeacher:
    """Implements the Teacher protocol of the stages, for the teacher of *settings*. Nothing is sent or written.

    Args:
        store: the replies that are kept; None: there are none.
        noted: where each request is added.
    """

    def __init__(
        self,
        name: str,
        settings: TeacherSettings,
        store: Store | None,
        media: RequestMedia,
        marks: Placeholders,
        noted: list[UnsentRequest],
    ) -> None:
        self.name, self.settings, self.store, self.media = name, settings, store, media
        self.marks, self.noted = marks, noted
        self.others: Mapping[str, UnsentTeacher] = {name: self}
        self._recording = None if settings.sends else settings.backend(TimeSource())

    async def ask(self, requests: Sequence[Request]) -> list[Reply]:
        """A reply for each request: the one that is kept, or a placeholder."""
        return [await self._ask(request) for request in requests]

    def named(self, name: str) -> UnsentTeacher:
        """Another teacher of the config; the empty name is this one."""
        return self.others[name] if name else self

    async def close(self) -> None:
        if self.store is not None:
            self.store.close()
        if self._recording is not None:
            await self._recording.close()

    async def _ask(self, request: Request) -> Reply:
        stage, words = STEP.get(), [request.system]
        words += [part for turn in request.turns for part in turn.parts if isinstance(part, str)]
        unsent = UnsentRequest(stage, request.prompt, self.name, request, [], waiting_for("\n".join(words)))
        self.noted.append(unsent)
        if system := system_text(request, in_words=self.settings.schema_in_words()):
            unsent.turns.append(ShownTurn("system", [system]))
        for turn in request.turns:
            parts: list[str | ShownMedia] = []
            for part in turn.parts:
                try:
                    parts.append(part if isinstance(part, str) else await self._shown(part))
                except Failed as error:
                    unsent.fault = f"what is shown cannot be read: {error}"
                    parts.append(ShownMedia(f"[{_what(part)}: cannot be read]"))
            unsent.turns.append(ShownTurn(turn.role, parts))
        texts: list[str] = []
        values: list[Any] = []
        for sample in range(request.samples):
            raw = await self._known(request, sample)
            found = read(raw, request.schema) if raw is not None else None
            if found is not None and not found.failure:
                unsent.replies.append(found.text)
                texts.append(found.text)
                values.append(found.value)
            else:
                unsent.replies.append(None)
                value = self._placeholder(request, unsent.name, "\n".join(words))
                texts.append(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
                values.append(value)
        if unsent.fault:
            return Reply(failure="teacher_error", detail=unsent.fault)
        return Reply(tuple(texts), tuple(values) if request.schema is not None else ())

    def _placeholder(self, request: Request, asked: str, shown: str) -> Any:
        if request.schema is None:
            return self.marks.text(asked)
        return self.marks.value(request.schema, asked, shown)

    async def _known(self, request: Request, sample: int) -> Raw | None:
        """The reply to a draw that was had before."""
        if self._recording is not None:
            try:
                return await self._recording.send(Call(request, sample), None)
            except TeacherError:
                return None
        key = reply_key(self.settings, request, sample) if self.store is not None else ""
        return await self.store.get(key) if self.store is not None and key else None

    async def _shown(self, part: Frames | Sound) -> ShownMedia:
        """The media of *part*, encoded as they are sent.

        Raises:
            Failed: they cannot be read.
        """
        if isinstance(part, Sound):
            data = await self.media.sound(part)
            return ShownMedia(f"[{_what(part)}, {len(base64.b64decode(data)) / 1000:,.0f} kB of WAV]", sound=data)
        form, quality = (getattr(self.settings, key, None) for key in ("image_format", "image_quality"))
        uris = await self.media.pictures(part, form or FORMAT, quality or QUALITY)
        pictures = tuple(ShownPicture(uri, *_size(uri)) for uri in uris)
        sizes = dict.fromkeys(f"{one.width}x{one.height}" for one in pictures)
        return ShownMedia(f"[{_what(part, ' or '.join(sizes))}]", pictures)


def _what(part: Part, size: str = "") -> str:
    """The media of *part* in words."""
    match part:
        case Frames():
            number = len(part.times)
            how = f" in one, {part.columns} a row" if part.columns else ""
            how += f", {EDITS[part.edit]}" if part.edit else ""
            times = ", ".join(f"{time:.4g}" for time in part.times)
            name = PurePath(part.file).name or "a made video"
            return f"{number} picture{'' if number == 1 else 's'} {size}{how} of {name} at {times} s".replace("  ", " ")
        case Sound():
            return f"the sound of {PurePath(part.file).name} from {part.start:g} to {part.end:g} s"
    return part


def _size(uri: str) -> tuple[int, int]:
    """Width and height of the picture in a data URI."""
    import cv2
    import numpy as np

    data = np.frombuffer(base64.b64decode(uri.partition(",")[2]), np.uint8)
    height, width = cv2.imdecode(data, cv2.IMREAD_COLOR).shape[:2]
    return width, height


class UnsentTeachers(TeacherPool):
    """The teachers of *settings* for one pass. *replies*: the folder of the replies that are kept."""

    def __init__(
        self,
        settings: Mapping[str, TeacherSettings],
        replies: Path,
        marks: Placeholders,
        noted: list[UnsentRequest],
    ) -> None:
        self._media = RequestMedia()
        self._teachers: dict[str, UnsentTeacher] = {}
        for name, one in settings.items():
            store = Store(replies) if one.keeps else None
            self._teachers[name] = UnsentTeacher(name, one, store, self._media, marks, noted)
            self._teachers[name].others = self._teachers
        super().__init__(self._teachers)

    async def close(self) -> None:
        for one in self._teachers.values():
            await one.close()
        self._media.close()
