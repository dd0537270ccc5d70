"""Writes the pages that follow from the code, and the drawing in architecture.md: ``python docs/make.py``.

With ``--check`` it writes nothing, and its exit status is 1 if a page is out of date.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any

import yaml
from house import drawing, rooms
from pydantic import BaseModel

from vdata.pipelines.mixture.mix_config import Mix
from vdata.pipelines.settings.config import Config
from vdata.pipelines.settings.extends import shared_files
from vdata.pipelines.teachers.teacher_kinds import TEACHERS
from vdata.pipelines.teachers.teacher_settings import TeacherSettings
from vdata.recipes import find_recipes, recipe_text
from vdata.stage_page import headline, prompt_rows, room, setting_rows
from vdata.stages import Stage, find_stages
from vdata.stages.instruct.family_rows import FAMILY_HEADS
from vdata.stages.labels.label_kinds import LABELS
from vdata.stages.prompting.own_words import VARIABLES

DOCS = Path(__file__).parent
MADE = "<!-- made by `python docs/make.py`: do not edit -->"
DRAWING, END = "<!-- drawn by `python docs/make.py` -->", "<!-- end of the drawing -->"
ROOMS = {
    "media": "From the video itself",
    "speech": "From its sound",
    "keep": "What is kept",
    "gather": "Over all videos",
    "ask": "Whatever you want to know",
    "matching": "By an embedder",
    "caption": "Captions",
    "instruct": "Questions and what belongs to them",
    "verify": "Checks",
    "haystack": "Haystacks",
    "own_code": "Code of your own",
}
"""The rooms in the order of a build, with the headings of their stages."""


def main() -> int:
    """Write the pages, or with ``--check`` compare them. Returns the exit status."""
    old = [name for name, text in pages().items() if not (DOCS / name).is_file() or (DOCS / name).read_text() != text]
    if "--check" not in sys.argv[1:]:
        for name in old:
            (DOCS / name).write_text(pages()[name], encoding="utf-8")
    print(*(f"docs/{name}" for name in old) if old else ["up to date"])
    return 1 if old and "--check" in sys.argv[1:] else 0


def pages() -> dict[str, str]:
    """The pages by file name."""
    return {
        "keys.md": keys_page(),
        "stages.md": stages_page(),
        "recipes.md": recipes_page(),
        "architecture.md": architecture_page(),
    }


def architecture_page() -> str:
    """The page of the house, which is written by hand, with the drawing of what imports what made anew."""
    before, _, rest = (DOCS / "architecture.md").read_text(encoding="utf-8").partition(DRAWING)
    _, _, after = rest.partition(END)
    house = rooms(1)
    inside = {room: others for room, others in rooms(2).items() if room.startswith("pipelines.")}
    pipelines = {room: {other for other in others if other in inside} for room, others in inside.items()}
    return f"{before}{DRAWING}\n{drawing(house)}\n\nInside `pipelines/`:\n\n{drawing(pipelines)}\n{END}{after}"


def keys_page() -> str:
    """Every key that is not a stage's: of a build, of its teachers, and of a mix."""
    shared = _keys(TeacherSettings)
    parts = [
        f"# Keys\n\n{MADE}",
        "Every key of a config, made from the code. Those of stages and of labels are in [stages](stages.md). A key\n"
        "of a group stands behind a point (`output.push.repo`); `[]` is an entry of a list, `NAME` a name of your own.",
        "`extends: base.yaml`, at the top of a build's config, begins from another file, named from the folder of\n"
        f"this one, or from one of vdata: {_ours()}, or a recipe by its name. Mappings merge key by key, lists and\n"
        "values take the place of what was there, and `null` takes it out. `--set` comes last, a mistake is told with\n"
        "the file and the line where it stands, and `build.json` holds the whole.",
        "## A build\n\n`vdata build`, `check`, `plan` and `prompts` read it.",
        _keys(Config),
        "## Teachers\n\nWhat stands under `teachers: {NAME: …}` ([teachers](teachers.md)). Every kind has these keys:",
        shared,
        *[_kind(cls, shared) for cls in TEACHERS.find().values()],
        "## A mix\n\nWhat `vdata mix` reads, to make one data set of several.",
        _keys(Mix),
    ]
    return "\n\n".join(parts) + "\n"


