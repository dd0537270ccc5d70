"""From a task to one item: what is hidden where, and the questions with their options and answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

from ...schemas import Failed
from ...video.art import catalogue as pictures
from ...video.edit.edit_list import Overlay, Piece, inserted_span, needle_span
from .hide_settings import Needle, Task
from .needle_questions import DECOYS, LAST, NEXT, apart, named, numbers, orders, wording
from .placement import MOST_AT_ONCE, make_room, places, shares_of, spread
from .pool import Thing, a

TRIES = 1000
TEXT_SIZE, PICTURE_SIZE, CROWD_SIZE = 0.08, 0.3, 0.2


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: *right* is the place of the answer in *options*; *cites* are the needles that it rests on."""

    task: str
    question: str
    options: list[str]
    right: int
    cites: list[int]


@dataclass(slots=True)
class Hidden:
    """Something that is hidden, in order of time."""

    thing: Thing
    asked: bool = True
    """Whether it is asked for; if not, it is a distractor."""
    words: str = ""
    """What is written: the caption of a word, or the words on a picture of a chain."""
    copies: int = 1
    """So many at once, in different places."""


@dataclass(frozen=True, slots=True)
class Context:
    """What an item is made from."""

    stock: list[Thing]
    base: list[Piece]
    options: int
    depth: float | None
    rng: Random
    right: Callable[[int], int]
    """The place of the right one among so many options; each equally often."""
    fps: float = 0.0
    """Of the haystack's first video: needles begin with a frame of it; 0 when it varies."""

    @property
    def length(self) -> float:
        return self.base[-1].end


@dataclass(slots=True)
class Item:
    """A planned item."""

    pieces: list[Piece]
    needles: list[dict[str, Any]] = field(default_factory=list)
    """The fields of spans."""
    asked: list[Asked] = field(default_factory=list)


def plan(task: Task, context: Context) -> Item:
    """One item of *task*.

    Raises:
        Failed: ``haystack_too_short``.
    """
    how = {"retrieve": _retrieve, "order": _order, "count": _count, "attribute": _attribute, "chain": _chain}
    return how[task.task](task, context)


def _retrieve(task: Task, given: Context) -> Item:
    options = apart(given.stock, given.options, given.rng)
    right = given.right(len(options))
    others = [thing for n, thing in enumerate(options) if n != right]
    hidden = [Hidden(options[right]), *_decoys(task, others, given)]
    given.rng.shuffle(hidden)
    asked = Asked(task.called, wording(task), [thing.text for thing in options], right, _asked(hidden))
    return _lay(task, hidden, [asked], given)


def _order(task: Task, given: Context) -> Item:
    things = apart(given.stock, given.rng.randint(*task.bounds) + task.distractors, given.rng)
    shown, others = things[task.distractors :], things[: task.distractors]
    options = orders([thing.text for thing in shown], given.options, given.rng)
    right = given.right(len(options))
    hidden = [Hidden(shown[n]) for n in options[right][0]]
    for decoy in _decoys(task, others, given):
        hidden.insert(given.rng.randint(0, len(hidden)), decoy)
    asked = Asked(task.called, wording(task), [text for _, text in options], right, _asked(hidden))
    return _lay(task, hidden, [asked], given)


def _count(task: Task, given: Context) -> Item:
    options = numbers(*task.bounds, given.options, given.rng)
    right = given.right(len(options))
    number = options[right]
    rng = given.rng
    group = rng.choice(sorted({thing.group for thing in given.stock}))
    words = task.needle.show == "word"
    same = given.stock if words else [thing for thing in given.stock if thing.group == group]
    shown = rng.sample(same, number) if words else [rng.choice(same) for _ in range(number)]
    if task.segments:
        hidden = [Hidden(shown[0], copies=copies) for copies in _shared(number, task.segments, rng)]
    else:
        hidden = [Hidden(thing) for thing in shown]
    others = [thing for thing in given.stock if thing not in shown and (words or thing.group != group)]
    hidden += _decoys(task, rng.sample(others, min(task.distractors, len(others))), given)
    rng.shuffle(hidden)
    question = wording(task, named(shown[0]), "" if words else group)
    asked = Asked(task.called, question, [str(number) for number in options], right, _asked(hidden))
    return _lay(task, hidden, [asked], given)


def _attribute(task: Task, given: Context) -> Item:
    """Of a class that comes in enough colours, so that no colour is likelier than another."""
    groups: dict[str, list[Thing]] = {}
    for thing in given.stock:
        groups.setdefault(thing.group, []).append(thing)
    group = given.rng.choice(sorted(name for name, members in groups.items() if len(members) >= given.options))
    options = given.rng.sample(groups[group], given.options)
    right = given.right(len(options))
    others = apart([thing for thing in given.stock if thing.group != group], task.distractors, given.rng)
    hidden = [Hidden(options[right]), *(Hidden(thing, asked=False) for thing in others)]
    given.rng.shuffle(hidden)
    question = wording(task, a(pictures.label(group)), group)
    asked = Asked(task.called, question, [thing.colour for thing in options], right, _asked(hidden))
    return _lay(task, hidden, [asked], given)


