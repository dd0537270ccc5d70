"""What is wrong with the name of a measure, where it is known what spans carry."""

from __future__ import annotations

from collections.abc import Callable

from ...schemas.lane_names import KnownLanes, LaneNames
from ...schemas.nearest import nearest
from .covered import SIDES
from .measure import FACTS, LANES, OWN, WHOLE, UnknownMeasure, measure

SOMETIMES = frozenset({"text", "label", "score"})
"""Measures that not every span has."""


def mistake(
    name: str, of: str | None, known: KnownLanes, mismatch: Callable[[str], str] = lambda kind: ""
) -> tuple[str, str] | None:
    """The message and a hint on what is wrong with the measure *name* of the spans of *of*; None: nothing.

    Args:
        name: the measure.
        of: the lane; None for whole videos.
        known: what the spans of lanes may carry.
        mismatch: says what is wrong with what is asked of a measure of this kind.
    """
    try:
        found = measure(name, of)
    except UnknownMeasure as error:
        return f"{error}.", _meant(name, error.known)
    kind: str = found.kind
    if found.carried and of in known and (names := known[of]) is not None:
        carried = _carried(found.carried, names)
        if carried is None:
            there = [*sorted(names.values), *sorted(names.attrs)]
            message = f"no span of {of} carries {found.carried}."
            if name in FACTS:
                return message, f"Of the file it is {WHOLE}{name}."
            if name in known:
                return message, f"Of the lane {name} there are {', '.join(f'{one}.{name}' for one in LANES)}."
            known_here = dict.fromkeys([*there, *OWN, *(f"{one}.LANE" for one in LANES)])
            if found.carried not in known_here and (stages := _writers(found.carried)):
                return message, f"{' or '.join(stages)} writes it: list that before, with of: {of}."
            return message, _meant(name, list(known_here))
        kind = carried
    if of in known and (names := known[of]) is not None and name in SOMETIMES - names.own:
        return f"no span of {of} has a {name}.", ""
    head, _, rest = name.removeprefix(WHOLE if of else "").partition(".")
    lane = rest.partition(".")[0]
    if head == "area" and lane in known and (boxed := known[lane]) is not None and not boxed.values >= set(SIDES):
        return f"the spans of {lane} have no boxes.", "read_text writes some, and an import may."
    wrong = mismatch(kind)
    return (f"{name} {wrong}.", "") if wrong else None


def _carried(carried: str, names: LaneNames) -> str | None:
    """The kind of what spans with *names* carry as *carried*; None: they do not carry it."""
    head, dot, rest = carried.partition(".")
    if dot and head in ("value", "attr"):
        held = names.values if head == "value" else names.attrs
        return ("number" if head == "value" else "any") if rest in held else None
    if carried in names.values:
        return "any" if carried in names.attrs else "number"
    return "any" if carried in names.attrs else None


def _writers(carried: str) -> list[str]:
    """The stages that give what is *carried* to the spans that they look at."""
    from ..registry import find_stages

    found = []
    for name, cls in find_stages().items():
        try:
            stage = cls()
        except ValueError:  # a plugin's stage with a setting that has no default
            continue
        of = getattr(stage, "of", None)
        laid = (stage.names_laid() or {}).get(of) if isinstance(of, str) else None
        if laid is not None and _carried(carried, laid):
            found.append(name)
    return found


def _meant(name: str, known: list[str]) -> str:
    best = nearest(name, known)
    return f"Did you mean {best}?" if best else f"Known here: {', '.join(known)}."
