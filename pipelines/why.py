"""``vdata why``: the story of one video of a finished build: what each stage wrote and dropped, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .dataset.finished import read_record
from .dataset.video_rows import Row, find_video, rows_of
from .dry_run.replay import replay
from .dry_run.replay_words import asked_lines

LONG = 160
"""Characters of a text that are shown."""


def why(folder: Path, video: str, *, full: bool = False, asked: bool = True) -> str:
    """What became of *video* (a uri, a file name or an id) in the data set in *folder*, for people.

    With *asked*, also what teachers were asked about it and replied; *full*: each request and reply whole.

    Raises:
        UserError: there is no such data set, or no such video, or several.
    """
    record = read_record(folder)
    row, uri, one = find_video(folder, record, video)
    rejects = list(rows_of(folder, record, "rejects", ("id", one)))
    samples = list(rows_of(folder, record, "samples", ("video_id", one)))
    ended = [reject for reject in rejects if not reject["lane"] and reject["kind"] != "retried"]
    lines = [f"{uri} (id {one})", *_facts(row)]
    if ended and (row is None or row.get("state", "kept") != "kept"):
        lines.append(f"Not in the data set: {_reason(ended[-1])}")
        lines += ["What it had then is in the timelines."] if row is not None else []
    elif row is not None and row.get("state") == "input":
        lines.append("Not in the data set itself, whose videos were made of such ones.")
    elif row is not None:
        lines.append(f"In the data set, with {len(samples)} sample{'' if len(samples) == 1 else 's'}.")
    lines += _trail(row, rejects)
    lines += _lanes(row)
    if asked:
        lines += asked_lines(replay(folder, record, one, uri), record, full=full)
    parts = [reject for reject in rejects if reject["lane"]]
    if parts:
        lines += ["", f"What was taken out of it ({len(parts)}):", *(f"  {_reject(one)}" for one in parts)]
    retried = [reject for reject in rejects if reject["kind"] == "retried"]
    lines += [f"  taken up again after: {_reason(one)}" for one in retried]
    if samples:
        counts = ", ".join(f"{task} {count}" for task, count in Counter(one["task"] for one in samples).most_common())
        lines += ["", f"Its samples ({counts}):"]
        for sample in samples:
            lines += _sample(sample)
    return "\n".join(lines)


def _facts(row: Row | None) -> list[str]:
    media = (row or {}).get("media") or {}
    if row is None or not media.get("width"):
        return [f"{row['duration']:.1f} s"] if row is not None and row["duration"] else []
    sound = f"{media['audio_codec']} sound".lstrip() if media["has_audio"] else "no sound"
    codec = media["codec"] or "no file"
    return [f"{row['duration']:.1f} s, {media['width']}x{media['height']}, {codec}, {media['fps']:g} fps, {sound}"]


def _trail(row: Row | None, rejects: Iterable[Row]) -> list[str]:
    """A line for each stage: how long it took, what it wrote and dropped, and what it counted."""
    if row is None or not row["trail"]:
        stages = list(dict.fromkeys(reject["stage"] for reject in rejects))
        return ["", f"Stages that spoke of it: {', '.join(stages)}."] if stages else []
    lines = ["", "Stages:"]
    width = max(len(step["stage"]) for step in row["trail"])
    for step in row["trail"]:
        took = "from the cache" if step["cached"] else f"{step['seconds']:.2f} s"
        counts = ", ".join(f"{one['name']} {one['value']:g}" for one in step["values"] or ())
        told = [took, f"wrote {step['wrote']}", f"dropped {step['dropped']}", counts]
        lines.append(f"  {step['stage']:{width}}  {'; '.join(text for text in told if text)}")
    return lines


def _lanes(row: Row | None) -> list[str]:
    lanes = {name[5:]: spans for name, spans in (row or {}).items() if name.startswith("lane_") and spans}
    return ["", "Lanes: " + ", ".join(f"{name} {len(spans)}" for name, spans in lanes.items())] if lanes else []


def _reject(reject: Row) -> str:
    place = f"{reject['lane']} {reject['start']:.2f}-{reject['end']:.2f} s: " if reject["start"] is not None else ""
    return f"{place}{_reason(reject)}"


def _reason(reject: Mapping[str, Any]) -> str:
    measured = "" if reject["value"] is None else f" ({reject['value']:g}"
    measured += "" if reject["threshold"] is None or not measured else f", limit {reject['threshold']:g}"
    measured += ")" if measured else ""
    detail = f": {_short(reject['detail'])}" if reject["detail"] else ""
    return f"{reject['stage']} {reject['kind']} it, {reject['reason']}{measured}{detail}"


def _sample(sample: Row) -> list[str]:
    lines = [f"  {sample['task']}, {sample['start']:.1f}-{sample['end']:.1f} s, by {sample['teacher'] or 'rule'}:"]
    lines.append(f"    Q: {_short(sample['question'])}")
    if sample["options"]:
        lines.append(f"    options: {_short(' | '.join(sample['options']))}")
    lines.append(f"    A: {_short(sample['answer'])}")
    cited = (sample["evidence"] or ())[:4]
    lines += [
        f"    from {one['lane']} {one['start']:.1f}-{one['end']:.1f} s: {_short(one['text'] or '')}" for one in cited
    ]
    checks = [f"{one['check']} {one['verdict']}" for one in sample["checks"] or ()]
    return [*lines, f"    checks: {', '.join(checks)}"] if checks else lines


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONG else f"{text[:LONG]} …"
