"""Networks of the DETR family."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any, ClassVar

from ....schemas import Failed, MissingExtra, NotReady
from ...onnx_session import open_session
from .object_detector import FoundThing, ObjectDetector

EXTRA = "detect: by: detr needs ONNX Runtime: pip install 'vdata-toolkit[onnx]'"
MODEL, CONFIG, PREPROCESSOR = "model.onnx", "config.json", "preprocessor_config.json"
WITH_NOTHING = ("detr", "table-transformer", "yolos")
"""Model types whose last class is "no object": their scores are a softmax, those of others each a sigmoid."""
LEAST = 0.05
"""What it is less sure of is not told at all."""


class Detr(ObjectDetector):
    """A network of the DETR family (DETR, YOLOS, RT-DETR, D-FINE, Deformable DETR …) in a folder (extra ``onnx``).

    The folder is as ``optimum-cli export onnx --task object-detection`` writes it, with model.onnx, config.json and
    preprocessor_config.json. It finds the classes that it was trained on, by their names there: COCO's 80 in most.
    """

    on_gpu: ClassVar[bool] = True

    folder: str = ""
    """The folder."""

    def ready(self) -> None:
        if find_spec("onnxruntime") is None:
            raise MissingExtra(EXTRA)
        for name in (MODEL, CONFIG, PREPROCESSOR):
            if not os.path.isfile(os.path.join(self.folder, name)):
                where = self.folder or "nothing"
                raise NotReady(f"detect: detr.folder: {where} holds no {name}; give the folder of an exported network")
        self.labels()

    def extras(self) -> set[str]:
        return {"onnx"}

    def paths(self) -> dict[tuple[str | int, ...], str]:
        return {("folder",): self.folder} if self.folder else {}

    def labels(self) -> list[str]:
        try:
            named = _json(os.path.join(self.folder, CONFIG))["id2label"]
            return [str(named[key]) for key in sorted(named, key=int)]
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            where = os.path.join(self.folder, CONFIG)
            raise NotReady(f"detect: detr.folder: {where} names no classes (id2label): {error}") from error

    def find(self, pictures: Sequence[Any], wanted: Sequence[str], device: str) -> list[list[FoundThing]]:
        import numpy as np

        session = open_session(os.path.join(self.folder, MODEL), device)
        names, inputs = self.labels(), [one.name for one in session.get_inputs()]
        config = _json(os.path.join(self.folder, CONFIG))
        how = _json(os.path.join(self.folder, PREPROCESSOR))
        wishes = {one.casefold() for one in wanted}
        taken = [not wishes or name.casefold() in wishes for name in names]
        found = []
        for picture in pictures:
            pixels = prepared(picture, how)
            given = {"pixel_values": pixels, "pixel_mask": np.ones((1, *pixels.shape[2:]), np.int64)}
            outputs = dict(
                zip(
                    (one.name for one in session.get_outputs()),
                    session.run(None, {name: given[name] for name in inputs if name in given}),
                    strict=True,
                )
            )
            if not {"logits", "pred_boxes"} <= outputs.keys():
                raise Failed("no_model", f"{self.folder}: gives {', '.join(outputs)}, not logits and pred_boxes")
            scores = class_scores(outputs["logits"][0], str(config.get("model_type", "")))
            if scores.shape[1] < len(names):
                raise Failed("no_model", f"{self.folder}: scores {scores.shape[1]} classes, and names {len(names)}")
            best = np.where(taken, scores[:, : len(names)], 0.0)
            found.append(
                [
                    _thing(names[int(row.argmax())], box, float(row.max()))
                    for row, box in zip(best, outputs["pred_boxes"][0], strict=True)
                    if row.max() >= LEAST
                ]
            )
        return found


def prepared(picture: Any, how: Mapping[str, Any]) -> Any:
    """*picture* as the network takes it by its preprocessor's settings *how*: float32 (1, 3, height, width)."""
    import cv2
    import numpy as np

    if how.get("do_resize", True):
        picture = cv2.resize(picture, _size(picture, how.get("size", {})), interpolation=cv2.INTER_LINEAR)
    pixels = picture.astype(np.float32)
    if how.get("do_rescale", True):
        pixels = pixels * np.float32(how.get("rescale_factor", 1 / 255))
    if how.get("do_normalize", True):
        mean, spread = (np.array(how.get(key, usual), np.float32) for key, usual in USUAL.items())
        pixels = (pixels - mean) / spread
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None])


USUAL = {"image_mean": (0.485, 0.456, 0.406), "image_std": (0.229, 0.224, 0.225)}


def _size(picture: Any, size: Mapping[str, Any]) -> tuple[int, int]:
    """Width and height of *picture* for the network."""
    height, width = picture.shape[:2]
    if "height" in size:
        return int(size["width"]), int(size["height"])
    short, long = size.get("shortest_edge", 800), size.get("longest_edge", 1333)
    scale = min(short / min(height, width), long / max(height, width))
    return max(1, round(width * scale)), max(1, round(height * scale))


def class_scores(logits: Any, model: str) -> Any:
    """How sure the network of the type *model* is of each class, (queries, classes), of its *logits*."""
    import numpy as np

    if model in WITH_NOTHING:
        raised = np.exp(logits - logits.max(-1, keepdims=True))
        return (raised / raised.sum(-1, keepdims=True))[:, :-1]
    return 1 / (1 + np.exp(-logits))


def _thing(label: str, box: Any, score: float) -> FoundThing:
    x, y, wide, high = (float(side) for side in box)
    edges = (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
    left, top, right, bottom = (min(1.0, max(0.0, edge)) for edge in edges)
    return FoundThing(label, left, top, right, bottom, round(score, 4))


@cache
def _json(path: str) -> Any:
    with open(path, encoding="utf-8") as file:
        return json.load(file)
