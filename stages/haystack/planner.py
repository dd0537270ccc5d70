"""The plan of one item of a task: what is hidden where, and the questions with their options and answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from random import Random
from typing import Any

from ...schemas import Failed
from ...video.art import catalogue as pictures
from ...video.edit.edit_list import Overlay, Piece, inserted_span, needle_span
from .hide_settings import Task
from .needle_questions import LAST, NEXT, numbers, one_of_each, orders, question_text
from .needles.needle import Candidate, with_article
from .placement import MOST_AT_ONCE, put_in, shares_of, spread, without_end

TRIES = 1000
TEXT_SIZE = 0.08
"""Height of the words on a picture of a chain, as a share of the frame's."""


@dataclass(frozen=True, slots=True)
class NeedleQuestion:
    """One question: *right* is the place of the answer in *options*; *cites* are the needles that it rests on."""

    task: str
    question: str
    options: list[str]
    right: int
    cites: list[int]


@dataclass(slots=True)
class PlannedNeedle:
    """Something that is hidden."""

    candidate: Candidate
    target: bool = True
    """Whether it is asked for; if not, it is a distractor."""
    words: str = ""
    """What is written: the caption of a word, or the words on a picture of a chain."""
    copies: int = 1
    """How many are shown at once, in different places."""


@dataclass(frozen=True, slots=True)
class ItemContext:
    """What an item is made from."""

    stock: list[Candidate]
    base: list[Piece]
    options: int
    depth: float | None
    rng: Random
    right: Callable[[int, int], int]
    """Gives the place of the right option among so many, of a question by its number; each comes equally often."""
    fps: float = 0.0
    """Frame rate of the haystack's first video, with a frame of which needles begin; 0 when it varies."""

    @property
    def length(self) -> float:
        """Seconds of the haystack before anything is hidden, and of the video that is made of it."""
        return self.base[-1].end


@dataclass(slots=True)
class PlannedItem:
    """A planned item: the pieces of its video, its needles and its questions."""

    pieces: list[Piece]
    needles: list[dict[str, Any]] = field(default_factory=list)
    """The fields of spans."""
    questions: list[NeedleQuestion] = field(default_factory=list)


def plan(task: Task, context: ItemContext) -> PlannedItem:
    """One item of *task*.

    Raises:
        Failed: ``haystack_too_short``.
    """
    how = {"retrieve": _retrieve, "order": _order, "count": _count, "attribute": _attribute, "chain": _chain}
    return how[task.task](task, context)


def _retrieve(task: Task, context: ItemContext) -> PlannedItem:
    options = one_of_each(context.stock, context.options, context.rng)
    right = context.right(len(options), 0)
    others = [candidate for n, candidate in enumerate(options) if n != right]
    needles = [PlannedNeedle(options[right]), *_decoys(task, others[: task.distractors], context)]
    context.rng.shuffle(needles)
    text = question_text(task, facts=options[right].facts)
    question = NeedleQuestion(task.title, text, [candidate.text for candidate in options], right, _asked_for(needles))
    return _lay_out(task, needles, [question], context)


def _order(task: Task, context: ItemContext) -> PlannedItem:
    candidates = one_of_each(context.stock, context.rng.randint(*task.bounds) + task.distractors, context.rng)
    chosen, others = candidates[task.distractors :], candidates[: task.distractors]
    options = orders([candidate.text for candidate in chosen], context.options, context.rng)
    right = context.right(len(options), 0)
    needles = [PlannedNeedle(chosen[n]) for n in options[right][0]]
    for decoy in _decoys(task, others, context):
        needles.insert(context.rng.randint(0, len(needles)), decoy)
    question = NeedleQuestion(
        task.title, question_text(task), [text for _, text in options], right, _asked_for(needles)
    )
    return _lay_out(task, needles, [question], context)


def _count(task: Task, context: ItemContext) -> PlannedItem:
    options = numbers(*task.bounds, context.options, context.rng)
    right = context.right(len(options), 0)
    number = options[right]
    rng = context.rng
    kind = task.needle.kind
    stock = different(context.stock)
    group = rng.choice(countable(task, stock))
    same = stock if kind.unique else [candidate for candidate in stock if candidate.group == group]
    mixed = rng.sample(same, len(same))
    chosen = [mixed[n % len(mixed)] for n in range(min(number, task.segments or number))]
    if task.segments:
        shares = _share_out(number, task.segments, rng)
        needles = [PlannedNeedle(one, copies=copies) for one, copies in zip(chosen, shares, strict=True)]
    else:
        needles = [PlannedNeedle(candidate) for candidate in chosen]
    others = [candidate for candidate in stock if candidate not in chosen and (kind.unique or candidate.group != group)]
    needles += _decoys(task, rng.sample(others, decoys_beside(task, len(chosen))), context)
    rng.shuffle(needles)
    text = question_text(task, kind.class_name(chosen[0]), "" if kind.unique else group)
    question = NeedleQuestion(task.title, text, [str(number) for number in options], right, _asked_for(needles))
    return _lay_out(task, needles, [question], context)


