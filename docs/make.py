"""Writes the pages that follow from the code, and the drawing in architecture.md: ``python docs/make.py``.

With ``--check`` it writes nothing, and its exit status is 1 if a page is out of date.
"""

from __future__ import annotations

import inspect
import re
import sys
import textwrap
from collections import Counter
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

import yaml
from house import drawing, rooms
from pydantic import BaseModel

from vdata.export.format import find_formats
from vdata.pipelines.mixture.mix_config import Mix
from vdata.pipelines.settings.config import Config
from vdata.pipelines.settings.extends import shared_files
from vdata.pipelines.teachers.teacher_kinds import TEACHERS
from vdata.pipelines.teachers.teacher_settings import TeacherSettings
from vdata.recipe_figures import RecipeFigures, as_text
from vdata.recipe_measures import measure_recipe
from vdata.recipes import find_mixtures, find_recipes, recipe_text, shortened
from vdata.scoring.published_rules import RULES
from vdata.stage_page import headline, prompt_rows, room, setting_rows
from vdata.stages import Stage, find_stages
from vdata.stages.instruct.family_rows import FAMILY_HEADS
from vdata.stages.labels.label_kinds import LABELS
from vdata.stages.prompting.own_words import VARIABLES

DOCS = Path(__file__).parent
MADE = "<!-- made by `python docs/make.py`: do not edit -->"
DRAWING, END = "<!-- drawn by `python docs/make.py` -->", "<!-- end of the drawing -->"
OWN = "others"
"""The family of recipes that follow no published system."""
RECIPES_HEAD = """\
A recipe is a YAML file and nothing else: `vdata recipes NAME > my.yaml` prints one to begin from, and
`vdata build NAME` runs it. Of a published system it follows the method, in our own words, on your videos:
no text, prompt or video of theirs comes with it, and no figure of theirs is claimed. What differs is said;
[systems](systems.md) has all systems, with those that have no recipe yet. Calls and tokens are those for an hour of
video in one file, as `vdata plan` estimates them; `vdata recipes --price 0.5 2` turns them into dollars, and its
filters (`--family`, `--takes`, `--makes`, `--needs`, `--without`) list those that you can use."""
RULES_HEAD = """\
`vdata score BENCH PREDICTIONS` reads a reply by rules of its own: a letter that stands alone, leads or is declared, or
the text of an option; the first two times; and what is empty, unreadable or missing is wrong. With `--rules NAME` it
is read as a published evaluator reads it, so that scores can be set beside published ones; what says nothing stays
wrong. Where such a script counts it as right, or leaves it out of the denominator, `--as-published` does so too, and
says of how many items. Facts of the scripts, in code of ours: `scoring/published_rules.py` and
`option_rules.py`, with a test for each.
What is measured besides is on the page on [scoring](scoring.md)."""
SYSTEMS_HEAD = """\
All {all} published systems that vdata set out to cover; {done} have a recipe. All that differs from the paper is said,
of each recipe where a system has several ([recipes](recipes.md) has what else is known of it); what is planned names
what it waits for.
Of every one the method is followed and no figure claimed. Not possible for a tool that makes data: models are not
trained, videos are not fetched from sites, and labels, masks, scene graphs and opinions of people come from you."""
COUNTED, COUNT_END = "<!-- counted by `python docs/make.py` -->", "<!-- end of the count -->"
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
    made = pages()
    old = [name for name, text in made.items() if not (DOCS / name).is_file() or (DOCS / name).read_text() != text]
    if "--check" not in sys.argv[1:]:
        for name in old:
            (DOCS / name).write_text(made[name], encoding="utf-8")
    print(*(f"docs/{name}" for name in old) if old else ["up to date"])
    return 1 if old and "--check" in sys.argv[1:] else 0


def pages() -> dict[str, str]:
    """The pages by file name."""
    return {
        "keys.md": keys_page(),
        "stages.md": stages_page(),
        "recipes.md": recipes_page(),
        "systems.md": systems_page(),
        "scoring_rules.md": scoring_rules_page(),
        "architecture.md": architecture_page(),
        "../configs/figures.json": as_text(figures()),
        "../README.md": readme_page(),
    }


