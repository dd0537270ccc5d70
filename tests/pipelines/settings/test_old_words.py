"""Words of older versions, and keys without effect, as `vdata check` reads them: with file, line and key."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import pytest

from vdata.pipelines.errors import ConfigError
from vdata.pipelines.settings.config import Config
from vdata.pipelines.settings.config_reader import load_config
from vdata.pipelines.yaml.old_words import OldWords, read_old_words
from vdata.schemas.settings_model import OnlyWith, Settings
from vdata.stages import Stage, registry


class Region(Settings):
    renamed: ClassVar[dict[str, str]] = {"far": "depth"}
    depth: int = 0


class Trim(Stage):
    """Trim."""

    renamed: ClassVar[dict[str, str]] = {
        "judged": "samples",
        "samples: taught": "written",
        "ways: shaky": "moved",
        "depth": "where.depth",
    }
    formerly: ClassVar[dict[str, dict[str, str]]] = {"chop": {}, "shots": {"detector": "trim"}}

    samples: Literal["written", "all"] = "written"
    ways: list[str] = []  # noqa: RUF012
    where: Region = Region()
    several: list[Region] = []  # noqa: RUF012
    named: dict[str, Region] = {}  # noqa: RUF012
    least: Annotated[int, OnlyWith(samples="all")] = 0


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    stages = {**registry.find_stages(), "trim": Trim}
    monkeypatch.setattr(registry, "find_stages", lambda: stages)
    monkeypatch.setattr(registry, "stage_class", stages.get)


def read(folder: Path, stages: str, *overrides: str) -> tuple[Config, list[str]]:
    (folder / "v.mp4").touch()
    (folder / "my.yaml").write_text(f"videos: v.mp4\noutput: {{path: out}}\nstages:\n{stages}")
    warnings: list[str] = []
    config = load_config(folder / "my.yaml", overrides, folder, warnings.append)
    return config, [line.removeprefix(f"{folder}/") for line in warnings]


def mistakes(folder: Path, stages: str, *overrides: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(folder, stages, *overrides)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def test_an_old_key_and_an_old_value_are_read_with_a_warning_each(tmp_path: Path) -> None:
    config, warnings = read(tmp_path, "- trim:\n    ways: [still, shaky]\n    judged: taught\n")
    assert config.stages == [Trim(samples="written", ways=["still", "moved"])]
    assert sorted(warnings) == [
        "my.yaml:5: stages.trim.ways.1: shaky is now called moved.",
        "my.yaml:6: stages.trim.judged: taught is now called written.",
        "my.yaml:6: stages.trim.judged: the key judged is now called samples.",
    ]


def test_old_keys_are_read_in_groups_lists_and_tables(tmp_path: Path) -> None:
    settings = "{where: {far: 1}, several: [{far: 2}], named: {a: {far: 3}}}"
    config, warnings = read(tmp_path, f"- trim: {settings}\n")
    stage: Any = config.stages[0]
    assert (stage.where.depth, stage.several[0].depth, stage.named["a"].depth) == (1, 2, 3)
    assert warnings == [
        f"my.yaml:4: stages.trim.{place}.far: the key far is now called depth."
        for place in ("where", "several.0", "named.a")
    ]


@pytest.mark.parametrize("entry", ["{depth: 3}", "{depth: 3, where: {}}", "{where: {}, depth: 3}"])
def test_an_old_key_may_be_one_of_a_group_now(tmp_path: Path, entry: str) -> None:
    config, warnings = read(tmp_path, f"- trim: {entry}\n")
    assert config.stages == [Trim(where=Region(depth=3))]
    assert warnings == ["my.yaml:4: stages.trim.depth: the key depth is now called where.depth."]


@pytest.mark.parametrize("where", ["{depth: 4}", "null"])
def test_an_old_key_and_its_group_that_say_different_things_are_a_mistake(tmp_path: Path, where: str) -> None:
    (said, *_) = mistakes(tmp_path, f"- trim: {{depth: 3, where: {where}}}\n")
    assert said == "my.yaml:4: stages.trim.depth: is now called where.depth, and where says otherwise. Remove one."


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("- chop", "my.yaml:4: stages.chop: the stage chop is now the stage trim."),
        ("- chop: {}", "my.yaml:4: stages.chop: the stage chop is now the stage trim."),
        (
            "- shots: {detector: trim}",
            "my.yaml:4: stages.shots: the stage shots with detector trim is now the stage trim.",
        ),
    ],
)
def test_an_old_stage_is_read_with_one_warning(tmp_path: Path, entry: str, said: str) -> None:
    config, warnings = read(tmp_path, f"{entry}\n")
    assert config.stages == [Trim()]
    assert warnings == [said]


def test_mistakes_below_old_words_have_their_lines(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "- chop:\n    where:\n      far: much\n") == [
        "my.yaml:6: stages.trim.where.depth: must be a whole number, got 'much'."
    ]


def test_both_words_at_once_are_a_mistake(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "- trim:\n    samples: all\n    judged: taught\n") == [
        "my.yaml:6: stages.trim.judged: given twice: it is now called samples, which is there too. Remove one."
    ]


@pytest.mark.parametrize(
    ("override", "warned"),
    [
        ("trim.judged=all", ["--set trim.judged=all: stages.trim.judged: the key judged is now called samples."]),
        ("chop.samples=all", ["--set chop.samples=all: the stage chop is here the stage trim now."]),
        ("trim.samples=all", []),
    ],
)
def test_an_override_in_old_or_new_words_changes_what_the_file_says(
    tmp_path: Path, override: str, warned: list[str]
) -> None:
    config, warnings = read(tmp_path, "- trim: {judged: taught}\n", override)
    assert config.stages == [Trim(samples="all")]
    assert [line for line in warnings if line.startswith("--set")] == warned
    assert len([line for line in warnings if line.startswith("my.yaml")]) == 2


def test_a_key_without_effect_is_named_with_its_line(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "- trim:\n    samples: written\n    least: 3\n- shots:\n    short_shots: drop\n") == [
        "my.yaml:6: stages.trim.least: has no effect with samples written; it belongs to samples all.",
        "my.yaml:8: stages.shots.short_shots: has no effect without min_seconds.",
    ]


def test_an_override_takes_a_key_without_effect_away(tmp_path: Path) -> None:
    stages = "- keyframes: {every: 2}\n"
    assert mistakes(tmp_path, f"- shots\n{stages}", "keyframes.method=percent") == [
        "my.yaml:5: stages.keyframes.every: has no effect with method percent; "
        "it belongs to method uniform, sharpest or change."
    ]
    config, _ = read(tmp_path, f"- shots\n{stages}", "keyframes.method=percent", "keyframes.every=null")
    assert config.stages[1].model_dump()["every"] is None


def test_the_tree_itself_is_not_changed() -> None:
    tree = {"where": {"far": 1}}
    assert read_old_words(tree, Trim, (), OldWords()) == {"where": {"depth": 1}}
    assert tree == {"where": {"far": 1}}


TEACHER = "teachers: {watcher: {kind: openai, model: m}}\n"


@pytest.mark.parametrize(
    ("entry", "settings", "now"),
    [
        ("{mode: hierarchical, group: 5}", {"group": 5}, "summarise"),
        ("{mode: steps, of: shots, look: null}", {"of": "shots"}, "steps"),
    ],
)
def test_modes_of_caption_that_are_stages_now(tmp_path: Path, entry: str, settings: dict[str, Any], now: str) -> None:
    speech = "- speech\n- shots\n"
    config, warnings = read(tmp_path, f"{speech}- caption: {entry}\n- verify: {{checks: [grounding]}}\n{TEACHER}")
    cls = registry.stage_class(now)
    assert cls is not None
    assert config.stages[2] == cls.model_validate(settings)
    mode = "hierarchical" if now == "summarise" else now
    assert warnings == [f"my.yaml:6: stages.caption: the stage caption with mode {mode} is now the stage {now}."]
    if now == "summarise":
        config, warnings = read(
            tmp_path, f"{speech}- caption: {entry}\n- verify: {{checks: [grounding]}}\n{TEACHER}", "caption.group=4"
        )
        assert config.stages[2] == cls.model_validate({"group": 4})
        assert warnings[1] == "--set caption.group=4: the stage caption is here the stage summarise now."


def test_old_keys_and_values_of_stages_and_teachers(tmp_path: Path) -> None:
    stages = (
        "- shots: {short: drop, min_seconds: 1}\n- speech: {notes: true, most_words: 9}\n"
        "- verify: {teacher: watcher, judged: taught, checks: [agreement, words],"
        " again: 3, second: watcher, alike: 90}\n"
    )
    teacher = "teachers: {watcher: {kind: openai, model: m, bad_replies: 1}}\n"
    config, warnings = read(tmp_path, stages + teacher)
    shots, speech, verify = config.resolved()["stages"]
    assert shots["shots"]["short_shots"] == "drop"
    assert (speech["speech"]["keep_notes"], speech["speech"]["max_words"]) == (True, 9)
    checked = verify["verify"]
    assert (checked["scope"], checked["draws"], checked["second_teacher"]) == ("from_teacher", 3, "watcher")
    assert checked["min_similarity"] == 90
    assert config.teachers["watcher"].format_retries == 1
    assert "my.yaml:6: stages.verify.judged: taught is now called from_teacher." in warnings
    assert "my.yaml:7: teachers.watcher.bad_replies: the key bad_replies is now called format_retries." in warnings
    assert len(warnings) == 9


def test_a_least_length_of_probe_is_a_keep_now(tmp_path: Path) -> None:
    old, short = "- probe: {min_seconds: 10}\n", "where: {seconds: {max: 9}}}\n"
    said = "the key min_seconds of probe is now the stage keep, with the key where.seconds.min."
    config, warnings = read(tmp_path, f"{old}- shots\n- keep: {{of: shots, {short}")
    assert [stage.name() for stage in config.stages] == ["probe", "keep", "shots", "keep"]
    assert warnings == [f"my.yaml:4: stages.probe.min_seconds: {said}"]
    keeps = [one.model_dump() for one in config.stages if one.name() == "keep"]
    assert [one["where"] for one in keeps] == [
        {"seconds": {"min": 10.0, "max": None, "one_of": []}},
        {"seconds": {"min": None, "max": 9.0, "one_of": []}},
    ]
    beside = "- probe: {min_seconds: 10}\n- keep: {licence: cc0, where: {seconds: {max: 60}, fps: {min: 20}}}\n"
    config, warnings = read(tmp_path, beside, "probe.min_seconds=20")
    assert [stage.name() for stage in config.stages] == ["probe", "keep"]
    kept = config.stages[1].model_dump()
    assert (kept["licence"], kept["where"]["seconds"]) == (["cc0"], {"min": 20.0, "max": 60.0, "one_of": []})
    assert "fps" in kept["where"]
    found = mistakes(tmp_path, f"{old}- keep: {{of: events, {short}")
    assert found[0].startswith("my.yaml:5: stages.keep#2: reads the lane events"), "it is no part of that"


def test_a_key_that_is_a_stage_now_is_read_with_one_warning(tmp_path: Path) -> None:
    stages = "- shots\n- speech\n- tasks: {tasks: [counting], given: {speech: Said}}\n- options: {count: 9000}\n"
    assert mistakes(tmp_path, stages) == ["my.yaml:7: stages.options.count: must be at most 10, got 9000."], (
        "what comes after it keeps its line"
    )
    stages = stages.replace("9000", "5")
    config, warnings = read(tmp_path, stages)
    assert [stage.name() for stage in config.stages] == ["shots", "speech", "tasks", "show", "options"]
    assert config.stages[3].model_dump()["lanes"] == {"speech": "Said"}
    assert config.stages[3].model_dump()["tasks"] == ["counting"]
    assert warnings == [
        "my.yaml:6: stages.tasks.given: the key given of tasks is now the stage show, with the key lanes."
    ]
    config, warnings = read(tmp_path, stages, "tasks.given.speech=Heard", "options.count=6")
    assert [stage.name() for stage in config.stages] == ["shots", "speech", "tasks", "show", "options"]
    assert config.stages[3].model_dump()["lanes"] == {"speech": "Heard"}
    assert config.stages[4].model_dump()["count"] == 6
    config, warnings = read(tmp_path, "- shots\n- speech\n- tasks: {given: {}}\n")
    assert [stage.name() for stage in config.stages] == ["shots", "speech", "tasks"]
    assert len(warnings) == 1
    assert mistakes(tmp_path, "- shots\n- tasks: {given: {talk: Said}}\n")[0].startswith(
        "my.yaml:5: stages.show: reads the lane talk, which nothing before it writes."
    )