def _ours() -> str:
    """The files that recipes share."""
    return ", ".join(f"`{name}`" for name in shared_files())


def _kind(cls: type[BaseModel], shared: str) -> str:
    """A kind of teacher, with the keys that the others do not share, or have otherwise."""
    rows = [row for row in _keys(cls).splitlines() if row not in shared.splitlines()[2:]]
    doc = (inspect.getdoc(cls) or "").replace("``", "`")
    return f"### kind: {cls.model_fields['kind'].default}\n\n{doc}\n\n" + "\n".join(rows)


def stages_page() -> str:
    """Every stage of ours, room by room, with its settings."""
    parts = [
        f"# Stages\n\n{MADE}",
        "A stage reads lanes and writes lanes ([concepts](concepts.md)). `vdata stages` lists them, with those of\n"
        "installed packages ([writing a stage](writing_a_stage.md)); `vdata stages NAME` shows one. What another\n"
        "stage needs is put before it by itself where that takes no settings (`probe`, `scan`): see `vdata plan`.",
    ]
    rooms: dict[str, list[type[Stage]]] = {name: [] for name in ROOMS}
    for cls in find_stages().values():
        if cls.__module__.startswith("vdata."):
            rooms.setdefault(room(cls), []).append(cls)
    for name, stages in rooms.items():
        if stages:
            rows = [[f"[`{cls.name()}`](#{cls.name()})", *_lanes(cls), headline(cls)] for cls in stages]
            parts.append(f"## {ROOMS.get(name, name.capitalize())}")
            parts.append(_table(["stage", "reads", "writes", "what it does"], rows))
            parts += [_stage(cls) for cls in stages]
    rows = [[f"`{{{name}}}`", meaning] for name, meaning in VARIABLES.items()]
    parts.append("## Variables of prompts\n\nWhat may stand in braces in a prompt of your own ([prompts](prompts.md)).")
    parts.append(_table(["variable", "what is put there"], rows))
    parts.append("## Labels\n\nWhat stands under `labels:` lays lanes before the first stage.")
    parts += [_label(cls) for cls in LABELS.find().values()]
    return "\n\n".join(parts) + "\n"


def _stage(cls: type[Stage]) -> str:
    stage = cls()
    facts = [f"reads {_code(stage.lanes_read())}" if stage.lanes_read() else ""]
    facts += [f"uses {_code(more)}" if (more := stage.uses - stage.lanes_read()) else ""]
    facts += [f"writes {_code(stage.lanes_written())}" if stage.lanes_written() else ""]
    facts += ["makes samples" if cls.makes_samples else "", "decodes pictures" if cls.decodes else ""]
    told = "; ".join(fact for fact in facts if fact)
    doc = (inspect.getdoc(cls) or "").replace("``", "`")
    parts = [f"### {cls.name()}", doc, f"{told[:1].upper()}{told[1:]}." if told else "", _keys(cls)]
    if families := cls.family_rows():
        rows = [[f"`{name}`", *(text.replace("``", "`") for text in told)] for name, *told in families]
        parts.append(_table(list(FAMILY_HEADS), rows))
    if prompts := [[f"`{name}`", says, _held(held)] for name, says, held in prompt_rows(cls)]:
        parts.append(_table(["prompt", "what it asks", "what your own may hold; bold: must hold"], prompts))
    return "\n\n".join(filter(None, parts))


def _held(variables: str) -> str:
    """Variables as they stand in a table: those that a text must hold, which end with a star, in bold."""
    return " ".join(f"**`{one[:-1]}`**" if one.endswith("*") else f"`{one}`" for one in variables.split())


