"""E.T. Instruct's rows (PolyU-ChenLab/ETBench, ``docs/DATASET.md``): times as text, or as tokens and numbers."""

from __future__ import annotations

from typing import Any, ClassVar

from ...schemas import Message
from ..format import ExportItem, Format, Unsupported
from ..talk import conversation, from_value, whole_video
from ..timed_text import timed_text

TASKS = {
    "moment_retrieval": "tvg",
    "episodic_memory": "epm",
    "step_localisation": "tal",
    "extractive_summary": "evs",
    "highlight": "vhd",
    "highlight_scores": "vhd",
    "dense_caption": "dvc",
    "event_matching": "tem",
    "grounded_question": "gvq",
}
"""Their names of tasks, by ours. Dense captions of steps are ``slc``."""
TOKEN = "<vid>"


class ETInstruct(Format):
    """E.T. Instruct with times as text: task, source, video, duration, src, tgt, conversations; a JSON array.

    ``src`` and ``tgt`` are the times (seconds) that stand in the question and in the answer, in order. ``source`` is
    the lane of the labels. Samples of other tasks than theirs are left out; a teacher's question whose answer is a
    moment is of theirs, whatever it is called.
    """

    name = "et_instruct_txt"
    token: ClassVar[str] = ""
    """What each time becomes; empty: it stays as it is written."""

    def row(self, item: ExportItem) -> Any:
        sample = whole_video(item).sample
        task = TASKS.get(sample.params.get("rule") or sample.task)
        if task is None:
            raise Unsupported("no_task_of_the_format")
        if task == "dvc" and sample.params.get("kind") == "step":
            task = "slc"
        times: dict[str, list[float]] = {"user": [], "assistant": []}
        turns = []
        for turn in conversation(item):
            if turn.role == "system":
                raise Unsupported("system_message")
            text, found = self._timed(turn.content, item)
            times[turn.role] += found
            turns.append(Message(turn.role, text))
        turns[0].content = "<image>\n" + turns[0].content
        return {
            "task": task,
            "source": sample.evidence[0].lane if sample.evidence else "",
            "video": item.video,
            "duration": item.duration,
            "src": times["user"],
            "tgt": times["assistant"],
            "conversations": from_value(turns),
        }

    def _timed(self, text: str, item: ExportItem) -> tuple[str, list[float]]:
        """*text* with the token for each time, and the times in seconds."""
        if "<image>" in text or (self.token and self.token in text):
            raise Unsupported("placeholder_in_text")
        made, times = timed_text(text, item.sample, lambda _, number: self.token or number)
        return made, [round(time, 3) for time in times]


class ETInstructTokens(ETInstruct):
    """E.T. Instruct with the token <vid> in the place of every time; the times are src and tgt; a JSON array."""

    name = "et_instruct_vid"
    token = TOKEN
