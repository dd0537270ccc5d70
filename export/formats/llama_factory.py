"""LLaMA-Factory's sharegpt format with videos (hiyouga/LLaMA-Factory, ``data/README.md``)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from ..format import ExportItem, Format
from ..row_text import dumps
from ..talk import conversation, from_value, media_lists, pair, whole_video


class LlamaFactory(Format):
    """LLaMA-Factory (sharegpt): conversations [{from, value}] with <video>, videos [path]; a JSON array.

    Samples with several media have ``images`` too, for <image> in order.
    """

    name = "llama_factory"
    holds_system = True
    text_only = True
    holds_media = True
    with_images = False
    """Whether a sample had pictures, so that the entry must name their column."""
    read_by_suffix = True
    entry: ClassVar[dict[str, Any]] = {
        "formatting": "sharegpt",
        "columns": {"messages": "conversations", "videos": "videos"},
    }
    """How ``dataset_info.json`` must describe the file."""

    def row(self, item: ExportItem) -> Any:
        return {"conversations": from_value(conversation(whole_video(item), "<video>")), **self.shown(item)}

    def shown(self, item: ExportItem) -> dict[str, list[str]]:
        """The lists of what is shown."""
        lists = media_lists(item)
        self.with_images |= "images" in lists
        return lists

    def hint(self, path: Path) -> str:
        columns = self.entry["columns"] | ({"images": "images"} if self.with_images else {})
        entry = {"file_name": path.name, **self.entry, "columns": columns}
        return f"Its entry in dataset_info.json: {dumps({path.stem: entry})}"


class LlamaFactoryDPO(LlamaFactory):
    """LLaMA-Factory, preference pairs: conversations up to the question, chosen, rejected, videos."""

    name = "llama_factory_dpo"
    holds_system = True
    entry: ClassVar[dict[str, Any]] = {
        "formatting": "sharegpt",
        "ranking": True,
        "columns": {
            "messages": "conversations",
            "chosen": "chosen",
            "rejected": "rejected",
            "videos": "videos",
        },
    }

    def row(self, item: ExportItem) -> Any:
        asked, chosen, rejected = pair(whole_video(item), "<video>")
        return {
            "conversations": from_value(asked),
            "chosen": {"from": "gpt", "value": chosen},
            "rejected": {"from": "gpt", "value": rejected},
            **self.shown(item),
        }
