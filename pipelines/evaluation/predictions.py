"""Reads files of predictions: what a model replied to each sample, and the places of its video that it named."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from ...schemas import Sample
from ...scoring.items import Prediction
from ...scoring.located import Located
from ..errors import UserError
from ..yaml.complaints import did_you_mean

FEW = 5
"""How many wrong lines are named."""


def read_predictions(path: Path, samples: Sequence[Sample]) -> tuple[dict[str, Prediction], list[str]]:
    """Predictions by sample id, and what the user should know about the file.

    A line is ``{"id": …, "reply": "…"}``; with ``failure`` when there is no reply, and ``mark`` (true or false) when a
    judge has read an open answer. What the reply rests on may be named as ``times`` (seconds), ``frames`` (numbers of
    frames from 0, with their rate ``fps``) or ``stretches`` ([[start, end], …]). ``time`` is the second at which it
    was said, for what is to be said when it comes; of a dialogue that runs with the video, ``turns`` are all that was
    said: [{time, content}, …]. Of two lines for one sample the later counts.

    Raises:
        UserError: the file cannot be read, a line is no prediction, or no id is one of the benchmark's.
    """
    known = {sample.id for sample in samples}
    found: dict[str, Prediction] = {}
    strange: list[str] = []
    twice = 0
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error}).") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        name, prediction = _line(path, number, line)
        if name not in known:
            strange.append(name)
            continue
        twice += name in found
        found[name] = prediction
    if strange and not found:
        hint = did_you_mean(strange[0], known)
        raise UserError(f"{path}: none of its ids is in the benchmark (the first is {strange[0]!r}). {hint}")
    notes = []
    if missing := len(known) - len(found):
        notes.append(f"{missing} of {len(known)} questions have no prediction: they count as wrong.")
    if strange:
        notes.append(f"{len(strange)} predictions are for no question of the benchmark ({', '.join(strange[:FEW])} …).")
    if twice:
        notes.append(f"{twice} questions have several predictions: the last of each counts.")
    return found, notes


def _line(path: Path, number: int, line: str) -> tuple[str, Prediction]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise UserError(f"{path}:{number}: is no JSON: {error}.") from None
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        raise UserError(f'{path}:{number}: a prediction is {{"id": "…", "reply": "…"}}, got {line[:80]}')
    reply, failure, mark = row.get("reply"), row.get("failure") or "", row.get("mark")
    if not isinstance(reply, str | None) or not isinstance(failure, str) or not isinstance(mark, bool | None):
        raise UserError(f"{path}:{number}: reply and failure must be text, mark true or false.")
    try:
        located = _located(row)
    except (TypeError, ValueError) as error:
        raise UserError(f"{path}:{number}: {error}.") from None
    time = row.get("time")
    if time is not None and not (isinstance(time, int | float) and isfinite(time)):
        raise UserError(f"{path}:{number}: time is the second of the video at which the reply was said, got {time!r}.")
    return row["id"], Prediction(
        reply or "", failure, mark, said_at=time, located=located, said=_said(path, number, row)
    )


def _said(path: Path, number: int, row: dict[str, Any]) -> tuple[tuple[float, str], ...] | None:
    """What was said in a stream, and when; None: the row does not tell.

    Raises:
        UserError: it is damaged.
    """
    turns = row.get("turns")
    if turns is None:
        return None
    try:
        (times, said) = _numbers([turn["time"] for turn in turns], "turns"), [turn["content"] for turn in turns]
        if not all(isinstance(words, str) for words in said):
            raise ValueError
    except (TypeError, KeyError, ValueError):
        told = f"turns are [{{time: seconds, content: text}}, …], got {json.dumps(turns)[:80]}"
        raise UserError(f"{path}:{number}: {told}") from None
    return tuple(zip(times, said, strict=True))


def _located(row: dict[str, Any]) -> Located:
    """The places that *row* names.

    Raises:
        TypeError, ValueError: they are none.
    """
    times, frames, stretches = (row.get(name) for name in ("times", "frames", "stretches"))
    if times is not None and frames is not None:
        raise ValueError("give times or frames, not both")
    if frames is not None:
        rate = row.get("fps")
        if not isinstance(rate, int | float) or isinstance(rate, bool) or not rate > 0:
            raise ValueError(f"frames need their rate, fps, above 0; got {rate!r}")
        times = [one / rate for one in _numbers(frames, "frames")]
    if stretches is not None:
        pairs = [_numbers(one, "stretches") for one in stretches]
        if not all(len(pair) == 2 and pair[0] <= pair[1] for pair in pairs):
            raise ValueError("stretches are [[start, end], …] in seconds, an end not before its start")
        stretches = tuple((pair[0], pair[1]) for pair in pairs)
    return Located(None if times is None else tuple(_numbers(times, "times")), stretches)


def _numbers(value: Any, name: str) -> list[float]:
    if not isinstance(value, list) or not all(isinstance(one, int | float) and isfinite(one) for one in value):
        raise ValueError(f"{name} must hold lists of numbers, got {json.dumps(value)[:80]}")
    return [float(one) for one in value]
