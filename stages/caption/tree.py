"""From captions of shots to scenes, and from scenes to the whole video: groups of captions, summarised as text."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from ...schemas import Reply, Span, Timeline
from ..prompting.together import together
from ..stage import Teacher
from .caption_words import SUMMARY, seconds
from .drafts import Drafter


@dataclass(slots=True)
class Node:
    """The summary of a group of captions, or the failure that stands in its place."""

    span: Span
    failure: Reply | None = None


def groups_of(spans: list[Span], size: int) -> list[list[Span]]:
    """*spans* in order, in as few groups of at most *size* as there can be, of nearly equal sizes."""
    count = -(-len(spans) // size)
    edges = [round(n * len(spans) / count) for n in range(count + 1)] if count else [0]
    return [spans[a:b] for a, b in pairwise(edges)]


def groups_in(spans: list[Span], scenes: list[Span]) -> list[list[Span]]:
    """*spans* by the scene that holds the middle of each; those in no scene are left out, and so are empty scenes."""
    held = [[span for span in spans if scene.start <= (span.start + span.end) / 2 < scene.end] for scene in scenes]
    return [group for group in held if group]


async def summaries(
    video: Timeline, groups: list[list[Span]], teacher: Teacher, source: str, drafter: Drafter, noun: str
) -> list[Node]:
    """A summary of each group, over the stretch that it covers; one caption alone is taken as it is.

    The attribute ``of`` names what it was made from: the ids of the spans, or of those below a span that has none.
    """

    async def one(group: list[Span]) -> Node:
        start, end = group[0].start, max(span.end for span in group)
        node = Node(
            Span(start, end, source=source, attrs={"of": " ".join(span.id or span.attrs["of"] for span in group)})
        )
        if len(group) == 1:
            node.span.text = group[0].words
            return node
        task = SUMMARY.format(count=f"{len(group)} {noun}", start=seconds(start), end=seconds(end))
        notes = [f"{seconds(span.start)}-{seconds(span.end)} s: {span.words}" for span in group]
        reply = await drafter.write(teacher, "summary", task, notes, video, node.span)
        node.span.text = reply.text.strip() if reply.ok else None
        node.failure = None if reply.ok else reply
        return node

    return await together(one(group) for group in groups)
