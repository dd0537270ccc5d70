"""What of a sample can be a stream: turns that are said while its video runs."""

from __future__ import annotations

from collections.abc import Sequence

from ..rules.stream_mistakes import StreamMistake, as_meant
from ..rules.streams import StreamPlan, spoken
from ..schemas import Message
from .format import ExportItem, Unsupported


def stream_of(item: ExportItem) -> list[Message]:
    """The turns of the stream *item*, each with its time, the user's first.

    Raises:
        Unsupported: it is no stream, or its turns are not in order.
    """
    turns = spoken(item.sample)
    if not item.sample.is_stream or item.sample.rejected:
        raise Unsupported("no_stream")
    if any(turn.time is None for turn in turns) or turns[0].role != "user":
        raise Unsupported("turns_out_of_order")
    if not any(turn.role == "assistant" for turn in turns):
        raise Unsupported("no_reply")
    if any(not turn.content.strip() for turn in turns):
        raise Unsupported("empty_turn")
    return turns


def time_of(turn: Message) -> float:
    """When *turn* of a stream is said, in seconds."""
    return round(turn.time or 0.0, 3)


def asks_of(item: ExportItem) -> Sequence[str]:
    """What each turn of the user asks for; empty for a stream that a label file had."""
    plan = _plan(item)
    return plan.asks if plan is not None else ()


def timespans_of(item: ExportItem) -> list[tuple[float, float] | None]:
    """The whole span of each reply, seconds, of which it rests on what had been seen by then; None: not known."""
    plan, cited, turns = _plan(item), item.sample.evidence, stream_of(item)
    wrong = None if plan is None or plan.mistake is None else plan.mistake.wrong
    right = [number for number, turn in enumerate(turns) if turn.role == "assistant" and number != wrong]
    replies = [number for number, turn in enumerate(turns) if turn.role == "assistant"]
    if plan is None or not len(plan.after) == len(cited) == len(right):
        return [None] * len(replies)
    spans = {n: (one.start, round(one.end + a, 3)) for n, one, a in zip(right, cited, plan.after, strict=True)}
    return [spans.get(number) for number in replies]


def mistake_of(item: ExportItem) -> StreamMistake | None:
    """The mistake on purpose of the stream *item*."""
    plan = _plan(item)
    return None if plan is None else plan.mistake


def meant_of(item: ExportItem) -> list[Message]:
    """The turns of the stream *item* without its mistake, for layouts whose readers make mistakes of their own.

    Raises:
        Unsupported: nothing takes the mistake back, so what is right is not there.
    """
    turns, mistake = stream_of(item), mistake_of(item)
    if mistake is not None and mistake.correction is None:
        raise Unsupported("uncorrected_mistake")
    return as_meant(turns, mistake)


def _plan(item: ExportItem) -> StreamPlan | None:
    try:
        return StreamPlan.of_sample(item.sample)
    except ValueError:
        raise Unsupported("damaged_stream") from None
