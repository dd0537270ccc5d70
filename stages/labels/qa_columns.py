"""Which columns of a file of questions have which meaning: as the YAML says, or by the names that benchmarks use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

Column = Literal[
    "video",
    "question",
    "options",
    "answer",
    "task",
    "id",
    "group",
    "intervals",
    "start",
    "end",
    "rationale",
    "duration",
    "context",
]

USUAL: dict[Column, tuple[str, ...]] = {
    "video": (
        *("video", "videopath", "videofile", "videoname", "videoid", "videouid", "videoindex", "videofilename"),
        *("vid", "vidname", "quid", "uri", "path", "file", "filename", "youtubeid", "videos"),
    ),
    "question": ("question", "problem", "query", "questiontext", "prompt"),
    "options": ("options", "candidates", "choices", "option", "answerchoices", "answeroptions"),
    "answer": (
        *("answer", "answerletter", "correctanswer", "correctanswerlabel", "rightanswer", "correctchoice"),
        *("correctoption", "answeridx", "answerindex", "correctidx", "correctanswerindex", "solution", "gt"),
        *("groundtruth", "truth", "target", "label"),
    ),
    "task": ("task", "tasktype", "questiontype", "qtype", "type", "questioncategory", "category", "dimension"),
    "group": ("group", "item"),
    "id": ("id", "questionid", "qid", "itemid", "sampleid"),
    "intervals": (
        *("intervals", "clueintervals", "timereference", "timeintervals", "relevantwindows", "timestamps"),
        *("timestamp", "ts", "segments", "glue"),
    ),
    "start": ("start", "starttime", "videostart", "clipstart"),
    "end": ("end", "endtime", "videoend", "clipend"),
    "rationale": ("rationale", "explanation", "reasoning", "reason", "cot", "evidence"),
    "duration": ("duration", "durations", "videoduration", "length"),
    "context": (),  # a text that the question is about; only where the YAML names it
}
"""What a column is usually called, in lower case and without anything but letters and digits, likeliest first."""
TALK = ("conversations", "messages", "qa")
"""Columns that hold the turns of a conversation, in which a question stands with its options."""
_NUMBERED = re.compile(r"(?:a|o|c|option|choice|candidate|answerchoice|opt|answer)?([0-9]|[a-j])")


def plain_name(column: str) -> str:
    """*column* in lower case, without anything but letters and digits: ``Question Type`` is ``questiontype``."""
    return re.sub(r"[^a-z0-9]", "", column.casefold())


class QaColumns:
    """The columns of one file by their meaning. *named* are those that the YAML names."""

    def __init__(self, columns: Iterable[str], named: Mapping[Column, str | list[str]]) -> None:
        self.columns = list(columns)
        self.named = named
        by_name = {plain_name(column): column for column in reversed(self.columns)}
        self._one: dict[Column, str] = {}
        for meaning, usual in USUAL.items():
            told = named.get(meaning)
            found = told if isinstance(told, str) else None
            if told is None:
                found = next((by_name[name] for name in usual if name in by_name), None)
            if found is not None and found in self.columns:
                self._one[meaning] = found
        self.talk = next((by_name[name] for name in TALK if name in by_name), None)
        if (
            self.talk is None and "question" not in named and "text" in by_name
        ):  # as in tables of vdata's lane questions
            self._one.setdefault("question", by_name["text"])
        told = named.get("options")
        self.several: list[str] = list(told) if isinstance(told, list) else []
        """The columns that hold an option each; empty where one column holds all of them."""
        if told is None and "options" not in self._one:
            self.several = numbered(self.columns)

    def name(self, meaning: Column) -> str | None:
        """The column with *meaning*; None when there is none."""
        return self._one.get(meaning)

    @property
    def has_options(self) -> bool:
        return bool(self.several) or "options" in self._one

    def absent(self) -> list[tuple[Column, str]]:
        """What the YAML names and the file does not have: (meaning, column)."""
        told = [(meaning, [one] if isinstance(one, str) else one) for meaning, one in self.named.items()]
        return [(meaning, name) for meaning, names in told for name in names if name not in self.columns]

    def missing(self) -> list[Column]:
        """Which of video, question and answer no column has; a conversation has the last two, and may have all."""
        needed: tuple[Column, ...] = ("video", "question", "answer")
        lacking = [meaning for meaning in needed if meaning not in self._one]
        if "context" in self._one:  # rows about the same text are about the same input
            lacking = [meaning for meaning in lacking if meaning != "video"]
        if self.talk is not None:
            return [one for one in lacking if one == "video" and plain_name(self.talk) != "messages"]
        return lacking


def numbered(columns: Sequence[str]) -> list[str]:
    """Columns that hold an option each: ``a0`` to ``a4``, ``option 0`` …, ``option_A`` …, or ``A`` to ``J``.

    Of several such sets the largest; none of fewer than two, and none that does not begin with 0, 1 or A.
    """
    sets: dict[str, dict[str, str]] = {}
    for column in columns:
        name = plain_name(column)
        match = _NUMBERED.fullmatch(name)
        if match and not (len(name) == 1 and (name.isdigit() or column.islower())):
            stem, sign = name[: match.start(1)], match[1]
            sets.setdefault(f"{stem}/{sign.isdigit()}", {}).setdefault(sign, column)
    found: list[str] = []
    for signs in sets.values():
        first = next((one for one in "01a" if one in signs), None)
        run: list[str] = []
        while first is not None and (sign := chr(ord(first) + len(run))) in signs:
            run.append(signs[sign])
        if len(run) > max(1, len(found)):
            found = run
    return found