def _chain(task: Task, given: Context) -> Item:
    rng = given.rng
    links = rng.randint(*task.bounds)
    # The end of the chain is one of several pictures, of as many colours: neither can be guessed from the options.
    ends = next((some for _ in range(TRIES) if _colourful(some := apart(given.stock, given.options, rng))), [])
    if not ends:
        raise Failed("too_few_needles", f"{task.called} needs pictures of more colours for {given.options} options")
    right, place = given.right(len(ends)), given.right(len(ends))
    last = ends[right]
    colours = [thing.colour for thing in ends if thing is not last]
    rng.shuffle(colours)
    colours.insert(place, last.colour)
    others = [thing for thing in given.stock if thing.group not in {end.group for end in ends}]
    rest = apart(others, links - 1 + task.distractors, rng)
    chain, decoys = [*rest[: links - 1], last], rest[links - 1 :]
    hidden = [
        Hidden(thing, words=NEXT.format(thing=after.text) if after else LAST)
        for thing, after in zip(chain, [*chain[1:], None], strict=True)
    ]
    for decoy in decoys:  # they too name a picture, but nothing leads to them
        words = NEXT.format(thing=rng.choice([thing for thing in ends if thing is not last]).text)
        hidden.insert(rng.randint(1, len(hidden)), Hidden(decoy, asked=False, words=words))
    cites, start = _asked(hidden), chain[0].text
    first = Asked(task.called, wording(task, start), [thing.text for thing in ends], right, cites)
    second = Asked(f"{task.called}_colour", wording(task, start, kind="chain colour"), colours, place, cites)
    return _lay(task, hidden, [first, second], given, even=True)


def _colourful(things: list[Thing]) -> bool:
    return len({thing.colour for thing in things}) == len(things)


def _decoys(task: Task, others: list[Thing], given: Context) -> list[Hidden]:
    """Distractors: words that are not secret, things of another class."""
    chosen = others[: task.distractors]
    if task.needle.show != "word":
        return [Hidden(thing, asked=False) for thing in chosen]
    return [Hidden(thing, asked=False, words=given.rng.choice(DECOYS).format(word=thing.text)) for thing in chosen]


def _asked(hidden: list[Hidden]) -> list[int]:
    return [n for n, one in enumerate(hidden) if one.asked]


def _shared(number: int, segments: int, rng: Random) -> list[int]:
    """*number* shared out among *segments*, each with one at least and with as many as can be told apart at most."""
    shares = [1] * min(segments, number)
    while sum(shares) < number:
        free = [n for n, share in enumerate(shares) if share < MOST_AT_ONCE]
        shares[rng.choice(free)] += 1
    return shares


def _lay(task: Task, hidden: list[Hidden], asked: list[Asked], given: Context, even: bool = False) -> Item:
    needle, rng = task.needle, given.rng
    lasts = [one.thing.clip.end if one.thing.clip else needle.seconds for one in hidden]
    if even:
        shares = [n / max(1, len(hidden) - 1) for n in range(len(hidden))]
    else:
        shares = shares_of(len(hidden), given.depth, rng)
    slots = spread(given.length, lasts, needle.inserted, shares, given.fps)
    item = Item(given.base, asked=asked)
    if not needle.inserted:
        for one, slot in zip(hidden, slots, strict=True):
            for overlay in _overlays(one, slot.start, slot.start + slot.seconds, needle, rng):
                _note(item, needle_span(overlay, one.thing.text, **_facts(one)))
        item.asked = [_again(one, hidden, item) for one in asked]
        return item
    new = [
        (slot.at, one.thing.clip or Piece(0.0, slot.seconds, picture=one.thing.picture))
        for one, slot in zip(hidden, slots, strict=True)
    ]
    item.pieces, placed = make_room(given.base, new)
    for one, piece in zip(hidden, placed, strict=True):
        _note(item, inserted_span(piece, one.thing.text, "splice" if piece.uri else "insert", **_facts(one)))
    for one, piece in zip(hidden, placed, strict=True):
        if one.words:
            caption = Overlay(piece.start, piece.end, one.words, size=needle.size or TEXT_SIZE, colour=needle.colour)
            _note(item, needle_span(caption, one.words, role="words"))
    return item


def _overlays(one: Hidden, start: float, end: float, needle: Needle, rng: Random) -> list[Overlay]:
    where = (round(start, 6), round(end, 6))
    if needle.show == "word":
        words = one.words or needle.caption.format(word=one.thing.text)
        x, y = 0.5 if needle.x is None else needle.x, 0.9 if needle.y is None else needle.y
        return [Overlay(*where, words, "", x, y, needle.size or TEXT_SIZE, needle.colour, needle.opacity)]
    size = needle.size or (CROWD_SIZE if one.copies > 1 else PICTURE_SIZE)
    found = []
    for x, y in places(one.copies, rng):
        x, y = x if needle.x is None else needle.x, y if needle.y is None else needle.y
        found.append(Overlay(*where, "", one.thing.picture, x, y, size, needle.colour, needle.opacity))
    return found


def _again(asked: Asked, hidden: list[Hidden], item: Item) -> Asked:
    """*asked* with its needles counted as they were laid: several copies at once are needles of their own."""
    first = [sum(one.copies for one in hidden[:n]) for n in range(len(hidden))]
    cites = [first[n] + copy for n in asked.cites for copy in range(hidden[n].copies)]
    return Asked(asked.task, asked.question, asked.options, asked.right, cites)


def _facts(one: Hidden) -> dict[str, str]:
    facts = {"role": "asked" if one.asked else "distractor", "group": one.thing.group}
    return facts | ({"content": one.thing.content} if one.thing.content else {})


def _note(item: Item, span: Any) -> None:
    item.needles.append({key: value for key, value in asdict(span).items() if key not in ("id", "score")})
