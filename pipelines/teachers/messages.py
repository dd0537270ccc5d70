"""A request as the messages of OpenAI's chat protocol, which vLLM reads as well."""

from __future__ import annotations

import json
from typing import Any

from ...schemas import Frames, Request, Sound
from ...schemas.sound_limits import BYTES_A_SECOND, TOKENS_A_SECOND
from .request_media import Held, RequestMedia
from .teacher_settings import Sampling

SCHEMA_WORDS = "Reply with JSON only, without any words around it. It must fit this JSON schema:\n"
AGAIN_WORDS = "This reply cannot be used: {error}. Reply again, with JSON only, that fits the schema."
ANEW_WORDS = "An earlier reply could not be used: {error}. Reply with JSON only, that fits the schema."

Message = dict[str, Any]
MEDIA = {"image_url": "url", "input_audio": "data"}
"""Where the parts of messages hold base64."""


async def messages_of(
    request: Request, settings: Sampling, media: RequestMedia, *, in_words: bool, held: bool = False
) -> list[Message]:
    """The messages of *request*, with its media encoded.

    Args:
        in_words: the schema is put into the system text.
        held: what lies elsewhere stays there, until ``with_media`` brings it.
    """
    system = system_text(request, in_words=in_words)
    messages: list[Message] = [{"role": "system", "content": system}] if system else []
    for turn in request.turns:
        texts = [part for part in turn.parts if isinstance(part, str)]
        if len(texts) == len(turn.parts):  # not every server reads a list of texts
            messages.append({"role": turn.role, "content": "\n".join(texts)})
            continue
        content: list[Message] = []
        for part in turn.parts:
            match part:
                case Frames():
                    show = media.held_pictures if held else media.pictures
                    pictures = await show(part, settings.image_format, settings.image_quality)
                    content += [{"type": "image_url", "image_url": {"url": one}} for one in pictures]
                case Sound():
                    sound = {"data": await (media.held_sound if held else media.sound)(part), "format": "wav"}
                    content.append({"type": "input_audio", "input_audio": sound})
                case str():
                    content.append({"type": "text", "text": part})
        messages.append({"role": turn.role, "content": content})
    return messages


async def with_media(messages: list[Message]) -> list[Message]:
    """*messages* with all that lies elsewhere.

    Raises:
        Failed: it is lost.
    """
    return [
        message
        if isinstance(message["content"], str)
        else {**message, "content": [await _with_medium(part) for part in message["content"]]}
        for message in messages
    ]


async def _with_medium(part: Message) -> Message:
    kind = part["type"]
    key = MEDIA.get(kind)
    if key is None or isinstance(part[kind][key], str):
        return part
    held: Held = part[kind][key]
    return {**part, kind: {**part[kind], key: await held.fetched()}}


def media_size(messages: object) -> int:
    """The bytes of the pictures and sounds of *messages*; 0 where they are none."""
    found = 0
    for message in messages if isinstance(messages, list) else ():
        content = message.get("content") if isinstance(message, dict) else None
        if isinstance(content, list):
            found += sum(len(part[kind][MEDIA[kind]]) for part in content if (kind := part["type"]) in MEDIA)
    return found


def system_text(request: Request, *, in_words: bool) -> str:
    """The system text of *request*; *in_words*: with its schema."""
    system = [request.system] if request.system else []
    if request.schema is not None and in_words:
        system.append(SCHEMA_WORDS + json.dumps(request.schema, ensure_ascii=False))
    return "\n\n".join(system)


def asked_again(messages: list[Message], reply: str, error: str) -> list[Message]:
    """The messages that ask again: *messages*, the *reply* that could not be read, and the reason.

    Without the *reply* the reason stands below the request itself: some models repeat a bad reply that they are shown.
    """
    if not reply:
        *before, last = messages
        return [*before, {**last, "content": _with_text(last["content"], ANEW_WORDS.format(error=error))}]
    words = AGAIN_WORDS.format(error=error)
    return [*messages, {"role": "assistant", "content": reply}, {"role": "user", "content": words}]


def _with_text(content: str | list[Message], text: str) -> str | list[Message]:
    return f"{content}\n\n{text}" if isinstance(content, str) else [*content, {"type": "text", "text": text}]


def rough_tokens(messages: list[Message]) -> int:
    """About how many tokens *messages* are, before anyone has counted them: 4 characters each, 1000 for a picture,
    and 25 for a second of sound."""
    tokens = 0
    for message in messages:
        content = message["content"]
        if isinstance(content, str):
            tokens += len(content) // 4
            continue
        tokens += sum(map(_rough_tokens, content))
    return tokens + 4 * len(messages)


def _rough_tokens(part: Message) -> int:
    if part["type"] == "text":
        return len(part["text"]) // 4
    if part["type"] == "input_audio":
        return round(len(part["input_audio"]["data"]) * 3 / 4 / BYTES_A_SECOND * TOKENS_A_SECOND)
    return 1000
