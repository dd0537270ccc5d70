"""A rationale made from a teacher's reasoning: every step names the moments that it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ....rules.clock import Clock
from ....rules.loops import loop
from ....schemas import Evidence
from .citations import CitedLine, Listing
from .reason_words import KeyFrames, Steps
from .reply_rules import BadReply, check_citation, check_text


@dataclass(slots=True)
class Reasoning:
    """A chain of thought that keeps the rules."""

    text: str
    conclusion: str
    params: dict[str, str] = field(default_factory=dict)
    """The spans that each step cites: ``step_1: id id``; or ``key_spans`` and ``key_objects``."""
    said: str = ""
    """The words of its steps, without numbers and times."""
    cited: frozenset[str] = frozenset()
    """The tags that it cites."""


def texts_of(value: Any) -> list[str]:
    """All that a reply says in words, in steps or by key frames; its tags are none."""
    said = [value["conclusion"], value.get("reasoning", ""), *value.get("key_objects", ())]
    return [text for text in (*said, *(step["text"] for step in value.get("steps", ()))) if text]


def read_steps(value: Any, listing: Listing, clock: Clock, times: bool) -> Reasoning:
    """The reasoning of a reply that fits Steps.

    Raises:
        BadReply: it has no steps, or a step breaks a rule.
    """
    reply = Steps.model_validate(value)
    if not reply.steps:
        raise BadReply("no_steps")
    said: list[str] = []
    plain: list[str] = []
    cited: set[str] = set()
    params: dict[str, str] = {}
    for n, step in enumerate(reply.steps, 1):
        lines = check_citation(listing, step.evidence)
        text = listing.without_tags(step.text)
        check_text(listing, lines, text)
        said.append(f"{n}. {_sentence(text)}" + (f" ({_when(lines, clock)})" if times else ""))
        plain.append(_sentence(text))
        cited |= {line.tag for line in lines}
        if spans := [line.span for line in lines if line.span]:
            params[f"step_{n}"] = " ".join(spans)
    if again := loop("\n".join(plain)):
        raise BadReply("repeats_itself", detail=again)
    return Reasoning("\n".join(said), reply.conclusion.strip(), params, " ".join(plain), frozenset(cited))


def read_frames(value: Any, listing: Listing, clock: Clock, times: bool) -> Reasoning:
    """The reasoning of a reply that fits KeyFrames: key moments, key objects, and what follows (VideoEspresso).

    Raises:
        BadReply: it has no key spans or objects, or its text breaks a rule.
    """
    reply = KeyFrames.model_validate(value)
    lines = check_citation(listing, reply.key_spans)
    objects = [" ".join(one.split()) for one in reply.key_objects if one.strip()]
    if not objects:
        raise BadReply("no_objects")
    text = listing.without_tags(reply.reasoning)
    check_text(listing, lines, text, *objects)
    said = [f"Key moments: {_when(lines, clock)}."] if times else []
    said += [f"Key objects: {', '.join(objects)}.", _sentence(text)]
    params = {"key_spans": " ".join(line.span for line in lines), "key_objects": "; ".join(objects)}
    return Reasoning("\n".join(said), reply.conclusion.strip(), params)


def with_evidence(lines: Sequence[CitedLine], evidence: Sequence[Evidence]) -> list[CitedLine]:
    """*lines*, and a line for each of *evidence* that is not among them, tagged evidence1 and so on, in time order."""
    known = {line.span for line in lines if line.span} | {(line.lane, line.start, line.end) for line in lines}
    more = [
        CitedLine(f"evidence{n}", item.lane, item.start, item.end, item.text, item.span, tuple(item.boxes))
        for n, item in enumerate(evidence, 1)
        if item.span not in known and (item.lane, item.start, item.end) not in known
    ]
    return sorted([*lines, *more], key=lambda line: (line.start, line.end, line.tag))


def _when(lines: Sequence[CitedLine], clock: Clock) -> str:
    """The times of *lines*; parts of the video that stand for frames are joined where they meet."""
    stretches: list[tuple[float, float]] = []
    for line in lines:
        if not line.span and stretches and line.start <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(line.end, stretches[-1][1]))
        else:
            stretches.append((line.start, line.end))
    return "; ".join(dict.fromkeys(clock.when(start, end) for start, end in stretches))


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    text = text[:1].upper() + text[1:]
    return text if text[-1:] in ".!?" else text + "."
