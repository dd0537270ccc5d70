"""``extends``: what a config takes from another file, what it says otherwise, and where mistakes of either are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from vdata.pipelines.errors import ConfigError, Problem
from vdata.pipelines.planning.plan import resolve_plan, settings_of
from vdata.pipelines.settings.config import Config
from vdata.pipelines.settings.config_reader import load_config
from vdata.pipelines.settings.extends import read_extended, shared_files, written_out
from vdata.recipes import find_recipes, recipe_text

BASE = """# what all builds of ours share
teachers:
  watcher:                        # the large one
    kind: openai
    model: large
    temperature: 0.7
licence: CC0
stages:
  - scan
  - shots: {min_seconds: 1}
output: {path: out/base}
"""
OWN = """name: mine
extends: base.yaml
videos: "*.mp4"
teachers: {watcher: {model: small, temperature: null}}
licence: null
stages: [scan]
output: {path: out/mine}
"""


def load(folder: Path, *overrides: str, own: str = OWN, base: str = BASE) -> Config:
    (folder / "base.yaml").write_text(base)
    (folder / "my.yaml").write_text(own)
    return load_config(folder / "my.yaml", overrides, folder)


def teacher(config: Config) -> Any:
    return config.teachers["watcher"]


def mistakes(folder: Path, *overrides: str, own: str = OWN, base: str = BASE) -> list[Problem]:
    with pytest.raises(ConfigError) as caught:
        load(folder, *overrides, own=own, base=base)
    return caught.value.problems


def test_mappings_merge_lists_replace_and_null_takes_out(tmp_path: Path) -> None:
    config = load(tmp_path)
    watcher = teacher(config)
    assert (watcher.kind, watcher.model, watcher.temperature) == (
        "openai",
        "small",
        type(watcher)(model="m").temperature,
    )
    assert (config.licence, config.name, str(config.output.path)) == (None, "mine", "out/mine")
    assert [stage.name() for stage in config.stages] == ["scan"]
    assert "extends" not in config.resolved()


def test_overrides_come_last(tmp_path: Path) -> None:
    config = load(tmp_path, "teachers.watcher.model=other", own=OWN.replace("stages: [scan]\n", ""))
    assert teacher(config).model == "other"
    set_to_three = load(tmp_path, "shots.min_seconds=3", own=OWN.replace("stages: [scan]\n", ""))
    assert set_to_three.stages[1].model_dump()["min_seconds"] == 3


def test_a_chain_of_files_each_in_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "team").mkdir()
    (tmp_path / "team" / "all.yaml").write_text("extends: ../base.yaml\nlicence: MIT\n")
    config = load(tmp_path, own=OWN.replace("base.yaml", "team/all.yaml").replace("licence: null\n", ""))
    assert (config.licence, teacher(config).model) == ("MIT", "small")


def test_of_several_files_the_later_ones_are_on_top(tmp_path: Path) -> None:
    (tmp_path / "eyes.yaml").write_text("teachers:\n  eyes: {kind: embed, model: e}   # sees\nlicence: MIT\n")
    own = OWN.replace("base.yaml", "[base.yaml, eyes.yaml]").replace("licence: null\n", "")
    config = load(tmp_path, own=own)
    assert (sorted(config.teachers), config.licence, teacher(config).model) == (["eyes", "watcher"], "MIT", "small")
    other = load(tmp_path, own=own.replace("[base.yaml, eyes.yaml]", "[eyes.yaml, base.yaml]"))
    assert other.licence == "CC0"
    (tmp_path / "eyes.yaml").write_text("teachers:\n  eyes: {kind: embed, model: e, bachsize: 2}\n")
    (one,) = mistakes(tmp_path, own=own)
    assert (one.where, one.line, one.key) == (str(tmp_path / "eyes.yaml"), 2, "teachers.eyes.bachsize")


def test_several_files_are_written_out_in_a_row_with_their_comments(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE)
    (tmp_path / "eyes.yaml").write_text("teachers:\n  eyes: {kind: embed, model: e}   # sees\nlicence: MIT\n")
    own = "extends: [base.yaml, eyes.yaml]\nteachers:\n  third: {kind: openai, model: t}   # hears\nname: mine\n"
    text = written_out(own, tmp_path / "my.yaml")
    assert yaml.safe_load(text) == read_extended(own, tmp_path / "my.yaml").value
    assert all(said in text for said in ("# the large one", "# sees", "# hears", "licence: MIT"))


def test_a_mistake_is_told_with_the_file_and_the_line_where_it_stands(tmp_path: Path) -> None:
    (one,) = mistakes(tmp_path, own=OWN.replace("stages: [scan]\n", ""), base=BASE.replace("min_seconds", "min_secnds"))
    assert (one.where, one.line, one.key) == (str(tmp_path / "base.yaml"), 10, "stages.shots.min_secnds")
    (one,) = mistakes(tmp_path, own=OWN.replace("model: small", "modell: small"))
    assert (one.where, one.line, one.key) == (str(tmp_path / "my.yaml"), 4, "teachers.watcher.modell")
    (one,) = mistakes(tmp_path, "scan.nothing=1")
    assert one.where == "--set scan.nothing=1"
    (one,) = mistakes(tmp_path, base="teachers: {a: [}\n")
    assert (one.where, one.line) == (str(tmp_path / "base.yaml"), 1)
    assert "not valid YAML" in one.message
    (one,) = mistakes(tmp_path, base="teachers: {watcher: {kind: openai, model: m, api_key: '${NOT_THERE_AT_ALL}'}}\n")
    assert (one.where, one.line, one.key) == (str(tmp_path / "base.yaml"), 1, "teachers.watcher.api_key")


@pytest.mark.parametrize(
    ("own", "base", "line", "message"),
    [
        (OWN, "extends: my.yaml\n", 1, "my.yaml extends this file in turn. Take one of the two lines out."),
        (OWN.replace("base.yaml", "my.yaml"), BASE, 2, "my.yaml extends this file in turn."),
        (OWN.replace("base.yaml", "bse.yaml"), BASE, 2, "bse.yaml: no such file. Did you mean base.yaml?"),
        (OWN.replace("base.yaml", "watchr"), BASE, 2, "there is no file watchr. Did you mean watcher?"),
        (OWN.replace("base.yaml", "[base.yaml, bse.yaml]"), BASE, 2, "bse.yaml: no such file. Did you mean base.yaml?"),
        (OWN.replace("base.yaml", "[]"), BASE, 2, "must be the name of a file, or a list of names, got a list."),
        (OWN.replace("base.yaml", "{a: b}"), BASE, 2, "must be the name of a file, or a list of names, got"),
        (OWN, "", 2, "base.yaml holds no keys with values."),
    ],
)
def test_what_cannot_be_extended(tmp_path: Path, own: str, base: str, line: int, message: str) -> None:
    (one,) = mistakes(tmp_path, own=own, base=base)
    assert (one.key, one.line) == ("extends", line)
    assert f"{one.message} {one.hint}".startswith(message)
    assert one.where == str(tmp_path / ("my.yaml" if line == 2 else "base.yaml"))


def test_a_secret_of_the_base_is_shown_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_KEY", "sk-canary-1234567890")
    config = load(tmp_path, base=BASE.replace("model: large", "model: large\n    api_key: ${OUR_KEY}"))
    assert teacher(config).api_key.get_secret_value() == "sk-canary-1234567890"
    assert "canary" not in str(config.resolved())
    (one,) = mistakes(tmp_path, base=BASE.replace("model: large", "modl: '${OUR_KEY}'"))
    assert "canary" not in str(one)


def test_old_words_of_the_base_are_read_with_its_line(tmp_path: Path) -> None:
    told: list[str] = []
    (tmp_path / "base.yaml").write_text("stages:\n  - verify: {checks: [words], alike: 80}\n")
    (tmp_path / "my.yaml").write_text('extends: base.yaml\nvideos: "*.mp4"\noutput: {path: out}\n')
    load_config(tmp_path / "my.yaml", base=tmp_path, warn=told.append)
    assert told == [f"{tmp_path / 'base.yaml'}:2: stages.verify.alike: the key alike is now called min_similarity."]


def test_a_text_without_a_file_extends_from_the_base_folder(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE)
    config = load_config("<text>", base=tmp_path, text='extends: base.yaml\nvideos: "*.mp4"\n')
    assert teacher(config).model == "large"


def test_what_is_extended_is_written_out_with_its_comments(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE)
    text = written_out(OWN, tmp_path / "my.yaml")
    found = read_extended(OWN, tmp_path / "my.yaml").value
    assert yaml.safe_load(text) == found
    assert text.startswith("name: mine\nvideos")
    plain = written_out('extends: base.yaml\nvideos: "*.mp4"\n', tmp_path / "my.yaml")
    assert "  watcher:                        # the large one\n" in plain
    assert "what all builds" not in plain, "the head of the other file is of that file"


def test_every_recipe_is_printed_as_a_file_that_runs_alone(tmp_path: Path) -> None:
    shared = 0
    for name, recipe in find_recipes().items():
        kept, told = recipe.read_text(encoding="utf-8"), recipe_text(name)
        shared += kept != told
        assert "\nextends:" not in told
        assert read_extended(kept, Path(f"{name}.yaml")).value == read_extended(told, tmp_path / "my.yaml").value, name
        assert told.splitlines()[0] == kept.splitlines()[0]
    assert shared > 20
    assert {"watcher", "writer"} <= set(shared_files())
    assert not set(shared_files()) & set(find_recipes())


def test_recipes_share_nothing_by_copy() -> None:
    """A teacher of the same words in two recipes belongs to ``configs/shared``."""
    blocks = [
        str(teacher)
        for recipe in find_recipes().values()
        for teacher in ((yaml.safe_load(recipe.read_text(encoding="utf-8")) or {}).get("teachers") or {}).values()
    ]
    assert len(blocks) == len(set(blocks))


def test_extending_changes_no_setting_of_a_build(tmp_path: Path) -> None:
    one = load(tmp_path)
    (tmp_path / "alone.yaml").write_text(written_out(OWN, tmp_path / "my.yaml"))
    other = load_config(tmp_path / "alone.yaml", base=tmp_path)
    assert settings_of(one, resolve_plan(one)) == settings_of(other, resolve_plan(other))
    assert one.resolved() == other.resolved()
