"""Rows without secrets, wherever these came from: a reply, a label, a stage of another package."""

from __future__ import annotations

import pyarrow as pa

from ..yaml.secrets import Secrets


def without_secrets(table: pa.Table, secrets: Secrets) -> pa.Table:
    """*table* without *secrets* in any of its texts. The usual table has none and comes back as it is."""
    chunks = (chunk for column in table.columns for chunk in column.chunks)
    if not any(buffer is not None and secrets.are_in(buffer) for chunk in chunks for buffer in chunk.buffers()):
        return table
    return pa.Table.from_pylist([secrets.redacted(row) for row in table.to_pylist()], schema=table.schema)
