"""RTV-Bench's questions (LJungang/RTV-Bench, ``QA.json``): each as often as it is asked, with the time of asking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from ...rules.letters import LETTERS
from ...rules.prerequisites import BASIC, LEVEL, required
from ..format import ExportItem, Format, Omit, Unsupported
from ..moments import asked_choice

ADVANCED = 2
"""The level of a question that counts only if those of the levels below it are right."""


class RTVBench(Format):
    """RTV-Bench: video, questionID, type, field, start_time, end_time, question, options {A: …}, answer: A; JSON.

    ``questionID`` is q-group-GROUP-LEVEL-optionNUMBER; the number counts the times at which the question is asked. The
    basic questions that one requires (``prerequisites``) stand before it in its group with the levels 0 and 1, once
    for each group that requires them, and it has level 2. One that nothing requires is a group of its own. ``type``
    and ``field`` are the attributes of these names among the parameters; without the first it is the task.
    """

    name = "rtv_bench"

    def rows(self, items: Iterable[ExportItem], leave: Omit) -> Iterator[Any]:
        first = 0
        for _, of_video in groupby(items, key=lambda item: item.video_id):
            asked: list[tuple[ExportItem, dict[str, Any]]] = []
            for item in of_video:
                try:
                    asked.append((item, _row(item)))
                except Unsupported as why:
                    leave(item, why.reason)
            groups = _groups(asked)
            for number, group in enumerate(groups, first):
                for level, rows in group:
                    for time, row in enumerate(rows):
                        yield {**row, "questionID": f"q-group-{number}-{level}-option{time}"}
            first += len(groups)


Levels = list[tuple[int, list[dict[str, Any]]]]


def _groups(asked: Sequence[tuple[ExportItem, dict[str, Any]]]) -> list[Levels]:
    """The questions of one video by group: each level with its rows, one for each time of asking."""
    basic = {item.sample.id: row for item, row in asked}
    units: dict[str, list[tuple[ExportItem, dict[str, Any]]]] = {}
    for item, row in asked:
        units.setdefault(item.sample.group or item.sample.id, []).append((item, row))
    wanted = {name for item, _ in asked for name in required(item.sample)}
    groups: list[Levels] = []
    for unit in units.values():
        sample, rows = unit[0][0].sample, [row for _, row in unit]
        names = [name for name in required(sample) if name in basic][:ADVANCED]
        if sample.params.get(LEVEL) != BASIC and not wanted & {item.sample.id for item, _ in unit}:
            groups.append([*((n, [basic[name]]) for n, name in enumerate(names)), (ADVANCED, rows)])
        elif alone := [row for item, row in unit if item.sample.id not in wanted]:
            groups.append([(0, alone)])
    return groups


def _row(item: ExportItem) -> dict[str, Any]:
    """What *item* becomes, whatever its group.

    Raises:
        Unsupported: it is not asked at a time, or no multiple choice.
    """
    sample, (start, end) = asked_choice(item)
    return {
        "video": item.video,
        "questionID": "",
        "type": sample.params.get("type", sample.task),
        "field": sample.params.get("field", ""),
        "start_time": start,
        "end_time": end,
        "question": sample.question,
        "options": dict(zip(LETTERS, sample.options, strict=False)),
        "answer": LETTERS[sample.answer_index or 0],
    }
