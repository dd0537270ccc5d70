"""Multiple choice that stands in a conversation: the question with its lettered options, and the reply."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from ...rules.letters import LETTERS
from ...schemas import Message
from ...schemas.sample import Role
from .qa_values import Unusable, is_empty

ROLES: dict[str, Role] = {
    **{"human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant", "model": "assistant"},
    "system": "system",
}
_MARK = re.compile(r"\A\s*<(?:video|image)>\n?|\n?<(?:video|image)>\s*\Z")
_THINKING = re.compile(r"\s*<think>(.*?)</think>\s*", re.DOTALL)
_OPTION = re.compile(r"\s*(?:\(([A-J])\)[.:]?|([A-J])[.):])\s+(\S.*)")


@dataclass(slots=True)
class Turns:
    """A question and its reply, as a conversation has them."""

    question: str
    options: list[str]
    answer: str
    rationale: str
    messages: list[Message]
    video: Any = None
    """What the turns show, where they say so."""
    start: Any = None
    end: Any = None


def read_turns(value: Any) -> Turns:
    """The one question of a conversation, in the forms of LLaVA, ShareGPT, OpenAI and VideoChat2.

    Raises:
        Unusable: ``bad_row``, or ``several_turns`` for more than one question.
    """
    if not isinstance(value, list) or not value or not all(isinstance(turn, dict) for turn in value):
        raise Unusable("bad_row", "the conversation is not a list of turns")
    film: dict[str, Any] = {}
    turns: list[Message] = []
    for turn in value:
        if "q" in turn and "a" in turn:
            words = "\n".join(str(turn[name]) for name in ("i", "q") if not is_empty(turn.get(name)))
            turns += [Message("user", words), Message("assistant", str(turn["a"]))]
        else:
            turns.append(read_turn(turn, film))
    spoken = [turn for turn in turns if turn.role != "system"]
    if [turn.role for turn in spoken] != ["user", "assistant"]:
        several = sum(turn.role == "user" for turn in spoken) > 1
        raise Unusable("several_turns" if several else "bad_row", f"{len(spoken)} turns, not a question and a reply")
    asked, reply = spoken
    asked.content = _MARK.sub("", asked.content)
    question, options = split_options(asked.content)
    thought = _THINKING.match(reply.content)
    answer = reply.content[thought.end() :] if thought else reply.content
    rationale = thought[1].strip("\n") if thought else ""
    shown = (film.get("video"), film.get("video_start"), film.get("video_end"))
    return Turns(question, options, answer, rationale, turns, *shown)


def split_options(text: str) -> tuple[str, list[str]]:
    """A question and its options, which stand below it, a line each, with letters from A on; what follows is left out.

    Without such lines, *text* and no options.
    """
    lines = text.split("\n")
    marks = [_OPTION.fullmatch(line) for line in lines]
    letters = [(match[1] or match[2]) if match else "" for match in marks]
    begins = [n for n, letter in enumerate(letters) if letter == "A" and "B" in letters[n + 1 :]]
    if not begins:
        return text, []
    places = [begins[-1]]
    while len(places) < len(LETTERS) and LETTERS[len(places)] in letters[places[-1] + 1 :]:
        places.append(letters.index(LETTERS[len(places)], places[-1] + 1))
    options = []
    for place, after in zip(places, [*places[1:], places[-1] + 1], strict=True):
        match = marks[place]
        assert match is not None
        options.append("\n".join([match[3], *lines[place + 1 : after]]).strip())
    return "\n".join(lines[: places[0]]).strip(), options


def read_turn(turn: Mapping[str, Any], film: dict[str, Any] | None = None) -> Message:
    """One turn in any of these forms; what it says of its video is put into *film*.

    Raises:
        Unusable: ``bad_row``.
    """
    who = turn.get("from", turn.get("role"))
    if who not in ROLES:
        raise Unusable("bad_row", f"a turn from {who!r}")
    content = turn.get("value", turn.get("content"))
    if isinstance(content, list):
        parts = [part for part in content if isinstance(part, dict)]
        (film if film is not None else {}).update(next((part for part in parts if part.get("type") == "video"), {}))
        content = "\n".join(str(part["text"]) for part in parts if not is_empty(part.get("text")))
    if not isinstance(content, str):
        raise Unusable("bad_row", "a turn without text")
    return Message(ROLES[cast("str", who)], content)
