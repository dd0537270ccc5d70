"""Rows that vdata itself has written: samples with every column, as its Parquet and the format jsonl have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ...schemas import Sample
from .qa_values import Unusable

OWN = frozenset({"task", "question", "options", "answer", "answer_index", "evidence", "params", "messages"})
"""The columns by which such a row is known."""
MEDIA = ("clip", "clip_start", "clip_end", "frames")
"""Columns that speak of files of the build that wrote them; they are not taken over, and neither are the files of
``media``."""


def is_own(row: Mapping[str, Any]) -> bool:
    """Whether *row* is a sample that vdata has written."""
    evidence = row.get("evidence")
    return row.keys() >= OWN and isinstance(evidence, list) and all(isinstance(one, dict) for one in evidence)


def own_sample(row: Mapping[str, Any]) -> Sample:
    """*row* as the sample that it was.

    Raises:
        Unusable: ``bad_row``.
    """
    names = {item.name for item in fields(Sample)} - set(MEDIA)
    told = {name: value for name, value in row.items() if name in names and value is not None}
    if isinstance(told.get("params"), list):  # as Parquet has them
        told["params"] = {item["name"]: item["value"] for item in told["params"]}
    try:
        if "media" in told:
            told["media"] = [{**one, "file": ""} for one in told["media"]]
        return _adapter().validate_python(told)
    except (ValidationError, KeyError, TypeError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else {"loc": (), "msg": str(error)}
        place = ".".join(map(str, first["loc"]))
        raise Unusable("bad_row", f"no sample of vdata: {place}: {first['msg']}") from None


@cache
def _adapter() -> TypeAdapter[Sample]:
    return TypeAdapter(Sample)
