"""Short captions of what is done, from what is said: each at the time of the lines that tell of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field

from ...rules.loops import loop
from ...schemas import Reply, Span, Timeline
from ..prompting.echo import Instructions, copied
from ..prompting.material import material
from ..prompting.tag_schema import LineNumber, citing
from ..stage import Teacher
from .caption_material import KINDS, lines_of, parts
from .caption_words import ROLE, STEPS, WRITER
from .drafts import Drafter


class Step(BaseModel):
    """One action."""

    model_config = ConfigDict(extra="forbid")

    lines: list[LineNumber] = Field(description="The numbers of the lines that tell of it, at least one.", min_length=1)
    text: str = Field(description="The action, as one short sentence in the present tense.")


class Steps(BaseModel):
    """The actions of a stretch of speech."""

    model_config = ConfigDict(extra="forbid")

    steps: list[Step] = Field(description="The actions in the order in which they are done; none is a good reply.")


TOLD = Instructions(ROLE, WRITER, STEPS, schema=Steps.model_json_schema())


@dataclass(slots=True)
class StretchSteps:
    """The steps that a teacher found in one stretch of speech."""

    spans: list[Span] = field(default_factory=list)
    uncited: list[tuple[Step, int]] = field(default_factory=list)
    """Steps that cite a line which does not exist, with its number."""
    repeating: list[tuple[Step, str, str]] = field(default_factory=list)
    """Steps that repeat what the teacher was told to do, or themselves, with the reason and the words."""
    asked: bool = True
    """False where nothing is said, so that the teacher was not asked."""
    failure: Reply | None = None


async def steps_of(
    video: Timeline, span: Span, lane: str, teacher: Teacher, source: str, drafter: Drafter
) -> StretchSteps:
    """The actions of which the lines of *lane* within *span* tell, at the times of the cited lines."""
    spoken = lines_of(video, lane, span)
    if not spoken:
        return StretchSteps(asked=False)
    kind = KINDS.get(lane, lane)
    numbered = "\n".join(f"{n}: {line.words}" for n, line in enumerate(spoken, 1))
    listed, blocks = material(kind, numbered), drafter.context.blocks(video, span)
    request = drafter.prompter.request(
        "steps",
        drafter.context.system(WRITER),
        parts([STEPS.format(kind=kind), listed, *blocks]),
        {"lines": listed, "material": "\n\n".join(blocks)},
        schema=citing(Steps.model_json_schema(), range(1, len(spoken) + 1)),
        temperature=drafter.temperature,
    )
    reply = (await teacher.ask([request]))[0]
    if not reply.ok:
        return StretchSteps(failure=reply)
    result, own = StretchSteps(), drafter.prompter.words_of("steps")
    for step in Steps.model_validate(reply.value).steps:
        wrong = [n for n in step.lines if not 1 <= n <= len(spoken)]
        if wrong:
            result.uncited.append((step, wrong[0]))
            continue
        echo = TOLD.echoed(step.text, numbered) or copied(step.text, own, numbered)
        again = loop(step.text, numbered)
        if echo or again:
            result.repeating.append((step, "prompt_echoed" if echo else "repeats_itself", echo or again))
            continue
        cited = [spoken[n - 1] for n in sorted(set(step.lines))]
        start, end = min(line.start for line in cited), max(line.end for line in cited)
        attrs = {"span": span.id, "of": " ".join(line.id for line in cited)}
        result.spans.append(Span(start, end, step.text.strip(), source=source, attrs=attrs))
    return result