def architecture_page() -> str:
    """The page of the house, which is written by hand, with the drawing of what imports what made anew."""
    before, _, rest = (DOCS / "architecture.md").read_text(encoding="utf-8").partition(DRAWING)
    _, _, after = rest.partition(END)
    house = rooms(1)
    inside = {room: others for room, others in rooms(2).items() if room.startswith("pipelines.")}
    pipelines = {room: {other for other in others if other in inside} for room, others in inside.items()}
    return f"{before}{DRAWING}\n{drawing(house)}\n\nInside `pipelines/`:\n\n{drawing(pipelines)}\n{END}{after}"


def readme_page() -> str:
    """The README, which is written by hand, with systems, recipes of each family and layouts counted anew."""
    before, _, rest = (DOCS.parent / "README.md").read_text(encoding="utf-8").partition(COUNTED)
    before = re.sub(r"\d+( of \d+)? systems are", "{done} of {all} systems are".format(**_counts(systems()[1])), before)
    _, _, after = rest.partition(COUNT_END)
    after = re.sub(r"\(\d+ layouts\)", f"({len(find_formats())} layouts)", after)
    counts = Counter(families().values())
    told = " · ".join(f"{family} {count}" for family, count in counts.items())
    said = textwrap.fill(f"{counts.total()} recipes: {told}.", 118)
    return f"{before}{COUNTED}\n{said}\n{COUNT_END}{after}"


