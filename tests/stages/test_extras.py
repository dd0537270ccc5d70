"""Stages say which extras they need, as they are configured: what ``recipes`` shows is what ``ready`` would ask for."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from vdata.stages import find_stages
from vdata.stages.audio.taggers.tagger import TAGGERS
from vdata.stages.media.object_detectors.object_detector import OBJECT_DETECTORS
from vdata.stages.rate.scorers.scorer import SCORERS


@pytest.mark.parametrize(
    ("name", "settings", "extras"),
    [
        ("speech", {}, {"whisper"}),
        ("speech", {"engine": "faster_whisper"}, {"faster-whisper"}),
        ("speech", {"engine": "whisper", "vad": True}, {"whisper", "faster-whisper"}),
        ("speech", {"engine": "faster_whisper", "vad": "voice"}, {"faster-whisper"}),
        ("speech", {"model": None}, set()),
        ("sounds", {}, {"faster-whisper"}),
        ("sounds", {"by": "onnx"}, {"onnx"}),
        ("sounds", {"by": "audio_classifier"}, {"transformers"}),
        ("rate", {}, set()),
        ("rate", {"by": "nudenet"}, {"nudenet"}),
        ("rate", {"by": "pyiqa"}, {"pyiqa"}),
        ("rate", {"by": "aesthetic"}, set()),  # which package depends on the file
        ("detect", {"by": "detr", "labels": ["dog"]}, {"onnx"}),
        ("shots", {"detector": "transnet"}, {"transnet"}),
        ("shots", {}, set()),
        ("read_text", {}, {"ocr"}),
    ],
)
def test_the_extras_of_a_stage_are_those_that_its_settings_need(
    name: str, settings: dict[str, Any], extras: set[str]
) -> None:
    assert find_stages()[name].model_validate(settings).extras() == extras


@pytest.mark.parametrize(
    "plugin", [*TAGGERS.find().values(), *SCORERS.find().values(), *OBJECT_DETECTORS.find().values()]
)
def test_what_a_plugin_says_is_missing_is_what_it_says_it_needs(plugin: Any) -> None:
    source = Path(inspect.getfile(plugin)).read_text(encoding="utf-8")
    said = re.findall(r"pip install 'vdata-toolkit\[([\w-]+)\]'", source)
    assert plugin().extras() == set(said)
