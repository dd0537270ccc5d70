"""Tracks of label files: COCO, MOTChallenge and rows, as shares of the picture at times, and what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vdata.pipelines.inputs.attach import attach
from vdata.rules import masks
from vdata.schemas import Media, Reject, Span, Timeline, make_id
from vdata.schemas.input_video import Source
from vdata.stages.labels import LabelError, Labelled
from vdata.stages.labels.kinds.tracks import TrackLabels

BOX = {"time": 1, "box": [64, 36, 128, 108]}


def read(table: Any, name: str = "tracks.json", **settings: Any) -> list[Labelled]:
    data = table.encode() if isinstance(table, str) else json.dumps(table).encode()
    return list(TrackLabels(path=name, **settings).read(data))


def laid(found: Labelled, media: Media | None = None) -> Timeline:
    """*found* on a video of 10 s with 25 frames a second and 640 x 360 pixels, or of *media*."""
    video = Timeline(
        found.name, make_id(found.name), media=media or Media(duration=10, frames=250, fps=25, width=640, height=360)
    )
    video.duration = video.media.duration if video.media else None
    attach(video, Source(found.name, rejects=found.rejects, tracks=found.tracks))
    return video


def boxes(span: Span) -> list[tuple[float, ...]]:
    return [(one.time, one.left, one.top, one.right, one.bottom) for one in span.boxes]


def told(rejects: list[Reject]) -> list[tuple[str, str]]:
    return [(one.reason, one.detail) for one in rejects]


def test_rows_of_one_box_become_one_span() -> None:
    rows = [
        {"video": "a", "object": "dog", "frame": 25, "x": 64, "y": 36, "w": 64, "h": 72, "colour": "brown"},
        {"video": "a", "object": "cat", "time": 3, "bbox": {"xmin": 0, "ymin": 0, "xmax": 640, "ymax": 360}},
        {"video": "a", "object": "dog", "frame": "50", "box": "[128, 36, 192, 108]"},
    ]
    (found,) = read(rows)
    dog, cat = laid(found).lane("tracks")
    assert (dog.start, dog.end, dog.label, dog.attrs) == (1.0, 2.0, "dog", {"colour": "brown"})
    assert boxes(dog) == [(1.0, 0.1, 0.1, 0.2, 0.3), (2.0, 0.2, 0.1, 0.3, 0.3)]
    assert dog.values == {"area": 0.02, "boxes": 2.0}
    assert boxes(cat) == [(3.0, 0.0, 0.0, 1.0, 1.0)]


@pytest.mark.parametrize("size", [(640, 360), (1280, 720), (320, 180)])
def test_shares_do_not_depend_on_the_size_of_the_video(size: tuple[int, int]) -> None:
    """The file's own size of the pictures counts, whatever the video was scaled to."""
    row = {"video": "a", "object": "dog", "width": 640, "height": 360, "boxes": [BOX]}
    (span,) = laid(read([row])[0], Media(duration=10, fps=25, width=size[0], height=size[1])).lane("tracks")
    assert boxes(span) == [(1.0, 0.1, 0.1, 0.2, 0.3)]


@pytest.mark.parametrize(
    ("box", "settings"),
    [
        ([64, 36, 64, 72], {"box": "size"}),
        ([0.1, 0.1, 0.2, 0.3], {"unit": "shares"}),
        ([100, 100, 200, 300], {"unit": "thousandths"}),
        ([192, 108, 384, 324], {"size": [1920, 1080]}),
    ],
)
def test_units_and_forms_of_boxes(box: list[float], settings: dict[str, Any]) -> None:
    (found,) = read([{"video": "a", "object": "dog", "time": 1, "box": box}], **settings)
    assert boxes(laid(found).lane("tracks")[0]) == [(1.0, 0.1, 0.1, 0.2, 0.3)]


def test_frames_are_counted_as_the_file_or_the_settings_say() -> None:
    row = {"video": "a", "object": "dog", "boxes": [{"frame": 6, "box": BOX["box"]}]}
    for settings, time in (({}, 0.24), ({"fps": 2.0}, 3.0), ({"fps": 2.0, "first_frame": 1}, 2.5)):
        (span,) = laid(read([row], **settings)[0]).lane("tracks")  # type: ignore[arg-type]
        assert (span.start, span.boxes[0].time) == (time, time)
    (span,) = laid(read([row | {"fps": 4}])[0]).lane("tracks")
    assert span.start == 1.5


