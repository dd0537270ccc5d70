"""A stage that opens files, behind one that only plans videos, is a mistake before anything is built."""

from __future__ import annotations

from pathlib import Path

import pytest

from vdata.pipelines.errors import ConfigError
from vdata.pipelines.settings.config_reader import load_config

TEXT = "videos: '*.mp4'\nstages: [{stages}]\noutput: {{path: out/x}}\n"
JOIN = "probe, {join: {by: [show]}}"


def load(folder: Path, stages: str) -> None:
    path = folder / "recipe.yaml"
    path.write_text(TEXT.format(stages=stages), encoding="utf-8")
    load_config(path, (), base=folder)


HIDE = "probe, {hide: {tasks: [retrieval]}}"


@pytest.mark.parametrize(("planner", "stage"), [(JOIN, "scan"), (HIDE, "scan"), (HIDE, "speech"), (HIDE, "sounds")])
def test_what_opens_files_needs_render_behind_a_plan(tmp_path: Path, planner: str, stage: str) -> None:
    name = planner.partition("{")[2].partition(":")[0]
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, f"{planner}, {stage}")
    assert f"opens files of videos, and those that {name} plans have none yet" in str(raised.value)
    assert "Put render: {mode: smart} between them." in str(raised.value)
    with pytest.raises(ConfigError, match=f"those that {name} plans have none yet"):
        load(tmp_path, f"{planner}, {{render: {{mode: plan}}}}, {stage}")


@pytest.mark.parametrize("stage", ["speech", "sounds", "{clips: {of: [parts]}}", "{stills: {of: [parts]}}"])
def test_clips_and_sound_are_taken_from_the_parts_of_a_joined_video(tmp_path: Path, stage: str) -> None:
    load(tmp_path, f"{JOIN}, {stage}")


@pytest.mark.parametrize("stages", ["render, scan", "render, speech", "{tasks: {of: [parts], tasks: [event_order]}}"])
def test_behind_render_and_without_files_all_is_well(tmp_path: Path, stages: str) -> None:
    load(tmp_path, f"{JOIN}, {stages}")


def test_before_join_files_are_those_of_the_inputs(tmp_path: Path) -> None:
    load(tmp_path, "scan, shots, {join: {by: [show]}}, render")
