"""Every key that a config may have is listed, wherever it stands."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from vdata.pipelines.mixture.mix_config import Mix
from vdata.pipelines.settings.config import Config
from vdata.pipelines.teachers.teacher_kinds import TEACHERS
from vdata.pipelines.yaml.complaints import models_in
from vdata.rules.family import ANSWER_WORDS, find_families
from vdata.rules.lane_kinds import KINDS
from vdata.stage_page import APART, setting_rows, stage_page
from vdata.stages import find_stages
from vdata.stages.instruct.family_rows import TEMPLATE
from vdata.stages.instruct.questions_words import FAMILIES, FORMS
from vdata.stages.labels.label_kinds import LABELS


@pytest.mark.parametrize(
    "model",
    [Config, Mix, *TEACHERS.find().values(), *LABELS.find().values(), *find_stages().values()],
    ids=lambda model: model.__name__,
)
def test_each_key_of_each_model_has_a_row_and_a_meaning(model: type[BaseModel]) -> None:
    rows = {key: meaning for key, _, _, meaning in setting_rows(model)}
    listed = {key.replace("[]", "").replace(".NAME", "") for key in rows}
    assert _keys(model) == listed
    assert not [key for key, meaning in rows.items() if not meaning and key != "kind"]


def _keys(model: type[BaseModel], before: str = "") -> set[str]:
    found = set()
    for name, info in model.model_fields.items():
        key = before + (info.alias or name)
        found.add(key)
        for inner in models_in(info.annotation):
            if not issubclass(inner, APART):
                found |= _keys(inner, f"{key}.")
    return found


def test_the_place_of_a_key_in_lists_and_under_names_is_shown() -> None:
    hide, ask = stage_page("hide"), stage_page("ask")
    assert "tasks[].needle.show" in hide
    assert "clip | picture | word" in hide
    assert "[{task: retrieve}]" in hide
    assert "reply.NAME.choices" in ask


def test_defaults_are_written_as_in_yaml_and_do_not_name_this_machine() -> None:
    rows = {key: (kind, default) for key, kind, default, _ in setting_rows(Config)}
    assert rows["cache"] == ("path", "")
    assert rows["output.media"] == ("keys", "")
    assert rows["labels"] == ("list of keys", "[]")


def test_every_family_is_listed_with_what_it_needs_and_the_form_of_its_answer() -> None:
    rows = {row[0]: row for row in find_stages()["tasks"].family_rows()}
    families = {name: family for name, family in find_families().items() if family.kinds}
    assert list(rows) == [*families, TEMPLATE, *(f"lanes of {kind}" for kind in KINDS)]
    assert rows["counting"][1:] == [
        "The number of spans with one label, or of all spans of the lane.",
        "a lane of label, shot, title",
        "a number",
    ]
    assert rows["lanes of speech"][2] == "speech, subtitles, narration, transcript"
    assert {rows[name][3] for name in families} == set(ANSWER_WORDS.values())
    asked = {row[0]: row for row in find_stages()["questions"].family_rows()}
    assert [row[3] for row in asked.values()][:-1] == [FORMS[one.form] for one in FAMILIES.values()]
    assert asked["order"][2].startswith("3 spans")
    for stage, named in (("tasks", families), ("questions", FAMILIES)):
        page = stage_page(stage)
        assert "Families of questions:" in page
        assert all(f"\n{name} " in page for name in named)
    assert "Families of questions:" not in stage_page("shots")
