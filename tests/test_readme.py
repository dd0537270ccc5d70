"""What the README shows is right: its configs have no mistakes, its commands exist, its recipes are those there are."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

import vdata.configs
from vdata.cli import commands
from vdata.pipelines.settings.config_reader import load_config
from vdata.recipe_figures import kept_figures

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)


def test_the_first_config_has_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "my" / "videos").mkdir(parents=True)
    (tmp_path / "steps.csv").write_text("video,start,end,text,label\n")
    (tmp_path / "my.yaml").write_text(BLOCKS[0], encoding="utf-8")
    assert [stage.name() for stage in load_config(tmp_path / "my.yaml", base=tmp_path).stages][:2] == ["scan", "shots"]


@pytest.mark.parametrize("line", [line for line in BLOCKS[1].splitlines() if "watcher:" in line])
def test_every_way_to_point_at_a_teacher_has_no_mistake(tmp_path: Path, line: str) -> None:
    teacher = line.strip().removeprefix("# ")
    text = f"videos: '*.mp4'\nteachers:\n  {teacher}\nstages: [scan, {{caption: {{of: null}}}}]\noutput: {{path: o}}\n"
    (tmp_path / "my.yaml").write_text(text, encoding="utf-8")
    assert list(load_config(tmp_path / "my.yaml", base=tmp_path).teachers) == ["watcher"]


def test_the_families_of_recipes_are_counted() -> None:
    (listed,) = re.findall(r"^## Recipes\n\n<!-- .*? -->\n(.*?)\n<!-- ", README, re.DOTALL | re.MULTILINE)
    total, *counts = map(int, re.findall(r"\b(\d+)\b", listed))
    assert total == sum(counts) == len(list(Path(vdata.configs.__file__).parent.glob("*.yaml")))
    families = Counter(one.family for one in kept_figures().values())
    assert counts == list(families.values())
    assert all(f"{family} {count}" in " ".join(listed.split()) for family, count in families.items())


def test_the_commands_are_those_that_there_are() -> None:
    assert set(re.findall(r"`vdata (\w+)", README)) <= set(commands.commands)


@pytest.mark.parametrize(("name", "marks"), [("test command", ""), ("slow test command", "-m slow ")])
def test_ci_runs_the_test_commands_word_for_word(name: str, marks: str) -> None:
    (block,) = re.findall(rf"^<!-- {name} -->\n```bash\n(.*?)\n```$", README, re.DOTALL | re.MULTILINE)
    assert block.endswith(f".venv/bin/pytest {marks}-n 2 --dist loadfile --no-loadscope-reorder")
    assert "\n" not in block
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert f'"{name}"' in script
    assert "<!-- $name -->" in script
    assert "README.md" in script
