"""Runs the script of a benchmark for VLMEvalKit with a model that says what a file says, once it has seen pictures.

python vlmeval_replies.py SCRIPT REPLIES WORDS…          # REPLIES is {"PROMPT": "reply"}
"""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

from vlmeval.config import supported_VLM
from vlmeval.vlm.base import BaseModel


class FromFile(BaseModel):  # type: ignore[misc]
    """A model that is shown pictures."""

    VIDEO_LLM = False
    replies: dict[str, str]

    def generate_inner(self, message: list[dict[str, str]], dataset: str | None = None) -> str:
        *shown, asked = message
        assert len(shown) == 8
        assert all(part["type"] == "image" and Path(part["value"]).exists() for part in shown)
        return self.replies[asked["value"]]


if __name__ == "__main__":
    _, script, replies, *words = sys.argv
    FromFile.replies = json.loads(Path(replies).read_text(encoding="utf-8"))
    supported_VLM["from_file"] = FromFile
    sys.argv = [script, *words]
    runpy.run_path(script, run_name="__main__")
