"""Preference pairs about pictures as STIC keeps them (STIC: stic/generate_pref.py)."""

from __future__ import annotations

from typing import Any

from ..format import ExportItem, JsonLines, Unsupported
from ..talk import pair, picture_of


class STIC(JsonLines):
    """Preference pairs about pictures: image, image_corruption, hallu_prompt, chosen, rejected; JSON lines.

    Both talks open with the simple prompt. Of the two ways to a worse reply one is empty: the prompt that invited
    invention, or the picture that was spoiled. Pictures are the files that ``stills`` writes.
    """

    name = "stic"
    shows_frames = True
    of_pictures = True

    def row(self, item: ExportItem) -> Any:
        asked, chosen, rejected = pair(item)
        sample = item.sample
        if sample.params.get("medium") != "image" and not item.image:
            raise Unsupported("no_single_picture")
        turns = [{"role": turn.role, "content": turn.content} for turn in asked]
        return {
            "image": picture_of(item),
            "image_corruption": sample.params.get("rejected_frames", ""),
            "hallu_prompt": sample.params.get("bad_prompt", ""),
            "chosen": [*turns, {"role": "assistant", "content": chosen}],
            "rejected": [*turns, {"role": "assistant", "content": rejected}],
        }
