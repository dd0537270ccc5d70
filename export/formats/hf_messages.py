"""Messages with their media in columns, as the data sets of Hugging Face's trainers have them (TRL: vision data)."""

from __future__ import annotations

from typing import Any

from ..documents import DocumentPart, turns_with_parts
from ..format import ExportItem, JsonLines, MediumFile
from ..talk import conversation, files_by_kind, videos_of, whole_video


class HFMessages(JsonLines):
    """Hugging Face messages: [{role, content: [{type: image | video | text}]}], images, videos; JSON lines.

    Parts of type image and video stand for the next of ``images`` and ``videos``; what is a document has one message of
    the assistant.
    """

    name = "hf_messages"
    holds_system = True
    text_only = True
    holds_media = True

    def row(self, item: ExportItem) -> Any:
        if item.sample.media:
            turns = turns_with_parts(item)
        else:
            turns = [(turn, [turn.content]) for turn in conversation(whole_video(item))]
            first = next(parts for turn, parts in turns if turn.role == "user")
            first[:0] = [MediumFile("clip", path) for path in videos_of(item)]
        images, videos = files_by_kind(item)
        messages = [{"role": turn.role, "content": [_part(one) for one in parts]} for turn, parts in turns]
        return {"id": item.sample.id, "messages": messages, "images": images, "videos": videos}


def _part(part: DocumentPart) -> dict[str, str]:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    return {"type": "image" if part.kind == "image" else "video"}
