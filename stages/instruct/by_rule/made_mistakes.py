"""One reply of a dialogue is wrong on purpose, and is taken back or not: so a model learns to speak up again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from ....rules.lane_kinds import fold
from ....rules.stream_mistakes import MistakeKind
from ....schemas import Span
from .stream_turns import StreamTalk, StreamTurn, Told


def make_mistake(
    talk: StreamTalk, told: Sequence[Told], kind: MistakeKind, sorry: str, gap: float, end: float, rng: Random
) -> bool:
    """Put one mistake of *kind* into *talk*, of those whose replies leave it time; whether one was found.

    Only replies to requests that stand are wrong: what is asked in between is answered rightly. Wrong words are those
    of something earlier, said or not, so that they tell nothing of what comes, and never true of what goes on.

    Args:
        told: all that can be said.
        sorry: how the correction begins, *gap* seconds (a frame) later; empty: nobody corrects it.
        end: the length of the video, seconds.
    """
    turns = talk.ordered()
    found: list[tuple[int, str]] = []
    for number, turn in enumerate(turns):
        if turn.told is None or turn.told.span.id in talk.asked:
            continue
        later = turns[number + 1].time if number + 1 < len(turns) else end
        if sorry and turn.time + gap >= later:
            continue
        if kind == "silence":
            found.append((number, ""))
        else:
            begun = dict.fromkeys(one.reply for one in told if one.span.start < turn.time)
            found += [(number, words) for words in begun if not _true(words, turn, told)]
    if not found:
        return False
    places = sorted({number for number, _ in found})
    place = rng.choice(places)  # so that late replies, which have more earlier words, are no likelier
    wrong = rng.choice([words for number, words in found if number == place])
    turn = turns[place]
    assert turn.told is not None
    talk.turns = [one for one in turns if one is not turn]
    if kind == "other":
        talk.turns.append(StreamTurn(turn.time, told=turn.told, wrong=wrong))
    if sorry:
        talk.turns.append(replace(turn, time=round(turn.time + gap, 3), sorry=sorry, late=gap))
    else:
        talk.left_out[turn.told.span.id] = "mistaken"
    return True


def _true(words: str, turn: StreamTurn, told: Sequence[Told]) -> bool:
    """Whether *words* are right where *turn* is said, or too near to what is."""
    said = fold(words)
    near = [one for one in told if one is turn.told or _goes_on(one.span, turn.time)]
    return any(text in said or said in text for one in near for text in (fold(one.reply), fold(one.span.words)))


def _goes_on(span: Span, time: float) -> bool:
    return span.start - 0.1 <= time <= span.end + 0.1
