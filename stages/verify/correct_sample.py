"""Puts what people wrote into a sample, and keeps what it was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import copy
from dataclasses import asdict, replace
from typing import Any

from ...rules.letters import LETTERS
from ...rules.reviews import one_line
from ...rules.solve import recompute, rule_of
from ...schemas import Evidence, Message, Sample

WAS = "was"
"""The parameter of a corrected sample that keeps, as JSON, what it was: the earlier texts by name."""
PEOPLE = "people"
"""Who wrote an answer that had followed by rule, and was corrected by hand; and the check that people make."""
NEAR = 0.002
"""Seconds by which the same times may differ after they were written and read."""


class CannotCorrect(Exception):
    """A correction that does not fit the sample. The text says why."""


def correct(sample: Sample, changes: Mapping[str, str], duration: float) -> None:
    """Rewrite *sample* about a video of *duration* seconds with *changes*, as ``reviews`` spans have them.

    Where only the evidence changes and the answer follows from it by rule, the answer is worked out again.

    Raises:
        CannotCorrect: the changes do not fit; the sample is as it was.
    """
    new = _changed(sample, changes, duration)
    was = {
        name: [asdict(one) for one in sample.evidence] if name == "evidence" else getattr(sample, name)
        for name in ("question", "options", "answer", "evidence", "rationale")
        if getattr(sample, name) != getattr(new, name)
    }
    first: dict[str, Any] = json.loads(sample.params.get(WAS, "{}"))
    new.params = {**sample.params, WAS: json.dumps({**was, **first}, ensure_ascii=False)}
    for name in Sample.__dataclass_fields__:
        setattr(sample, name, getattr(new, name))


def _changed(sample: Sample, changes: Mapping[str, str], duration: float) -> Sample:
    new = copy(sample)
    new.question = changes.get("question", sample.question)
    new.options = json.loads(changes["options"]) if "options" in changes else list(sample.options)
    if "evidence" in changes:
        _cite(new, json.loads(changes["evidence"]), duration)
    new.answer = changes.get("answer", _same_answer(sample, new))
    follows = rule_of(sample.task, sample.params) is not None
    if follows and "answer" in changes and not sample.teacher:
        new.teacher = PEOPLE
    elif follows and "evidence" in changes:
        try:
            new.answer = recompute(new)
        except (KeyError, ValueError, IndexError) as error:
            raise CannotCorrect(f"no answer follows from the corrected evidence ({error})") from None
    if sample.options:
        _choose(new)
    elif "options" in changes:
        raise CannotCorrect("it is an open question and has no options")
    new.messages = _messages(sample, new)
    if new.answer != sample.answer:
        new.rationale = ""  # it leads to the other answer
    return new


def _same_answer(sample: Sample, new: Sample) -> str:
    """The answer, where only the words of its option may have changed."""
    right = sample.answer_index
    same = right is not None and sample.answer not in new.options and len(new.options) == len(sample.options)
    return new.options[right] if same and right is not None else sample.answer


def _choose(new: Sample) -> None:
    """Find the answer among the options; a letter names one."""
    if not 2 <= len(new.options) <= len(LETTERS) or len(set(new.options)) < len(new.options):
        raise CannotCorrect(f"there must be 2 to {len(LETTERS)} options, all different")
    letter = new.answer.strip().rstrip(".)").upper()
    if new.answer not in new.options and len(letter) == 1 and letter in LETTERS[: len(new.options)]:
        new.answer = new.options[LETTERS.index(letter)]
    folded = [one_line(option) for option in new.options]
    if one_line(new.answer) not in folded:
        raise CannotCorrect(f"the answer {new.answer!r} is not among the options")
    new.answer_index = folded.index(one_line(new.answer))
    new.answer = new.options[new.answer_index]


def _cite(new: Sample, lines: list[dict[str, Any]], duration: float) -> None:
    """Put *lines* in the place of the evidence; those that are as they were go on citing their span."""
    old = new.evidence
    bounds = (min((one.start for one in old), default=0.0), max((one.end for one in old), default=0.0))
    new.evidence = []
    for line in lines:
        if line["end"] > duration + NEAR:
            raise CannotCorrect(f"evidence until {line['end']:g} s is after the end of the video ({duration:g} s)")
        cited = Evidence(line["start"], min(line["end"], duration), line["lane"], line["text"])
        same = (one for one in old if one.lane == cited.lane and one_line(one.text) == cited.text)
        new.evidence.append(
            next((one for one in same if abs(one.start - cited.start) + abs(one.end - cited.end) < NEAR), cited)
        )
    if (new.start, new.end) == bounds:
        new.start, new.end = min(one.start for one in new.evidence), max(one.end for one in new.evidence)


def _messages(sample: Sample, new: Sample) -> list[Message]:
    """The turns of *sample* with the words of *new*."""
    if all(getattr(sample, name) == getattr(new, name) for name in ("question", "options", "answer")):
        return sample.messages
    asked = [turn for turn in sample.messages if turn.role == "user"]
    if len(asked) > 1:
        raise CannotCorrect("its turns hang together")
    turns = []
    for turn in sample.messages:
        text = turn.content
        if turn.role == "user":
            text = _replaced(text, sample.question, new.question)
            text = _replaced(text, _listed(sample), _listed(new))
        elif turn.role == "assistant" and new.answer != sample.answer and sample.rationale:
            text = _said(new)
        elif turn.role == "assistant":
            text = _replaced(text, _said(sample), _said(new), last=True)
        turns.append(replace(turn, content=text))
    return turns


def _replaced(text: str, old: str, new: str, *, last: bool = False) -> str:
    if old == new:
        return text
    before, found, after = text.rpartition(old) if last else text.partition(old)
    if not found:
        raise CannotCorrect(f"its messages do not hold {old!r} as it stands")
    return before + new + after


def _listed(sample: Sample) -> str:
    return "\n".join(f"{letter}. {option}" for letter, option in zip(LETTERS, sample.options, strict=False))


def _said(sample: Sample) -> str:
    right = sample.answer_index
    return sample.answer if right is None else f"{LETTERS[right]}. {sample.answer}"
