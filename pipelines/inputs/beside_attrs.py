"""What a file beside a video says of it: the keys of a .json, the caption of a .txt, the class of a .cls."""

from __future__ import annotations

import os
from typing import Any

from ...schemas.text import clean
from ...stages.labels.label_import import LabelError
from ...stages.labels.table_rows import cell, load_json, text_of

NAMES = {".txt": "caption", ".cls": "class"}
"""What the attr is called that is a whole file."""
OF_EXPORT = {"video", "duration", "samples"}
"""The keys that an export of ours writes: its samples are made anew from the video, and are no facts about it."""


def attrs_in(data: bytes, path: str) -> dict[str, str]:
    """The attrs that *data*, the content of the file *path*, tells.

    Raises:
        LabelError: a .json that is not JSON, or no object.
    """
    ending = os.path.splitext(path)[1].lower()
    if ending in NAMES:
        text = clean(text_of(data)).strip()
        return {NAMES[ending]: text} if text else {}
    told: Any = load_json(data, os.path.basename(path))
    if not isinstance(told, dict):
        raise LabelError("not a JSON object of keys and values")
    if set(told) == OF_EXPORT and isinstance(told["samples"], list):
        return {}
    cells = ((clean(str(name)), clean(cell(value))) for name, value in told.items())
    return {name: text for name, text in cells if text}