def different(stock: list[Candidate]) -> list[Candidate]:
    """*stock* without copies: no two show the same file, drawing, or stretch of a video."""
    found: dict[object, Candidate] = {}
    for one in stock:
        shown = one.content or one.picture or one.text
        clip = one.clip and (one.clip.content or one.clip.uri, one.clip.begin, one.clip.finish)
        found.setdefault(clip or shown, one)
    return list(found.values())


def decoys_beside(task: Task, chosen: int) -> int:
    """How many distractors there are beside *chosen* needles that are counted.

    With ``distractors``, all needles together are always as many: who tells them from the haystack and not from one
    another knows nothing of the answer.
    """
    if task.task != "count" or not task.distractors:
        return task.distractors
    most = task.bounds[1]
    return task.distractors + min(most, task.segments or most) - chosen


def countable(task: Task, stock: list[Candidate]) -> list[str]:
    """The classes that *task* can count: those with so many different members, unless they may be shown again, beside
    which there are enough others."""
    stock = different(stock)
    groups = Counter(candidate.group for candidate in stock)
    unique, (least, _) = task.needle.kind.unique, task.bounds
    most = 1 if unique or task.segments or task.repeat else task.bounds[1]
    rest = decoys_beside(task, min(least, task.segments or least))
    return sorted(
        group for group, members in groups.items() if members >= most and (unique or len(stock) - members >= rest)
    )


def _attribute(task: Task, context: ItemContext) -> PlannedItem:
    """Ask for the colour of a class that comes in enough colours, so that no colour is likelier than another."""
    groups: dict[str, list[Candidate]] = {}
    for candidate in context.stock:
        groups.setdefault(candidate.group, []).append(candidate)
    group = context.rng.choice(sorted(name for name, members in groups.items() if len(members) >= context.options))
    options = context.rng.sample(groups[group], context.options)
    right = context.right(len(options), 0)
    others = one_of_each(
        [candidate for candidate in context.stock if candidate.group != group], task.distractors, context.rng
    )
    needles = [PlannedNeedle(options[right]), *(PlannedNeedle(candidate, target=False) for candidate in others)]
    context.rng.shuffle(needles)
    text = question_text(task, with_article(pictures.label(group)), group)
    question = NeedleQuestion(task.title, text, [candidate.colour for candidate in options], right, _asked_for(needles))
    return _lay_out(task, needles, [question], context)


def _chain(task: Task, context: ItemContext) -> PlannedItem:
    """Chains of pictures that name the next, as many as there are options and ``distractors`` more, all equally long.

    Each option ends one of them, so that only who follows every link from the picture in the question knows which end
    is asked for. The chains grow by turns, each time in another order, so that no place in the video gives it away.
    """
    rng = context.rng
    links = rng.randint(*task.bounds)
    # The ends are of as many colours: neither question can be answered from its options.
    ends = next(
        (some for _ in range(TRIES) if _colourful(some := one_of_each(context.stock, context.options, rng))), []
    )
    if not ends:
        raise Failed("too_few_needles", f"{task.title} needs pictures of more colours for {context.options} options")
    right, place = context.right(len(ends), 0), context.right(len(ends), 1)
    last = ends[right]
    colours = [candidate.colour for candidate in ends if candidate is not last]
    rng.shuffle(colours)
    colours.insert(place, last.colour)
    others = [candidate for candidate in context.stock if candidate.group not in {end.group for end in ends}]
    rest = iter(one_of_each(others, (links - 1) * len(ends) + links * task.distractors, rng))
    chains = [[*(next(rest) for _ in range(links - 1)), end] for end in ends]
    chains += [[next(rest) for _ in range(links)] for _ in range(task.distractors)]
    asked = chains[right]
    needles = []
    for step in range(links):
        turn = rng.sample(chains, len(chains))
        if step == 0:  # the video begins with the picture that the question names
            turn = [asked, *(chain for chain in turn if chain is not asked)]
        for chain in turn:
            words = NEXT.format(thing=chain[step + 1].text) if step + 1 < links else LAST
            needles.append(PlannedNeedle(chain[step], target=chain is asked, words=words))
    cites, start = _asked_for(needles), asked[0].text
    first = NeedleQuestion(task.title, question_text(task, start), [candidate.text for candidate in ends], right, cites)
    second = NeedleQuestion(f"{task.title}_colour", question_text(task, start, part="colour"), colours, place, cites)
    return _lay_out(task, needles, [first, second], context, even=True)


