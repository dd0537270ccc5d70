"""The pictures that the project draws itself, by name: ``drawn:red_apple`` is the picture *red_apple*.

A *class* is one thing in several colours, a file of ``svg/KIND``; a *kind* is a group of classes. Two classes differ in
shape, never in colour alone, and no drawing shows a second colour beside the one in its name. This module holds names
and colours only, and imports nothing heavy.
"""

from __future__ import annotations

from functools import cache

PREFIX = "drawn:"
SCENE = "scene:"
"""How the names of pictures begin that show a small world (``video.scenes``): they move."""
PAGE = "page:"
"""How the names of pictures begin that are a page of a text (``video.edit.text_page``)."""
OWN = (PREFIX, SCENE, PAGE)
"""How the names of all pictures begin that have no file."""

COLOURS = {
    "red": (217, 48, 42),
    "orange": (244, 137, 30),
    "yellow": (250, 208, 46),
    "green": (64, 160, 70),
    "blue": (45, 110, 205),
    "purple": (132, 66, 168),
    "pink": (246, 150, 180),
    "brown": (140, 90, 52),
    "grey": (150, 156, 164),
    "black": (62, 62, 68),
    "white": (248, 248, 246),
}
"""RGB of each colour that a drawing is asked for in."""

_RAINBOW = ("red", "orange", "yellow", "green", "blue", "purple")
_BRIGHT = ("red", "yellow", "green", "blue", "purple")

_KINDS: dict[str, dict[str, tuple[str, ...]]] = {
    "shape": {
        "circle": _RAINBOW,
        "square": _RAINBOW,
        "triangle": _RAINBOW,
        "star": _RAINBOW,
        "heart": _RAINBOW,
        "lightning_bolt": _RAINBOW,
        "diamond": _RAINBOW,
        "cross": _RAINBOW,
        "crescent": _RAINBOW,
        "ring": _RAINBOW,
        "arrow": _RAINBOW,
    },
    "fruit": {
        "apple": ("red", "green", "yellow"),
        "banana": ("yellow", "green"),
        "cherry": ("red", "purple"),
        "bunch_of_grapes": ("purple", "green", "red"),
        "lemon": ("yellow", "green"),
        "pear": ("green", "yellow", "red"),
        "pineapple": ("yellow", "orange"),
        "strawberry": ("red", "pink"),
        "watermelon_slice": ("red", "yellow"),
        "kiwi_half": ("green", "yellow"),
    },
    "food": {
        "carrot": ("orange", "purple"),
        "mushroom": ("red", "brown", "white"),
        "pumpkin": ("orange", "white", "green"),
        "ice_cream": ("pink", "brown", "white", "green"),
        "cake": ("pink", "brown", "white", "blue"),
        "doughnut": ("pink", "brown", "blue", "white"),
        "lollipop": _BRIGHT,
    },
    "animal": {
        "fish": ("orange", "blue", "green", "purple"),
        "cat": ("orange", "grey", "black", "white"),
        "rabbit": ("white", "brown", "grey"),
        "pig": ("pink", "brown", "grey"),
        "owl": ("brown", "grey", "purple"),
        "penguin": ("black", "blue", "grey"),
        "butterfly": ("orange", "blue", "purple", "yellow"),
        "snail": ("brown", "red", "blue"),
        "turtle": ("green", "brown", "blue"),
        "ladybird": ("red", "yellow", "orange"),
        "whale": ("blue", "grey", "purple"),
        "crab": ("red", "orange", "blue"),
        "duck": ("yellow", "white", "brown"),
        "octopus": ("purple", "red", "orange"),
        "elephant": ("grey", "blue", "pink"),
        "frog": ("green", "orange", "blue"),
    },
    "vehicle": {
        "car": _BRIGHT,
        "bus": _BRIGHT,
        "bicycle": _BRIGHT,
        "sailing_boat": _BRIGHT,
        "rocket": _BRIGHT,
        "plane": _BRIGHT,
        "hot_air_balloon": _BRIGHT,
        "train": _BRIGHT,
    },
    "object": {
        "umbrella": _BRIGHT,
        "key": ("yellow", "grey", "red", "blue"),
        "clock": _BRIGHT,
        "lamp": _BRIGHT,
        "cup": (*_BRIGHT, "white"),
        "bottle": ("green", "brown", "blue", "red"),
        "book": _BRIGHT,
        "envelope": ("white", "yellow", "red", "blue"),
        "hammer": ("red", "blue", "green"),
        "guitar": ("brown", "red", "blue", "black"),
        "drum": _BRIGHT,
        "bell": ("yellow", "red", "blue"),
        "chair": _BRIGHT,
        "top_hat": ("black", "red", "blue", "purple"),
        "camera": ("black", "red", "blue"),
        "kite": _BRIGHT,
        "gift": _BRIGHT,
        "crown": ("yellow", "red", "blue", "purple"),
        "light_bulb": ("yellow", "white", "blue"),
        "candle": ("white", "red", "blue", "green"),
        "anchor": ("grey", "blue", "red"),
        "padlock": ("yellow", "red", "blue", "grey"),
        "pencil": _BRIGHT,
        "flag": _BRIGHT,
        "ladder": ("brown", "grey", "red", "blue"),
    },
    "landmark": {
        "lattice_tower": ("brown", "grey", "red"),
        "pyramid": ("yellow", "orange", "grey"),
        "windmill": ("white", "brown", "red"),
        "lighthouse": ("red", "blue", "green", "black"),
        "castle": ("grey", "brown", "pink"),
        "bridge": ("red", "grey", "green"),
        "temple": ("white", "yellow", "grey"),
        "pagoda": ("red", "green", "blue"),
        "igloo": ("white", "blue", "grey"),
        "ferris_wheel": _BRIGHT,
    },
    "nature": {
        "oak_tree": ("green", "orange", "red"),
        "palm_tree": ("green", "yellow"),
        "flower": ("red", "yellow", "blue", "purple", "pink"),
        "sun": ("yellow", "orange", "red"),
        "cloud": ("white", "grey", "blue"),
        "cactus": ("green", "blue"),
        "snowflake": ("blue", "white", "grey"),
        "leaf": ("green", "orange", "red", "brown"),
    },
}

