"""A shot detector in a package of its own: found by its entry point, checked, documented, and used."""

from __future__ import annotations

import json
from pathlib import Path

from plugin_package import install, run_with

DETECTOR = '''
from pydantic import Field
from vdata.schemas import Signals
from vdata.stages.media.detectors.detector import CutDetector
from vdata.video.signals.cuts import Cut


class EveryNth(CutDetector):
    """Cuts after every so many frames."""

    frames: int = Field(50, ge=1)
    """How many frames a shot has."""

    def cuts(self, signals: Signals) -> list[Cut]:
        return [Cut(t, t, 1.0, "cut", self.name(), t, t) for t in signals.time[self.frames :: self.frames].tolist()]
'''
USE = """
import json
from conftest import still
from pydantic import ValidationError
from vdata.schemas import Timeline
from vdata.stage_page import stage_page
from vdata.stages import stage_class

def shots(**settings):
    video = Timeline("made up", id="a", signals=still(200))
    return [(one.start, one.attrs.get("detector")) for one in Shots.model_validate(settings).run(video).lane("shots")]

def mistake(**settings):
    try:
        Shots.model_validate(settings)
    except ValidationError as error:
        return error.errors()[0]["msg"]

Shots = stage_class("shots")
print(json.dumps({
    "alone": shots(detector="every_nth"),
    "settings": shots(detector=["adaptive", "every_nth"], sure=1, every_nth={"frames": 120}),
    "unnamed": mistake(every_nth={"frames": 7}),
    "unknown": mistake(detector="every_nth", every_nth={"frame": 7}),
    "page": stage_page("shots"),
    "dumps": ["every_nth" in Shots(detector=name).model_dump() for name in ("every_nth", "fade")],
}))
"""


def test_a_detector_of_another_package_finds_shots(tmp_path: Path) -> None:
    install(tmp_path, "vdata.detectors", DETECTOR, "EveryNth")
    told = json.loads(run_with(tmp_path, USE, Path(__file__).parent))
    assert told["alone"] == [[0, None], [2, "every_nth"], [4, "every_nth"], [6, "every_nth"]]
    assert told["settings"] == [[0, None], [4.8, "every_nth"]]
    assert told["unnamed"].endswith(
        "every_nth has no effect with detector boundaries; it belongs to detector every_nth"
    )
    assert told["unknown"] == "Extra inputs are not permitted"
    assert "every_nth.frames" in told["page"]
    assert "How many frames a shot has." in told["page"]
    assert told["dumps"] == [True, False]  # a build that does not name it is the same build after it is installed
