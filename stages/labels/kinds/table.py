"""Labels in rows: one span a row, of any number of videos and lanes."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from ....schemas.settings_model import Settings
from ..label_import import LANE, TO_THE_END, FileImporter, LabelError, Labelled
from ..table_rows import cell, read_rows

Column = Literal["video", "start", "end", "text", "label", "lane", "score"]

USUAL: dict[str, tuple[str, ...]] = {
    "video": ("video", "vid", "video_id", "uri", "path", "file", "file_name"),
    "start": ("start", "start_time"),
    "end": ("end", "end_time"),
    "text": ("text", "caption", "sentence"),
    "label": ("label",),
    "lane": ("lane",),
    "score": ("score",),
}
"""The columns that are taken for each meaning when the YAML does not name one."""


Bounds = tuple[float, float]


class ScoreScale(Settings):
    """A linear change of scores."""

    model_config = ConfigDict(populate_by_name=True)

    given: Bounds = Field(alias="from")
    """The least and the greatest score of the file's scale: [1, 5]."""
    to: Bounds = (0.0, 100.0)
    """What these become; the first may be the greater one, where less is better."""

    @model_validator(mode="after")
    def _has_a_length(self) -> Self:
        if self.given[0] >= self.given[1] or self.to[0] == self.to[1]:
            raise ValueError("give the least score of the scale, then the greatest: from: [1, 5]")
        return self

    def scaled(self, score: float) -> float | None:
        """*score* on the new scale, to six places; None: it is not on the file's."""
        (low, high), (first, last) = self.given, self.to
        return round(first + (score - low) / (high - low) * (last - first), 6) if low <= score <= high else None


class Table(FileImporter):
    """Read a table (.jsonl, .json, .csv, .tsv, .parquet) with a row a span.

    A row has a video, and may have a start, an end, text, a label, a lane and a score. A row without an end is a point;
    one without any time holds for the whole video. Other columns become the span's values and attrs.
    """

    kind: Literal["table"] = "table"
    columns: dict[Column, str] = Field(default_factory=dict)
    """Which column of the file has which meaning, for example {video: vid, text: caption}."""
    scale: ScoreScale | None = None
    """Another scale for the scores, so that those of several sets can stand together: {from: [1, 5]} makes 0 to 100 of
    opinions from 1 to 5, {from: [1, 5], to: [0, 10]} 0 to 10. A score that is not on the file's scale is an error."""

    def open_ended(self) -> bool:
        return "lane" in self.columns or "lane" not in self.model_fields_set

    def read(self, data: bytes) -> Iterator[Labelled]:
        videos: dict[str, Labelled] = {}
        names: dict[str, str] = {}
        columns: list[str] = []
        for number, row in read_rows(data, self.path):
            where = f"row {number}"
            if isinstance(row, str):
                videos.setdefault("", Labelled("")).fail(self.lane, where, row)
                continue
            columns = columns or sorted(row)
            for meaning in USUAL:
                if meaning not in names:
                    usual = (self.columns[meaning],) if meaning in self.columns else USUAL[meaning]
                    if column := next((name for name in usual if name in row), None):
                        names[meaning] = column
            name = cell(row.get(names.get("video", "video")))
            found = videos.setdefault(name, Labelled(name))
            if not name:
                found.fail(self.lane, where, "no video is named", "no_video")
                continue
            self._add(found, row, names, where)
        if columns and "video" not in names:
            wanted = self.columns.get("video")
            raise LabelError(
                f"{self.path}: no column {wanted or 'video'}. The columns are {', '.join(columns)}. "
                "Say which one names the video: columns: {video: NAME}."
            )
        yield from videos.values()

    def _add(self, found: Labelled, row: dict[str, Any], names: dict[str, str], where: str) -> None:
        take = {meaning: row.get(column) for meaning, column in names.items()}
        start, end = take.get("start"), take.get("end")
        if end in (None, ""):
            end = TO_THE_END if start in (None, "") else start
        start = 0.0 if start in (None, "") else start
        lane = cell(take.get("lane")) or self.lane
        if not re.fullmatch(LANE, lane):
            found.fail(self.lane, where, f"{lane!r} cannot be the name of a lane: use a-z, 0-9 and _")
            return
        score = _number(take.get("score"))
        if score is not None and self.scale is not None:
            given, score = score, self.scale.scaled(score)
            if score is None:
                low, high = self.scale.given
                found.fail(
                    lane, where, f"the score {given:g} is not on the scale from {low:g} to {high:g}", "bad_score"
                )
                return
        span = found.add(lane, start, end, where)
        if span is None:
            return
        span.text, span.label = cell(take.get("text")) or None, cell(take.get("label")) or None
        span.score = score
        known = set(names.values())
        for column, value in row.items():
            if column in known or value in (None, ""):
                continue
            if (number := _number(value)) is not None:
                span.values[column] = number
            else:
                span.attrs[column] = cell(value)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
