"""The steps of a run in sentences, each with the facts that it found and their times, as rationales are written."""

from __future__ import annotations

from collections.abc import Sequence

from ..clock import Clock
from .facts import ACTIONS
from .program import ProgramStep

_FIRST = {"minstart": "The first of these is", "maxend": "The last of these is", "maxlength": "The longest of these is"}


def rationale(steps: Sequence[ProgramStep], clock: Clock) -> tuple[str, dict[str, str]]:
    """Numbered lines that tell of *steps*, and the ids of the spans that each cites: ``step_1: id id``."""
    lines: list[str] = []
    cites: dict[str, str] = {}
    for n, step in enumerate(steps):
        text = _sentence(step, steps[n - 1] if n else None)
        times = "; ".join(dict.fromkeys(clock.when(one.start, one.end) for one in step.facts))
        text += f" ({times})" if text and times else ""
        if not text or any(line.endswith(f". {text}") for line in lines):
            continue
        lines.append(f"{len(lines) + 1}. {text}")
        if step.facts:
            cites[f"step_{len(lines)}"] = " ".join(one.span for one in step.facts)
    return "\n".join(lines), cites


def _sentence(step: ProgramStep, before: ProgramStep | None) -> str:
    """*step* in words; nothing where it finds no more than the last one, or just gives the answer."""
    things, words = ", ".join(dict.fromkeys(one.thing for one in step.facts)), step.words
    match step.op:
        case "Localize":
            return f"The {words[0]} is {words[1]}."
        case "Filter":
            asked = "In the time asked about, the" if before is not None and before.op == "Temporal" else "The"
            return f"{asked} {words[0]} is {'' if words[1] == ACTIONS else words[1] + ': '}{things}."
        case "Superlative":
            return f"{_FIRST.get(words[0] + words[1], 'The shortest of these is')} {things}."
        case "Compare":
            return f"The {'earlier' if words[0] == 'start' else 'longer'} of the two is {step.value}."
    return ""
