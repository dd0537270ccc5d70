"""Annotations of Label Studio: what people said of the tasks of ``vdata export --format label_studio``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from ..label_import import LabelError, Labelled
from ..review_import import ReviewImporter, Reviews, Said
from ..table_rows import cell, load_json


class LabelStudioReviews(ReviewImporter):
    """Read what people said in Label Studio: its export as JSON (not JSON-MIN) of tasks that vdata export has written.

    Skipped tasks, drafts and predictions are no reviews. Of several annotations of one person, the last counts.
    """

    kind: Literal["label_studio"] = "label_studio"

    def read(self, data: bytes) -> Iterator[Labelled]:
        tasks = load_json(data, self.path)
        if not isinstance(tasks, list):
            raise LabelError(f"{self.path}: not an export of Label Studio: it must be a list of tasks. Export as JSON.")
        reviews = Reviews(self)
        for number, task in enumerate(tasks, 1):
            where = f"task {number}"
            item = task.get("data") if isinstance(task, dict) else None
            if not isinstance(item, dict):
                hint = " (JSON-MIN has none: export as JSON)" if isinstance(task, dict) and "annotator" in task else ""
                reviews.fail("", where, f"no data{hint}")
                continue
            for n, annotation in enumerate(task.get("annotations") or (), 1):
                if isinstance(annotation, dict) and not annotation.get("was_cancelled"):
                    at = cell(annotation.get("updated_at") or annotation.get("created_at"))
                    by = _person(annotation.get("completed_by"))
                    reviews.add(Said(item, by, _said(annotation.get("result")), at, f"{where}, annotation {n}"))
        yield from reviews.labelled()


def _person(by: Any) -> str:
    """An annotator, whom exports give as a number or with address and names."""
    return cell(by.get("email") or by.get("id")) if isinstance(by, dict) else cell(by)


def _said(result: Any) -> dict[str, str]:
    """The texts and choices of *result*, by the tag that they come from."""
    said = {}
    for one in result if isinstance(result, list) else ():
        value = one.get("value") if isinstance(one, dict) else None
        if not isinstance(value, dict):
            continue
        texts = value.get("choices") or value.get("text") or []
        lines = texts if isinstance(texts, list) else [texts]
        said[cell(one.get("from_name"))] = "\n".join(map(cell, lines))
    return said
