"""Can the question be answered without the video, or without its order? (MMStar's filter, with MMBench's rotations.)"""

from __future__ import annotations

import math

from ....schemas import Part, Request, Sample
from ...prompting.material import material
from ..finding import Finding, fails
from ..same_answer import Answer, Choice, letter_of, same
from ..teacher_checks import Asking, asked

ROLE = "You answer questions about a video, even when you see little or nothing of it: then guess as well as you can."
WITHOUT = "You cannot see the video. Answer from the question alone."
WITH = "Answer from what you are shown."


async def check(sample: Sample, asking: Asking) -> Finding | None:
    """``blind_answerable``: right without the video, from one frame, or from frames out of order.

    Multiple choice is asked once for every rotation of its options, and is answerable when as many replies are right
    as guessing reaches with a probability of ``chance`` at most (all of them, where no number is that unlikely). An
    open question is asked once. ``value``: the share of right replies; ``threshold``: the share that is too many.
    """
    turns = range(len(sample.options)) if sample.options else range(1)
    requests = [_request(sample, mode, turn, asking) for mode in asking.blind for turn in turns]
    replies = await asking.ask(requests)
    if sample.options:
        size, right = len(sample.options), sample.answer_index or 0
        letters = [letter_of(Choice.model_validate(reply.value).letter) for reply in replies]
        hits = [(letters[n] + n % size) % size == right and 0 <= letters[n] < size for n in range(len(letters))]
        limit = too_many(size, size, asking.chance)
    else:
        hits = await same(sample, [Answer.model_validate(reply.value).answer for reply in replies], asking)
        limit = 1
    counts = {mode: sum(hits[n * len(turns) : (n + 1) * len(turns)]) for n, mode in enumerate(asking.blind)}
    mode = max(counts, key=lambda name: counts[name])
    share = round(counts[mode] / len(turns), 3)
    if counts[mode] < limit:
        return Finding("pass", "", share, limit / len(turns))
    guess = f", by guessing 1 of {len(sample.options)}" if sample.options else ""
    detail = f"{mode}: {counts[mode]} of {len(turns)} replies are right{guess}"
    return fails("blind_answerable", detail, share, limit / len(turns))


def too_many(asks: int, options: int, chance: float) -> int:
    """The least number of right replies that guessing reaches with probability *chance* at most; *asks* if none is."""
    odds = 1 / options
    tail = 0.0
    for right in range(asks, 0, -1):
        tail += math.comb(asks, right) * odds**right * (1 - odds) ** (asks - right)
        if tail > chance:
            return min(right + 1, asks)
    return 1


def _request(sample: Sample, mode: str, turn: int, asking: Asking) -> Request:
    shown: list[Part] = [WITHOUT]
    if mode == "one_frame":
        shown = [*asking.frame((sample.start + sample.end) / 2), WITH]
    elif mode == "shuffled":
        shown = [*asking.frames(sample.start, sample.end, "shuffled"), WITH]
    options = sample.options[turn:] + sample.options[:turn]
    schema = Choice if sample.options else Answer
    return asking.request(*shown, material("question", asked(sample, options)), role=ROLE, schema=schema)
