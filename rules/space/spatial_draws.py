"""Draws what is asked of a room, by kind of question, and the words of the questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import permutations
from random import Random

from .spatial_answers import BACK, FORWARD, LEFT, NUMBERS, RIGHT, SECTORS, SpatialInquiry, Surroundings

STEP = 1.4
"""By what wrong numbers are greater or less than the next one."""


@dataclass(frozen=True, slots=True)
class DrawnFrom:
    """A *room*, the names *seen* at a time of the camera, how many *options* there may be, and how many poses two
    moments may be *apart*, the least and the most."""

    room: Surroundings
    seen: Callable[[float], Sequence[str]]
    options: int
    apart: tuple[int, int]

    def draw(self, ask: str, rng: Random) -> SpatialInquiry | None:
        """A question of the kind *ask*; None: there is too little for it."""
        try:
            return self._drawn(ask, rng)
        except (ValueError, IndexError):  # more is drawn than there is
            return None

    def _drawn(self, ask: str, rng: Random) -> SpatialInquiry:
        unique = self.room.unique()
        match ask:
            case "object_count":
                counts = Counter(one.name for one in self.room.objects)
                return SpatialInquiry(ask, (rng.choice(sorted(name for name in counts if counts[name] > 1)),))
            case "object_abs_distance":
                return SpatialInquiry(ask, tuple(rng.sample(unique, 2)))
            case "object_rel_distance":
                anchor, *rest = rng.sample(unique, max(3, min(len(unique), self.options + 1)))
                return SpatialInquiry(ask, (anchor,), (), tuple(rest))
            case "object_rel_direction":
                choices = dict.fromkeys(name for _, _, name in SECTORS[rng.choice(sorted(SECTORS))])
                return SpatialInquiry(ask, tuple(rng.sample(unique, 3)), (), tuple(choices))
            case "object_size":
                return SpatialInquiry(ask, (rng.choice(unique),))
            case "room_size":
                return SpatialInquiry(ask)
            case "appearance_order":
                return SpatialInquiry(ask, tuple(rng.sample(unique, max(3, min(len(unique), 4)))))
            case "camera_displacement":
                return SpatialInquiry(ask, (), self._moments(rng))
            case "camera_movement":
                count = rng.randint(2, 4)
                return SpatialInquiry(
                    ask, (), self._moments(rng), tuple(rng.sample((FORWARD, BACK, LEFT, RIGHT), count))
                )
        time = rng.choice(self.room.cameras).time
        seen = sorted(set(self.seen(time)) & set(unique))
        if ask == "camera_object_distance":
            return SpatialInquiry(ask, (rng.choice(seen),), (time,))
        count = max(2, min(len(seen), self.options)) if ask == "camera_object_nearest" else 2
        return SpatialInquiry(ask, (), (time,), tuple(rng.sample(seen, count)))

    def _moments(self, rng: Random) -> tuple[float, float]:
        first = rng.randrange(len(self.room.cameras))
        other = first + rng.randint(*self.apart)
        return self.room.cameras[first].time, self.room.cameras[other].time


def wrong_answers(inquiry: SpatialInquiry, answer: str, most: int, rng: Random) -> list[str]:
    """At most ``most - 1`` answers that are wrong; of numbers, the right one is as often the least as the greatest."""
    if inquiry.ask == "appearance_order":
        orders = [", ".join(order) for order in permutations(inquiry.names)]
        return rng.sample([one for one in orders if one != answer], min(most, len(orders)) - 1)
    if inquiry.ask not in NUMBERS:
        return [one for one in inquiry.choices if one != answer]
    if inquiry.ask == "object_count":
        place = rng.randrange(min(most, int(answer)))
        return [str(int(answer) + n - place) for n in range(most) if n != place]
    place, digits = rng.randrange(most), len(answer.partition(".")[2])
    return [f"{float(answer) * STEP ** (n - place):.{digits}f}" for n in range(most) if n != place]


def shared_numbers(answers: Sequence[str], most: int) -> list[list[str]]:
    """For each of *answers*, those that it shares its options with: at most *most* that lie well apart, each of which
    is right once, so that none of them is the likeliest. Empty where there is no other."""
    groups: list[list[int]] = []
    for n, answer in enumerate(answers):
        near = (float(answer) / STEP**0.5, float(answer) * STEP**0.5)
        fits = (
            one for one in groups if len(one) < most and not any(near[0] < float(answers[m]) < near[1] for m in one)
        )
        group = next(fits, None)
        if group is None:
            groups.append(group := [])
        group.append(n)
    found = {n: [answers[m] for m in group if m != n] for group in groups for n in group}
    return [found[n] for n in range(len(answers))]


def spatial_question(inquiry: SpatialInquiry, rng: Random) -> str:
    """*inquiry* in one of its phrasings."""
    shown = inquiry.choices or inquiry.names if inquiry.ask == "appearance_order" else inquiry.choices
    things = inquiry.ask not in ("object_rel_direction", "camera_movement")
    listed = [f"the {one}" if things else one for one in rng.sample(shown, len(shown))]
    choices, both = (f"{', '.join(listed[:-1])} {word} {listed[-1]}" if listed else "" for word in ("or", "and"))
    choices = both if inquiry.ask == "appearance_order" else choices
    slots = dict(zip(("a", "b", "c"), inquiry.names, strict=False)) if inquiry.ask != "appearance_order" else {}
    slots |= dict(zip(("at", "to"), (f"{time:.1f} seconds" for time in inquiry.times), strict=False))
    return rng.choice(phrasings_of_rooms()[inquiry.ask]).format_map({"choices": choices, "all": both, **slots})


@cache
def phrasings_of_rooms() -> Mapping[str, Sequence[str]]:
    """The phrasings of each kind of question."""
    import yaml

    tree: dict[str, list[str]] = yaml.safe_load((files(__package__) / "questions.yaml").read_text(encoding="utf-8"))
    return tree