def keys_page() -> str:
    """Every key that is not a stage's: of a build, of its teachers, and of a mix."""
    shared = _keys(TeacherSettings)
    parts = [
        f"# Keys\n\n{MADE}",
        "Every key of a config, made from the code. Those of stages and of labels are in [stages](stages.md). A key\n"
        "of a group stands behind a point (`output.push.repo`); `[]` is an entry of a list, `NAME` a name of your own.",
        "`extends: base.yaml`, at the top of a build's config, begins from another file, named from the folder of\n"
        f"this one, or from one of vdata: {_ours()}, or a recipe by its name; of a list of them (`[watcher,\n"
        "embedder]`) the later ones come on top. Mappings merge key by key, lists and\n"
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


def scoring_rules_page() -> str:
    """How published evaluators read replies, by name."""
    rows = [
        [f"`{one.name}`", one.of, one.form, one.reads, one.differs, "yes" if one.published else "–"]
        for one in RULES.values()
    ]
    heads = ["--rules", "evaluator of", "answers", "how a reply is read", "ours on purpose", "--as-published"]
    return "\n\n".join([f"# Scoring rules\n\n{MADE}", RULES_HEAD, _table(heads, rows)]) + "\n"


def systems() -> tuple[dict[str, dict[str, str]], dict[str, dict[str, list[str] | str]]]:
    """What is known of the systems that recipes follow, by recipe; and all systems by family, each with its recipes, or
    what it waits for."""
    known: dict[str, Any] = yaml.safe_load((DOCS / "systems.yaml").read_text(encoding="utf-8"))
    listed: dict[str, dict[str, list[str] | str]] = {}
    for family, of in known.pop("all").items():
        listed[family] = {name: said if isinstance(said, list) or ":" in said else [said] for name, said in of.items()}
    return known, listed


def families() -> dict[str, str]:
    """The family of every recipe, in the order of the families."""
    (_, listed), there = systems(), find_recipes()
    found = {one: family for family, of in listed.items() for said in of.values() for one in said if one in there}
    return found | {name: OWN for name in there if name not in found}


@cache
def figures() -> dict[str, RecipeFigures]:
    """The figures of every recipe, calculated."""
    return {name: measure_recipe(name, recipe_text(name), family) for name, family in families().items()}


MIXING = "outputs.md#several-builds-as-one-data-set"
"""Where mixtures are told of."""


def systems_page() -> str:
    """Every system that vdata set out to cover, family by family."""
    known, listed = systems()
    mixtures = find_mixtures()
    there = find_recipes() | mixtures
    parts = [f"# Systems\n\n{MADE}", SYSTEMS_HEAD.format(**_counts(listed))]
    for family, of in listed.items():
        rows = []
        for name, said in of.items():
            if isinstance(said, str):
                rows.append([name, "–", said])
                continue
            places = {one: MIXING if one in mixtures else f"recipes.md#{one}" for one in said}
            ours = ", ".join(f"[`{one}`]({place})" for one, place in places.items())
            told = {one: _differs(there[one].read_text(encoding="utf-8"), known[one]) for one in said}
            cell = [f"`{one}`: {text}" if len(said) > 1 else text for one, text in told.items()]
            rows.append([name, ours, " ".join(cell)])
        done = sum(isinstance(said, list) for said in of.values())
        parts += [
            f"## {family.capitalize()}\n\n{done} of {len(of)}.",
            _table(["system", "recipe", "what differs, or what is missing"], rows),
        ]
    return "\n\n".join(parts) + "\n"


def _counts(listed: dict[str, dict[str, list[str] | str]]) -> dict[str, int]:
    every = [said for of in listed.values() for said in of.values()]
    return {"all": len(every), "done": sum(isinstance(said, list) for said in every)}


def _differs(text: str, system: dict[str, str]) -> str:
    """All that the recipe with this *text* does otherwise: what its head says, as far as it does not say what it needs,
    and what is known of its *system* besides."""
    head = " ".join(line.lstrip("# ") for line in takewhile(lambda line: line.startswith("#"), text.splitlines()))
    told = re.split(r"(?<=\.) (?=Needs )", head.partition("Differs: ")[2])[0]
    return " ".join(filter(None, [told or "see its comment", system.get("differs", "").strip()]))


def recipes_page() -> str:
    """Every recipe, with what is known of the system that it follows."""
    known, measured = systems()[0], figures()
    texts = {name: recipe_text(name) for name in find_recipes()}
    rows = [[f"[`{name}`](#{name})", *_figures(one), _first(texts[name])] for name, one in measured.items()]
    parts = [
        f"# Recipes\n\n{MADE}",
        RECIPES_HEAD,
        _table(["recipe", "family", "takes", "makes", "needs", "calls", "tokens in + out", "what it is"], rows),
    ]
    made = [_recipe(name, text, known.get(name), measured[name]) for name, text in texts.items()]
    return "\n\n".join([*parts, *made]) + "\n"


def _figures(one: RecipeFigures) -> list[str]:
    tokens = f"{one.tokens_in / 1000:,.0f} + {one.tokens_out / 1000:,.0f} k" if one.calls else "–"
    told = [one.family, ", ".join(one.takes), shortened(one.makes), ", ".join(one.needs) or "–"]
    return [*told, f"{one.calls:,.0f}" if one.calls else "–", tokens]


def _recipe(name: str, text: str, system: dict[str, str] | None, one: RecipeFigures) -> str:
    config = yaml.safe_load(text)
    comment = [line.removeprefix("#").strip() for line in text.splitlines() if line.startswith("#")]
    about = "\n".join(line for line in comment[1:] if line and not line.startswith("vdata "))
    commands = [line for line in comment if line.startswith("vdata ")]
    stages = " → ".join(f"[`{stage}`](stages.md#{stage})" for stage in _stage_names(config))
    parts = [f"## {name}", _first(text), about]
    if system is not None:
        more = [system.get(key, "").strip() for key in ("differs", "notes")]
        parts.append(" ".join([f"*Published as {system['system']}.*", system["published"].strip()]))
        parts += [f"*{title}.* {text}" for title, text in zip(("Differs besides", "Notes"), more, strict=True) if text]
    parts.append(f"Stages: {stages}. Takes {', '.join(one.takes)}; needs {', '.join(one.needs) or 'nothing else'}.")
    parts.append(f"Makes {', '.join(one.makes)}.")
    if commands:
        parts.append("```text\n" + "\n".join(commands) + "\n```")
    return "\n\n".join(part for part in parts if part)


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
