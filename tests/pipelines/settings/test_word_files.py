"""Words that stand in files of their own beside a config."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vdata.pipelines.errors import ConfigError
from vdata.pipelines.settings.config_reader import load_config

HEAD = """videos: .
output: {path: out}
teachers:
  t: {kind: openai, model: m, base_url: "http://localhost:1/v1"}
"""


def test_a_prompt_stands_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("Describe it.\n{material}\n")
    config = tmp_path / "c.yaml"
    config.write_text(
        HEAD + "stages:\n  - probe\n  - caption: {of: null, prompt: {file: words.txt, system: Be brief.}, "
        "instructions: {file: words.txt}}\n"
    )
    stage: Any = load_config(config, base=tmp_path).stages[1]
    assert stage.prompt.text == "Describe it.\n{material}"
    assert stage.prompt.system == "Be brief."
    assert stage.instructions == "Describe it.\n{material}"


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("{file: word.txt}", "there is no file or folder word.txt. Did you mean words.txt?"),
        ("{file: words.txt, text: x}", "stands beside text, which says the same. Remove one of them."),
        ("{describe: {file: empty.txt}}", "empty.txt is empty."),
        ("{file: binary.txt}", "binary.txt is not a text in UTF-8."),
    ],
)
def test_a_file_of_words_that_cannot_be_read_is_said_by_its_line(tmp_path: Path, prompt: str, said: str) -> None:
    (tmp_path / "words.txt").write_text("Describe it.")
    (tmp_path / "empty.txt").write_text(" \n")
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00\x81")
    config = tmp_path / "c.yaml"
    config.write_text(HEAD + f"stages:\n  - probe\n  - caption:\n      of: null\n      prompt: {prompt}\n")
    with pytest.raises(ConfigError) as error:
        load_config(config, base=tmp_path)
    (problem,) = error.value.problems
    assert (problem.line, problem.where) == (9, str(config))
    assert problem.message.removesuffix(".") in said
    assert said.endswith(problem.hint) or not problem.hint
