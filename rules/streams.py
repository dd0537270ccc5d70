"""A stream: turns that are said while a video runs. What is due when, and what would be untrue.

A request stands until the next one of its kind, and a reply to it is due within the span that it tells of. A stream is
true if no reply rests on what comes later, if nothing that was due was left unsaid but what is left out on purpose, and
if no turn tells what comes later. The last is a rule on words: what says it in other words is not found.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal, NamedTuple

from ..schemas import Evidence, Message, Sample, Span
from .lane_kinds import fold
from .shown_lines import FEW
from .stamps import holds_time
from .stream_mistakes import StreamMistake, find_no_mistake, without_wrong

STREAM = "stream"
"""The parameter of a sample that holds how its stream was made."""
SLACK = 0.05
"""Seconds by which times may be off."""
STANDING = ("narrate", "own")
"""The kinds of requests that stand until the next such one: ``own`` is one in the words of a span."""

LeftOut = Literal["repeated", "too_close", "mistaken"]
"""Why nothing is said of a span that is due: its words are those of the last reply, other replies leave it no time, or
a mistake that nobody corrects stands in its place."""


class StreamFault(NamedTuple):
    """What is wrong with a stream: a snake_case reason, and what was found."""

    reason: str
    detail: str
    value: float | None = None


@dataclass(slots=True)
class StreamPlan:
    """How the turns of a stream came about, so that it can be checked again."""

    of: list[str]
    """The lanes that have something to say."""
    delay: tuple[float, float]
    """After which share of its span a reply is given, at least and at most."""
    asks: list[str]
    """What each turn of the user asks for: narrate, own, past, now, next."""
    words_in: str = ""
    """Where spans hold the words of a request of the kind ``own``: label, or attr.NAME."""
    gap: float = 0.0
    """Seconds between one reply and the next, at least."""
    left_out: dict[str, LeftOut] = field(default_factory=dict)
    """The spans of which nothing is said on purpose, by id."""
    after: list[float] = field(default_factory=list)
    """How many seconds of its span come after each reply, whose evidence is what had been seen by then."""
    mistake: StreamMistake | None = None
    """Which reply is wrong on purpose; nothing of the evidence is its own."""

    def dump(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def of_sample(cls, sample: Sample) -> StreamPlan | None:
        """The plan of a stream that was made of lanes; None of one that a label file had.

        Raises:
            ValueError: the parameter is damaged.
        """
        if STREAM not in sample.params:
            return None
        try:
            plan = cls(**json.loads(sample.params[STREAM]))
            plan.mistake = StreamMistake(**plan.mistake) if isinstance(plan.mistake, dict) else None
            return plan
        except TypeError as error:
            raise ValueError(str(error)) from None


def with_ids(params: Mapping[str, str], ids: Mapping[str, str]) -> dict[str, str]:
    """The parameters of a stream with the new *ids* of spans, by their old ones."""
    plan = json.loads(params[STREAM])
    plan["left_out"] = {ids.get(key, key): why for key, why in plan["left_out"].items()}
    if mistake := plan.get("mistake"):
        mistake["span"] = ids.get(mistake["span"], mistake["span"])
    return {**params, STREAM: json.dumps(plan, ensure_ascii=False)}


def request_words(span: Span, words_in: str) -> str:
    """The words of the request that *span* answers: its label, or the attribute that ``attr.NAME`` names."""
    return (span.label or "") if words_in == "label" else span.attrs.get(words_in.removeprefix("attr."), "")


def spoken(sample: Sample) -> list[Message]:
    """The turns of *sample* but for the system message."""
    return [turn for turn in sample.messages if turn.role != "system"]


def find_fault(sample: Sample, lanes: Mapping[str, Sequence[Span]], seconds: float) -> StreamFault | None:
    """What is untrue of the stream *sample* on a video of so many *seconds* (inf: unknown) with *lanes*, or None."""
    turns = spoken(sample)
    if (fault := fault_of_turns(turns, seconds)) is not None:
        return fault
    try:
        plan = StreamPlan.of_sample(sample)
    except ValueError as error:
        return StreamFault("bad_turns", f"its parameter {STREAM} cannot be read: {error}")
    spans = {(lane, span.id): span for lane in (plan.of if plan else ()) for span in lanes.get(lane, ()) if span.words}
    meant = without_wrong(turns, plan.mistake if plan else None)
    if (fault := _early(sample, meant, plan, spans)) is not None:
        return fault
    if (fault := tells_time(turns)) is not None or plan is None:
        return fault
    if plan.mistake and (found := find_no_mistake(turns, plan.mistake, spans.values())) is not None:
        return StreamFault(*found)
    told = {(item.lane, item.span) for item in sample.evidence}
    missing = _missing(sample, meant, plan, spans, told)
    return missing or _wrong(sample, meant, plan, spans) or tells_later(turns, list(spans.values()))


def fault_of_turns(turns: Sequence[Message], seconds: float, slack: float = SLACK) -> StreamFault | None:
    """A turn that has no time, lies outside the video or before the turn before it; or a stream without a reply."""
    last = 0.0
    for number, turn in enumerate(turns, 1):
        if turn.time is None:
            return StreamFault("bad_turns", f"turn {number} has no time")
        if not -slack <= turn.time <= seconds + slack:
            where = f"turn {number} is said at {turn.time:g} s of a video of {seconds:g} s"
            return StreamFault("outside_video", where, turn.time)
        if turn.time < last - 1e-6:
            return StreamFault("bad_turns", f"turn {number} is said at {turn.time:g} s, after one at {last:g} s")
        last = turn.time
    if not turns or turns[0].role != "user":
        return StreamFault("bad_turns", "the first turn is not the user's")
    if not any(turn.role == "assistant" for turn in turns):
        return StreamFault("no_reply", f"{len(turns)} turns of the user")
    return None


def _early(
    sample: Sample, turns: Sequence[Message], plan: StreamPlan | None, spans: Mapping[tuple[str, str], Span]
) -> StreamFault | None:
    """A reply that rests on what comes after it, or on less of its span than the plan says."""
    replies = [turn for turn in turns if turn.role == "assistant"]
    if plan is None:  # of a label file: nothing says which reply rests on what
        return None
    if len(replies) != len(sample.evidence):
        return StreamFault("bad_turns", f"{len(replies)} replies rest on {len(sample.evidence)} spans")
    for turn, item in zip(replies, sample.evidence, strict=True):
        time = turn.time or 0.0
        span = spans.get((item.lane, item.span))
        seen = item.start if span is None else span.start + plan.delay[0] * span.seconds
        late = max(item.start - time, item.end - time, seen - time)
        if late > SLACK:
            detail = f"{turn.content[:100]!r} is said at {time:g} s and rests on {item.start:g} to {item.end:g} s"
            return StreamFault("early_reply", detail, round(late, 3))
    return None


def _missing(
    sample: Sample,
    turns: Sequence[Message],
    plan: StreamPlan,
    spans: Mapping[tuple[str, str], Span],
    told: set[tuple[str, str]],
) -> StreamFault | None:
    """A span that is due while a request for it stands, and of which nothing is said."""
    asked = [turn for turn in turns if turn.role == "user"]
    if len(asked) != len(plan.asks):
        return StreamFault("bad_turns", f"{len(asked)} turns of the user, and {len(plan.asks)} in the plan")
    standing = [(turn, ask) for turn, ask in zip(asked, plan.asks, strict=True) if ask in STANDING]
    for number, (turn, ask) in enumerate(standing):
        begin = turn.time or 0.0
        until = (standing[number + 1][0].time or 0.0) - SLACK if number + 1 < len(standing) else sample.end + SLACK
        for (lane, key), span in spans.items():
            first, last = span.start + plan.delay[0] * span.seconds, span.start + plan.delay[1] * span.seconds
            due = first >= begin + SLACK and last <= until
            wanted = ask == "narrate" or fold(request_words(span, plan.words_in)) == fold(turn.content)
            if due and wanted and (lane, key) not in told and not _left_out(span, turns, plan):
                words = f"nothing is said of {lane} {span.start:g} to {span.end:g} s, {span.words[:100]!r}"
                return StreamFault("missed_reply", words, span.start)
    return None


def _wrong(
    sample: Sample, turns: Sequence[Message], plan: StreamPlan, spans: Mapping[tuple[str, str], Span]
) -> StreamFault | None:
    """A question in between whose reply tells of another span than the one that is asked for."""
    asks, told = iter(plan.asks), iter(sample.evidence)
    rests = [next(asks) if turn.role == "user" else next(told) for turn in turns]
    for number, (turn, ask) in enumerate(zip(turns, rests, strict=True)):
        if ask not in ("past", "now", "next"):
            continue
        time = turn.time or 0.0
        reply = next((n for n in range(number + 1, len(turns)) if turns[n].role == "assistant"), None)
        item = rests[reply] if reply is not None else None
        span = spans.get((item.lane, item.span)) if isinstance(item, Evidence) else None
        if reply is None or span is None:
            return StreamFault("wrong_reply", f"{turn.content[:100]!r} at {time:g} s has no reply", time)
        at_once = abs((turns[reply].time or 0.0) - time) <= SLACK
        right = {
            "past": at_once and span.end == max((one.end for one in spans.values() if one.end <= time), default=None),
            "now": at_once and span.start <= time <= max(span.end, span.start),
            "next": span.start == min((one.start for one in spans.values() if one.start > time), default=None),
        }
        if not right[ask]:
            detail = f"{turn.content[:100]!r} at {time:g} s is answered with {span.start:g} to {span.end:g} s"
            return StreamFault("wrong_reply", detail, time)
    return None


def _left_out(span: Span, turns: Sequence[Message], plan: StreamPlan) -> bool:
    """Whether nothing is said of *span* for a reason that the plan gives and that holds."""
    why = plan.left_out.get(span.id)
    replies = [turn for turn in turns if turn.role == "assistant"]
    if why == "repeated":
        return any(fold(turn.content) == fold(span.words) or fold(span.words) in fold(turn.content) for turn in replies)
    if why == "mistaken":
        return plan.mistake is not None and plan.mistake.span == span.id and plan.mistake.correction is None
    if why == "too_close":
        near = plan.gap + SLACK
        return any(span.start - near <= (turn.time or 0.0) <= span.end + near for turn in turns)
    return False


def tells_time(turns: Sequence[Message]) -> StreamFault | None:
    """A turn that holds a time: who watches a stream does not know how late it is, and labels leak theirs so."""
    for turn in turns:
        if holds_time([turn.content], None):
            return StreamFault("tells_time", f"{turn.content[:120]!r}", turn.time)
    return None


def tells_later(turns: Sequence[Message], spans: Sequence[Span]) -> StreamFault | None:
    """A turn that holds the words of a span that begins only later, and that nothing before has said or shown.

    Words count from FEW on: a label of a word or two stands in many sentences.
    """
    words = [(span, fold(span.words)) for span in spans]
    words = [(span, text) for span, text in words if len(text.split()) >= FEW or not text.isascii()]
    by_head: dict[str, list[tuple[Span, str]]] = {}  # by their first words, so that an hour of narrations is quick
    for span, text in words:
        by_head.setdefault(_head(text.split()) if text.isascii() else "", []).append((span, text))
    for turn in turns:
        said, time = f" {fold(turn.content)} ", turn.time or 0.0
        parts = said.split()
        heads = {"", *(_head(parts[n:]) for n in range(len(parts) - FEW + 1))}
        for span, text in (one for head in sorted(heads) for one in by_head.get(head, ())):
            if span.start <= time + SLACK or not _within(text, said):
                continue
            shown = [
                text in other and (other == text or f" {other} " != said)
                for one, other in words
                if one.start <= time + SLACK
            ]
            if not any(shown):
                detail = f"{turn.content[:100]!r} at {time:g} s tells of {span.start:g} to {span.end:g} s"
                return StreamFault("tells_later", detail, round(span.start - time, 3))
    return None


def _head(words: Sequence[str]) -> str:
    return " ".join(words[:FEW])


def _within(text: str, said: str) -> bool:
    return f" {text} " in said if text.isascii() else text in said
