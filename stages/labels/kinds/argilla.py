"""Responses of Argilla 2: what people said of the records of ``vdata export --format argilla``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Literal

from ..label_import import Labelled
from ..review_import import ReviewImporter, Reviews, Said
from ..table_rows import cell, read_rows

LEFT = ("discarded", "draft")
"""What a response is that its author has not submitted."""


class ArgillaReviews(ReviewImporter):
    """Read what people said in Argilla: a file (.json, .jsonl, .parquet) of records that vdata export has written.

    Both forms of a record are read: nested, as ``records.to_json`` has it, and flat, as
    ``records.to_list(flatten=True)`` and ``records.to_datasets()``. Only the flat one tells drafts and discarded
    responses from submitted ones: there these are no reviews.
    """

    kind: Literal["argilla"] = "argilla"

    def read(self, data: bytes) -> Iterator[Labelled]:
        reviews = Reviews(self)
        for number, row in read_rows(data, self.path):
            where = f"record {number}"
            if isinstance(row, str):
                reviews.fail("", where, row)
                continue
            if isinstance(row.get("fields"), dict):
                item = {**row["fields"], **(row.get("metadata") or {}), "id": row.get("id")}
                people = _nested(row.get("responses"))
            else:
                item, people = row, _flat(row)
            for n, (by, said) in enumerate(people.items(), 1):
                reviews.add(Said(item, by, said, "", f"{where}, response {n}"))
        yield from reviews.labelled()


def _nested(responses: Any) -> dict[str, dict[str, str]]:
    """What each person said, by question."""
    people: dict[str, dict[str, str]] = defaultdict(dict)
    for question, given in responses.items() if isinstance(responses, dict) else ():
        for one in given if isinstance(given, list) else ():
            if isinstance(one, dict) and one.get("status") not in LEFT:
                people[cell(one.get("user_id"))][question] = cell(one.get("value"))
    return people


def _flat(row: dict[str, Any]) -> dict[str, dict[str, str]]:
    people: dict[str, dict[str, str]] = defaultdict(dict)
    for column, values in row.items():
        question, _, what = column.rpartition(".")
        if what != "responses" or not isinstance(values, list):
            continue
        users, states = row.get(f"{column}.users") or [], row.get(f"{column}.status") or []
        for n, value in enumerate(values):
            if n >= len(states) or states[n] not in LEFT:
                people[cell(users[n]) if n < len(users) else ""][question] = cell(value)
    return people