def _label(cls: type[BaseModel]) -> str:
    doc = (inspect.getdoc(cls) or "").replace("``", "`")
    return f"### kind: {cls.model_fields['kind'].default}\n\n{doc}\n\n{_keys(cls)}"


def _keys(model: type[BaseModel]) -> str:
    """The table of a model's settings."""
    rows = [
        [f"`{key}`", kind, f"`{default}`" if default else "", said.replace("``", "`")]
        for key, kind, default, said in setting_rows(model)
        if key != "kind"
    ]
    return _table(["key", "type", "default", "what it means"], rows) if rows else "It has no settings."


def recipes_page() -> str:
    """Every recipe, with what is known of the system that it follows."""
    systems: dict[str, dict[str, str]] = yaml.safe_load((DOCS / "systems.yaml").read_text(encoding="utf-8"))
    texts = {name: recipe_text(name) for name in find_recipes()}
    rows = [
        [f"[`{name}`](#{name})", (systems.get(name) or {}).get("kind", "–"), _needs(yaml.safe_load(text)), _first(text)]
        for name, text in texts.items()
    ]
    parts = [
        f"# Recipes\n\n{MADE}",
        "A recipe is a YAML file and nothing else: `vdata recipes NAME > my.yaml` prints one to begin from, and\n"
        "`vdata build NAME` runs it. Of a published system it follows the method, in our own words, on your videos:\n"
        "no text, prompt or video of theirs comes with it, and no figure of theirs is claimed. What differs is said.",
        _table(["recipe", "makes", "needs", "what it is"], rows),
    ]
    return "\n\n".join([*parts, *(_recipe(name, text, systems.get(name)) for name, text in texts.items())]) + "\n"


def _recipe(name: str, text: str, system: dict[str, str] | None) -> str:
    config = yaml.safe_load(text)
    comment = [line.removeprefix("#").strip() for line in text.splitlines() if line.startswith("#")]
    about = "\n".join(line for line in comment[1:] if line and not line.startswith("vdata "))
    commands = [line for line in comment if line.startswith("vdata ")]
    stages = " → ".join(f"[`{stage}`](stages.md#{stage})" for stage in _stage_names(config))
    parts = [f"## {name}", _first(text), about]
    if system is not None:
        parts.append(f"*Published as {system['system']}.* {system['published'].strip()}")
    parts.append(f"Stages: {stages}. Needs {_needs(config)}.")
    if commands:
        parts.append("```text\n" + "\n".join(commands) + "\n```")
    return "\n\n".join(part for part in parts if part)


def _needs(config: dict[str, Any]) -> str:
    """What a recipe wants besides vdata: ``videos, labels (subtitles), a teacher``."""
    needs = ["videos"] if config.get("videos") else []
    if kinds := [label["kind"] for label in config.get("labels", [])]:
        needs.append(f"labels ({', '.join(dict.fromkeys(kinds))})")
    count = len(config.get("teachers") or {})
    needs += ["a teacher" if count == 1 else f"{count} teachers"] if count else []
    return ", ".join(needs)


def _stage_names(config: dict[str, Any]) -> list[str]:
    return [stage if isinstance(stage, str) else next(iter(stage)) for stage in config["stages"]]


def _first(text: str) -> str:
    return text.splitlines()[0].strip("# ")


def _lanes(cls: type[Stage]) -> list[str]:
    stage = cls()
    made = ["samples"] if cls.makes_samples else []
    return [_code(stage.lanes_read()) or "–", ", ".join(filter(None, [_code(stage.lanes_written()), *made])) or "–"]


def _code(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _table(heads: list[str], rows: list[list[str]]) -> str:
    """A table of Markdown; a bar in a cell would end it."""
    lines = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    cells = [heads, ["---"] * len(heads), *lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


if __name__ == "__main__":
    sys.exit(main())
