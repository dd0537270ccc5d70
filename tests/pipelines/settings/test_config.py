"""Reading a config: values, YAML 1.2, variables, overrides, and every mistake at once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from vdata.pipelines.errors import ConfigError, Problem
from vdata.pipelines.planning.plan import resolve_plan, settings_of
from vdata.pipelines.settings.config import Config, Output
from vdata.pipelines.settings.config_reader import load_config
from vdata.pipelines.yaml.yaml_lines import parse, scalar
from vdata.rules.language_words import Language
from vdata.schemas.bucket_path import BucketPath
from vdata.stages import Stage, find_stages
from vdata.stages.haystack.hide_settings import Needle

SHOTS = find_stages()["shots"]


def write(folder: Path, text: str) -> Path:
    path = folder / "recipe.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def config_text(stages: str = "[shots]", more: str = "") -> str:
    return f"videos: '*.mp4'\nstages: {stages}\noutput: {{path: out/x}}\n{more}"


def load(folder: Path, text: str, *overrides: str) -> Config:
    return load_config(write(folder, text), overrides, base=folder)


def test_the_stages_that_are_named_are_imported_and_no_others(tmp_path: Path) -> None:
    write(tmp_path, config_text("[{shots: {min_seconds: 1}}, quality]"))
    code = (
        "import sys; from pathlib import Path; from vdata.pipelines.settings.config_reader import load_config\n"
        "load_config(Path('recipe.yaml'))\n"
        "print([name for name in ('shots', 'quality', 'camera') if f'vdata.stages.media.{name}' in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['shots', 'quality']"


def mistakes(folder: Path, text: str, *overrides: str) -> list[Problem]:
    with pytest.raises(ConfigError) as caught:
        load(folder, text, *overrides)
    return caught.value.problems


def only(folder: Path, text: str, *overrides: str) -> str:
    """The one mistake, without the folder."""
    found = mistakes(folder, text, *overrides)
    assert len(found) == 1, found
    return str(found[0]).replace(f"{folder}/", "")


# What a good config gives


def test_a_config_becomes_stages_and_settings(tmp_path: Path) -> None:
    (tmp_path / "labels.json").write_text("{}")
    config = load(
        tmp_path,
        "videos: '*.mp4'\n"
        "labels:\n  - {kind: activitynet, path: labels.json}\n  - {kind: chapters, from: about}\n"
        "stages:\n  - shots: {min_seconds: 2}\n  - shots:\n      detector: [adaptive, fade]\n      into: cuts\n"
        "output: {path: out/demo}\nseed: 7\ncache: ~/c\nname: Demo\n",
    )
    assert config.videos == ["*.mp4"]
    assert [stage.name() for stage in config.stages] == ["shots", "shots"]
    assert [stage.model_dump()["min_seconds"] for stage in config.stages] == [2.0, 0.0]
    assert [label.lane for label in config.labels] == ["events", "chapters"]
    assert (config.output.path, config.seed, config.cache) == (Path("out/demo"), 7, Path.home() / "c")
    assert (config.name, config.base) == ("Demo", tmp_path)
    resolved = config.resolved()
    assert resolved["labels"][1]["from"] == "about"
    assert resolved["stages"][1]["shots"]["into"] == "cuts"
    again = load(tmp_path, yaml.safe_dump(json.loads(json.dumps(resolved, allow_nan=False))))
    assert settled(again) == settled(config)
    assert again.labels == config.labels
    assert again.resolved() == resolved


def test_what_a_build_notes_of_several_detectors_is_read_again(tmp_path: Path) -> None:
    config = load(tmp_path, "videos: '*.mp4'\nstages:\n  - shots: {detector: [koala, fade]}\noutput: {path: out}\n")
    again = load(tmp_path, yaml.safe_dump(config.resolved()))
    assert again.resolved() == config.resolved()
    with pytest.raises(ConfigError, match=r"koala\.min_frames.*no effect beside other detectors"):
        load(
            tmp_path,
            "videos: '*.mp4'\noutput: {path: o}\nstages:\n"
            "  - shots: {detector: [koala, fade], koala: {min_frames: 3}}\n",
        )


def test_the_cache_lies_where_xdg_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert load(tmp_path, config_text()).cache == tmp_path / "vdata"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # to be ignored, says the XDG specification
    assert load(tmp_path, config_text()).cache == Path.home() / ".cache" / "vdata"


def test_caches_may_be_in_a_bucket(tmp_path: Path) -> None:
    config = load(tmp_path, config_text(), "cache=s3://lab/cache/", "replies=s3://lab/replies")
    assert (config.cache, config.reply_cache) == (BucketPath("s3://lab/cache"), BucketPath("s3://lab/replies"))
    assert isinstance(config.reply_cache, BucketPath)
    assert load(tmp_path, yaml.safe_dump(config.resolved())).resolved() == config.resolved()
    assert load(tmp_path, config_text(), "cache=s3://lab/cache").reply_cache == BucketPath("s3://lab/cache/replies")
    for key in ("cache", "replies"):
        with pytest.raises(
            ConfigError, match=f"{key}: must be a local folder, or s3://BUCKET/FOLDER, got 'gs://lab/x'"
        ):
            load(tmp_path, config_text(), f"{key}=gs://lab/x")


def settled(config: Config) -> dict[str, Any]:
    return settings_of(config, resolve_plan(config))


def test_the_settings_of_a_build_are_what_decides_the_samples(tmp_path: Path) -> None:
    first = settled(load(tmp_path, config_text()))
    assert settled(load(tmp_path, config_text(), "output.path=elsewhere", "videos=[a*, b*]", "name=x")) == first
    assert settled(load(tmp_path, config_text(), "seed=1")) != first
    assert settled(load(tmp_path, config_text(), "shots.min_seconds=1")) != first
    assert settled(load(tmp_path, config_text("[scan, shots]"))) == first, "the planner puts scan there anyway"
    assert settled(load(tmp_path, config_text("[scan, shots, camera]"))) != first

    class Shots(SHOTS):  # type: ignore[misc, valid-type]
        version = SHOTS.version + "x"

    newer = Config(videos=["*.mp4"], stages=[Shots()], output=Output(path=Path("out/x")))
    assert settled(newer) != first


# YAML


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Norway", "Norway"),
        ("1:30", "1:30"),
        ("2024-01-02", "2024-01-02"),
        ("1e-3", 0.001),
        ("1.5E3", 1500.0),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("-3", -3),
        (".5", 0.5),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("-.inf", float("-inf")),
        ("1_000", "1_000"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: Any) -> None:
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=80), inner, max_size=4),
)


@given(JSON)
def test_json_is_yaml(tree: Any) -> None:
    """Quoted texts stay texts, and nothing of a tree is lost. (A key of YAML has at most 1024 characters.)"""
    document = parse(json.dumps(tree))
    assert document.mistakes == []
    assert document.value == tree


@given(st.text())
def test_no_text_makes_the_reader_raise(text: str) -> None:
    document = parse(text)
    assert document.mistakes == [] or all(mistake.message for mistake in document.mistakes)


def test_merge_keys_and_aliases(tmp_path: Path) -> None:
    stages = "\n  - shots: &long\n      min_seconds: 3\n      max_seconds: 9\n  - shots:\n      max_seconds: 8\n      <<: *long"  # noqa: E501
    first, second = load(tmp_path, config_text(stages)).stages
    assert (first.model_dump()["max_seconds"], second.model_dump()["max_seconds"]) == (9, 8)
    assert second.model_dump()["min_seconds"] == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "recipe.yaml: the file is empty. A config begins with videos, labels, stages, output."),
        ("- a", "recipe.yaml:1: must be keys with values, got a list. A config begins with videos, labels, stages, output."),  # noqa: E501
        ("videos: [a", "recipe.yaml:1: not valid YAML: expected ',' or ']', but got the end of the file."),
        ("seed: 1\n\tname: x", "recipe.yaml:2: not valid YAML: a tab where YAML wants spaces. Indent with spaces."),
        (
            "seed: 1\nname: a: b",
            "recipe.yaml:2: not valid YAML: mapping values are not allowed here. "
            "Is a line above indented wrongly, or does a text with a colon lack its quotes?",
        ),
        ("seed: 1\n---\nseed: 2", "recipe.yaml:2: not valid YAML: a second document begins. A config is one YAML document: remove the line ---."),  # noqa: E501
        ("a: \x01", "recipe.yaml:1: holds the character U+0001. Remove it."),
        ("[" * 5000, "recipe.yaml: too large or too deeply nested to be a config."),
        (
            "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
            + "".join(f"{new}: &{new} [{','.join([f'*{old}'] * 10)}]\n" for old, new in zip("abcde", "bcdef", strict=True)),  # noqa: E501
            "recipe.yaml: too large or too deeply nested to be a config.",
        ),
    ],
)  # fmt: skip
def test_text_that_is_no_config(tmp_path: Path, text: str, message: str) -> None:
    assert only(tmp_path, text) == message


def test_duplicate_keys_tags_and_loops_are_mistakes(tmp_path: Path) -> None:
    text = config_text(more="seed: 1\nname: !!python/name:os.system x\nseed: 2\ndescription: &d [*d]\n")
    found = [str(problem).replace(f"{tmp_path}/", "") for problem in mistakes(tmp_path, text)]
    assert "recipe.yaml:6: seed: given twice (first at line 4). Remove one." in found
    assert "recipe.yaml:5: name: the tag !!python/name:os.system is not supported. Remove it." in found
    assert "recipe.yaml:7: description.0: an alias that contains itself." in found


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    write(tmp_path, config_text())
    for name, message in (
        ("recipes.yaml", "recipes.yaml: no such file. Did you mean recipe.yaml?"),
        ("", "a folder, not a config. Name the YAML file in it."),
    ):
        with pytest.raises(ConfigError) as caught:
            load_config(tmp_path / name)
        assert str(caught.value).endswith(message)
    (tmp_path / "recipe.yaml").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(ConfigError, match="not a text in UTF-8"):
        load_config(tmp_path / "recipe.yaml")


# Variables


def test_variables_fill_in_and_are_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VDATA_TEST_TITLE", "canary-1234567890")
    monkeypatch.setenv("VDATA_TEST_SEED", "5")
    monkeypatch.delenv("VDATA_TEST_UNSET", raising=False)
    text = config_text(
        "[shots: {into: '${VDATA_TEST_UNSET:-cuts}'}]",
        "seed: ${VDATA_TEST_SEED}\nname: key ${VDATA_TEST_TITLE}\ndescription: $${HOME} costs $5\n",
    )
    config = load(tmp_path, text)
    assert config.name == "key canary-1234567890"
    assert config.seed == 5
    assert config.description == "${HOME} costs $5"
    assert config.stages[0].lanes_written() == {"cuts"}
    resolved = config.resolved()
    assert resolved["name"] == "key ${VDATA_TEST_TITLE}"
    assert resolved["seed"] == "${VDATA_TEST_SEED}"
    assert resolved["stages"][0]["shots"]["into"] == "${VDATA_TEST_UNSET:-cuts}"
    assert "canary" not in json.dumps(resolved)


def test_a_mistake_does_not_tell_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VDATA_TEST_SECRET", "canary-1234567890")
    text = (
        "videos: ${VDATA_TEST_SECRET}/a.mp4\nlabels: [{kind: '${VDATA_TEST_SECRET}'}]\n"
        "stages: ['${VDATA_TEST_SECRET}', shots: {min_seconds: '${VDATA_TEST_SECRET}', detector: '${VDATA_TEST_SECRET}'}]\n"  # noqa: E501
        "output: {path: 's3://${VDATA_TEST_SECRET}'}\nseed: ${VDATA_TEST_SECRET}\n"
    )
    found = mistakes(tmp_path, text)
    assert {problem.key.rpartition(".")[2] for problem in found} >= {
        "videos",
        "seed",
        "min_seconds",
        "detector",
        "path",
    }
    assert "canary" not in "".join(map(str, found))


def test_a_variable_that_is_not_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VDATA_TEST_UNSET", raising=False)
    assert only(tmp_path, config_text(more="name: ${VDATA_TEST_UNSET}")) == (
        "recipe.yaml:4: name: the environment variable VDATA_TEST_UNSET is not set. "
        "Run `export VDATA_TEST_UNSET=…` first, or write ${VDATA_TEST_UNSET:-default}."
    )
    assert only(tmp_path, config_text(more="name: ${1x}")) == (
        "recipe.yaml:4: name: ${1x} does not name an environment variable. "
        "Write ${NAME} or ${NAME:-default}; $${ for a plain ${."
    )


@pytest.mark.parametrize(
    ("key", "instead"), [("${LANE:-events}", ", such as events"), ("a ${LANE}", ""), ("${1x}", ""), ("$${LANE}", None)]
)
def test_a_variable_in_a_key_is_refused_with_its_line(tmp_path: Path, key: str, instead: str | None) -> None:
    text = config_text().replace(
        "stages: [shots]", f'stages:\n  - shots\n  - tasks:\n      kinds: {{"{key}": step}}\n      of: [x]'
    )
    found = [problem for problem in mistakes(tmp_path, text) if "stands in a key" in problem.message]
    if instead is None:
        assert found == []
        return
    (problem,) = found
    assert (problem.line, problem.key) == (5, f"stages.tasks.kinds.{key}")
    assert problem.message == f"{key.removeprefix('a ')} stands in a key, where no variable is filled in."
    assert problem.hint == f"Write the key out{instead}; a value may hold ${{NAME}}."


# Overrides


def least(config: Config) -> float:
    return float(config.stages[-1].model_dump()["min_seconds"])


@given(value=st.floats(0, 1e6), form=st.sampled_from(["shots", "shots#1", "stages.shots", "stages.1"]))
def test_an_override_is_what_the_file_would_say(
    tmp_path_factory: pytest.TempPathFactory, value: float, form: str
) -> None:
    folder = tmp_path_factory.getbasetemp()
    written = load(folder, config_text(f"[scan, shots: {{min_seconds: {value!r}}}]"))
    assert least(written) == value
    for stages in ("[scan, shots]", "[scan, shots: ]", "[scan, shots: {min_seconds: 3}]"):
        assert load(folder, config_text(stages), f"{form}.min_seconds={value!r}") == written


@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1), st.booleans())
def test_a_quoted_override_is_a_text(tmp_path_factory: pytest.TempPathFactory, name: str, present: bool) -> None:
    folder = tmp_path_factory.getbasetemp()
    quoted = json.dumps(name.replace("${", "$${"))
    config = load(folder, config_text(more="name: old\n" if present else ""), f"name={quoted}")
    assert config.name == name


def test_overrides_reach_every_part_and_the_last_wins(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        config_text("[shots, shots]"),
        "output.path=a",
        "output={path: b}",
        "videos=[x*, y*]",
        "videos.1=z*",
        "stages.0.min_seconds=1e-3",
        "stages.1=quality",
        "seed=1",
        "seed=2",
        "name=no",
    )
    assert config.output.path == Path("b")
    assert config.videos == ["x*", "z*"]
    assert config.seed == 2
    assert config.name == "no"
    assert [stage.name() for stage in config.stages] == ["shots", "quality"]
    assert config.stages[0].model_dump()["min_seconds"] == 0.001


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("shots", "must be KEY=VALUE, for example shots.min_seconds=1."),
        ("=3", "must be KEY=VALUE, for example shots.min_seconds=1."),
        ("scan.x=1", "the stage scan is listed 2 times. Write scan#1.x or scan#2.x."),
        ("scan#3.x=1", "there is no scan#3: scan is listed 2 times. Listed: scan, shots, scan#2."),
        ("shots#2.x=1", "there is no shots#2: shots is listed once. Listed: scan, shots, scan#2."),
        ("scan#2.timeot=1", "stages.scan#2.timeot: unknown key. Did you mean timeout?"),
        ("shosts.x=1", "shosts is neither a key of the config nor a listed stage. Did you mean shots?"),
        ("sed=1", "sed is neither a key of the config nor a listed stage. Did you mean seed?"),
        ("quality.of=1", "the stage quality is not listed in the config. Listed: scan, shots, scan#2."),
        ("stages.7.x=1", "there is no stage 7, counted from 0. Listed: scan, shots, scan#2."),
        ("videos.3=x", "videos is '*.mp4' and has no keys."),
        ("name=[1", "not valid YAML: expected ',' or ']', but got the end of the file."),
        ("shots.min_second=1", "stages.shots.min_second: unknown key. Did you mean min_seconds?"),
        ("shots.min_seconds=-1", "stages.shots.min_seconds: must be at least 0, got -1."),
        ("output.pth=x", "output.pth: unknown key. Did you mean path?"),
        ("stages.1=shot", "stages.shot: there is no stage shot. Did you mean shots?"),
        ("seed=1:30", "seed: must be a whole number, got '1:30'. In seconds that is 90."),
    ],
)
def test_a_wrong_override_is_told_as_one(tmp_path: Path, override: str, message: str) -> None:
    assert only(tmp_path, config_text("[scan, shots, scan]"), override) == f"--set {override}: {message}"


# Row 21: a typo in any key of any config


WHOLE = """
videos: "*.mp4"
labels:
  - {kind: activitynet, path: recipe.yaml, lane: events, prefix: v_}
  - kind: table
    path: recipe.yaml
    columns: {video: vid, text: caption}
  - kind: subtitles
    language: en
  - {kind: chapters, from: description}
