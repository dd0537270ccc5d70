"""RTV-Bench's questions (LJungang/RTV-Bench, ``QA.json``): each as often as it is asked, with the time of asking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from ...rules.letters import LETTERS
from ..format import ExportItem, Format, Omit, Unsupported
from ..moments import asked_choice


class RTVBench(Format):
    """RTV-Bench: video, questionID, type, field, start_time, end_time, question, options {A: …}, answer: A; JSON.

    ``questionID`` is q-group-GROUP-LEVEL-optionNUMBER: the level is 2, or 0 where the parameter ``level`` is basic; the
    number counts the times at which the question is asked. ``type`` and ``field`` are the attributes of these names
    among the parameters; without the first it is the task.
    """

    name = "rtv_bench"

    def rows(self, items: Iterable[ExportItem], leave: Omit) -> Iterator[Any]:
        groups: dict[str, int] = {}
        asked = Counter[str]()
        for item in items:
            try:
                sample, (start, end) = asked_choice(item)
            except Unsupported as why:
                leave(item, why.reason)
                continue
            key = sample.group or sample.id
            number, times = groups.setdefault(key, len(groups)), asked[key]
            asked[key] += 1
            level = 0 if sample.params.get("level") == "basic" else 2
            yield {
                "video": item.video,
                "questionID": f"q-group-{number}-{level}-option{times}",
                "type": sample.params.get("type", sample.task),
                "field": sample.params.get("field", ""),
                "start_time": start,
                "end_time": end,
                "question": sample.question,
                "options": dict(zip(LETTERS, sample.options, strict=False)),
                "answer": LETTERS[sample.answer_index or 0],
            }
