"""Pictures of the media of samples with what they point out drawn in, and the table of MMVM that names them."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np

from vdata.export.format import ExportItem, MediumFile, find_formats
from vdata.schemas import Box, Span, Timeline, make_id
from vdata.schemas.teaching import COLOURS
from vdata.stages.instruct.by_rule.same_object import SameObject
from vdata.stages.media.media_files import files_in_lanes
from vdata.stages.media.probe import Probe
from vdata.stages.media.stills import Stills


def test_regions_are_drawn_into_the_pictures(make_videos: ModuleType, tmp_path: Path) -> None:
    path = make_videos.plain(tmp_path / "two.mp4", 75)
    video = Timeline("two.mp4", make_id("two"), path=str(path), folder=str(tmp_path / "media"))
    video = Probe().run(video)
    left = Span(0, 3, label="left", boxes=[Box(time, 0.1, 0.4, 0.3, 0.7) for time in (0.2, 2.0)])
    right = Span(0, 3, label="right", boxes=[Box(time, 0.6, 0.4, 0.8, 0.7) for time in (0.2, 2.0)])
    video.put("tracks", [left, right])
    SameObject().run(video)
    Stills(size=320, quality=98).run(video)
    assert len(video.samples) == 2
    files = {medium.file for sample in video.samples for medium in sample.media}
    assert len(files) == 4, "each picture has marks of its own"
    assert set(files_in_lanes(video)) == files, "and none is written without"
    for sample in video.samples:
        for medium in sample.media:
            picture = cv2.imread(str(tmp_path / medium.file))
            assert picture is not None
            height, width = picture.shape[:2]
            for region in medium.regions:
                colour = np.array(list(COLOURS.values())[region.number])[::-1]
                foot = round(region.bottom * height) + 1
                line = picture[foot, round(region.left * width) + 4 : round(region.right * width) - 4].astype(int)
                assert np.abs(line - colour).mean() < 40, "the frame stands around the region, in its colour"
        media = tuple(MediumFile("image", medium.file) for medium in sample.media)
        pictures, question, answer, cues = find_formats()["mmvm"].row(
            ExportItem(sample, "two.mp4", "two.mp4", video.id, 3.0, media=media)
        )
        assert json.loads(pictures) == [medium.file for medium in sample.media]
        assert question == f"{sample.question}\nA. 1\nB. 2"
        assert (answer, cues) == ("AB"[int(sample.answer) - 1], "[]")
