"""``language: words/it.yaml``: mistakes are said with the file and its line, and what is lacking is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from vdata.pipelines.errors import ConfigError
from vdata.pipelines.settings.config_reader import load_config
from vdata.rules.language_words import Language
from vdata.schemas.settings_model import effective
from vdata.stages.instruct.by_rule.tasks import Tasks

CONFIG = """
videos: v.mp4
stages:
- shots
- tasks: {language: words/it.yaml}
output: {path: out}
"""
ITALIAN = """name: Italian
answers:
  seconds: {time: "{time} secondi", at: "a {time} secondi", between: "da {start} a {end} secondi"}
questions:
  counting: ["Quante volte si vede {q}?"]
  grounded_caption.sentence:
  - "Che cosa succede {when}?"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "words").mkdir()
    (tmp_path / "v.mp4").write_bytes(b"")
    (tmp_path / "my.yaml").write_text(CONFIG)
    (tmp_path / "words" / "it.yaml").write_text(ITALIAN)
    return tmp_path


def mistakes(folder: Path, words: str | None, *overrides: str) -> list[str]:
    if words is not None:
        (folder / "words" / "it.yaml").write_text(words)
    with pytest.raises(ConfigError) as caught:
        load_config(folder / "my.yaml", overrides, folder)
    return [f"{one.where}:{one.line} {one.message} {one.hint}".strip() for one in caught.value.problems]


def test_a_file_is_read_where_it_is_named_and_what_it_lacks_is_said(folder: Path) -> None:
    said: list[str] = []
    config = load_config(folder / "my.yaml", (), folder, said.append)
    stage = config.stages[1]
    assert isinstance(stage, Tasks)
    assert isinstance(stage.language, Language)
    assert stage.language.questions["counting"] == ["Quante volte si vede {q}?"]
    (warning,) = [line for line in said if "Italian" in line]
    assert "my.yaml:5: stages.tasks: language Italian has no questions for before_after, captioning," in warning
    assert " grounded_caption," not in warning
    assert "counting" not in warning
    again = Tasks.model_validate(effective(stage))
    assert again.language == stage.language


def test_mistakes_in_it_are_said_with_its_name_and_line(folder: Path) -> None:
    bad = ITALIAN.replace("counting", "countng").replace("{when}", "{wen}").replace("{end}", "{fine}")
    found = mistakes(folder, bad)
    assert any(line.startswith("words/it.yaml:3 unknown slot {fine}") for line in found)
    found = mistakes(folder, bad.replace("{fine}", "{end}"))
    assert found == [
        "words/it.yaml:5 there is no family countng; did you mean counting?",
        "words/it.yaml:7 unknown slot {wen} in 'Che cosa succede {wen}?'; did you mean {when}? "
        "It has {many}, {one}, {when}.",
    ]


def test_a_file_that_cannot_be_read(folder: Path) -> None:
    assert mistakes(folder, None, "tasks.language=words/itt.yaml") == [
        "words/itt.yaml:0 there is no file or folder words/itt.yaml. Did you mean it.yaml?"
    ]
    assert mistakes(folder, "- a\n")[0].startswith("words/it.yaml:0 holds no words.")
    assert mistakes(folder, "name: [\n")[0].startswith("words/it.yaml:2 not valid YAML")
    assert mistakes(folder, "nme: Italian\n")[0] == "words/it.yaml:1 unknown key. Did you mean name?"
    (folder / "words" / "it.yaml").write_bytes(b"\xff\xfe")
    assert mistakes(folder, None)[0].startswith("words/it.yaml:0 not a text in UTF-8")
