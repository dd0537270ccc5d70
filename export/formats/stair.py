"""STAIR's questions with their programs (yellow-binary-tree/STAIR): modules in prefix order, and what each gives."""

from __future__ import annotations

import json
import math
from pathlib import PurePosixPath
from typing import Any

from ...rules.programs.program import Program
from ..format import ExportItem, JsonLines, Unsupported
from ..talk import one_question

FRAMES = 3
"""Frames a second in which STAIR counts the times of intermediate results."""


class Stair(JsonLines):
    """STAIR: qa_id, video_id, question, answer, program, nmn_program, nmn_program_idx, sg_res_by_step …; JSON lines.

    A module of ``nmn_program`` stands before its arguments; its number in ``nmn_program_idx`` is the key of what it
    gives in ``sg_res_by_step``: stretches as frames of three a second, things by name. Who it is about is left out, as
    it is a person always there. Theirs are pickles with numbers of words, too (``nmn_program_span_by_word``), which
    follow from their tokenizer. ``Count``, and ``Compare`` of two actions, are modules of ours.
    """

    name = "stair"

    def row(self, item: ExportItem) -> Any:
        sample = one_question(item)
        if sample.params.get("rule") != "program":
            raise Unsupported("no_program")
        program, trace = json.loads(sample.params["program"]), json.loads(sample.params["trace"])
        modules, places = prefix(program)
        number = {place: n for n, place in enumerate(places) if place is not None}
        texts = {one.span: one.text for one in sample.evidence}
        return {
            "qa_id": sample.id,
            "video_id": PurePosixPath(item.source_uri or item.uri).stem,
            "question": sample.question,
            "answer": sample.answer.lower() if sample.answer in ("Yes", "No") else sample.answer,
            "program": written(program),
            "nmn_program": modules,
            "nmn_program_idx": [None if place is None else n for n, place in enumerate(places)],
            "sg_res_by_step": {str(number[one["step"]]): _result(one, sample.evidence, texts) for one in trace},
            "nmn_program_span_by_char": _spans(modules, sample.question),
        }


def written(program: Program) -> str:
    """*program* as one line: ``Exists(cup, Filter(Video, person, holding))``."""
    if isinstance(program, str):
        return program
    op, *rest = program
    return f"{op}({', '.join(map(written, rest))})" if rest else op


def prefix(program: Program) -> tuple[list[str], list[int | None]]:
    """The modules and words of *program* in prefix order, and the place of each module's step."""
    modules: list[str] = []
    places: list[int | None] = []
    count = iter(range(10_000))

    def put(word: str, place: int | None = None) -> None:
        modules.append(word)
        places.append(place)

    def walk(node: Program) -> None:
        if isinstance(node, str):
            put(node)
            return
        op, *rest = node
        place = next(count)
        if op == "Video":
            put("video")
            return
        put(op, place)
        match op:
            case "Localize":  # when somebody does it: of the video
                put("video")
                rest = rest[1:]
            case "Temporal":
                put(rest[0])
                put("video")
                rest = rest[1:]
            case "Filter":
                rest = [rest[0], *rest[2:]]
        for one in rest:
            walk(one)

    walk(program)
    return modules, places


def _result(step: dict[str, Any], evidence: list[Any], texts: dict[str, str]) -> Any:
    """What a step gave, as STAIR keeps it."""
    value = step["value"]
    if step["op"] == "Temporal":
        return [round(value[0] * FRAMES), 999_999 if value[1] is None else round(value[1] * FRAMES)]
    if step["op"] == "Localize":
        (one,) = (one for one in evidence if one.span == value[0])
        return [[math.floor(one.start * FRAMES), math.ceil(one.end * FRAMES)]]
    if isinstance(value, list):
        return list(dict.fromkeys(texts[span].rpartition("|")[2].strip() for span in value))
    return value


def _spans(modules: list[str], question: str) -> dict[str, list[int]]:
    """Where words of the program stand in *question*, first and last character."""
    found = {word: question.lower().find(word.lower()) for word in modules if word != "video"}
    return {word: [place, place + len(word) - 1] for word, place in found.items() if place >= 0}
