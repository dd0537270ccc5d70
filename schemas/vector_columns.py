"""Vectors of spans as Arrow has them: a field ``vector`` of a lane's spans, a fixed-size list of float16.

A lane has the field where any of its spans has a vector; spans without one have null there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from .timeline import Span
from .vectors import BYTES_EACH, different_lengths

if TYPE_CHECKING:
    from numpy.typing import NDArray

VECTOR = "vector"
"""The field of a lane's spans."""
_LANE = "lane_"


def span_dimensions(lane: str, rows: Sequence[Sequence[Span]]) -> int:
    """The dimensions of the vectors of the spans of *lane*, video by video; 0: none has one.

    Raises:
        ValueError: they differ.
    """
    found = {len(span.vector): span.vector for spans in rows for span in spans if span.vector is not None}
    if len(found) > 1:
        raise ValueError(f"the lane {lane} has vectors of {different_lengths(list(found.values()))} numbers")
    return next(iter(found), 0) // BYTES_EACH


def vector_lengths(*schemas: pa.Schema) -> dict[str, int]:
    """The lanes whose spans have vectors in tables of *schemas*, with their dimensions."""
    return {
        field.name.removeprefix(_LANE): size
        for schema in schemas
        for field in schema
        if field.name.startswith(_LANE) and (size := _dimensions(field.type))
    }


def vectors_of(timelines: pa.Table, lane: str) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float16]]:
    """The vectors of *lane*, without a Python object for each number.

    Returns:
        The row of each vector's video, the place of its span on the lane, and the vectors, (n, dimensions); none
        where no span has one.
    """
    size = vector_lengths(timelines.schema).get(lane, 0)
    none = np.zeros(0, np.int64)
    if not size:
        return none, none, np.zeros((0, 0), np.float16)
    column = timelines.column(f"{_LANE}{lane}").combine_chunks()
    if isinstance(column, pa.ChunkedArray):  # of no rows
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    counts = np.asarray(column.value_lengths().fill_null(0))
    rows = np.repeat(np.arange(len(column)), counts)
    places = np.concatenate([np.arange(count) for count in counts]) if len(rows) else none
    vectors = pa.StructArray.field(column.flatten(), VECTOR)
    there = np.asarray(vectors.is_valid(), bool)
    numbers = np.asarray(vectors.drop_null().flatten()).reshape(-1, size)
    return rows[there], places[there], numbers


def packed_vectors(vectors: Sequence[bytes | None], kind: pa.FixedSizeListType) -> pa.Array:
    """*vectors* as an array of *kind*."""
    empty = bytes(BYTES_EACH * kind.list_size)
    numbers = np.frombuffer(b"".join(one or empty for one in vectors), "<f2")
    missing = pa.array([one is None for one in vectors], pa.bool_()) if None in vectors else None
    return pa.FixedSizeListArray.from_arrays(pa.array(numbers, pa.float16()), type=kind, mask=missing)


def with_vectors(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """*column* as *kind*: where that is a lane whose vectors are others than those of *column*, it has those of *kind*,
    null in every span, or none."""
    if not _is_lane(kind) or _dimensions(kind) == _dimensions(column.type):
        return column
    size = _dimensions(kind)
    chunks = []
    for chunk in column.chunks:
        spans = chunk.flatten()
        fields = {field.name: spans.field(field.name) for field in spans.type if field.name != VECTOR}
        if size:
            fields[VECTOR] = pa.nulls(len(spans), kind.value_type.field(VECTOR).type)
        chunks.append(_lane(chunk, fields))
    return pa.chunked_array(chunks, kind)


def with_packed_vectors(timelines: pa.Table) -> pa.Table:
    """*timelines* whose vectors are bytes: as lists of numbers they would take a hundred times their memory."""
    for lane in vector_lengths(timelines.schema):
        at = timelines.schema.get_field_index(f"{_LANE}{lane}")
        chunks = []
        for chunk in timelines.column(at).chunks:
            spans = chunk.flatten()
            fields = {field.name: spans.field(field.name) for field in spans.type}
            fields[VECTOR] = _as_bytes(fields[VECTOR])
            chunks.append(_lane(chunk, fields))
        if chunks:
            timelines = timelines.set_column(at, timelines.schema.names[at], pa.chunked_array(chunks))
    return timelines


def _as_bytes(vectors: pa.FixedSizeListArray) -> pa.Array:
    size = BYTES_EACH * vectors.type.list_size
    numbers = np.asarray(vectors.fill_null([0.0] * vectors.type.list_size).flatten(), "<f2").tobytes()
    there = vectors.is_valid().to_pylist()
    return pa.array([numbers[n * size : (n + 1) * size] if one else None for n, one in enumerate(there)], pa.binary())


def _lane(chunk: Any, fields: dict[str, pa.Array]) -> pa.Array:
    """*chunk*, lists of spans, with the spans made of *fields* instead."""
    lengths = np.asarray(chunk.value_lengths().fill_null(0), np.int64)
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]).astype(np.int32)
    spans = pa.StructArray.from_arrays(list(fields.values()), names=list(fields))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), spans)


def _is_lane(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) and pa.types.is_struct(kind.value_type))


def _dimensions(kind: pa.DataType) -> int:
    """The dimensions of the vectors in a column of *kind*; 0: it has none."""
    if not _is_lane(kind):
        return 0
    at = kind.value_type.get_field_index(VECTOR)
    return int(kind.value_type.field(at).type.list_size) if at >= 0 else 0