_PLURALS = {
    "bunch_of_grapes": "bunches of grapes",
    "bus": "buses",
    "butterfly": "butterflies",
    "cactus": "cacti",
    "cherry": "cherries",
    "cross": "crosses",
    "fish": "fish",
    "ice_cream": "ice creams",
    "kiwi_half": "kiwi halves",
    "leaf": "leaves",
    "octopus": "octopuses",
    "strawberry": "strawberries",
}


def kinds() -> dict[str, list[str]]:
    """The classes of each kind: ``{"fruit": ["apple", "banana", …], …}``."""
    return {kind: list(members) for kind, members in _KINDS.items()}


def classes() -> dict[str, list[str]]:
    """The names of each class: ``{"apple": ["red_apple", "green_apple", …], …}``; every class has two or more."""
    return {
        thing: [f"{colour}_{thing}" for colour in colours]
        for members in _KINDS.values()
        for thing, colours in members.items()
    }


def names() -> list[str]:
    """All names."""
    return list(_parts())


def class_of(name: str) -> str:
    """The class of a name: ``apple`` for ``red_apple``. Raises KeyError when there is no such picture."""
    return _parts()[name.removeprefix(PREFIX)][1]


def colour_of(name: str) -> str:
    """The colour of a name: ``red`` for ``red_apple``. Raises KeyError when there is no such picture."""
    return _parts()[name.removeprefix(PREFIX)][0]


def label(name: str) -> str:
    """What a name or a class is called in a sentence: ``red apple``, ``ice cream``."""
    return name.removeprefix(PREFIX).replace("_", " ")


def plural(thing: str) -> str:
    """What several of a class are called: ``apples``, ``bunches of grapes``."""
    return _PLURALS.get(thing) or label(thing) + "s"


@cache
def _parts() -> dict[str, tuple[str, str]]:
    """Colour and class of each name."""
    return {name: (name.removesuffix(f"_{thing}"), thing) for thing, group in classes().items() for name in group}
