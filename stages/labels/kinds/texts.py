"""Texts: a row of a table, or a file, each; an input of its own, without a video."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from ....schemas import Span
from ..label_import import LANE, ColumnFault, FileImporter, LabelError, Labelled
from ..qa_rows import head_of
from ..table_rows import TABLES, Row, cell, read_rows, text_of
from ..text_rows import DOCUMENTS, text_name, text_span

Column = Literal["name", "text"]
USUAL: dict[Column, tuple[str, ...]] = {
    "name": ("name", "id", "title", "video", "file"),
    "text": ("text", "document", "content", "context", "article", "passage", "caption"),
}
"""The columns that are taken for each meaning when the YAML does not name one, likeliest first."""
NEEDED: Column = "text"


class Texts(FileImporter):
    """Read texts, one a row (.jsonl, .json, .csv, .tsv, .parquet) or one a file (.txt, or a .tar of these).

    Each is an input without a video, on whose lane the whole text stands, for a second: ``paginate`` lays it on pages,
    ``pack`` puts several together. Rows of one name are one input with several texts, in the order of the rows; a text
    that it has already, as beside several questions, is laid once. Without names, an input is named by its text.
    """

    kind: Literal["texts"] = "texts"
    lane: str = Field(DOCUMENTS, pattern=f"^{LANE}$")
    columns: dict[Column, str] = Field(default_factory=dict)
    """Which column of the file has which meaning, for example {name: book, text: body}. Other columns become values and
    attributes of the text."""

    def column_faults(self, path: str) -> list[ColumnFault]:
        """What is wrong with the columns of the file *path* on this machine, as far as its first rows tell."""
        rows = head_of(path) if path.lower().endswith(TABLES) else []
        return self._faults(list(dict.fromkeys(name for row in rows for name in row))) if rows else []

    def _faults(self, columns: list[str]) -> list[ColumnFault]:
        listed = f"The columns are {', '.join(columns)}."
        faults = [
            ColumnFault(("columns", meaning), f"the file has no column {name}.", listed, name, columns)
            for meaning, name in self.columns.items()
            if name not in columns
        ]
        if NEEDED not in self.columns and not set(USUAL[NEEDED]) & set(columns):
            hint = f"{listed} Say which: columns: {{{NEEDED}: NAME}}."
            faults.append(ColumnFault((), "no column of the file is known to be the text.", hint))
        return faults

    def read(self, data: bytes) -> Iterator[Labelled]:
        rows = list(self._rows(data))
        told = list(dict.fromkeys(name for _, row in rows if isinstance(row, dict) for name in row))
        if told and (faults := self._faults(told)):
            raise LabelError("\n".join(f"{self.path}: {fault.message} {fault.hint}" for fault in faults))
        names = {meaning: self.columns.get(meaning) or next((one for one in usual if one in told), "")
                 for meaning, usual in USUAL.items()}  # fmt: skip
        found: dict[str, Labelled] = {}
        for where, row in rows:
            if isinstance(row, str):
                found.setdefault("", Labelled("")).fail(self.lane, where, row)
                continue
            text = cell(row.get(names["text"]))
            if not text.strip():
                found.setdefault("", Labelled("")).fail(self.lane, where, "there is no text", "no_text")
                continue
            name = cell(row.get(names["name"])).strip() or text_name(text)
            one = found.setdefault(name, Labelled(name))
            there = one.lanes.setdefault(self.lane, [])
            if text in (span.text for span in there):  # the row of another question about it
                continue
            there.append(self._span(text, row, set(names.values()), len(there)))
        yield from found.values()

    def _rows(self, data: bytes) -> Iterator[tuple[str, Row]]:
        path = self.path.lower()
        if path.endswith(".txt"):
            yield self.path, _file_row(self.path, data)
        elif path.endswith(".tar"):
            try:
                with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as tar:
                    for member in tar:
                        file = tar.extractfile(member) if member.isfile() and member.name.endswith(".txt") else None
                        if file is not None:
                            yield member.name, _file_row(member.name, file.read())
            except (tarfile.TarError, EOFError) as error:
                raise LabelError(f"{self.path}: not a readable tar: {error}") from None
        elif path.endswith(TABLES):
            for number, row in read_rows(data, self.path):
                yield f"row {number}", row
        else:
            raise LabelError(f"{self.path}: not a file of texts. Use one of .txt, .tar, {', '.join(TABLES)}.")

    @staticmethod
    def _span(text: str, row: dict[str, Any], named: set[str], before: int) -> Span:
        span = text_span(text, before)
        for column, value in row.items():
            if column in named or value in (None, ""):
                continue
            if isinstance(value, int | float) and not isinstance(value, bool):
                span.values[column] = float(value)
            else:
                span.attrs[column] = cell(value)
        return span


def _file_row(path: str, data: bytes) -> dict[str, Any]:
    return {"name": os.path.splitext(os.path.basename(path))[0], "text": text_of(data)}
