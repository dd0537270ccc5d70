"""Chain-of-Focus (xtong-zhang/Chain-of-Focus): dialogues that zoom, for fine-tuning and for reinforcement learning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ...rules.letters import LETTERS
from ...schemas import Sample
from ..format import ExportItem, Format, JsonLines, Omit, Unsupported
from ..talk import conversation, files_by_kind, role_content

TOOL = "image_zoom_in_tool"


class MMCoF(Format):
    """MM-CoF: messages (role, content with <image>) and images, the picture and each part that was cut out; JSON."""

    name = "mm_cof"
    holds_media = True

    def row(self, item: ExportItem) -> Any:
        _zoom(item)
        images, _ = files_by_kind(item)
        return {"messages": role_content(conversation(item)), "images": images}


class MMCoFRL(JsonLines):
    """MM-CoF, for reinforcement learning: data_source, agent_name, prompt, images, ability, reward_model …; JSON lines.

    The prompt is all before the first reply; the picture alone is given, for the tool cuts out the parts. The truth is
    the letter.
    """

    name = "mm_cof_rl"
    holds_media = True

    def rows(self, items: Iterable[ExportItem], leave: Omit) -> Iterator[Any]:
        for index, row in enumerate(super().rows(items, leave)):
            row["extra_info"]["index"] = index
            yield row

    def row(self, item: ExportItem) -> Any:
        sample = _zoom(item)
        images, _ = files_by_kind(item)
        if sample.answer_index is None:
            raise Unsupported("no_options")
        turns = conversation(item)
        first = next(n for n, turn in enumerate(turns) if turn.role == "assistant")
        letter = LETTERS[sample.answer_index]
        return {
            "data_source": sample.params.get("dataset", "zoom"),
            "agent_name": "tool_agent",
            "prompt": role_content(turns[:first]),
            "images": [{"image": images[0]}],
            "ability": "vision",
            "reward_model": {"style": "rule", "ground_truth": letter},
            "extra_info": {
                "split": "train",
                "index": 0,
                "answer": letter,
                "question": turns[first - 1].content,
                "need_tools_kwargs": True,
                "tools_kwargs": {TOOL: {"create_kwargs": {"image": images[0]}, "execute_kwargs": {}}},
            },
        }


def _zoom(item: ExportItem) -> Sample:
    if "zoom_steps" not in item.sample.params or not item.sample.media:
        raise Unsupported("no_zooming")
    return item.sample