def test_v_star() -> None:
    box = {"frame_index": 51, "xmin": 64, "ymin": 36, "xmax": 128, "ymax": 108}
    row = {"vid": "a", "domain": "Sports", "fps": 25, "width": 640, "height": 360, "frame_count": 250}
    row |= {"question": "Who jumps?", "answer": "A dog.", "object": "dog", "timestamps": [1.5, 3.2]}
    (found,) = read([row | {"bboxes": [{"timestamp": 2, **box}, {"timestamp": 3, **box}]}])
    (span,) = laid(found).lane("tracks")
    assert (span.start, span.end, span.label) == (1.5, 3.2, "dog")
    assert boxes(span) == [(2.0, 0.1, 0.1, 0.2, 0.3), (3.0, 0.1, 0.1, 0.2, 0.3)]
    assert span.attrs == {"domain": "Sports", "question": "Who jumps?", "answer": "A dog."}


def test_videorefer() -> None:
    mask = np.zeros((360, 640), bool)
    mask[36:108, 64:128] = True
    text = masks.written(mask)
    rle = {"size": [360, 640], "counts": text.partition(":")[2]}
    row = {"video": "a", "conversations": [{"from": "human", "value": "<video>"}]}
    row["annotation"] = [
        {"25": {"segmentation": rle}},
        {"50": {"segmentation": [[64, 36, 128, 36, 128, 108, 64, 108]]}, "75": {"segmentation": rle}},
    ]
    (found,) = read([row])
    one, other = laid(found).lane("tracks")
    assert boxes(one) == [(1.0, 0.1, 0.1, 0.2, 0.3)]
    assert [box.mask for box in (*one.boxes, *other.boxes)] == [text] * 3
    assert [box.time for box in other.boxes] == [2.0, 3.0]
    assert (one.attrs, other.attrs) == ({"region": "1"}, {"region": "2"})


def coco(**note: Any) -> dict[str, Any]:
    """A file of COCO with one dog in two frames of the video a."""
    images = [{"id": n, "video_id": 7, "frame_index": 25 * n, "width": 640, "height": 360} for n in (1, 2)]
    notes = [{"id": n, "image_id": n, "track_id": 3, "category_id": 1, "bbox": [64 * n, 36, 64, 72]} for n in (1, 2)]
    return {
        "videos": [{"id": 7, "name": "a"}],
        "images": images,
        "categories": [{"id": 1, "name": "dog"}],
        "annotations": [notes[0], notes[1] | note],
    }


def test_coco() -> None:
    (span,) = laid(read(coco())[0]).lane("tracks")
    assert boxes(span) == [(1.0, 0.1, 0.1, 0.2, 0.3), (2.0, 0.2, 0.1, 0.3, 0.3)]
    assert (span.label, span.attrs) == ("dog", {"track": "3"})
    (span,) = laid(read(coco(), names={"dog": "the dog"})[0]).lane("tracks")
    assert span.label == "the dog"


def test_coco_of_images_alone_is_named_by_folders() -> None:
    table = coco()
    del table["videos"]
    for n, image in enumerate(table["images"], 1):
        del image["video_id"], image["frame_index"]
        image["file_name"] = f"seq/a/img_{25 * n:05}.jpg"
    (found,) = read(table)
    assert found.name == "seq/a"
    assert [box.time for box in laid(found).lane("tracks")[0].boxes] == [1.0, 2.0]


def test_coco_of_pictures_that_are_inputs_of_their_own() -> None:
    table = coco()
    del table["videos"]
    for n, image in enumerate(table["images"], 1):
        del image["video_id"], image["frame_index"]
        image["file_name"] = f"train/{n:012}.jpg"
    found = read(table, pictures=True)
    assert [one.name for one in found] == ["train/000000000001.jpg", "train/000000000002.jpg"]
    still = Media(duration=0.04, frames=1, fps=0, width=640, height=360)
    for n, one in enumerate(found, 1):
        (span,) = laid(one, still).lane("tracks")
        assert boxes(span) == [pytest.approx((0.0, 0.1 * n, 0.1, 0.1 * n + 0.1, 0.3))]


