"""Questions for a list of chapters with their titles, which VidChapters-7M takes from descriptions."""

from __future__ import annotations

from random import Random

from ...schemas import Evidence
from ..clock import Clock, opened
from ..family import Ask, Family
from ..lane_kinds import say
from ..lane_view import View

MOST = 40


class ChapterTitles(Family):
    """The start and the title of every chapter, a line each."""

    task = "chapter_titles"
    kinds = frozenset({"title"})
    answers = "long"
    phrasings = (
        "Divide the video into chapters: give the start and the title of each.",
        "Write a table of contents for this video, with start times.",
        "Where do the chapters of the video start, and what are they called?",
        "Make a chapter list: one line each, start time first, then the title.",
        "Which chapters does the video have? Give start times and titles.",
        "Suggest chapter marks for the video: time and title.",
    )

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        return [Ask(view.items, {}, whole=True)] if 2 <= len(view) <= MOST else []

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        return "\n".join(
            [f"{opened(clock.at(item.start))} - {say(item.text, 'title', clock.language)}" for item in evidence]
        )
