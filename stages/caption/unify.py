"""One name for each recurring person or thing: what is asked, and what is made of the replies."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ...schemas import Span


class Item(BaseModel):
    """Someone or something in one stretch."""

    model_config = ConfigDict(extra="forbid")

    words: str = Field(description="The words by which the description calls it, exactly as they stand there.")
    kind: Literal["person", "animal", "thing"]
    looks: str = Field(description="How it looks and what it is known by, in one sentence.")


class Items(BaseModel):
    """Who and what appears."""

    model_config = ConfigDict(extra="forbid")

    items: list[Item]


class Same(BaseModel):
    """Mentions of one person or thing."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="Its name: short, and unlike all others.", min_length=1)
    looks: str = Field(description="How it looks and what it is known by, in one sentence.")
    mentions: list[int] = Field(description="The numbers of its mentions.", min_length=1)


class Table(BaseModel):
    """Which mentions are the same."""

    model_config = ConfigDict(extra="forbid")

    names: list[Same]


@dataclass(slots=True)
class Mention:
    """An item of one caption."""

    caption: Span
    item: Item
    name: str = ""
    """The unified name; empty while there is none."""


def mentions_of(caption: Span, items: Sequence[Item]) -> list[Mention]:
    """The *items* whose words stand in the caption, each once."""
    text = fold(caption.words)
    mentions: dict[str, Mention] = {}
    for item in items:
        if (key := fold(item.words)) and re.search(rf"\b{re.escape(key)}\b", text):
            mentions.setdefault(key, Mention(caption, item))
    return list(mentions.values())


def assign(mentions: Sequence[Mention], table: Table, known: dict[str, str]) -> list[int]:
    """Give *mentions* the names of *table* and add these to *known* (name to looks).

    A mention that the table names twice keeps the first name; two mentions in one caption may share a name. Returns
    the numbers that stand for no mention.
    """
    wrong = []
    for same in table.names:
        name = next((old for old in known if fold(old) == fold(same.name)), " ".join(same.name.split()))
        for number in same.mentions:
            if not 1 <= number <= len(mentions):
                wrong.append(number)
            elif not mentions[number - 1].name:
                mentions[number - 1].name = name
                known.setdefault(name, same.looks)
    return wrong


def changed_facts(before: str, after: str, renamed: Sequence[tuple[str, str]]) -> str:
    """Why *after* is more than *before* with new names (pairs of old words and new name) put in; empty if it is not.

    Every new name must stand in the text. Beside the names, numbers and negations must be the same, and at most a word
    in eight (or two) may be new or gone, for the grammar around a name.
    """
    for _, name in renamed:
        if bare(name) not in fold(after):
            return f"the name {name!r} does not stand in it"
    names = [name for pair in renamed for name in pair]
    old, new = Counter(without(before, names)), Counter(without(after, names))
    apart = (old - new) + (new - old)
    if firm := sorted(word for word in apart if word in NEGATIONS or any(map(str.isdigit, word))):
        return f"{', '.join(map(repr, firm))} was changed"
    room = max(2, old.total() // 8)
    for which, words in (("new", new - old), ("gone", old - new)):
        if words.total() > room:
            return f"{words.total()} words beside the names are {which}"
    return ""


def without(text: str, names: Sequence[str]) -> list[str]:
    """The words of *text*, folded, with all *names* (longest first) and small words taken out."""
    text = fold(text)
    for name in sorted({bare(name) for name in names}, key=len, reverse=True):
        text = re.sub(rf"\b{re.escape(name)}\b", " ", text) if name else text
    return [word for word in text.split() if word not in SMALL]


SMALL = frozenset(
    ("a", "an", "the", "he", "she", "it", "they", "his", "her", "its", "their", "him", "them", "who", "s")
)
"""Words that may come and go when a name is put in."""
NEGATIONS = frozenset(("not", "no", "never", "none", "nobody", "nothing", "neither", "nor", "without", "t"))
"""Words that may not come or go; ``t`` is what folding leaves of ``isn't``."""


def bare(name: str) -> str:
    """The folded *name* without an article."""
    return re.sub(r"^(a|an|the) ", "", fold(name))


def fold(text: str) -> str:
    """*text* in lower case, with words and numbers only, parted by single spaces."""
    return " ".join(re.findall(r"\w+", text.lower()))
