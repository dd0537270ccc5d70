"""A network of the DETR family is given pictures as its preprocessor says, and its boxes are those of the picture."""

from __future__ import annotations

import asyncio
import json
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from vdata.schemas import Failed, NotReady, Span, Timeline
from vdata.stages.media.detect import Detect
from vdata.stages.media.object_detectors import detr
from vdata.stages.media.object_detectors.detr import Detr
from vdata.stages.media.probe import Probe

NAMES = {"0": "cat", "1": "square", "10": "dog", "2": "disc"}
MEAN, SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def stage_of(**settings: Any) -> Detect:
    return Detect.model_validate(settings)


class Network:
    """Stands in for a session of ONNX Runtime: one query finds what is bright, the other nothing."""

    def __init__(self, soft: bool, outputs: tuple[str, ...] = ("logits", "pred_boxes")) -> None:
        self.soft, self.outputs = soft, outputs
        self.given: list[tuple[int, ...]] = []

    def get_inputs(self) -> list[Any]:
        return [_Named("pixel_values"), _Named("pixel_mask")]

    def get_outputs(self) -> list[Any]:
        return [_Named(name) for name in self.outputs]

    def run(self, _: None, inputs: dict[str, Any]) -> list[Any]:
        pixels = inputs["pixel_values"]
        assert inputs["pixel_mask"].shape == (1, *pixels.shape[2:])
        assert pixels.dtype == np.float32
        self.given.append(pixels.shape)
        grey = pixels[0, 0] * SPREAD[0] + MEAN[0]
        rows, columns = np.flatnonzero((grey > 0.7).any(1)), np.flatnonzero((grey > 0.7).any(0))
        height, width = grey.shape
        top, bottom, left, right = (
            rows[0] / height,
            (rows[-1] + 1) / height,
            columns[0] / width,
            (columns[-1] + 1) / width,
        )
        boxes = np.array([[[(left + right) / 2, (top + bottom) / 2, right - left, bottom - top], [0.5, 0.5, 0.2, 0.2]]])
        logits = np.full((1, 2, len(NAMES) + self.soft), -6.0)
        logits[0, 0, 1], logits[0, 1, -1] = 4.0, 4.0 if self.soft else -6.0
        return [logits, boxes][: len(self.outputs)]


class _Named:
    def __init__(self, name: str) -> None:
        self.name = name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "model.onnx").write_bytes(b"a network")
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "detr", "id2label": NAMES}))
    size = {"shortest_edge": 200, "longest_edge": 300}
    (tmp_path / "preprocessor_config.json").write_text(
        json.dumps({"size": size, "image_mean": MEAN, "image_std": SPREAD})
    )
    detr._json.cache_clear()
    return tmp_path


def bright(left: int, top: int, right: int, bottom: int, width: int = 320, height: int = 180) -> Any:
    picture = np.full((height, width, 3), 30, np.uint8)
    picture[top:bottom, left:right] = 240
    return picture


@pytest.mark.parametrize("soft", [True, False])
def test_what_is_found_lies_where_it_is(folder: Path, monkeypatch: pytest.MonkeyPatch, soft: bool) -> None:
    if not soft:
        (folder / "config.json").write_text(json.dumps({"model_type": "rt_detr", "id2label": NAMES}))
    network = Network(soft)
    monkeypatch.setattr(detr, "open_session", lambda *_: network)
    pictures = [bright(32, 18, 160, 90), bright(10, 100, 60, 300, 180, 320)]
    (one,), (other,) = Detr(folder=str(folder)).find(pictures, [], "cpu")
    assert network.given == [(1, 3, 169, 300), (1, 3, 300, 169)]  # the longest edge is the limit
    assert (one.label, other.label) == ("square", "square")
    assert (one.left, one.top, one.right, one.bottom) == pytest.approx((0.1, 0.1, 0.5, 0.5), abs=0.01)
    assert (other.left, other.top, other.right, other.bottom) == pytest.approx(
        (1 / 18, 5 / 16, 1 / 3, 15 / 16), abs=0.01
    )
    assert one.score == pytest.approx(1 / (1 + np.exp(-4)) if not soft else 1.0, abs=0.01)
    assert Detr(folder=str(folder)).find(pictures[:1], ["Disc"], "cpu") == [[]]
    assert len(Detr(folder=str(folder)).find(pictures[:1], ["SQUARE", "cat"], "cpu")[0]) == 1


