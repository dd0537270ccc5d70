"""OBELICS' documents (HuggingFaceM4/OBELICS), which Multimodal Textbook and others follow."""

from __future__ import annotations

from typing import Any

from ..documents import pictures_only, turns_with_parts
from ..format import ExportItem, JsonLines
from ..row_text import dumps


class Obelics(JsonLines):
    """OBELICS' documents: images and texts, parallel lists with null in the other, metadata; JSON lines.

    ``metadata`` is JSON text with an entry for each picture (its video and second), and null for texts;
    ``general_metadata`` is JSON text on the document. Questions and replies are texts like others.
    """

    name = "obelics"
    holds_media = True

    def row(self, item: ExportItem) -> Any:
        pictures_only(item)
        parts = [part for _, own in turns_with_parts(item) for part in own]
        parts = [part.strip() if isinstance(part, str) else part for part in parts]
        parts = [part for part in parts if part]
        media = iter(item.sample.media)
        shown: list[dict[str, Any] | None] = []
        for part in parts:
            if isinstance(part, str):
                shown.append(None)
            else:
                medium = next(media)
                shown.append({"video": medium.video or item.source_uri, "time": medium.start})
        sample = item.sample
        about = {
            "id": sample.id,
            "video": item.source_uri,
            "duration": item.duration,
            "start": sample.start,
            "end": sample.end,
        }
        return {
            "images": [None if isinstance(part, str) else part.path for part in parts],
            "metadata": dumps(shown),
            "general_metadata": dumps(about),
            "texts": [part if isinstance(part, str) else None for part in parts],
        }
