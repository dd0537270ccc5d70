"""Mistakes in ``keep`` are said by ``check``, all at once, with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from vdata.pipelines.errors import ConfigError
from vdata.pipelines.settings.config_reader import load_config

HEAD = "videos: v.mp4\noutput: {path: out}\nteachers: {t: {kind: openai, model: m, base_url: http://localhost:1/v1}}\n"


def problems(folder: Path, stages: str, labels: str = "") -> list[str]:
    (folder / "v.mp4").touch()
    (folder / "t.jsonl").write_text('{"video": "v.mp4", "lane": "shots", "start": 0, "end": 1, "text": "x"}\n')
    file = folder / "my.yaml"
    file.write_text(f"{HEAD}stages:\n{stages}{labels}")
    try:
        load_config(file, base=folder)
    except ConfigError as error:
        return str(error).replace(f"{file}:", "").splitlines()
    return []


def test_every_mistake_at_once_with_its_line(tmp_path: Path) -> None:
    stages = """\
  - shots
  - quality
  - keep:
      of: shots
      where:
        motoin: {min: 0.01}
        seconds: {min: 5, max: 2}
        sharpness: [sharp]
        overlap.speach: {max: 0.1}
  - keep: {where: {widht: {min: 480}, fps: {min: many}}}
  - keep: {of: shots, top: {by: begins, count: 3}, action: delete}
"""
    found = problems(tmp_path, stages)
    assert [line.partition(". ")[0] for line in found] == [
        "7: stages.keep: reads the lane speach, which nothing before it writes",
        "10: stages.keep.where.motoin: no span of shots carries motoin",
        "11: stages.keep.where.seconds: nothing can be kept: min 5 is greater than max 2.",
        "12: stages.keep.where.sharpness: sharpness is a number: write {min: …}, {max: …} or numbers, got 'sharp'.",
        "14: stages.keep#2.where.fps.min: must be a number, got 'many'.",
        "14: stages.keep#2.where.widht: widht is no fact of a video file; what the manifest says is attr.widht, and "
        "what spans carry needs a lane: of: LANE",
        "15: stages.keep#3.action: must be drop or tag, got 'delete'.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "stages",
    [
        "  - shots\n  - quality\n  - keep: {of: shots, where: {motion: {min: 0.01}}}\n",
        "  - shots\n  - ask: {reply: {beauty: grade}}\n  - keep: {of: shots, top: {by: beauty, share: 0.5}}\n",
        "  - shots\n  - caption\n  - keep: {of: captions, balance: {by: attr.topic, count: 5}}\n",
        "  - shots\n  - keep: {of: shots, where: {seconds: {min: 9}}, action: tag}\n"
        "  - keep: {of: shots, where: {keep: a}}\n",
    ],
)
def test_what_earlier_stages_lay_is_known(tmp_path: Path, stages: str) -> None:
    assert problems(tmp_path, stages) == []


def test_a_measure_with_a_dot_can_be_set_from_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "v.mp4").touch()
    file = tmp_path / "my.yaml"
    where = "{seconds: {min: 1}, overlap.speech: {max: 0.5}}"
    file.write_text(f"{HEAD}stages:\n  - shots\n  - speech\n  - keep: {{of: shots, where: {where}}}\n")
    set_to = ["keep.where.overlap.speech.max=0.25", "keep.where.seconds.min=2"]
    stage = load_config(file, set_to, tmp_path).stages[-1]
    ranges = {name: (one["min"], one["max"]) for name, one in stage.model_dump()["where"].items()}
    assert ranges == {"seconds": (2.0, None), "overlap.speech": (None, 0.25)}


def test_imported_spans_may_carry_anything(tmp_path: Path) -> None:
    stages = "  - keep: {of: shots, where: {whatever: {min: 0.01}}}\n"
    assert problems(tmp_path, stages, "labels: [{kind: table, path: t.jsonl, lane: shots}]\n") == []


def test_code_of_ones_own_may_lay_anything(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("def mark(video):\n    video.lane('shots')[0].values['luck'] = 7\n")
    stages = "  - shots\n  - python: mine.py:mark\n  - keep: {of: shots, where: {luck: {min: 3}}}\n"
    assert problems(tmp_path, stages) == []


def test_made_videos_have_none_of_the_old_spans(tmp_path: Path) -> None:
    stages = "  - shots\n  - hide\n  - keep: {of: shots, where: {seconds: {min: 1}}}\n"
    assert [line.partition(". ")[0] for line in problems(tmp_path, stages)] == [
        "7: stages.keep: reads the lane shots, which nothing before it writes"
    ]
