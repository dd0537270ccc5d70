"""The choice of the one caption that is kept, among several of the same span."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from pydantic import BaseModel, ConfigDict, Field

from ...schemas import Reply, Span, Timeline
from ..prompting.frame_choice import Look
from ..prompting.hearing import Hearing
from ..prompting.material import material
from ..prompting.own_words import Prompter
from ..speech.sentences import split_text
from ..stage import Teacher
from .caption_material import CaptionContext, parts, sentence_and_media
from .caption_words import JUDGE, PICK, SUPPORTED
from .drafts import Draft


class Pick(BaseModel):
    """A judge's choice."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(description="What decides between them, in one sentence.")
    best: int = Field(description="The number of the best description.", ge=1)


class Supported(BaseModel):
    """A judge's verdict on sentences."""

    model_config = ConfigDict(extra="forbid")

    supported: list[int] = Field(description="The numbers of the sentences that are fully supported, in rising order.")


@dataclass(slots=True)
class DraftChoice:
    """The draft that was chosen: its place among the drafts, and why it was chosen."""

    best: int
    how: str
    values: dict[str, float] = field(default_factory=dict)
    reason: str = ""
    failed: list[Reply] = field(default_factory=list)
    """A judge's requests that failed; the choice was then made by similarity."""


def by_similarity(drafts: list[Draft]) -> DraftChoice:
    """The draft that is most like the others: greatest mean token-set ratio, 0..1; of equals the first."""
    from rapidfuzz.fuzz import token_set_ratio

    texts = [draft.text.lower() for draft in drafts]
    means = [
        sum(token_set_ratio(text, other) for m, other in enumerate(texts) if m != n) / max(len(texts) - 1, 1) / 100
        for n, text in enumerate(texts)
    ]
    best = max(range(len(drafts)), key=lambda n: (round(means[n], 9), -n))
    return DraftChoice(best, "similar", {"similarity": round(means[best], 4)})


async def by_judge(
    video: Timeline,
    span: Span,
    drafts: list[Draft],
    judge: Teacher,
    prompter: Prompter,
    context: CaptionContext,
    look: Look | None,
    hearing: Hearing | None,
    rng: Random,
) -> DraftChoice:
    """The draft that *judge*, who sees the frames, picks; *rng* draws the order in which the drafts are listed."""
    order = rng.sample(range(len(drafts)), len(drafts))
    seen, media = sentence_and_media(video, span, look, hearing)
    blocks = [material(f"description {n}", drafts[at].text) for n, at in enumerate(order, 1)]
    texts = [seen, PICK.format(count=len(drafts)), *context.blocks(video, span), *blocks]
    schema = Pick.model_json_schema()
    schema["properties"]["best"]["maximum"] = len(drafts)
    known = {**context.known(video, span, media), "descriptions": "\n\n".join(blocks)}
    request = prompter.request("choose", context.system(JUDGE), parts(texts, media), known, schema=schema)
    reply = (await judge.ask([request]))[0]
    if not reply.ok:
        choice = by_similarity(drafts)
        choice.failed = [reply]
        return choice
    pick = Pick.model_validate(reply.value)
    return DraftChoice(order[pick.best - 1], "judge", reason=pick.reason)


async def by_support(
    video: Timeline,
    span: Span,
    drafts: list[Draft],
    judge: Teacher,
    prompter: Prompter,
    context: CaptionContext,
    look: Look | None,
    hearing: Hearing | None,
) -> DraftChoice:
    """The draft with the most sentences that *judge* finds supported; of equals the one with the fewest others."""
    seen, media = sentence_and_media(video, span, look, hearing)
    schema = Supported.model_json_schema()
    requests, sentences = [], [split_text(draft.text) for draft in drafts]
    for lines in sentences:
        block = material("sentences", "\n".join(f"{n}: {line}" for n, line in enumerate(lines, 1)))
        texts = [seen, SUPPORTED, *context.blocks(video, span), block]
        known = {**context.known(video, span, media), "sentences": block}
        requests.append(prompter.request("support", context.system(JUDGE), parts(texts, media), known, schema=schema))
    replies = await judge.ask(requests)
    if not any(reply.ok for reply in replies):
        choice = by_similarity(drafts)
        choice.failed = list(replies)
        return choice
    counts = []
    for lines, reply in zip(sentences, replies, strict=True):
        numbers = set(Supported.model_validate(reply.value).supported) if reply.ok else set()
        counts.append(len(numbers & set(range(1, len(lines) + 1))))
    best = max(range(len(drafts)), key=lambda n: (counts[n], counts[n] - len(sentences[n]), -n))
    values = {"supported": float(counts[best]), "sentences": float(len(sentences[best]))}
    return DraftChoice(best, "longest_supported", values, failed=[reply for reply in replies if not reply.ok])
