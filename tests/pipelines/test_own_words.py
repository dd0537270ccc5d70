"""A recipe in one's own words, from YAML alone: what the server sees, and what the data set holds."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pyarrow.parquet as pq
import pytest
from inline import without_ray
from openai_server import Server

from vdata.pipelines.build import run_build
from vdata.pipelines.settings.config_reader import load_config

CAPTION = "一只狗在院子里追着蓝色的球跑。"
YAML = """
videos: in
output: {{path: out}}
cache: cache
teachers:
  watcher: {{kind: openai, model: scripted, base_url: "{url}"}}
stages:
  - caption:
      of: null
      min_words: 5
      language: Chinese
      instructions: 说出每一种颜色。
      prompt: {prompt}
      look: {{count: 2}}
  - tasks: {{tasks: [grounded_caption], language: zh}}
"""


@pytest.fixture(autouse=True)
def _without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    without_ray(monkeypatch)


def build(folder: Path, url: str, prompt: str) -> None:
    (folder / "c.yaml").write_text(YAML.format(url=url, prompt=prompt), encoding="utf-8")
    config = load_config(folder / "c.yaml", base=folder)
    assert run_build(config, limit=None, address=None, overwrite=True) in (0, 1)


def captions(folder: Path) -> list[str]:
    rows = [row for path in (folder / "out" / "timelines").glob("*") for row in pq.read_table(path).to_pylist()]
    return [span["text"] for row in rows for span in row["lane_captions"]]


def test_captions_in_chinese_by_a_prompt_in_chinese(
    tmp_path: Path, make_videos: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    make_videos.plain(tmp_path / "in" / "a.mp4", frames=25)
    with Server(answer=lambda body: CAPTION) as server:
        build(tmp_path, server.url, "描述这段 {end} 秒的视频。")
        (body,) = server.counters.bodies
        system, user = body["messages"]
        assert system["content"] == (
            "说出每一种颜色。\nWrite every text of your reply in Chinese. "
            "Keep tags, letters and quoted words as they are."
        )
        assert [part["type"] for part in user["content"]] == ["image_url", "image_url", "text"]
        assert user["content"][-1]["text"] == "描述这段 1 秒的视频。"
        assert captions(tmp_path) == [CAPTION]
        (row,) = [row for path in (tmp_path / "out" / "data").glob("*") for row in pq.read_table(path).to_pylist()]
        asked, told = (turn["content"] for turn in row["messages"])
        assert "视频" in asked
        assert not re.search("[A-Za-z]", asked)
        assert told == CAPTION
        build(tmp_path, server.url, "描述这段 {end} 秒的视频。")
        assert server.counters.calls == 1, "the reply that was paid for is taken"
        build(tmp_path, server.url, "请描述这段 {end} 秒的视频。")
        assert server.counters.calls == 2, "another word is another request"
