"""What is wrong with the teachers that stages ask, by what these take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from vdata.pipelines.errors import ConfigError
from vdata.pipelines.settings.config_reader import load_config
from vdata.stages.instruct.by_teacher.preferences import Preferences
from vdata.stages.verify.verify import Verify

CONFIG = """videos: '*.mp4'
labels: [{{kind: table, path: c.yaml, lane: events}}]
teachers:
  reader: {{kind: openai, model: m, images: false}}
  eye: {{kind: openai, model: m}}
stages:
  - caption: {{teacher: {teacher}, of: null{look}}}
  - questions: {{teacher: reader, from: [events]}}
  - reason: {{teacher: reader}}
  - verify: {{teacher: {teacher}, checks: [answer, claims]}}
output: {{path: out}}
"""


def mistakes(folder: Path, **given: str) -> list[str]:
    path = folder / "c.yaml"
    path.write_text(CONFIG.format(**{"teacher": "reader", "look": "", **given}))
    try:
        load_config(path, base=folder)
    except ConfigError as error:
        return [f"{one.key}: {one.message} {one.hint}" for one in error.problems]
    return []


def test_a_stage_that_shows_pictures_to_a_model_without_eyes_is_a_mistake(tmp_path: Path) -> None:
    shows = "shows pictures to the teacher reader, which has images: false."
    assert mistakes(tmp_path) == [
        f"stages.caption.look: {shows} Write look: null, or name a teacher that sees.",
        f"stages.verify.look: {shows} Write look: null, or name a teacher that sees.",
    ]
    assert mistakes(tmp_path, look=", look: null")[0].startswith("stages.verify.look")
    assert mistakes(tmp_path, teacher="eye") == []


@pytest.mark.parametrize("images", ["true", "null"])
def test_who_may_see_is_shown_pictures(tmp_path: Path, images: str) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(CONFIG.replace("images: false", f"images: {images}").format(teacher="reader", look=""))
    assert load_config(path, base=tmp_path).stages


def test_align_and_the_further_teachers_of_verify_are_among_those_that_must_see(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    stages = "  - align: {teacher: reader, of: events}\n" + (
        "  - verify: {teacher: eye, checks: [agreement], second_teacher: reader}\n"
        "  - verify: {teacher: eye, checks: [blind], blind_teachers: [reader]}\n"
        "  - verify: {teacher: reader, checks: [claims, agreement], look: null}\n"
    )
    head, rest = CONFIG.format(teacher="eye", look="").split("stages:\n")
    path.write_text(
        f"{head}stages:\n{stages}{rest[rest.index('output') :]}".replace("videos: '*.mp4'", "videos: a.mp4")
    )
    (tmp_path / "a.mp4").touch()
    with pytest.raises(ConfigError) as told:
        load_config(path, base=tmp_path)
    shows = "shows pictures to the teacher reader, which has images: false."
    assert [(one.key, one.message, one.hint) for one in told.value.problems if "pictures" in one.message] == [
        ("stages.align.look", shows, "Write look: null, or name a teacher that sees."),
        ("stages.verify.look", shows, "Write look: null, or name a teacher that sees."),
    ]


def test_what_needs_frames_says_so_where_look_is_null() -> None:
    for cls, settings, needs in (
        (Verify, {"teacher": "t", "checks": ["blind"], "blind": ["one_frame"]}, "cannot be shown with look: null"),
        (Preferences, {"with": ["events"], "sources": {"corrupted": 1}}, "corrupted spoils frames"),
        (Preferences, {}, "look: null needs with"),
    ):
        with pytest.raises(ValidationError, match=needs):
            cls.model_validate({"look": None, **settings})


EMBEDDERS = """videos: "*.mp4"
teachers:
  eyes: {{kind: embed, model: m, images: {images}}}
  writer: {{kind: openai, model: m}}
stages:
  - shots
  - {stage}
output: {{path: out}}
"""


@pytest.mark.parametrize(
    ("stage", "images", "said"),
    [
        (
            "embed: {teacher: writer}",
            "null",
            "asks the teacher writer for vectors, and it is of kind: openai, which writes texts. Set teacher to eyes.",
        ),
        (
            "caption: {teacher: eyes}",
            "null",
            "asks the teacher eyes to write, and it is of kind: embed, which makes vectors. Set teacher to writer.",
        ),
        (
            "embed: {teacher: eyes}",
            "false",
            "shows pictures to the teacher eyes, which has images: false. Name a teacher that sees.",
        ),
        ("embed: {teacher: eyes, what: text}", "false", ""),
        ("match: {teacher: eyes, of: shots, against: shots}", "false", ""),
        (
            "match: {teacher: eyes, mode: stitch}",
            "false",
            "shows pictures to the teacher eyes, which has images: false. Name a teacher that sees.",
        ),
        (
            "match: {teacher: writer, mode: stitch}",
            "null",
            "asks the teacher writer for vectors, and it is of kind: openai, which writes texts. Set teacher to eyes.",
        ),
        (
            "match: {teacher: eyes, of: shots, against: speach}",
            "null",
            "reads the lane speach, which nothing before it writes.",
        ),
        ("match: {teacher: eyes, mode: stich, of: shots}", "null", "mode: must be score, align"),
        ("embed: {teacher: eyes}", "true", ""),
        ("embed: {teacher: eyes, of: scenes}", "true", "reads the lane scenes, which nothing before it writes."),
    ],
)
def test_vectors_are_asked_of_embedders_alone(tmp_path: Path, stage: str, images: str, said: str) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(EMBEDDERS.format(stage=stage, images=images))
    found: list[Any] = []
    try:
        load_config(path, base=tmp_path)
    except ConfigError as error:
        found = error.problems
    assert [said in str(one) for one in found] == ([True] if said else []), [str(one) for one in found]
