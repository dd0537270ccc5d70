"""Every key that a config may have is listed, wherever it stands."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from vdata.pipelines.mixture.mix_config import Mix
from vdata.pipelines.settings.config import Config
from vdata.pipelines.teachers.teacher_kinds import TEACHERS
from vdata.pipelines.yaml.complaints import models_in
from vdata.stage_page import APART, setting_rows, stage_page
from vdata.stages import find_stages
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
