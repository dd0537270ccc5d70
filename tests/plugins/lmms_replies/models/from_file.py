"""A model for lmms-eval that says what a file says, once it has been shown a video that is there."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from lmms_eval.api.model import lmms


class FromFile(lmms):  # type: ignore[misc]
    """``--model from_file --model_args replies=FILE``; FILE is {"PROMPT": "reply"}, and what was seen goes to
    FILE.seen."""

    def __init__(self, replies: str, **more: Any) -> None:
        super().__init__()
        self.replies = json.loads(Path(replies).read_text(encoding="utf-8"))
        self.seen = Path(f"{replies}.seen")

    def generate_until(self, requests: list[Any]) -> list[str]:
        said = []
        for request in requests:
            prompt, options, doc_to_visual, doc_id, task, split = request.args
            assert options["until"] == []
            (video,) = doc_to_visual(self.task_dict[task][split][doc_id])
            assert os.path.isabs(video)
            assert os.path.exists(video)
            with self.seen.open("a", encoding="utf-8") as file:
                file.write(video + "\n")
            said.append(self.replies[prompt])
        return said

    def generate_until_multi_round(self, requests: list[Any]) -> list[str]:
        raise NotImplementedError

    def loglikelihood(self, requests: list[Any]) -> list[tuple[float, bool]]:
        raise NotImplementedError
