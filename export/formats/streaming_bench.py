"""StreamingBench's questions (THUNLP-MT/StreamingBench, ``questions_*.json``): an entry a stretch of a video."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from ...rules.letters import LETTERS
from ...rules.query_times import LINK
from ...schemas import Sample
from ..format import ExportItem, Format, Omit, Unsupported
from ..moments import asked_choice, seen_of

RECENT = 10.0
"""Seconds before the question within which everything that it rests on is in working memory."""


class StreamingBench(Format):
    """StreamingBench: [{time, questions: [{task_type, question, time_stamp, answer: A, options …}], video_path}]; JSON.

    ``time`` is the stretch that may be shown, ``time_stamp`` the moment of the question. ``required_ability`` is
    working memory where all evidence is at most 10 s old, else episodic memory. What is to be said when it comes has no
    options, but ``ground_truth_time_stamp`` and ``ground_truth_output``. Chains are in ``streaming_bench_sequential``.
    ``video_categories`` is the parameter of this name.
    """

    name = "streaming_bench"

    def rows(self, items: Iterable[ExportItem], leave: Omit) -> Iterator[Any]:
        entry: dict[str, Any] = {}
        for item in items:
            try:
                time, asked = self._question(item)
            except Unsupported as why:
                leave(item, why.reason)
                continue
            if entry and (entry["time"], entry["video_path"]) == (time, item.video):
                entry["questions"].append(asked)
                continue
            if entry:
                yield entry
            about = item.sample.params.get("video_categories", "")
            entry = {"time": time, "questions": [asked], "video_categories": about, "video_path": item.video}
        if entry:
            yield entry

    def _question(self, item: ExportItem) -> tuple[str, dict[str, Any]]:
        """The stretch that may be shown, and the question.

        Raises:
            Unsupported: it is not asked at a time, or neither multiple choice nor to be said when it comes.
        """
        start, end = seen_of(item.sample)
        times = [turn.time for turn in item.sample.messages]
        if len(times) == 2 and times[0] is not None and times[1] is not None:
            return f"[{_clock(start)} - {_clock(end)}]", {
                "task_type": item.sample.task,
                "question": item.sample.question,
                "time_stamp": _stamp(times[0]),
                "ground_truth_time_stamp": _stamp(times[1]),
                "ground_truth_output": item.sample.answer,
            }
        if LINK in item.sample.params:
            raise Unsupported("in_a_chain")
        sample, _ = asked_choice(item)
        return f"[{_clock(start)} - {_clock(end)}]", _choice(sample, end)


class StreamingBenchSequential(Format):
    """StreamingBench's chains: a list for each, [{time, questions: [one], video_categories, video_path}, …]; JSON.

    Each question has the fields of ``streaming_bench``. Those before it, with their right answers, are read from the
    entries before it, as its script does.
    """

    name = "streaming_bench_sequential"

    def rows(self, items: Iterable[ExportItem], leave: Omit) -> Iterator[Any]:
        for _, chain in groupby(items, lambda item: item.sample.group or item.sample.id):
            entries = []
            for item in chain:
                try:
                    entries.append(_link(item))
                except Unsupported as why:
                    leave(item, why.reason)
            if entries:
                yield entries


def _link(item: ExportItem) -> dict[str, Any]:
    """The entry of one question of a chain.

    Raises:
        Unsupported: it is in no chain, or no multiple choice.
    """
    sample = item.sample
    start, end = seen_of(sample)
    if LINK not in sample.params or not sample.group:
        raise Unsupported("in_no_chain")
    if not sample.options or sample.answer_index is None:
        raise Unsupported("no_options")
    return {
        "time": f"[{_clock(start)} - {_clock(end)}]",
        "questions": [_choice(sample, end)],
        "video_categories": sample.params.get("video_categories", ""),
        "video_path": item.video,
    }


def _choice(sample: Sample, end: float) -> dict[str, Any]:
    """The multiple choice *sample*, which is asked at *end* (seconds)."""
    return {
        "task_type": sample.task,
        "question": sample.question,
        "time_stamp": _stamp(end),
        "answer": LETTERS[sample.answer_index or 0],
        "options": [f"{letter}. {text}" for letter, text in zip(LETTERS, sample.options, strict=False)],
        "required_ability": _ability(sample, end),
    }


def _ability(sample: Sample, time: float) -> str:
    """The memory that the question takes."""
    recent = all(one.start >= time - RECENT or one.end >= time for one in sample.evidence)
    return "working memory" if recent else "episodic memory"


def _clock(time: float) -> str:
    """*time* (seconds) as h:mm:ss."""
    minutes, seconds = divmod(round(time), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def _stamp(time: float) -> str:
    """*time* (seconds) as HH:MM:SS."""
    return _clock(time).rjust(8, "0")
