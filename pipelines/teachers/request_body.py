"""The body of a request as JSON. Its pictures and sounds, most of the bytes, are put in as they are."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from itertools import chain, zip_longest
from typing import Any

from .messages import MEDIA

MARK = uuid.uuid4().hex
"""Stands for a picture or a sound until it is put in."""

Body = dict[str, Any]


def json_body(body: Body) -> bytes:
    """*body* as openai's client would write it, without a look at each character of its media.

    They are base64, which JSON needs no escapes for.

    Raises:
        ValueError: a text or a number is not for JSON.
    """
    media: list[str] = []
    skeleton = body
    if "messages" in body:
        skeleton = {**body, "messages": [_without_media(message, media) for message in body["messages"]]}
    pieces = _dumped(skeleton).split(MARK.encode())
    if len(pieces) != len(media) + 1:  # somebody's text holds the mark
        return _dumped(body)
    return b"".join(_alternately(pieces, [one.encode() for one in media]))


def _without_media(message: Body, media: list[str]) -> Body:
    """*message* with marks for what is put into *media*."""
    content = message["content"]
    return message if isinstance(content, str) else {**message, "content": [_marked(part, media) for part in content]}


def _marked(part: Body, media: list[str]) -> Body:
    kind = part["type"]
    if (key := MEDIA.get(kind)) is None:
        return part
    media.append(part[kind][key])
    return {**part, kind: {**part[kind], key: MARK}}


def _alternately(pieces: list[bytes], media: list[bytes]) -> Iterator[bytes]:
    return chain.from_iterable(zip_longest(pieces, media, fillvalue=b""))


def _dumped(body: Body) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