stages:
  - probe: {max_seconds: 60}
  - scan
  - shots:
      detector: [adaptive, fade]
      adaptive: {adaptive_threshold: 3, min_content_val: 10}
      min_seconds: 0.5
  - quality: {of: shots, min_sharpness: 20}
output: {path: out/whole}
seed: 3
cache: ~/cache
name: Whole
description: all keys
licence: CC0
source: mine
"""
ROOT = Path(__file__).parent.parent.parent.parent
RECIPES = {path.stem: path for path in sorted((ROOT / "configs").glob("*.yaml"))}


OWN = (
    "teachers",
    "parts",
    "attributes",
    "kinds",
    "lanes",
    "percent",
    "every",
    "own",
    "reply",
    "where",
    "bins",
    "antonyms",
    "criteria",
    "points",
    "ties",
)
"""Keys whose own keys are names of the user's, or numbers."""


def key_nodes(node: yaml.Node, own: bool = False) -> list[yaml.ScalarNode]:
    """Every key of a YAML tree that vdata names, with its place in the text; *own*: the keys here are the user's."""
    if isinstance(node, yaml.SequenceNode):
        return [key for item in node.value for key in key_nodes(item)]
    if isinstance(node, yaml.MappingNode):
        keys = [] if own else [key for key, _ in node.value if key.value != "<<"]
        return keys + [
            key
            for above, below in node.value
            for key in key_nodes(below, above.value in OWN or (own and above.value == "<<"))
        ]
    return []


