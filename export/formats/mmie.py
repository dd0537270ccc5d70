"""MMIE's questions and answers in text and pictures by turns (Lillianwei-h/MMIE)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..documents import DocumentPart, pictures_only, turns_with_parts
from ..format import ExportItem, Format, Unsupported


class MMIE(Format):
    """MMIE: id, question and gt_answer [{text, image | null}], answer [] and model "" to be filled; a JSON array.

    Each picture stands with its text. One question a row; the answer that is ours is their ``gt_answer``.
    """

    name = "mmie"
    holds_media = True

    def row(self, item: ExportItem) -> Any:
        turns = turns_with_parts(item)
        pictures_only(item)
        if [turn.role for turn, _ in turns] != ["user", "assistant"]:
            raise Unsupported("no_question" if len(turns) < 2 else "several_turns")
        (_, asked), (_, answer) = turns
        return {
            "id": item.sample.id,
            "question": _pairs(asked),
            "answer": [],
            "model": "",
            "gt_answer": _pairs(answer),
        }


def _pairs(parts: Sequence[DocumentPart]) -> list[dict[str, str | None]]:
    """*parts* as texts, each with its picture: that before it, or else the one behind it."""
    found: list[dict[str, str | None]] = []
    first = next((part for part in parts if not isinstance(part, str) or part.strip()), "")
    leads = not isinstance(first, str)
    for part in parts:
        text, image = (part.strip(), None) if isinstance(part, str) else ("", part.path)
        if not text and image is None:
            continue
        kept, other = ("image", "text") if leads else ("text", "image")
        last = found[-1] if found else None
        if last is not None and last[kept] and not last[other] and (text if leads else image):
            last[other] = text or image
        else:
            found.append({"text": text, "image": image})
    return found
