"""The rows of a file of questions: a table, or the .json members of a tar, as WebDataset has them."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterator
from typing import Any

from .label_import import LabelError
from .table_rows import Row, load_json, read_rows

HEAD = 8 << 20
"""Bytes of a file of lines that are looked at to tell its columns before a build."""
MOST = 64 << 20
"""The largest file that is read as a whole for that; the build reads larger ones."""


def qa_rows(data: bytes, path: str) -> Iterator[tuple[str, Row]]:
    """The rows of the file *path*, each with where it stands: ``row 3``, or the member of a tar and its row.

    Raises:
        LabelError: the file as a whole cannot be read.
    """
    if path.lower().endswith(".tar"):
        yield from _members(data, path)
        return
    for number, row in read_rows(data, path):
        yield f"row {number}", row


def head_of(path: str) -> list[dict[str, Any]]:
    """The first rows of the file *path* on this machine; none where they cannot be read, which the build will say."""
    try:
        if path.lower().endswith(".parquet"):
            import pyarrow.parquet as pq

            return [dict.fromkeys(pq.read_schema(path).names)]
        lines = path.lower().endswith((".jsonl", ".ndjson"))
        if not lines and os.path.getsize(path) > MOST:
            return []
        with open(path, "rb") as file:
            data = file.read(HEAD if lines else MOST)
        if lines and len(data) == HEAD:
            data = data[: data.rfind(b"\n") + 1]
        return [row for _, row in qa_rows(data, path) if isinstance(row, dict)]
    except (LabelError, OSError, ValueError):
        return []


def _members(data: bytes, path: str) -> Iterator[tuple[str, Row]]:
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as tar:
            for member in tar:
                file = tar.extractfile(member) if member.isfile() and member.name.endswith(".json") else None
                if file is None:
                    continue
                told = load_json(file.read(), f"{path}: {member.name}")
                about = (
                    {name: told[name] for name in ("video", "duration") if name in told}
                    if isinstance(told, dict)
                    else {}
                )
                rows = told.get("samples", [told]) if isinstance(told, dict) else told
                for number, row in enumerate(rows if isinstance(rows, list) else [rows], 1):
                    place = f"{member.name} row {number}"
                    yield place, {**about, **row} if isinstance(row, dict) else "not a JSON object"
    except (tarfile.TarError, EOFError) as error:
        raise LabelError(f"{path}: not a readable tar: {error}") from None
