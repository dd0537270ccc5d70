"""VLM-3R's rows (VITA-Group/VLM-3R): questions about rooms, and the conversations that it trains on."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any

from ...rules.letters import LETTERS
from ...schemas import Sample
from ..format import ExportItem, Format, Unsupported
from ..talk import from_value, mark_video, one_question, turns_of

TYPES = {
    "object_count": "object_counting",
    "object_size": "object_size_estimation",
    "room_size": "room_size_estimation",
    "appearance_order": "obj_appearance_order",
    "camera_object_distance": "camera_obj_abs_dist",
    "left_right": "obj_obj_relative_pos_lr",
    "up_down": "obj_obj_relative_pos_ud",
    "near_far": "obj_obj_relative_pos_nf",
    "camera_movement": "camera_movement_direction",
}
"""``question_type`` by task, where it is not called like it."""
LEVELS = {
    "object_rel_direction": {2: "easy", 3: "medium", 4: "hard"},
    "camera_object_nearest": {4: "v1", 3: "v2", 2: "v3"},
}
"""What stands behind it by the number of choices."""


class VLM3R(Format):
    """VLM-3R: id, dataset, scene_name, video_path, question_type, question, options, ground_truth, mc_answer; JSON.

    ``question_type`` is called as in VSI-Bench and VSTI-Bench. Numbers are numbers in ``ground_truth``; questions
    without options have none, and no ``mc_answer``. ``dataset`` is the attribute of this name among the parameters.
    """

    name = "vlm_3r"

    def row(self, item: ExportItem) -> Any:
        sample = _spatial(item)
        place = sample.answer_index
        return {
            "id": sample.id,
            "dataset": sample.params.get("dataset", ""),
            "scene_name": _scene(item),
            "video_path": item.video,
            "question_type": _type(sample),
            "question": sample.question,
            "options": [f"{letter}. {text}" for letter, text in zip(LETTERS, sample.options, strict=False)],
            "ground_truth": sample.answer if sample.options else float(sample.answer),
            "mc_answer": None if place is None else LETTERS[place],
        }


class VLM3RTrain(Format):
    """VLM-3R, for training: id, data_source, scene_name, question_type, video, conversations (human, gpt); JSON."""

    name = "vlm_3r_train"

    def row(self, item: ExportItem) -> Any:
        sample = _spatial(item)
        return {
            "id": sample.id,
            "data_source": sample.params.get("dataset", ""),
            "scene_name": _scene(item),
            "question_type": _type(sample),
            "video": item.video,
            "conversations": from_value(mark_video(turns_of(sample), "<image>\n")),
        }


def _spatial(item: ExportItem) -> Sample:
    sample = one_question(item)
    if sample.params.get("rule") != "spatial":
        raise Unsupported("no_spatial_question")
    return sample


def _scene(item: ExportItem) -> str:
    return PurePosixPath(item.source_uri or item.uri).stem


def _type(sample: Sample) -> str:
    name = TYPES.get(sample.task, sample.task)
    if sample.task not in LEVELS:
        return name
    level = LEVELS[sample.task][len(json.loads(sample.params["inquiry"])["choices"])]
    return f"{'camera_obj_rel_dist' if sample.task == 'camera_object_nearest' else name}_{level}"