@pytest.mark.parametrize("compressed", [True, False])
def test_youtube_vis(compressed: bool) -> None:
    mask = np.zeros((360, 640), bool)
    mask[36:108, 64:128] = True
    counts: Any = masks.written(mask).partition(":")[2]
    if not compressed:
        flat = mask.ravel("F")
        edges = np.flatnonzero(np.diff(flat)) + 1
        counts = [int(one) for one in np.diff([0, *edges, flat.size])]
    rle = {"size": [360, 640], "counts": counts}
    note = {"id": 1, "video_id": 7, "category_id": 1, "segmentations": [None, rle], "bboxes": [None, None]}
    table = {"videos": [{"id": 7, "file_names": ["a/00000.jpg"], "width": 640, "height": 360}], "annotations": [note]}
    (found,) = read(table | {"categories": [{"id": 1, "name": "dog"}]}, fps=5)
    (span,) = laid(found).lane("tracks")
    assert boxes(span) == [(0.2, 0.1, 0.1, 0.2, 0.3)]
    assert (masks.read(span.boxes[0].mask) == mask).all()


@pytest.mark.parametrize("path", ["MOT17-02/gt/gt.txt", "MOT17-02.txt"])
def test_mot_counts_from_one(path: str) -> None:
    text = "1,7,65,37,64,72,1,3,0.9\n26,7,64,36,64,72,1,3,1\n26,8,0,0,640,360,0,1,1\n"
    (found,) = read(text, path)
    assert found.name == "MOT17-02"
    (span,) = laid(found).lane("tracks")
    assert [box.time for box in span.boxes] == [0.0, 1.0]
    assert (span.label, boxes(span)[1]) == ("car", (1.0, 0.1, 0.1, 0.2, 0.3))
    assert told(found.rejects) == [("ignored", f"{path}: 1 boxes are marked as not to be considered (confidence 0)")]


def test_got_10k_is_a_box_a_frame() -> None:
    (found,) = read("64,36,64,72\n128 36 64 72\n", "GOT-10k_Train_000001/groundtruth.txt", object="dog", fps=10)
    (span,) = laid(found).lane("tracks")
    assert (found.name, span.label) == ("GOT-10k_Train_000001", "dog")
    assert boxes(span) == [(0.0, 0.1, 0.1, 0.2, 0.3), (0.1, 0.2, 0.1, 0.3, 0.3)]


# What is wrong.


@pytest.mark.parametrize(
    ("box", "reason", "why"),
    [
        ({"box": [600, 0, 900, 100]}, "outside_picture", "at 1 s lies 87% outside"),
        ({"box": [64, 36, 64, 108]}, "empty_box", "has no area"),
        ({"box": [128, 36, 64, 108]}, "empty_box", "has no area"),
        ({"time": 12}, "bad_time", "at 12 s, and the video ends at 10 s"),
        ({"time": -1}, "bad_time", "before the start of the video"),
        ({"time": None, "frame": 250}, "no_such_frame", "in frame 250, at 10 s, and the video has 250 frames, from 0"),
        ({"time": 2}, "doubled_box", "two boxes at 2 s"),
        ({"box": None, "segmentation": {"size": [4, 4], "counts": [16]}}, "empty_box", "the mask at 1 s is empty"),
    ],
)
def test_a_box_that_cannot_be_is_a_reject_and_the_others_stay(box: dict[str, Any], reason: str, why: str) -> None:
    (found,) = read([{"video": "a", "object": "dog", "boxes": [BOX | {"time": 2}, BOX | box, BOX | {"time": 3}]}])
    video = laid(found)
    assert [one.time for one in video.lane("tracks")[0].boxes] == [2.0, 3.0]
    ((found_reason, detail),) = told(video.rejects)
    assert found_reason == reason
    assert detail.startswith("row 1 (dog): 1 of 3 boxes: ")
    assert why in detail


@pytest.mark.parametrize(
    ("box", "why"),
    [
        ({"box": [1, 2, 3]}, "[1, 2, 3] is not [left, top, right, bottom]"),
        ({"box": [1, 2, "x", 4]}, "is not [left, top, right, bottom]"),
        ({"box": [1, 2, float("nan"), 4]}, "is not [left, top, right, bottom]"),
        ({"time": "soon"}, "it has neither a time nor the number of a frame"),
        ({"time": None, "frame": 1.5}, "it has neither a time nor the number of a frame"),
        ({"box": None}, "it has neither a box nor a mask"),
        ({"segmentation": {"size": [4, 4], "counts": [3]}}, "the runs add up to 3 pixels, and 4 x 4 has 16"),
        ({"segmentation": {"counts": [16]}}, "without size"),
        ({"segmentation": [[1, 2, 3, 4]]}, "no list of three points"),
        ({"segmentation": 7}, "a mask in no known form: 7"),
    ],
)
def test_a_box_that_cannot_be_read_is_a_reject(box: dict[str, Any], why: str) -> None:
    (found,) = read([{"video": "a", "object": "dog", "boxes": [BOX, {**BOX, "time": 2, **box}]}])
    assert [(one.reason, one.detail.partition(":")[0]) for one in found.rejects] == [("bad_box", "row 1, box")]
    assert why in found.rejects[0].detail
    assert len(laid(found).lane("tracks")[0].boxes) == 1