def typos(word: str) -> list[str]:
    middle = len(word) // 2
    made = [
        word + word[-1],
        word[:middle] + "q" + word[middle:],
        word.replace("_", "-", 1) if "_" in word else word + "z",
    ]
    if len(word) > 3:
        made += [word[:-1], word[1:], word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :]]
    return [typo for typo in dict.fromkeys(made) if typo != word]


QUICK = {"instruct", "quickstart", "video_star", "webvid"}
"""The recipes whose every key is tried among the quick tests."""


@pytest.mark.parametrize(
    "name", ["whole", *(pytest.param(one, marks=[pytest.mark.slow] * (one not in QUICK)) for one in RECIPES)]
)
def test_a_typo_in_any_key_is_found(tmp_path: Path, name: str) -> None:
    """In each key of a recipe there is one slip, of all kinds in turn; in each key of the whole config all of them."""
    text = RECIPES[name].read_text(encoding="utf-8") if name in RECIPES else WHOLE
    folder = tmp_path if name not in RECIPES else ROOT
    path = write(tmp_path, text)
    root = yaml.compose(text)
    assert root is not None
    keys = key_nodes(root)
    assert keys
    for number, key in enumerate(keys):
        start, end, line = key.start_mark.index, key.end_mark.index, key.start_mark.line + 1
        slips = typos(key.value)
        for typo in slips if name == "whole" else slips[number % max(1, len(slips)) :][:1]:
            path.write_text(text[:start] + typo + text[end:], encoding="utf-8")
            with pytest.raises(ConfigError) as caught:
                load_config(path, base=folder)
            here = [problem for problem in caught.value.problems if problem.line == line]
            family = key.value.partition(".")[0]  # of phrasings by place: grounded_caption.whole
            hints = {f"Did you mean {key.value}?", f"Did you mean {family}?", f"Known here: {family}."}
            hinted = any(problem.hint in hints for problem in here)
            models: list[type[BaseModel]] = [*find_stages().values(), Needle, Language]  # token, how, answer
            real = here and any(typo in model.model_fields for model in models)
            assert hinted or real, (typo, caught.value.problems)


