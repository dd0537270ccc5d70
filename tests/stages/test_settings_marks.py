"""Every key that counts in some cases only: where it counts it passes, and where it has no effect it is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from vdata.pipelines.mixture.mix_config import Mix
from vdata.pipelines.teachers.kinds.embedder import Embedder
from vdata.pipelines.teachers.kinds.openai import OpenAI
from vdata.pipelines.yaml.complaints import models_in
from vdata.schemas.settings_model import Condition, Settings
from vdata.stages import find_stages
from vdata.stages.audio.taggers.tagger import TAGGERS
from vdata.stages.media.detectors.detector import DETECTORS
from vdata.stages.rate.scorers.scorer import SCORERS

PANEL = {"teachers": ["a", "b"]}
PERCENT = {"which": "percent"}
POINTS = {"which": "keyframes"}
PICTURE = {"show": "picture"}
OVERLAY = {"show": "picture", "how": "overlay"}
BEST = {"sources": {"best_of": 1}}
SPANS = {"of": "shots", "where": {"seconds": {"min": 1}}}
CHANGE = {"method": "change"}
LOCAL = {"library": "open_clip"}
CURVES = {"mode": "curves", "concepts": ["a cat"]}
DIALOGUE, PERSONA = {"tasks": ["dialogue"]}, {"tasks": ["persona"]}
TOKENS = {"time_format": "tokens"}

CASES: dict[str, list[tuple[str, Any, dict[str, Any], dict[str, Any]]]] = {
    "Look": [
        ("count", 4, {}, PERCENT),
        ("percent", [50], PERCENT, {}),
        ("lane", "points", POINTS, {}),
    ],
    "Detect": [
        ("detr", {"folder": "detr"}, {"by": "detr"}, {}),
        ("min_score", 0.4, {"by": "detr"}, {}),
        ("device", "cpu", {"by": "detr"}, {}),
        ("gpu", 0.5, {"by": "detr"}, {}),
        ("temperature", 0.5, {}, {"by": "detr"}),
    ],
    "Align": [("with", ["events"], {"look": None}, {})],
    "MarkedLook": [("margin", 0.5, {"mark": "crop"}, {"mark": "box"})],
    "Documents": [
        ("count", 2, {"of": ["speech"]}, {"of": ["speech"], "show": "clip"}),
        ("at", "start", {"of": ["speech"]}, {"of": ["speech"], "frames": "keyframes"}),
        ("frames", "keyframes", {"of": ["speech"]}, {"of": ["speech"], "show": "clip"}),
        ("by", "sharpness", {"of": ["speech"], "frames": "keyframes"}, {"of": ["speech"]}),
    ],
    "InContext": [
        ("alike", "same", {"by": ["label"]}, {}),
        ("shares", [1, 2], {"by": ["verb", "noun"], "alike": "one"}, {"by": ["verb", "noun"]}),
        ("fill", False, {"by": ["verb", "noun"], "alike": "one"}, {"by": ["verb", "noun"], "alike": "same"}),
        ("images", 2, {"show": "image"}, {}),
        ("example", "{media}{question}{answer}", {}, {"layout": "turns"}),
        ("between", " ", {}, {"layout": "turns"}),
    ],
    "TimeSettings": [("tokens", 50, TOKENS, {}), ("token", "<t{}>", TOKENS, {})],
    "Pack": [
        ("words", [1, 9], {}, {"count": [1, 2]}),
        ("count", [1, 2], {}, {"words": [1, 9]}),
        ("fill", [1, 2], {"filler": "captions"}, {}),
        ("into", "all", {"filler": "captions"}, {}),
        ("variants", "aspect", {"together": "input"}, {}),
    ],
    "Show": [("answers", "shown", {"media": "none"}, {})],
    "Paginate": [
        ("fps", 2, {}, {"frame": None}),
        ("font_size", 24, {}, {"frame": None}),
        ("margin", 8, {}, {"frame": None}),
        ("font", "a.ttf", {}, {"frame": None}),
    ],
    "Caption": [
        ("sound", True, {}, {"mode": "differential"}),
        ("parts", {"mood": "How it feels."}, {"mode": "structured"}, {}),
        ("compose", ["{camera}"], {"mode": "structured"}, {}),
        ("differences", "steps", {"mode": "differential"}, {}),
        ("select", "similar", PANEL, {}),
        ("judge", "c", PANEL, {**PANEL, "select": "similar"}),
        ("iterate", {"rounds": 2}, {}, {"mode": "differential"}),
    ],
    "Join": [
        ("count", "clips", {"by": ["show"]}, {}),
        ("missing", "join", {"by": ["show"]}, {}),
        ("size", [320, 180], {"differing": "scale"}, {}),
    ],
    "Regions": [
        ("ago", [3], {"tasks": ["position_ago"], "at": "middle"}, {"tasks": ["tube"]}),
        ("orders", [["what", "when"]], {"tasks": ["chain"]}, {"tasks": ["tube"]}),
        ("min_movement", 0.1, {"tasks": ["tracking"]}, {"tasks": ["tube"]}),
    ],
    "Entities": [("into", "named", {}, {"rewrite": False})],
    "Keep": [
        ("licence", ["cc0-*"], {}, SPANS),
        ("source", ["*.org"], {}, SPANS),
        ("into", "chosen", SPANS, {}),
    ],
    "JudgePairs": [
        ("tasks", ["preference"], {}, {"about": "clips"}),
        ("of", "shots", {"about": "clips"}, {}),
        ("same", "prompt", {"about": "clips"}, {}),
        ("name_by", "model", {"about": "clips"}, {}),
        ("prompt_by", "prompt", {"about": "clips"}, {}),
        ("ties", {"even": "neither"}, {}, {"marks": 5}),
        ("margin", 2, {"marks": 5}, {}),
        ("disagree", "drop", {}, {"orders": "random"}),
        ("lost", "keep", {}, {"about": "clips"}),
        ("tied", "drop", {}, {"about": "clips"}),
        ("with", ["speech"], {}, {"about": "clips"}),
    ],
    "Balance": [("total", 9, {"by": "label"}, {"by": "label", "count": 3})],
    "SummaryBudget": [
        ("events", "label", {"seconds": 9, "weights": {"continuity": 1}}, {"seconds": 9}),
        ("kinds", "label", {"seconds": 9, "weights": {"diversity": 1}}, {"seconds": 9}),
    ],
    "Dissimilar": [("best", "lowest", {"by": "score"}, {})],
    "Clusters": [("members", 3, {"name_by": "texts"}, {}), ("size", 64, {"name_by": "frames"}, {"name_by": "texts"})],
    "OwnFamily": [
        ("options", 4, {}, {"form": "dialogue"}),
        ("distractors", "other colours", {}, {"form": "count"}),
        ("same_label", True, {}, {"form": "when"}),
        ("inferred", True, {"form": "dialogue"}, {"form": "count"}),
    ],
    "Tasks": [
        ("captioning", {"pool": "brief"}, {"tasks": ["captioning"]}, {"tasks": ["counting"]}),
        ("repeated", "differ", {"at": "middle"}, {}),
    ],
    "QueryTimes": [("delay", 2.0, {"after": "acts"}, {"every": 3.0})],
    "NearDuplicates": [("min_seconds", 2.0, {"against": ["a"]}, {})],
    "Conflict": [
        ("factor", 3.0, {"kinds": ["speed"]}, {"kinds": ["order"], "of": "events"}),
        ("circular", True, {"formats": ["matching"]}, {"formats": ["yes_no"]}),
    ],
    "Hearing": [("sound_seconds", 60, {"sound": True}, {})],
    "Hide": [("circular", True, {}, {"open": True})],
    "Needle": [
        ("how", "insert", PICTURE, {}),
        ("kinds", ["fruit"], PICTURE, {**PICTURE, "pictures": "mine"}),
        ("pictures", "mine", PICTURE, {}),
        ("words", ["fox"], {}, PICTURE),
        ("caption", "{word}!", {}, PICTURE),
        ("lane", "events", {"show": "clip"}, {}),
        ("says", "label", {"show": "clip", "lane": "events"}, {}),
        ("group", "label", {"show": "clip", "lane": "events"}, {}),
        ("size", 0.2, OVERLAY, {"show": "clip", "lane": "events"}),
        ("colour", "red", {}, {"show": "clip", "lane": "events"}),
        ("x", 0.5, OVERLAY, PICTURE),
        ("y", 0.5, {}, PICTURE),
        ("opacity", 0.5, OVERLAY, PICTURE),
    ],
    "Render": [
        ("encode", False, {}, {"mode": "full"}),
        *(
            (key, value, {}, {"mode": "plan"})
            for key, value in {
                "crf": 20, "preset": "slow", "sound": False, "slowest": 9, "timeout": 9, "max_memory": 999,
            }.items()
        ),
    ],
    "Describe": [
        ("texts", "signs", {}, {"topics": ["motion"]}),
        ("light", [1, 2, 3, 4], {}, {"topics": ["camera"]}),
        ("motion", [1, 2, 3], {}, {"topics": ["brightness"]}),
    ],
    "Options": [("pool", 9, {"from": ["other_videos"]}, {})],
    "Preferences": [
        ("of", "scenes", {"about": "spans"}, {}),
        ("ask", {"why": "Ask why."}, {"about": "questions"}, {}),
        ("per_kind", 2, {"about": "questions"}, {}),
        ("medium", "image", {"about": "spans", "look": {"count": 1}}, {"look": {"count": 1}}),
        ("tasks", ["what"], {}, {"about": "video"}),
        ("whole", True, {}, {"about": "video"}),
        ("edits", ["tiny"], {}, {"sources": {"bad_prompt": 1}}),
        ("chosen", "answer", {}, {"about": "video"}),
        *((key, value, BEST, {}) for key, value in {"samples": 3, "temperature": 1.0, "judge": "j"}.items()),
        ("criteria", {"depth": ""}, BEST, {}),
        ("rivals", ["a", "b"], {"sources": {"rivals": 1}, "rivals": ["a", "b"]}, {}),
        ("margin", 1.0, BEST, {}),
    ],
    "Questions": [
        ("min_spans", 2, {}, {"tasks": ["order", "count"]}),
        ("options", 5, {"answers": "both"}, {}),
        ("turns", 4, DIALOGUE, {}),
        ("personas", ["a cook"], PERSONA, {}),
        ("at", "middle", {}, {"window": 30.0}),
        ("persona_count", 2, PERSONA, {**PERSONA, "personas": ["a cook"]}),
    ],
    "Reason": [
        ("judge", "j", {"mode": "propose", "look": {"count": 4}}, {}),
        ("context", 3.0, {}, {"mode": "propose", "look": {"count": 4}}),
    ],
    "ChainOfThought": [("lead", "So: ", {}, {"form": "think"})],
    "Compare": [
        ("tolerance", 0.5, {"on": "starts"}, {"on": "time"}),
        ("transitions", "fades", {}, {"on": "labels"}),
        ("gap", 1.0, {"on": "boundaries"}, {"on": "labels"}),
    ],
    "ContentScore": [("weights", [1, 1, 0], {}, {"luma_only": True})],
    "Keyframes": [
        ("count", 2, {"method": "sharpest"}, {"every": 2}),
        ("every", 2.0, CHANGE, {"method": "percent"}),
        ("percent", [50], {"method": "percent"}, {}),
        ("measure", "ssim", CHANGE, {}),
        ("bits", 9, CHANGE, {**CHANGE, "measure": "ssim"}),
        ("change", 0.5, {**CHANGE, "measure": "ssim"}, CHANGE),
        ("min_contrast", 2.0, CHANGE, {}),
        ("last", True, CHANGE, {}),
    ],
    "Rate": [
        *((name, {}, {"by": name}, {"by": "nudenet" if name == "pyiqa" else "pyiqa"}) for name in SCORERS.find()),
        ("look", {"count": 2}, {"by": "nudenet"}, {"by": "text_area"}),
        ("over", "max", {"by": "pyiqa"}, {"by": "watermark"}),
        ("device", "cpu", {"by": "pyiqa"}, {"by": "nudenet"}),
        ("gpu", 0.5, {"by": "pyiqa"}, {"by": "nudenet"}),
    ],
    "Stream": [
        ("together", 2, {"request": "label"}, {"request": "narrate"}),
        ("kinds", ["now"], {"questions": 1}, {}),
        ("wrong", ["other"], {"mistakes": 0.5}, {}),
        ("corrected", 1.0, {"mistakes": 0.5}, {}),
    ],
    "Sounds": [
        *((name, {}, {"by": name}, {"by": "onnx" if name == "silero" else "silero"}) for name in TAGGERS.find()),
        ("device", "cpu", {"by": "onnx"}, {}),
        ("gpu", 0.5, {"by": "audio_classifier"}, {}),
    ],
    "Shots": [
        *(
            (name, {}, {"detector": name}, {"detector": "fade" if name == "hash" else "hash"})
            for name in DETECTORS.find()
        ),
        ("short_shots", "drop", {"min_seconds": 1}, {}),
        ("head_seconds", 2, {"max_seconds": 4}, {}),
    ],
    "Speech": [
        *(
            (key, value, {}, {"model": None})
            for key, value in {
                "language": "en", "device": "cpu", "word_times": True, "prefer": "whisper", "beam_size": 3,
                "condition_on_previous_text": True, "engine": "faster_whisper", "vad": True, "gpu": 0.5,
            }.items()
        ),
        ("batch", 8, {"engine": "faster_whisper", "vad": True}, {"engine": "faster_whisper"}),
        ("compute", "int8", {"engine": "faster_whisper"}, {}),
        ("words", "said", {}, {"word_times": False}),
        ("block_lane", "blocks", {"blocks": 100}, {}),
        ("pause", 1.0, {}, {"sentences": False}),
        ("max_words", 9, {}, {"sentences": False}),
    ],
    "CheckSettings": [
        ("tolerance", 2.0, {}, {"checks": ["text"]}),
        ("min_similarity", 90.0, {"checks": ["words"]}, {"checks": ["text"]}),
        ("look", {"count": 4}, {"teacher": "t"}, {}),
        ("sound", True, {"teacher": "t"}, {}),
        *((key, value, {"checks": ["agreement"]}, {}) for key, value in {"second_teacher": "s", "draws": 3}.items()),
        ("min_agreement", 0.7, {"checks": ["agreement"]}, {"checks": ["blind"]}),
        ("blind", ["shuffled"], {"teacher": "t"}, {"checks": ["text"]}),
        ("significance", 0.1, {"checks": ["blind"]}, {}),
        ("blind_teachers", ["a", "b"], {"checks": ["blind"]}, {"checks": ["text"]}),
        ("max_blind_right", 1, {"checks": ["blind"], "blind_teachers": ["a", "b"]}, {"checks": ["blind"]}),
        ("easy_draws", 3, {"checks": ["too_easy"]}, {"checks": ["blind"]}),
        ("easy_teacher", "s", {"checks": ["too_easy"]}, {}),
        ("rounds", 3, {"checks": ["review"]}, {}),
    ],
    "Task": [("repeat", True, {"task": "count", "needle": PICTURE}, {"task": "order"})],
    "WrongOptions": [
        *(
            (key, value, {"from": ["own_answers"]}, {"from": ["written"]})
            for key, value in {"draws": 4, "temperature": 0.5, "answerer": "weak"}.items()
        ),
    ],
    "AskTeacher": [
        *((key, "{answer}", {"into": "said"}, {}) for key in ("text", "label")),
        ("agree", 0.8, {"draws": 3}, {}),
        ("gap", 1.0, {"into": "said", "with": ["speech"], "reply": {"when": "span"}}, {}),
    ],
    "ReplyField": [
        ("choices", ["a", "b"], {"type": "choice"}, {}),
        ("lowest", 0, {"type": "grade"}, {}),
        ("highest", 9, {"type": "number"}, {}),
        ("most", 3, {"type": "list"}, {}),
        ("holds", "<region>", {}, {"type": "grade"}),
    ],
    "OpenAI": [
        *(
            (key, value, {"batch": True}, {})
            for key, value in {
                "batch_price": 0.4, "batch_requests": 9, "batch_megabytes": 9, "batch_wait": 1, "batch_poll": 5,
            }.items()
        ),
        *((key, 4, {}, {"batch": True}) for key in ("concurrency", "rpm", "tpm")),
    ],
    "Embedder": [
        ("image_quality", 70, {}, {"image_format": "png"}),
        ("gpu", 0.5, LOCAL, {}),
        *(
            (key, value, {}, LOCAL)
            for key, value in {
                "base_url": "http://a/v1", "endpoint": "a", "api_key": "k", "rpm": 9, "tpm": 9, "extra_body": {"a": 1},
                "image_input": "objects",
            }.items()
        ),
    ],
    "Embed": [("look", {"count": 2}, {}, {"what": "text"})],
    "Match": [
        ("of", "said", {}, CURVES),
        ("into", "placed", {"mode": "align"}, {}),
        ("against", "speech", {}, {"mode": "stitch"}),
        ("value", "t2t", {}, {"mode": "stitch"}),
        ("near", 2.0, {"against": "speech"}, {}),
        ("matrix", True, {}, {"mode": "stitch"}),
        ("look", {"count": 2}, {}, {"against": "speech"}),
        *((key, 5.0, {"mode": "align"}, {}) for key in ("reach", "window")),
        ("every", 2.0, CURVES, {"mode": "align", "against": "speech"}),
        ("size", 224, {"mode": "stitch"}, {}),
        *(
            (key, 0.2, {"mode": "stitch"}, {})
            for key in ("distance", "edge", "gap", "transition", "still", "repeated", "trim", "max_seconds")
        ),
        ("concepts", ["a dog"], CURVES, {}),
        ("concepts_file", __file__, CURVES, {}),
        ("template", "a {concept}", CURVES, {}),
        ("top", 5, CURVES, {}),
        ("windows", "seen", CURVES, {}),
        ("level", 0.1, {**CURVES, "windows": "seen"}, CURVES),
    ],
    "Verify": [("scope", "all", {"teacher": "t"}, {})],
    "Sampling": [("image_quality", 70, {"image_format": "webp"}, {"image_format": "png"})],
    "MixSource": [("repeat", True, {"weight": 1}, {})],
}  # fmt: skip
"""By model: key, value, the settings with which it counts, and those with which it has no effect."""
NEEDED = {
    "Sampling": {"kind": "openai", "model": "m"},
    "OpenAI": {"kind": "openai", "model": "m"},
    "Embedder": {"kind": "embed", "model": "m"},
    "MixSource": {"build": "a"},
    "OwnFamily": {"name": "ways", "ask": "Ask which way things move."},
}
TRIED_AS = {
    "TimeSettings": "Tasks",
    "Captioner": "Caption",
    "Hearing": "Caption",
    "ContentScore": "Adaptive",
    "CheckSettings": "Verify",
    "Sampling": "OpenAI",
}
"""Models that stand for themselves only in others."""


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """*model* and all models that its fields mention."""
    yield model
    for info in model.model_fields.values():
        for inner in models_in(info.annotation):
            yield from models(inner)


def known() -> dict[str, type[BaseModel]]:
    roots: list[type[BaseModel]] = [
        *(cls for cls in find_stages().values() if cls.__module__.startswith("vdata.")), OpenAI, Embedder, Mix,
    ]  # fmt: skip
    found = [one for root in roots for inner in models(root) for one in inner.__mro__ if issubclass(one, Settings)]
    return {one.__name__: one for one in found}


def marked() -> Iterator[tuple[str, str]]:
    """Every key with a mark, by the name of the model that it is of."""
    for name, model in known().items():
        for field, info in model.model_fields.items():
            bases = (getattr(base, "model_fields", {}).get(field) for base in model.__mro__[1:])
            inherited = any(base is not None and base.metadata == info.metadata for base in bases)
            if any(isinstance(mark, Condition) for mark in info.metadata) and (
                not inherited or name in ("Detect", "Rate", "Shots", "Sounds")
            ):
                yield name, info.alias or field


def test_every_mark_has_a_case() -> None:
    assert sorted(set(marked())) == sorted({(name, case[0]) for name, cases in CASES.items() for case in cases})


@pytest.mark.parametrize(
    ("name", "key", "value", "live", "dead"),
    [pytest.param(name, *case, id=f"{name}-{case[0]}") for name, cases in CASES.items() for case in cases],
)
def test_a_key_passes_where_it_counts_and_is_refused_where_it_has_no_effect(
    name: str, key: str, value: Any, live: dict[str, Any], dead: dict[str, Any]
) -> None:
    model: TypeAdapter[Any] = TypeAdapter(known()[TRIED_AS.get(name, name)])
    needed = NEEDED.get(name, {})
    model.validate_python({**needed, **live, key: value})
    model.validate_python({**needed, **dead})
    with pytest.raises(ValidationError, match=f"{key} has no effect"):
        model.validate_python({**needed, **dead, key: value})