def test_a_box_on_an_image_needs_no_time() -> None:
    row = {"video": "a", "object": "left lung", "box": BOX["box"], "text": "clear", "change": "better"}
    (found,) = read([row])
    image = laid(found, Media(duration=1, frames=1, fps=1, width=640, height=360))
    (span,) = image.lane("tracks")
    assert (span.label, span.text, span.attrs) == ("left lung", "clear", {"change": "better"})
    assert boxes(span) == [(0.0, 0.1, 0.1, 0.2, 0.3)]
    (found,) = read([row])
    video = laid(found)
    assert not video.lane("tracks")
    ((reason, why),) = told(video.rejects)
    assert reason == "bad_box"
    assert "it has neither a time nor the number of a frame" in why


def test_a_box_at_the_edge_is_cut_to_the_picture() -> None:
    (found,) = read([{"video": "a", "object": "dog", "time": 1, "box": [-64, 36, 128, 400]}])
    assert boxes(laid(found).lane("tracks")[0]) == [(1.0, 0.0, 0.1, 0.2, 1.0)]


@pytest.mark.parametrize(
    ("media", "row", "reason", "why"),
    [
        (Media(duration=10), BOX, "no_size", "give size: [WIDTH, HEIGHT]"),
        (Media(duration=10, width=640, height=360), {"frame": 3, "box": BOX["box"]}, "no_frame_rate", "give fps"),
        (
            Media(duration=10, width=640, height=360, fps=25, variable_fps=True),
            {"frame": 3, "box": BOX["box"]},
            "no_frame_rate",
            "whose frame rate varies",
        ),
        (
            Media(duration=10, width=640, height=360, fps=25),
            {"boxes": [BOX], "width": 360, "height": 640},
            "other_picture",
            "pictures of 360 x 640, and the video is 640 x 360",
        ),
    ],
)
def test_a_track_whose_pictures_are_not_known_is_a_reject(
    media: Media, row: dict[str, Any], reason: str, why: str
) -> None:
    video = laid(read([{"video": "a", "object": "dog", **row}])[0], media)
    assert video.lane("tracks") == []
    ((found, detail),) = told(video.rejects)
    assert found == reason
    assert why in detail


def test_a_box_outside_of_the_stretch_that_is_said_is_a_reject() -> None:
    (found,) = read([{"video": "a", "object": "dog", "start": 2, "end": 4, "boxes": [BOX, BOX | {"time": 3}]}])
    video = laid(found)
    assert [box.time for box in video.lane("tracks")[0].boxes] == [3.0]
    assert [one.reason for one in video.rejects] == ["outside_stretch"]


def test_annotations_of_frames_that_the_file_does_not_list_are_rejects() -> None:
    found, strays = read(coco(image_id=9))
    assert len(laid(found).lane("tracks")[0].boxes) == 1
    assert (strays.name, told(strays.rejects)) == ("", [("no_such_frame", "annotation 2: there is no image 9")])


@pytest.mark.parametrize(
    ("table", "name", "why"),
    [
        ({"a": 1}, "t.json", "neither COCO's form"),
        ([{"video": "a", "object": "dog", "time": 1, "box": [0.1, 0.1, 0.5, 0.5]}], "t.json", "unit: shares"),
        ("{", "t.json", "not valid JSON"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_mistake(table: Any, name: str, why: str) -> None:
    with pytest.raises(LabelError, match=why):
        read(table, name)


def test_the_film_is_read(film: Path) -> None:
    (found,) = read((film / "film.tracks.jsonl").read_text(), "film.tracks.jsonl")
    video = laid(found, Media(duration=69, fps=25, width=640, height=360))
    assert video.rejects == []
    spans = video.lane("tracks")
    assert [span.label for span in spans][:3] == ["the red circle", "the blue square", "the orange circle"]
    for span in spans:
        for box in span.boxes:
            bounds = masks.bounds(box.mask)
            assert bounds is not None
            assert bounds == pytest.approx((box.left, box.top, box.right, box.bottom), abs=0.02)
