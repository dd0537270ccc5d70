"""What the tests of real trainers share. They run in the environments of make_env.py: ``pytest -m trainers``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.trainers)


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tiny model."""
    folder = tmp_path_factory.mktemp("model")
    script = Path(__file__).with_name("tiny_vision.py")
    subprocess.run([sys.executable, str(script), str(folder)], check=True, stdout=subprocess.DEVNULL)
    return folder


@pytest.fixture
def played(small: Path, make_videos: ModuleType) -> Path:
    """The data set ``small``, and for both of its videos, of 60 and of 45 s, a file that plays; where they lie."""
    for path, seconds in ((Path("videos/clips/kitchen.mp4"), 60), (small / "media" / "made.mp4", 45)):
        pictures = ((make_videos.Fraction(n, 2), make_videos.scene(n)) for n in range(2 * seconds))
        make_videos.encode(path, pictures)
    return small


def exported(folder: Path, name: str) -> Path:
    """The file of the format *name*, as ``vdata export`` writes it."""
    from vdata.cli import run
    from vdata.export.format import find_formats

    out = Path(f"{name}{find_formats()[name].suffix}").absolute()
    assert (
        run(
            ["export", str(folder), "--format", name, "--out", str(out), "--media-root", str(Path("videos").absolute())]
        )
        == 0
    )
    return out


def rows(path: Path) -> list[Any]:
    """The rows of a file by the json module."""
    text = path.read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()] if path.suffix == ".jsonl" else json.loads(text)