def test_every_stage_finds_a_typo_in_each_of_its_keys(tmp_path: Path) -> None:
    for name, cls in find_stages().items():
        for key in (info.alias or field for field, info in cls.model_fields.items()):
            text = config_text(f"\n  - {name}:\n      {key}x: 1")
            found = [problem for problem in mistakes(tmp_path, text) if problem.message == "unknown key."]
            assert [(problem.line, problem.key, problem.hint) for problem in found] == [
                (4, f"stages.{name}.{key}x", f"Did you mean {key}?")
            ]


def test_stage_settings_are_not_shared_between_configs(tmp_path: Path) -> None:
    one, other = load(tmp_path, config_text()).stages[0], load(tmp_path, config_text(), "shots.min_seconds=1").stages[0]
    assert isinstance(one, Stage)
    assert one != other


@pytest.mark.parametrize("stage", ["stills", "clips"])
def test_files_of_samples_are_made_once(tmp_path: Path, stage: str) -> None:
    other, same = ("clips", "frames") if stage == "stills" else ("frames", "clips")
    text = f"videos: v.mp4\nstages: [scan, shots, tasks, {stage}]\noutput: {{path: o, media: {{media}}}}\n"
    (tmp_path / "v.mp4").touch()
    (tmp_path / "c.yaml").write_text(text.replace("{media}", other))
    load_config(tmp_path / "c.yaml", base=tmp_path)
    (tmp_path / "c.yaml").write_text(text.replace("{media}", same))
    with pytest.raises(ConfigError, match=f"output.media: the stage {stage} makes these files already. Leave out one"):
        load_config(tmp_path / "c.yaml", base=tmp_path)
