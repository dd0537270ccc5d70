"""Objects that are followed through a video: boxes and masks by frame or by time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from ..label_import import FileImporter, LabelError, Labelled
from ..table_rows import load_json, read_rows
from ..track_rows import tracks_in
from ..track_tables import TrackForm, Unit, coco, is_coco, mot


class TrackLabels(FileImporter):
    """Read tracks: COCO's JSON, the text of MOTChallenge and GOT-10k, or rows (.json, .jsonl, .csv, .tsv, .parquet).

    A row has a video, an object and either one box with its time or frame, or a list of such boxes; a box on an image
    needs neither. V-STaR's rows, VideoRefer's ``annotation`` and LLaVA-ST's ``meta`` are read as well. Masks are run
    lengths of COCO or polygons. An object is one span, as long as the file says (start and end, or timestamps), or else
    from the first to the last of its boxes. It has ``values.area`` (the mean share of the picture that the boxes take)
    and ``values.boxes`` (how many there are).
    """

    kind: Literal["tracks"] = "tracks"
    lane: str = "tracks"
    """The lane on which the spans are laid."""
    unit: Unit = "pixels"
    """What boxes are in: pixels of the labelled picture, shares of it (0 to 1), or thousandths of its sides."""
    box: Literal["corners", "size"] | None = None
    """What four numbers of a row are: corners, [left, top, right, bottom], or size, [left, top, width, height]. COCO,
    MOTChallenge and GOT-10k always have the latter; rows, unless this says so, the former."""
    size: tuple[int, int] | None = None
    """Width and height in pixels of the pictures that were labelled, where the file does not say it and they are not
    those of the video: [1920, 1080]."""
    fps: float | None = Field(None, gt=0)
    """Frames a second by which the file counts, where it does not say it and they are not all of the video's."""
    first_frame: Literal[0, 1] | None = None
    """The number of the first frame; 1 in the text of MOTChallenge, else 0, unless this says so."""
    video: str = ""
    """The video that all of the file is about, where it names none. A text without this is about that of its name, or
    of its folder (MOT17-02/gt/gt.txt)."""
    names: dict[str, str] = Field(default_factory=dict)
    """Other names for objects or classes of the file: {n02084071: dog}."""
    object: str = ""
    """The name of objects that have none in the file."""
    pictures: bool = False
    """Each image of a COCO file is an input of its own, by its name, as in COCO itself, and no frame of a video."""

    def measures(self) -> bool:
        return True  # the size and the frame rate of the video

    def read(self, data: bytes) -> Iterator[Labelled]:
        ending = self.path.lower().rpartition(".")[2]
        if ending == "txt":
            return mot(data, self.path, self._form())
        table = load_json(data, self.path) if ending == "json" else None
        if isinstance(table, dict) and is_coco(table):
            return coco(table, self._form())
        if isinstance(table, dict):
            raise LabelError(
                f"{self.path}: neither COCO's form (annotations with images or videos) nor a list of rows."
            )
        found = list(tracks_in(read_rows(data, self.path), self._form()))
        self._check_unit(found)
        return iter(found)

    def _form(self) -> TrackForm:
        return TrackForm(
            self.lane,
            self.box != "size",
            self.unit,
            self.size,
            self.fps,
            self.first_frame,
            self.video,
            self.names,
            self.object,
            self.pictures,
        )

    def _check_unit(self, found: list[Labelled]) -> None:
        """Refuse boxes that are all of a pixel at most, which are shares."""
        sides = [one.sides for video in found for track in video.tracks for one in track.boxes if one.sides is not None]
        if self.unit == "pixels" and sides and all(max(one) <= 1 for one in sides):
            raise LabelError(f"{self.path}: no box goes beyond 1: these are shares of the picture. Say unit: shares.")
