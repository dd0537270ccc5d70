"""Mistakes of a config in people's words: types, limits, lanes, files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
from pydantic import BaseModel, Field, model_validator

from vdata.pipelines.errors import ConfigError
from vdata.pipelines.settings.config_reader import load_config
from vdata.pipelines.yaml.complaints import number
from vdata.schemas import Timeline
from vdata.schemas.nearest import nearest
from vdata.stages import Gather, Stage, registry
from vdata.stages.labels import kinds


class Probe(Stage):
    writes: ClassVar[frozenset[str]] = frozenset({"media"})


class Scan(Stage):
    reads: ClassVar[frozenset[str]] = frozenset({"media"})
    writes: ClassVar[frozenset[str]] = frozenset({"signals"})


class Deep(BaseModel, extra="forbid"):
    width: int = 3


class Cut(Stage):
    reads: ClassVar[frozenset[str]] = frozenset({"signals"})
    writes: ClassVar[frozenset[str]] = frozenset({"cuts"})
    way: Literal["soft", "hard"] = "soft"
    share: float = Field(0.5, ge=0, lt=1)
    most: int = Field(5, gt=0, le=10)
    whole: bool = False
    word: str = Field("x", min_length=1)
    times: float | list[float] | None = None
    names: list[str] = Field(default_factory=list, max_length=2)
    deep: Deep = Deep()
    table: dict[str, Deep] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _agrees(self) -> Cut:
        if self.word == "never":
            raise ValueError("word: never is never right")
        return self


class Look(Stage):
    of: str = "cuts"
    into: str = "looks"

    def lanes_read(self) -> set[str]:
        return {self.of}

    def lanes_written(self) -> set[str]:
        return {self.into}


class Mix(Gather):
    on: bool = True

    def gathers(self) -> bool:
        return self.on

    def digest(self, video: Timeline) -> Any:
        return None

    def gather(self, digests: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        return {}

    def apply(self, video: Timeline, verdict: Any) -> Timeline:
        return video


class Listen(Stage):
    """A field called against, and one with paths."""

    against: str = "speech"
    lists: dict[str, str] = Field(default={})

    def paths(self) -> dict[tuple[str | int, ...], str]:
        return {("lists", name): path for name, path in self.lists.items()}


STAGES: dict[str, type[Stage]] = {cls.name(): cls for cls in (Cut, Listen, Look, Mix, Probe, Scan)}


@pytest.fixture(autouse=True)
def _own_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "find_stages", lambda: STAGES)
    monkeypatch.setattr(registry, "stage_class", STAGES.get)


def problems(folder: Path, stages: str, head: str = "videos: '*.mp4'\noutput: {path: o}") -> list[str]:
    path = folder / "c.yaml"
    path.write_text(f"{head}\nstages:\n{stages}\n", encoding="utf-8")
    try:
        load_config(path, base=folder)
    except ConfigError as error:
        return [str(problem).removeprefix(f"{folder}/") for problem in error.problems]
    return []


# Paths


def test_paths_are_those_that_a_stage_says_it_names(tmp_path: Path) -> None:
    (tmp_path / "words.txt").touch()
    stages = """
  - cut
  - listen: {against: speech}
  - listen:
      lists:
        good: words.txt
        bad: wrods.txt"""
    assert problems(tmp_path, stages) == [
        "c.yaml:10: stages.listen#2.lists.bad: there is no file or folder wrods.txt. Did you mean words.txt?"
    ]


# Values


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("shore: 1", "shore: unknown key. Did you mean share?"),
        ("kind: 1", "kind: unknown key. Known here: way, share, most, whole, word, times, names, deep, table."),
        ("way: sofft", "way: must be soft or hard, got 'sofft'. Did you mean soft?"),
        ("way: 3", "way: must be soft or hard, got 3."),
        ("share: much", "share: must be a number, got 'much'."),
        ("share: 1:30", "share: must be a number, got '1:30'. In seconds that is 90."),
        ("share: true", "share: must be a number, got true."),
        ("share: -0.1", "share: must be at least 0, got -0.1."),
        ("share: 1", "share: must be below 1, got 1."),
        ("share: .nan", "share: must be below 1, got nan."),
        ("times: .nan", "times: must be a number, got nan."),
        ("times: [1, nan]", "times.1: must be a number, got nan."),
        ("share:", "share: must be a number, got nothing."),
        ("share: [1]", "share: must be a number, got a list."),
        ("most: 2.5", "most: must be a whole number, got 2.5."),
        ("most: 0", "most: must be above 0, got 0."),
        ("most: 11", "most: must be at most 10, got 11."),
        ("most: no", "most: must be a whole number, got 'no'."),
        ("whole: 3", "whole: must be true or false, got 3."),
        ("word: 3", "word: must be a text, got 3. Put it in quotes."),
        ("word: ''", "word: must be a text of at least 1 characters, got ''."),
        ("word: {a: 1}", "word: must be a text, got keys (a)."),
        ("word: never", "word: never is never right."),
        ("times: soon", "times: must be a number or a list, got 'soon'."),
        ("times: [1, soon]", "times.1: must be a number, got 'soon'."),
        ("names: x", "names: must be a list, got 'x'."),
        ("names: [a, b, c]", "names: must be a list of at most 2, got a list."),
        ("deep: 3", "deep: must be keys with values, got 3."),
        ("deep: {wdth: 3}", "deep.wdth: unknown key. Did you mean width?"),
        ("deep: {width: true}", "deep.width: must be a whole number, got true."),
        ("table: {a: {wide: 3}}", "table.a.wide: unknown key. Known here: width."),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_plainly(tmp_path: Path, setting: str, message: str) -> None:
    prefix = "c.yaml:5: stages.cut." if setting != "word: never" else "c.yaml:4: stages.cut: "
    assert problems(tmp_path, f"  - cut:\n      {setting}") == [prefix + message]


@pytest.mark.parametrize(
    "setting",
    ["whole: no", "whole: yes", "share: '0.2'", "most: 3.0", "times: 3", "times: [1, 2]", "times: ~", "word: no", "deep: {}"],  # noqa: E501
)  # fmt: skip
def test_a_right_value_is_taken(tmp_path: Path, setting: str) -> None:
    assert problems(tmp_path, f"  - cut:\n      {setting}") == []


def test_a_key_of_another_listed_stage(tmp_path: Path) -> None:
    assert problems(tmp_path, "  - cut: {into: x}\n  - look") == [
        "c.yaml:4: stages.cut.into: unknown key. It is a key of look."
    ]


def test_every_mistake_comes_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    head = "videos: no/such/*.mp4\nsed: 3\noutput: out"
    assert problems(tmp_path, "  - cut: {shar: 1, most: 99}\n  - cutt\n  - look: 7", head) == [
        "c.yaml:1: videos: there is no folder no.",
        "c.yaml:2: sed: unknown key. Did you mean seed?",
        "c.yaml:3: output: must be keys with values, got 'out'. Write output: {path: …}.",
        "c.yaml:5: stages.cut.most: must be at most 10, got 99.",
        "c.yaml:5: stages.cut.shar: unknown key. Did you mean share?",
        "c.yaml:6: stages.cutt: there is no stage cutt. Did you mean cut?",
        "c.yaml:7: stages.look: must be keys with values, got 7. Write `- look: {key: value}`.",
    ]


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        ("  - cut:\n    share: 0.1", "c.yaml:4: stages.entry 1: must be one stage, got the keys cut, share. Indent the settings of cut further than its name."),  # noqa: E501
        ("  - scan:\n    cut:", "c.yaml:4: stages.entry 1: must be one stage, got the keys scan, cut. Begin each stage with a dash of its own."),  # noqa: E501
        ("  cut:\n    share: 0.1", "c.yaml:3: stages: must be a list, got keys (cut). Begin each entry with a dash: `- …`."),  # noqa: E501
        ("  - 3", "c.yaml:4: stages.entry 1: must be the name of a stage, got 3. Write `- name` or `- name: {key: value}`."),  # noqa: E501
        ("  - teach", "c.yaml:4: stages.teach: there is no stage teach. `vdata stages` lists them all."),
        ("", "c.yaml:3: stages: missing: nothing would be done. List at least one stage; `vdata stages` shows them."),
    ],
)  # fmt: skip
def test_a_list_of_stages_that_is_none(tmp_path: Path, stages: str, message: str) -> None:
    assert problems(tmp_path, stages) == [message]


def test_stages_are_called_as_in_the_funnel(tmp_path: Path) -> None:
    stages = "  - cut\n  - look: {of: cuts, off: 1}\n  - cut: {share: 3}\n  - cut: {word: a, word: b}\n  - cut"
    assert problems(tmp_path, stages) == [
        "c.yaml:5: stages.look.off: unknown key. Did you mean of?",
        "c.yaml:6: stages.cut#2.share: must be below 1, got 3.",
        "c.yaml:7: stages.cut#3.word: given twice (first earlier on this line). Remove one.",
    ]


def test_what_must_be_there(tmp_path: Path) -> None:
    assert problems(tmp_path, "  - cut", "seed: 1") == [
        "c.yaml:1: output: missing. For example output: {path: out/demo}.",
        "c.yaml:1: videos: missing: there is nothing to read. Give videos, or labels, or both.",
    ]
    assert problems(tmp_path, "  - cut", "videos: 5\noutput: {}") == [
        "c.yaml:1: videos: must be a path or a list of paths, got 5.",
        "c.yaml:2: output.path: missing. For example output: {path: out/demo}.",
    ]


def test_a_stage_at_the_top(tmp_path: Path) -> None:
    found = problems(tmp_path, "  - cut", "videos: '*.mp4'\noutput: {path: o}\nlook: {of: x}")
    assert found == ["c.yaml:3: look: unknown key. look is a stage: list it under stages."]


TEACHERS = """videos: '*.mp4'
output: {path: o}
teachers:
  watcher: {kind: openai, model: m}
  judge: {kind: openai, modle: m, base_url: localhost:8000}"""


def test_mistakes_in_teachers(tmp_path: Path) -> None:
    assert sorted(problems(tmp_path, "  - cut", TEACHERS)) == [
        "c.yaml:5: teachers.judge.base_url: must start with http:// or https://.",
        "c.yaml:5: teachers.judge.model: missing.",
        "c.yaml:5: teachers.judge.modle: unknown key. Did you mean model?",
    ]
    top = TEACHERS.partition("teachers:")[0]
    assert problems(tmp_path, "  - cut", top + "teachers: [a]") == [
        "c.yaml:3: teachers: must be names with settings. Write `watcher: {kind: openai, model: …}`."
    ]
    kind = problems(tmp_path, "  - cut", top + "teachers:\n  watcher: {kind: opnai, model: m}")
    assert len(kind) == 1
    assert "openai" in kind[0]


# Lanes


def test_a_lane_that_nothing_writes(tmp_path: Path) -> None:
    reads = "reads the lane {}, which nothing before it writes."
    assert problems(tmp_path, "  - look") == [
        f"c.yaml:4: stages.look: {reads.format('cuts')} Put cut before it, or import the lane under labels."
    ]
    assert problems(tmp_path, "  - look\n  - cut") == [
        f"c.yaml:4: stages.look: {reads.format('cuts')} cut, listed after it, writes cuts: move it up."
    ]
    assert problems(tmp_path, "  - cut\n  - look: {of: cust}") == [
        f"c.yaml:5: stages.look: {reads.format('cust')} Did you mean cuts?"
    ]
    assert problems(tmp_path, "  - cut\n  - scan") == [
        f"c.yaml:4: stages.cut: {reads.format('signals')} scan, listed after it, writes signals: move it up."
    ]


def test_lanes_along_the_road_are_known(tmp_path: Path) -> None:
    assert problems(tmp_path, "  - cut\n  - look: {into: seen}\n  - look: {of: seen}") == []


def test_a_stage_with_a_mistake_is_not_blamed_for_its_lanes(tmp_path: Path) -> None:
    """What a stage may have meant to write is not missed; a lane that no setting names still is."""
    assert problems(tmp_path, "  - cut\n  - look: {inot: seen}\n  - look: {of: seen}") == [
        "c.yaml:5: stages.look.inot: unknown key. Did you mean into?"
    ]
    found = problems(tmp_path, "  - cut: {word: [fast, cheap]}\n  - look: {of: elsewhere}")
    assert found[1].endswith("writes. Lanes there: cuts, signals.")
    found = problems(tmp_path, "  - cut: {shar: 1}\n  - look: {of: elsewhere}")
    assert [line.partition(" ")[0] for line in found] == ["c.yaml:4:", "c.yaml:5:"]
    assert problems(tmp_path, "  - unheard\n  - look: {of: elsewhere}") == [
        "c.yaml:4: stages.unheard: there is no stage unheard. `vdata stages` lists them all."
    ]


def test_labels_bring_lanes(tmp_path: Path) -> None:
    (tmp_path / "l.json").write_text("{}")
    head = "labels: [{{kind: {}}}]\noutput: {{path: o}}"
    assert problems(tmp_path, "  - look: {of: events}", head.format("activitynet, path: l.json")) == []
    assert problems(tmp_path, "  - look: {of: speech}", head.format("subtitles")) == []
    assert len(problems(tmp_path, "  - look: {of: speech}", head.format("subtitles, lane: said"))) == 1
    assert problems(tmp_path, "  - look: {of: any}", head.format("table, path: l.json")) == []  # a column may name it
    assert len(problems(tmp_path, "  - look: {of: any}", head.format("table, path: l.json, lane: some"))) == 1


*_FIRST, _LAST = sorted(path.stem for path in Path(kinds.__file__).parent.glob("[a-z]*.py"))
KINDS = f"{', '.join(_FIRST)} or {_LAST}"


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{kind: actvitynet, path: l.json}", f"kind: must be {KINDS}, got 'actvitynet'. Did you mean activitynet?"),
        ("{knid: table, path: l.json}", "knid: unknown key. Did you mean kind?"),
        ("{path: l.json}", "kind: missing."),
        ("{kind: table}", "path: missing."),
        ("{kind: table, path: k.json}", "path: there is no file or folder k.json. Did you mean l.json?"),
        ("{kind: chapters, form: x}", "form: unknown key. Did you mean from?"),
        ("{kind: table, path: l.json, columns: {vidoe: x}}", "columns.vidoe: unknown key. Did you mean video?"),
    ],
)  # fmt: skip
def test_a_wrong_label_import(tmp_path: Path, entry: str, message: str) -> None:
    (tmp_path / "l.json").write_text("{}")
    assert problems(tmp_path, "  - scan", f"labels:\n  - {entry}\noutput: {{path: o}}") == [
        f"c.yaml:2: labels.0.{message}"
    ]


# Files


def test_paths_are_looked_up_without_opening(tmp_path: Path) -> None:
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "a [1].mp4").write_bytes(b"")

    def said(path: str) -> list[str]:
        return [
            line.partition("videos: ")[2]
            for line in problems(tmp_path, "  - cut", f"videos: '{path}'\noutput: {{path: o}}")
        ]

    for there in (
        "clips",
        "clips/*.mp4",
        "clips/a [1].mp4",
        "*.mp4",
        "clips/**/*.mp4",
        "s3://bucket/x",
        "pkg://vdata/__init__.py",
    ):
        assert said(there) == []
    assert said("clisp/*.mp4") == ["there is no folder clisp. Did you mean clips?"]
    assert said("clips/a/b/*.mp4") == ["there is no folder clips/a."]
    assert said("clips/b.mp4") == ["there is no file or folder clips/b.mp4."]
    assert said("") == ["missing: there is nothing to read. Give videos, or labels, or both.", "an empty path."]
    assert said("pkg://no_such_package/x") == [
        "the Python package 'no_such_package' is not installed. Install it with pip."
    ]


def test_a_path_that_a_variable_stands_for_is_named_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "videos: ${VIDEOS:-examples/videos/film.mp4}\noutput: {path: o}"
    monkeypatch.delenv("VIDEOS", raising=False)
    assert problems(tmp_path, "  - cut", text) == [
        "c.yaml:1: videos: there is no file or folder examples/videos/film.mp4 (the default of ${VIDEOS}). "
        "Set ${VIDEOS}, or write another path."
    ]
    for value in ("private-place/film.mp4", "examples"):
        monkeypatch.setenv("VIDEOS", value)
        assert problems(tmp_path, "  - cut", text) == [
            "c.yaml:1: videos: there is no file or folder ${VIDEOS:-examples/videos/film.mp4}."
        ]


def test_the_output_must_not_be_a_file_or_in_an_unknown_store(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    for path, message in (
        ("taken", "output.path: taken is a file. Name a folder."),
        ("gs://bucket/x", "output.path: must be a local folder, or s3://BUCKET/FOLDER, got 'gs://bucket/x'."),
    ):
        assert problems(tmp_path, "  - cut", f"videos: '*.mp4'\noutput: {{path: '{path}'}}") == [f"c.yaml:2: {message}"]


# Words


@pytest.mark.parametrize(
    ("word", "words", "best"),
    [
        ("min_second", ["min_seconds", "max_seconds"], "min_seconds"),
        ("minSeconds", ["min_seconds", "max_seconds"], "min_seconds"),
        ("fo", ["of", "into"], "of"),
        ("threshold", ["adaptive_threshold_x"], None),
        ("detect", ["detector", "way"], "detector"),
        ("zzz", ["of", "way"], None),
        ("a", [], None),
    ],
)
def test_the_nearest_word(word: str, words: list[str], best: str | None) -> None:
    assert nearest(word, words) == best


@pytest.mark.parametrize(
    ("value", "text"), [(5.0, "5"), (0.25, "0.25"), (8192 * 4320, "35389440"), (float("inf"), "inf")]
)
def test_limits_are_written_as_people_do(value: Any, text: str) -> None:
    assert number(value) == text


def test_a_column_that_a_label_file_lacks_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "qa.csv").write_text("video,question,answer\na,Q?,x\n")
    label = "  - kind: qa\n    path: qa.csv\n    columns: {question: qestion}\n"
    (tmp_path / "c.yaml").write_text(f"labels:\n{label}stages: [probe]\noutput: {{path: out}}\n")
    with pytest.raises(ConfigError) as found:
        load_config(tmp_path / "c.yaml", base=tmp_path)
    (problem,) = found.value.problems
    assert (problem.line, problem.key) == (4, "labels.0.columns.question")
    assert str(problem).endswith("the file has no column qestion. Did you mean question?")
