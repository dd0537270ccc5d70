"""The recipes that come with vdata: the YAML files of ``vdata.configs``."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path

from .pipelines.errors import UserError
from .pipelines.yaml.complaints import did_you_mean
from .recipe_figures import RecipeFigures, kept_figures
from .show import table


def find_recipes() -> dict[str, Traversable]:
    """Every recipe by its name."""
    there = (entry for entry in files("vdata.configs").iterdir() if entry.name.endswith(".yaml"))
    return {entry.name.removesuffix(".yaml"): entry for entry in sorted(there, key=lambda entry: entry.name)}


def find_mixtures() -> dict[str, Traversable]:
    """Every mixture that comes with vdata by its name: what ``vdata mix NAME`` reads."""
    there = (entry for entry in files("vdata.configs").joinpath("mixtures").iterdir() if entry.name.endswith(".yaml"))
    return {entry.name.removesuffix(".yaml"): entry for entry in sorted(there, key=lambda entry: entry.name)}


@dataclass(frozen=True, slots=True)
class RecipeFilter:
    """Which recipes are listed: a word that a column must hold, or must not."""

    family: str = ""
    takes: str = ""
    makes: str = ""
    needs: str = ""
    without: str = ""
    """What must not be among what it takes and needs."""

    def lets(self, one: RecipeFigures) -> bool:
        """Whether the recipe with these figures is listed."""
        wanted = (
            (self.family, [one.family]),
            (self.takes, one.takes),
            (self.makes, one.makes),
            (self.needs, one.needs),
        )
        fits = all(not word or any(word.casefold() in text.casefold() for text in texts) for word, texts in wanted)
        told = [*one.takes, *one.needs]
        return fits and not (self.without and any(self.without.casefold() in text.casefold() for text in told))


def recipe_list(only: RecipeFilter | None = None, price: tuple[float, float] | None = None) -> str:
    """A line for each recipe that *only* lets through, with its figures, by family.

    Args:
        price: dollars for a million tokens that are sent, and that come back.

    Raises:
        UserError: no recipe fits.
    """
    figures, only = kept_figures(), only or RecipeFilter()
    listed = [
        name for name in find_recipes() if only == RecipeFilter() or (name in figures and only.lets(figures[name]))
    ]
    if not listed:
        families = ", ".join(dict.fromkeys(one.family for one in figures.values()))
        raise UserError(
            f"No recipe fits. Families: {families}. `vdata recipes` lists all with what they take and need."
        )
    order = list(dict.fromkeys(one.family for one in figures.values()))
    listed.sort(key=lambda name: order.index(figures[name].family) if name in figures else len(order))
    entries = find_recipes()
    rows = [[name, *_cells(figures.get(name), price), _headline(entries[name])] for name in listed]
    paid = f" at {price[0]:g} and {price[1]:g} dollars for a million tokens" if price else ""
    return (
        table(["recipe", *HEADS[:-1], "dollars" if price else HEADS[-1], "what it is"], rows)
        + "\n\nCalls, pictures and tokens (in + out, thousands) are those for an hour of video, roughly"
        + f"{paid};\n`vdata plan` estimates them for your videos. `vdata recipes NAME` prints one, to run alone."
    )


HEADS = ("family", "takes", "makes", "needs", "calls", "pictures", "tokens")
MOST = 3
"""Tasks that the table names of one recipe."""


def _cells(one: RecipeFigures | None, price: tuple[float, float] | None) -> list[str]:
    if one is None:
        return ["–"] * len(HEADS)
    tokens = f"{one.tokens_in / 1000:,.0f} + {one.tokens_out / 1000:,.0f}" if one.calls else "–"
    asked = f"{one.dollars(*price):,.2f}" if price and one.calls else tokens
    calls = [f"{count:,.0f}" if count else "–" for count in (one.calls, one.images)]
    return [one.family, ", ".join(one.takes), shortened(one.makes), ", ".join(one.needs) or "–", *calls, asked]


def shortened(names: Sequence[str]) -> str:
    """The first of *names*, and how many there are."""
    return ", ".join(names) if len(names) <= MOST + 1 else f"{', '.join(names[:MOST])} … ({len(names)} in all)"


def recipe_text(name: str) -> str:
    """The recipe called *name*, with what it extends written out: a file that runs alone.

    Raises:
        UserError: there is none.
    """
    from .pipelines.settings.extends import written_out

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
