"""The recipes that come with vdata: the YAML files of ``vdata.configs``."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path

from .pipelines.errors import UserError
from .pipelines.settings.extends import written_out
from .pipelines.yaml.complaints import did_you_mean
from .show import table


def find_recipes() -> dict[str, Traversable]:
    """Every recipe by its name."""
    there = (entry for entry in files("vdata.configs").iterdir() if entry.name.endswith(".yaml"))
    return {entry.name.removesuffix(".yaml"): entry for entry in sorted(there, key=lambda entry: entry.name)}


def recipe_list() -> str:
    """A line for each recipe: its name, and the first line of comment in it."""
    rows = [[name, _headline(entry)] for name, entry in find_recipes().items()]
    return table(["recipe", "what it makes"], rows) + "\n\n`vdata recipes NAME` prints one."


def recipe_text(name: str) -> str:
    """The recipe called *name*, with what it extends written out: a file that runs alone.

    Raises:
        UserError: there is none.
    """
    recipes = find_recipes()
    if name not in recipes:
        raise UserError(f"There is no recipe {name}. " + did_you_mean(name, recipes, "`vdata recipes` lists them."))
    return written_out(recipes[name].read_text(encoding="utf-8"), Path(f"{name}.yaml"))


def find_config(name: str) -> AbstractContextManager[Path]:
    """The file *name*, or else the recipe of that name, as a path to read while the context is open.

    Raises:
        UserError: *name* looks like a recipe's, and there is none.
    """
    path = Path(name)
    if path.exists() or path.suffix or len(path.parts) != 1:
        return nullcontext(path)
    recipes = find_recipes()
    if name not in recipes:
        hint = did_you_mean(name, recipes, "`vdata recipes` lists the recipes.")
        raise UserError(f"{name}: neither a file nor a recipe. {hint}")
    return as_file(recipes[name])


def _headline(entry: Traversable) -> str:
    for line in entry.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") and (text := line.strip("# ")):
            return text
        if line.strip() and not line.startswith("#"):
            break
    return ""
