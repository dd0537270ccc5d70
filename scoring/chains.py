"""Questions that belong together: what, when and where of one thing, as one chain of a group (V-STaR, CG-Bench).

Each part is a share: what is right or not, when is the IoU of times (the F1 of moments), where the mean IoU of boxes.
A sample says with the parameter ``chain`` to which chain of its group it belongs; one that says nothing is in all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any, Literal, NamedTuple

from .measures import accuracy, log_mean, mean_share_at, recall_at

Part = Literal["what", "when", "where"]
PARTS: tuple[Part, ...] = ("what", "when", "where")
ENOUGH: Mapping[Part, float] = {"what": 1.0, "when": 0.3, "where": 0.1}
"""The share from which a part counts as found, where all of a chain must be (V-STaR)."""
LEVELS = (0.1, 0.2, 0.3, 0.4, 0.5)
"""The levels of IoU over which accuracy with clues is a mean (CG-Bench)."""


class Link(NamedTuple):
    """One part of a chain, and how right it is, 0 to 1."""

    group: str
    chain: str
    """The name of the chain; empty for all chains of the group."""
    part: Part
    share: float


def chains(links: Iterable[Link]) -> dict[str, Any]:
    """The scores of each chain, and the means over all of them; empty where no group has two parts.

    ``am`` is the mean of the shares of what, when and where, ``lgm`` the mean of -ln(1 - share), ``all_right`` the
    share of groups in which every part is found. ``acc_at_iou`` is how often what is right and when reaches a level,
    the mean over levels; ``rec_at_iou`` the same of when alone.
    """
    groups: dict[str, list[Link]] = {}
    for link in links:
        groups.setdefault(link.group, []).append(link)
    linked = [held for held in groups.values() if len({link.part for link in held}) > 1]
    found: dict[str, list[dict[Part, float]]] = {}
    for held in linked:
        for name in sorted({link.chain for link in held if link.chain}) or [""]:
            found.setdefault(name, []).append(_shares(link for link in held if link.chain in ("", name)))
    if not found:
        return {}
    rows = {name: _row(some) for name, some in sorted(found.items())}
    every = [one for some in found.values() for one in some if "what" in one and "when" in one]
    at_levels = {
        "acc_at_iou": fmean(accuracy([_right(one) and one["when"] >= level for one in every]) for level in LEVELS),
        "rec_at_iou": mean_share_at([one["when"] for one in every], LEVELS),
    }
    return {
        "by_chain": rows,
        "mam": fmean(row["am"] for row in rows.values()),
        "mlgm": fmean(row["lgm"] for row in rows.values()),
        **(at_levels if every else {}),
    }


def boxes_at(shares: Sequence[float]) -> dict[str, Any]:
    """The mean IoU of boxes, and how many questions reach each level (V-STaR's vIoU and AP)."""
    return {"mean_iou": fmean(shares), "at": recall_at(shares, (0.1, 0.3, 0.5, 0.7, 0.9))} if shares else {}


def tubes_at(found: Sequence[tuple[float, float, float] | None]) -> dict[str, Any]:
    """Of questions for a stretch with boxes (LLaVA-ST): the means of tIoU, sIoU and stIoU, and how many reach a level
    of the first and of the last; a reply without either has 0."""
    times, places, both = zip(*(one or (0.0, 0.0, 0.0) for one in found), strict=True)
    return {
        "items": len(found),
        "t_iou": fmean(times),
        "s_iou": fmean(places),
        "st_iou": fmean(both),
        "t_at": recall_at(times),
        "st_at": recall_at(both),
    }


def _shares(links: Iterable[Link]) -> dict[Part, float]:
    """The mean share of each part of one chain."""
    parts: dict[Part, list[float]] = {}
    for link in links:
        parts.setdefault(link.part, []).append(link.share)
    return {part: fmean(shares) for part, shares in parts.items()}


def _row(some: Sequence[Mapping[Part, float]]) -> dict[str, Any]:
    """The scores of one chain in all groups; a part counts in the groups that ask for it."""
    asked = {part: shares for part in PARTS if (shares := [one[part] for one in some if part in one])}
    means = {part: fmean(shares) for part, shares in asked.items()}
    return {
        "groups": len(some),
        **{str(part): share for part, share in means.items()},
        "am": fmean(means.values()),
        "lgm": log_mean(list(means.values()), [len(shares) for shares in asked.values()]),
        "all_right": accuracy([all(share >= ENOUGH[part] for part, share in one.items()) for one in some]),
    }


def _right(one: Mapping[Part, float]) -> bool:
    return one["what"] >= ENOUGH["what"]
