"""Preference pairs as plain rows (VideoSAVi)."""

from __future__ import annotations

from typing import Any

from ..format import ExportItem, JsonLines
from ..talk import pair, whole_video


class VideoSAVi(JsonLines):
    """Preference pairs as plain texts: video, question, chosen, rejected; JSON lines."""

    name = "videosavi"

    def row(self, item: ExportItem) -> Any:
        asked, chosen, rejected = pair(whole_video(item))
        return {"video": item.video, "question": asked[-1].content, "chosen": chosen, "rejected": rejected}
