"""What each recipe takes, makes, needs and asks for, as it is kept in a file of the package.

``docs/make.py`` calculates it (``recipe_measures``) and writes the file, so that ``vdata recipes`` reads no config.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from importlib.resources import files

FILE = "figures.json"


@dataclass(frozen=True, slots=True)
class RecipeFigures:
    """What is known of one recipe. What a teacher is asked is that for an hour of video in one file, roughly."""

    family: str
    takes: list[str]
    """Videos, and kinds of labels."""
    makes: list[str]
    """Tasks of samples, and behind a plus what is done to them; where there are none, lanes."""
    needs: list[str]
    """Teachers by what they must be able to do, and extras."""
    calls: float
    images: float
    tokens_in: float
    """Of text, images and sound."""
    tokens_out: float

    def dollars(self, price_in: float, price_out: float) -> float:
        """What the hour costs at prices in dollars for a million tokens."""
        return (self.tokens_in * price_in + self.tokens_out * price_out) / 1e6


def kept_figures() -> dict[str, RecipeFigures]:
    """The figures of the recipes that come with vdata, by name; none where the file is not there."""
    file = files("vdata.configs").joinpath(FILE)
    if not file.is_file():
        return {}
    return {name: RecipeFigures(**row) for name, row in json.loads(file.read_text(encoding="utf-8")).items()}


def as_text(figures: dict[str, RecipeFigures]) -> str:
    """The content of the file."""
    rows = (f"{json.dumps(name)}: {json.dumps(asdict(one))}" for name, one in figures.items())
    return "{\n" + ",\n".join(rows) + "\n}\n"