def test_a_fixed_size_is_kept_to(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"size": {"height": 64, "width": 96}, "image_mean": MEAN, "image_std": SPREAD}
    (folder / "preprocessor_config.json").write_text(json.dumps(given))
    network = Network(True)
    monkeypatch.setattr(detr, "open_session", lambda *_: network)
    ((one,),) = Detr(folder=str(folder)).find([bright(32, 18, 160, 90)], [], "cpu")
    assert network.given == [(1, 3, 64, 96)]
    assert (one.left, one.top, one.right, one.bottom) == pytest.approx((0.1, 0.1, 0.5, 0.5), abs=0.02)


def test_the_names_are_in_the_order_of_their_numbers(folder: Path) -> None:
    assert Detr(folder=str(folder)).labels() == ["cat", "square", "disc", "dog"]


def test_other_networks_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detr, "open_session", lambda *_: Network(True, ("logits",)))
    with pytest.raises(Failed, match=r"no_model: .* gives logits, not logits and pred_boxes"):
        Detr(folder=str(folder)).find([bright(32, 18, 160, 90)], [], "cpu")
    (folder / "config.json").write_text(json.dumps({"model_type": "detr", "id2label": {n: str(n) for n in range(9)}}))
    detr._json.cache_clear()
    monkeypatch.setattr(detr, "open_session", lambda *_: Network(True))
    with pytest.raises(Failed, match=r"no_model: .* scores 4 classes, and names 9"):
        Detr(folder=str(folder)).find([bright(32, 18, 160, 90)], [], "cpu")


def test_what_is_missing_is_said(folder: Path) -> None:
    pytest.importorskip("onnxruntime")
    with pytest.raises(NotReady, match=r"detr\.folder: nothing holds no model\.onnx"):
        stage_of(by="detr").ready()
    stage = stage_of(by="detr", detr={"folder": str(folder)}, labels=["Cat", "horse"])
    assert stage.paths() == {("detr", "folder"): str(folder)}
    with pytest.raises(NotReady, match="labels: horse is none of the 4 of detr: cat, square, disc, dog"):
        stage.ready()
    stage_of(by="detr", detr={"folder": str(folder)}, labels=["Cat"]).ready()
    (folder / "config.json").write_text("{}")
    detr._json.cache_clear()
    with pytest.raises(NotReady, match="names no classes"):
        stage.ready()


def test_no_network_is_a_failure_with_its_file(folder: Path) -> None:
    pytest.importorskip("onnxruntime")
    with pytest.raises(Failed, match=r"no_model: .*model\.onnx: cannot be loaded"):
        Detr(folder=str(folder)).find([bright(0, 0, 9, 9)], [], "cpu")


def test_a_shape_is_followed_through_a_film(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, make_videos: ModuleType
) -> None:
    monkeypatch.setattr(detr, "open_session", lambda *_: Network(True))
    frames = ((Fraction(n, 25), bright(20 + n, 40, 80 + n, 100)) for n in range(100))
    made = Probe().run(Timeline(str(make_videos.encode(tmp_path / "square.mp4", frames))))
    stage = stage_of(by="detr", detr={"folder": str(folder)}, of=None, every=0.5)
    made = asyncio.run(stage.run(made, None))
    (track,) = made.lane("tracks")
    assert (track.label, track.source, len(track.boxes)) == ("square", "detr", 8)
    assert track.score == pytest.approx(1, abs=0.01)
    for box in track.boxes:
        left = (20 + round(box.time * 25 - 0.5)) / 320
        assert (box.left, box.top) == pytest.approx((left, 40 / 180), abs=0.02)
        assert (box.right, box.bottom) == pytest.approx((left + 60 / 320, 100 / 180), abs=0.02)
    strict = stage_of(by="detr", detr={"folder": str(folder)}, of=None, every=0.5, min_score=1)
    made.put("tracks", [Span(0, 1)])
    assert asyncio.run(strict.run(made, None)).lane("tracks") == []