def _colourful(candidates: list[Candidate]) -> bool:
    return len({candidate.colour for candidate in candidates}) == len(candidates)


def _decoys(task: Task, others: list[Candidate], context: ItemContext) -> list[PlannedNeedle]:
    """The distractors among the needles: words that are said not to be secret, or things of another class."""
    if not (decoys := task.needle.kind.decoys):
        return [PlannedNeedle(candidate, target=False) for candidate in others]
    return [
        PlannedNeedle(candidate, target=False, words=context.rng.choice(decoys).format(word=candidate.text))
        for candidate in others
    ]


def _asked_for(needles: list[PlannedNeedle]) -> list[int]:
    return [n for n, one in enumerate(needles) if one.target]


def _share_out(number: int, segments: int, rng: Random) -> list[int]:
    """*number* shared out among *segments*: each has at least one, and at most as many as can be told apart."""
    shares = [1] * min(segments, number)
    while sum(shares) < number:
        free = [n for n, share in enumerate(shares) if share < MOST_AT_ONCE]
        shares[rng.choice(free)] += 1
    return shares


def _lay_out(
    task: Task, needles: list[PlannedNeedle], questions: list[NeedleQuestion], context: ItemContext, even: bool = False
) -> PlannedItem:
    needle, rng = task.needle, context.rng
    lasts = [one.candidate.clip.end if one.candidate.clip else needle.seconds for one in needles]
    if even:
        shares = [n / max(1, len(needles) - 1) for n in range(len(needles))]
    else:
        shares = shares_of(len(needles), context.depth, rng)
    slots = spread(context.length, lasts, needle.inserted, shares, context.fps)
    # What is inserted takes the place of the haystack's end: no answer is told by how long the video is.
    base = without_end(context.base, sum(lasts)) if needle.inserted else context.base
    item = PlannedItem(base, questions=questions)
    if not needle.inserted and not any(one.candidate.clip for one in needles):
        for one, slot in zip(needles, slots, strict=True):
            times = round(slot.start, 6), round(slot.start + slot.seconds, 6)
            for overlay in needle.kind.overlays(one.candidate, one.words, one.copies, times, needle, rng):
                _add_needle(item, needle_span(overlay, one.candidate.text, **_attrs(one)))
        item.questions = [_with_copies(one, needles, item) for one in questions]
        return item
    new = [
        (slot.at, one.candidate.clip or Piece(0.0, slot.seconds, picture=one.candidate.picture))
        for one, slot in zip(needles, slots, strict=True)
    ]
    item.pieces, placed = put_in(base, new, over=not needle.inserted)
    for one, piece in zip(needles, placed, strict=True):
        _add_needle(item, inserted_span(piece, one.candidate.text, "splice" if piece.uri else "insert", **_attrs(one)))
    for one, piece in zip(needles, placed, strict=True):
        if one.words:
            caption = Overlay(piece.start, piece.end, one.words, size=needle.size or TEXT_SIZE, colour=needle.colour)
            _add_needle(item, needle_span(caption, one.words, role="words"))
    return item


def _with_copies(question: NeedleQuestion, needles: list[PlannedNeedle], item: PlannedItem) -> NeedleQuestion:
    """*question* with citations that count every copy of a needle as a needle of its own."""
    first = [sum(one.copies for one in needles[:n]) for n in range(len(needles))]
    cites = [first[n] + copy for n in question.cites for copy in range(needles[n].copies)]
    return replace(question, cites=cites)


def _attrs(one: PlannedNeedle) -> dict[str, str]:
    facts = {"role": "asked" if one.target else "distractor", "group": one.candidate.group}
    return facts | ({"content": one.candidate.content} if one.candidate.content else {})


def _add_needle(item: PlannedItem, span: Any) -> None:
    item.needles.append({key: value for key, value in asdict(span).items() if key not in ("id", "score")})
