"""Words of others on the card: they are shown as they are, and do nothing there."""

from __future__ import annotations

import re

from ...schemas.text import clean

_RULE = re.compile(r"(?m)^([ \t]*)(?=(?:-[ \t]*){3,}$|(?:=[ \t]*){3,}$|(?:_[ \t]*){3,}$|(?:\*[ \t]*){3,}$|~~~|```)")


def plain_words(text: str) -> str:
    """*text* of several lines as Markdown in which HTML and pictures are words, and lines of ``---`` no rules."""
    text = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace("![", "!\\[")
    return _RULE.sub(lambda found: f"{found[1]}\\", text)


def one_line(text: str) -> str:
    """*text* as one line of plain words; links are words as well."""
    return " ".join(plain_words(text).split()).replace("[", "\\[").replace("\\\\[", "\\[")


def cell(text: str) -> str:
    """*text* for a cell of a table."""
    return one_line(text).replace("|", "\\|")


def fenced(text: str, kind: str) -> list[str]:
    """*text* as a block of code, in a fence that nothing in it ends."""
    text = clean(text)
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return [f"{fence}{kind}", text, fence]
