"""Parts of pictures: the rectangle in the name of an edit, and the file that is written of it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from vdata.rules import masks
from vdata.schemas import Box
from vdata.video.decode.cut_edit import cut_edit, region_of
from vdata.video.decode.jpeg_writer import write
from vdata.video.decode.jpegs import Jpegs


def test_the_rectangle_holds_all_boxes_and_is_read_back() -> None:
    edit = cut_edit([Box(0, 0.25, 0.5, 0.5, 0.75), Box(0, 0.3, 0.125, 0.7, 0.6)])
    assert edit == "cut_250_125_700_750"
    region = region_of(edit)
    assert region is not None
    assert tuple(region)[:4] == (0.25, 0.125, 0.7, 0.75)
    assert region_of("blurred") is None


def test_a_part_is_cut_out_of_the_whole_picture_and_enlarged(clips: Path, tmp_path: Path) -> None:
    names = {edit: str(tmp_path / f"{edit or 'whole'}.jpg") for edit in ("", "cut_500_500_750_1000")}
    edits = {file: edit for edit, file in names.items() if edit}
    how = Jpegs(4096, 95, edits, {}, masks.read)
    write(str(clips / "bikes.mp4"), [(1.0, list(names.values()))], how, 10**8)
    whole, part = (cv2.imread(file) for file in names.values())
    assert whole is not None
    assert part is not None
    height, width = whole.shape[:2]
    assert part.shape[:2] == (height, width // 2)  # a quarter of the width and half of the height, twice as large
    cut = cv2.resize(
        whole[height // 2 :, width // 2 : width * 3 // 4], (width // 2, height), interpolation=cv2.INTER_CUBIC
    )
    assert float(np.abs(cut.astype(int) - part.astype(int)).mean()) < 4
