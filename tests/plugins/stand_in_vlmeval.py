"""The few names of VLMEvalKit that the script of an export uses, where VLMEvalKit itself is not installed.

They do as much as its own do with them (``vlmeval/dataset/video_base.py``): the table is read with pandas.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


class VideoBaseDataset:
    """What its own does at the start, and where it keeps pictures."""

    def __init__(self, dataset: str, nframe: int = 0, fps: float = -1) -> None:
        import pandas

        self.data = pandas.read_csv(self.prepare_dataset(dataset)["data_file"], sep="\t")
        assert {"question", "video", "index"} <= set(self.data)
        self.nframe, self.fps = nframe, fps

    def prepare_dataset(self, dataset: str) -> dict[str, str]:
        raise NotImplementedError

    def frame_paths(self, video: str) -> list[str]:
        Path("pictures", video).mkdir(parents=True, exist_ok=True)
        return [f"pictures/{video}/frame-{n}-of-{self.nframe}.jpg" for n in range(1, self.nframe + 1)]

    def frame_paths_fps(self, video: str, count: int) -> list[str]:
        Path("pictures", video).mkdir(parents=True, exist_ok=True)
        return [f"pictures/{video}/frame-{n}-of-{count}-{self.fps}fps.jpg" for n in range(1, count + 1)]


def install(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Have the modules found; ``run.py`` is looked for in *folder*."""
    import pandas

    named: dict[str, dict[str, Any]] = {
        "vlmeval": {"__file__": str(folder / "vlmeval" / "__init__.py")},
        "vlmeval.dataset": {"VIDEO_DATASET": [], "DATASET_CLASSES": []},
        "vlmeval.dataset.video_base": {"VideoBaseDataset": VideoBaseDataset},
        "vlmeval.dataset.video_dataset_config": {"supported_video_datasets": {}},
        "vlmeval.smp": {"load": lambda path: pandas.read_csv(path, sep="\t")},
    }
    for name, values in named.items():
        module = ModuleType(name)
        vars(module).update(values)
        patch.setitem(sys.modules, name, module)
        if "." in name:
            above, _, last = name.rpartition(".")
            setattr(sys.modules[above], last, module)
