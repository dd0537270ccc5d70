"""A teacher that is never asked: it notes each request, and replies with what is kept or with a placeholder."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from ...schemas import Failed, Frames, Reply, Request, Sound, seeded
from ...schemas.teaching import Part
from ...schemas.vectors import pack
from ..errors import StopBuild, UserError
from ..run.row import STEP
from ..teachers.backend import Call
from ..teachers.limits import TimeSource
from ..teachers.messages import system_text
from ..teachers.reply_parser import Raw, read
from ..teachers.reply_store import Store
from ..teachers.request_key import reply_key, request_id
from ..teachers.request_media import RequestMedia
from ..teachers.shown_requests import EDITS, told_mark
from ..teachers.teacher_errors import TeacherError
from ..teachers.teacher_settings import TeacherSettings
from ..teachers.worker_teachers import TeacherPool
from .placeholders import waiting_for
from .unsent_request import Notes, ShownMedia, ShownPicture, ShownTurn, UnsentRequest

FORMAT, QUALITY = "jpeg", 85
"""Of the pictures for a teacher that does not say."""
PLACES = 8
"""Numbers of a vector that is made up."""


class UnsentTeacher:
    """Implements the Teacher protocol of the stages, for the teacher of *settings*. Nothing is sent or written.

    Args:
        store: the replies that are kept; None: there are none.
        notes: where each request is added.
        turn: held while one asks, of all teachers in this event loop.
        looks: whether pictures and sounds are read, so that they can be shown; else they are told in words.
    """

    def __init__(
        self,
        name: str,
        settings: TeacherSettings,
        store: Store | None,
        media: RequestMedia,
        notes: Notes,
        turn: asyncio.Lock,
        looks: bool = True,
    ) -> None:
        self.looks = looks
        self.name, self.settings, self.store, self.media = name, settings, store, media
        self.notes, self.turn = notes, turn
        self.others: Mapping[str, UnsentTeacher] = {name: self}
        self._recording = None if settings.sends else settings.backend(TimeSource())

    async def ask(self, requests: Sequence[Request]) -> list[Reply]:
        """A reply for each request: the one that is kept, or a placeholder."""
        async with self.turn:  # first come, first served: the same placeholders in every run
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
        in_words = request.schema is not None and self.settings.schema_in_words()
        unsent = UnsentRequest(stage, request.prompt, self.name, request, [], in_words, waiting_for("\n".join(words)))
        self.notes.requests.append(unsent)
        if system := system_text(request, in_words=in_words):
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
        values = [await self._draw(unsent, sample, "\n".join(words)) for sample in range(request.samples)]
        if unsent.fault:
            return Reply(failure="teacher_error", detail=unsent.fault)
        if self.settings.embeds or any(isinstance(value, bytes) for value in values):
            return Reply(vectors=tuple(values))
        if request.schema is None:
            return Reply(tuple(values))
        return Reply(tuple(json.dumps(value, ensure_ascii=False) for value in values), tuple(values))

    async def _draw(self, unsent: UnsentRequest, sample: int, shown: str) -> Any:
        """The text, or the value, of one draw of *unsent*, whose texts are *shown*."""
        request, notes = unsent.request, self.notes
        key = reply_key(self.settings, request, sample) if self.store is not None else ""
        raw = await self._known(request, sample, key)
        found = read(raw, request.schema) if raw is not None else None
        if found is not None and raw is not None and not found.failure:
            unsent.replies.append(found.text or f"[a vector of {len(found.vector) // 2} numbers]")
            if not key or key not in notes.paid:
                notes.paid.add(key)
                unsent.tokens_in, unsent.tokens_out = (
                    unsent.tokens_in + raw.tokens_in,
                    unsent.tokens_out + raw.tokens_out,
                )
            return found.vector or (found.text if request.schema is None else found.value)
        unsent.replies.append(None)
        if key and key in notes.made_up:
            unsent.repeated += 1
            return notes.made_up[key]
        if self.settings.embeds:
            value: Any = _made_up_vector(request)
        elif request.schema is None:
            value = notes.placeholders.text(unsent.source)
        else:
            value = notes.placeholders.value(request.schema, unsent.source, shown)
        if key:
            notes.made_up[key] = value
        return value

    async def _known(self, request: Request, sample: int, key: str) -> Raw | None:
        """The reply to a draw that was had before, and is kept under *key*.

        Raises:
            UserError: the place where it would be cannot be asked.
        """
        if self._recording is not None:
            try:
                return await self._recording.send(Call(request, sample), None)
            except TeacherError:
                return None
        try:
            return await self.store.get(key) if self.store is not None and key else None
        except StopBuild as stop:
            raise UserError(f"{stop}.") from None

    async def _shown(self, part: Frames | Sound) -> ShownMedia:
        """The media of *part*, encoded as they are sent.

        Raises:
            Failed: they cannot be read.
        """
        if not self.looks:
            return ShownMedia(f"[{_what(part)}]")
        if isinstance(part, Sound):
            data = await self.media.sound(part)
            words = f"[{_what(part)}, {len(data) * 3 / 4000:,.0f} kB of WAV]"
            return ShownMedia(words, sound=f"data:audio/wav;base64,{data}")
        form, quality = (getattr(self.settings, key, None) for key in ("image_format", "image_quality"))
        uris = await self.media.pictures(part, form or FORMAT, quality or QUALITY)
        pictures = tuple(ShownPicture(uri, *_size(uri)) for uri in uris)
        sizes = dict.fromkeys(f"{one.width}x{one.height}" for one in pictures)
        told = part.edit != "shuffled" and len(pictures) == len(part.times)
        return ShownMedia(f"[{_what(part, ' or '.join(sizes))}]", pictures, part.times if told else ())


def _made_up_vector(request: Request) -> bytes:
    """A vector in the place of one that was not asked for, of PLACES numbers: equal requests have the same."""
    draw = seeded("a vector", request_id(request, 0))
    return pack([draw.gauss(0, 1) for _ in range(PLACES)])


def _what(part: Part, size: str = "") -> str:
    """The media of *part* in words."""
    match part:
        case Frames():
            name = PurePath(part.file).name or "a made video"
            times = ", ".join(f"{time:.4g}" for time in part.times)
            number = f"{len(part.times)} picture{'' if len(part.times) == 1 else 's'}"
            if part.columns:
                of = f"{number} of {name} in one{f' of {size}' if size else ''}, {part.columns} a row"
            else:
                of = f"{number}{f' {size}' if size else ''} of {name}"
            of += told_mark(part)
            edit = f", {EDITS[part.edit]}," if part.edit else ","[: bool(part.columns or part.mark)]
            return f"{of}{edit} at {times} s"
        case Sound():
            return f"the sound of {PurePath(part.file).name} from {part.start:.4g} to {part.end:.4g} s"
    return part


def _size(uri: str) -> tuple[int, int]:
    """Width and height of the picture in a data URI."""
    import cv2
    import numpy as np

    data = np.frombuffer(base64.b64decode(uri.partition(",")[2]), np.uint8)
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert picture is not None  # it was encoded just now
    return picture.shape[1], picture.shape[0]


class UnsentTeachers(TeacherPool):
    """The teachers of *settings* for one pass, made in its event loop. *replies*: the folder of those that are kept.

    Unless it *looks*, what is shown to them is told in words, and no video is opened for it.
    """

    def __init__(
        self,
        settings: Mapping[str, TeacherSettings],
        replies: Path,
        notes: Notes,
        looks: bool = True,
    ) -> None:
        self._media, turn = RequestMedia(), asyncio.Lock()
        self._teachers: dict[str, UnsentTeacher] = {}
        for name, one in settings.items():
            store = Store(replies) if one.keeps else None
            self._teachers[name] = UnsentTeacher(name, one, store, self._media, notes, turn, looks)
            self._teachers[name].others = self._teachers
        super().__init__(self._teachers)

    async def close(self) -> None:
        for one in self._teachers.values():
            await one.close()
        self._media.close()
