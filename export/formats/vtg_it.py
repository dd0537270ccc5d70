"""VTG-IT's rows (gyxxyg/VTG-LLM, ``utils/construct_it_data``): each time as six tokens, one for each character."""

from __future__ import annotations

from typing import Any

from ..format import ExportItem, Format, Unsupported
from ..talk import conversation, whole_video
from ..timed_text import timed_text

DIGITS = ("ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE")


class VTGIT(Format):
    """VTG-IT: video, QA [{q, a}], source; every time as six tokens, four digits, the dot and one; a JSON array.

    ``source`` is the lane of the labels. Several turns are left out, as each of QA is a question by itself.
    """

    name = "vtg_it"

    def row(self, item: ExportItem) -> Any:
        sample = whole_video(item).sample
        turns = conversation(item)
        if turns[0].role == "system":
            raise Unsupported("system_message")
        if len(turns) > 2:
            raise Unsupported("several_turns")
        if any("<TIME_" in turn.content for turn in turns):
            raise Unsupported("placeholder_in_text")
        asked, told = (timed_text(turn.content, sample, tokens_of)[0] for turn in turns)
        source = sample.evidence[0].lane if sample.evidence else ""
        return {"video": item.video, "QA": [{"q": asked, "a": told}], "source": source}


def tokens_of(seconds: float, number: str = "") -> str:
    """The six time tokens of *seconds*: of 7.5 those of ``0007.5``.

    Raises:
        Unsupported: ``time_too_long``; 10,000 s and more have no place in four digits.
    """
    written = f"{seconds:06.1f}"
    if len(written) > 6:
        raise Unsupported("time_too_long")
    return "".join([f"<TIME_{'DOT' if mark == '.' else DIGITS[int(mark)]}>" for mark in written])
