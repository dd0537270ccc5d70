"""Signals as bytes: a compressed Arrow stream with a column for each signal."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa

from ...schemas.signal_table import MEASURED, Signals

NOTES = b"notes"
"""The key of the stream's metadata that holds ``Signals.notes`` as JSON."""
SCORE = "score:"
"""What the names of the columns of ``Signals.scores`` begin with."""


def to_bytes(signals: Signals) -> bytes:
    """*signals* as an Arrow IPC stream, compressed with Zstandard; (n, k) columns as lists of k."""
    columns = {}
    scores = {SCORE + name: values for name, values in signals.scores.items()}
    further = {} if signals.measured is None else {MEASURED: signals.measured.astype(np.uint8)}
    for name, values in {**signals.columns(), **scores, **further}.items():
        flat = pa.array(np.ascontiguousarray(values).reshape(-1))
        columns[name] = flat if values.ndim == 1 else pa.FixedSizeListArray.from_arrays(flat, values.shape[1])
    table = pa.table(columns).replace_schema_metadata({NOTES: json.dumps(signals.notes())})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def from_bytes(data: bytes) -> Signals:
    """What ``to_bytes`` wrote. Raises ``pyarrow.ArrowInvalid`` for anything else."""
    table = pa.ipc.open_stream(data).read_all()
    columns = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        values = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()  # which copies
        if pa.types.is_fixed_size_list(values.type):
            columns[name] = values.flatten().to_numpy().reshape(len(values), values.type.list_size)
        else:
            columns[name] = values.to_numpy()
    scores = {name.removeprefix(SCORE): columns.pop(name) for name in list(columns) if name.startswith(SCORE)}
    measured = columns.pop(MEASURED).astype(bool) if MEASURED in columns else None
    notes = json.loads((table.schema.metadata or {}).get(NOTES, b"{}"))
    for name in ("damaged", "gaps"):
        notes[name] = [tuple(one) for one in notes.get(name, ())]
    return Signals(**columns, scores=scores, measured=measured, **notes)
