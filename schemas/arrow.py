"""Arrow schemas of what a build stores, and the way between them and the dataclasses.

Every type is explicit, so that an empty lane never becomes a null column that a later file contradicts.
Dicts are stored as lists of (name, value): ``datasets`` has no map type.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

import pyarrow as pa

from .sample import Box, Evidence, Frame, Medium, Message, Sample, Verdict
from .teaching import Region
from .text import clean, is_clean
from .timeline import STATED, Media, Reject, Span, Timeline, TrailStep
from .vector_columns import packed_vectors, span_dimensions, with_packed_vectors, with_vectors

_STR, _F8, _I8, _BOOL = pa.string(), pa.float64(), pa.int64(), pa.bool_()


def _struct(**names: pa.DataType) -> pa.StructType:
    return pa.struct(list(names.items()))


NUMBERS = pa.list_(_struct(name=_STR, value=_F8))
TEXTS = pa.list_(_struct(name=_STR, value=_STR))

BOXES = pa.list_(_struct(time=_F8, left=_F8, top=_F8, right=_F8, bottom=_F8, mask=_STR))

SPAN = _struct(
    id=_STR, start=_F8, end=_F8, text=_STR, label=_STR, score=_F8, source=_STR, values=NUMBERS, attrs=TEXTS, boxes=BOXES
)
MEDIA = pa.struct(
    [(item.name, {"int": _I8, "float": _F8, "bool": _BOOL, "str": _STR}[str(item.type)]) for item in fields(Media)]
)
STEP = _struct(stage=_STR, seconds=_F8, wrote=_I8, dropped=_I8, values=NUMBERS, cached=_BOOL)
MESSAGE = _struct(role=_STR, content=_STR, time=_F8)
EVIDENCE = _struct(start=_F8, end=_F8, lane=_STR, text=_STR, span=_STR, boxes=BOXES)
FRAME = _struct(file=_STR, time=_F8)
REGION = _struct(left=_F8, top=_F8, right=_F8, bottom=_F8, mask=_STR, number=_I8, tag=_I8)
MEDIUM = _struct(kind=_STR, video=_STR, start=_F8, end=_F8, file=_STR, boxes=BOXES, mark=_STR, regions=pa.list_(REGION))
VERDICT = _struct(check=_STR, verdict=_STR, value=_F8, detail=_STR)

SAMPLES = pa.schema(
    [
        ("id", _STR),
        ("video", _STR),
        ("video_id", _STR),
        ("start", _F8),
        ("end", _F8),
        ("duration", _F8),
        ("task", _STR),
        ("messages", pa.list_(MESSAGE)),
        ("question", _STR),
        ("options", pa.list_(_STR)),
        ("answer", _STR),
        ("answer_index", _I8),
        ("evidence", pa.list_(EVIDENCE)),
        ("rationale", _STR),
        ("teacher", _STR),
        ("checks", pa.list_(VERDICT)),
        ("params", TEXTS),
        ("group", _STR),
        ("rejected", _STR),
        ("rejected_source", _STR),
        ("seen_start", _F8),
        ("seen_end", _F8),
        ("media", pa.list_(MEDIUM)),
    ]
)
"""One row for each sample. ``video`` is the uri, ``video_id`` the id of its timeline; times in seconds."""

_STRETCH = [("clip_start", _F8), ("clip_end", _F8)]
SHOWN = {"reference": [], "clips": [("clip", _STR), *_STRETCH], "frames": [*_STRETCH, ("frames", pa.list_(FRAME))]}
"""The columns for the files that show samples, by ``output.media``; samples have them besides those of SAMPLES."""

REJECTS = pa.schema(
    [
        ("id", _STR),
        ("uri", _STR),
        ("stage", _STR),
        ("kind", _STR),
        ("reason", _STR),
        ("value", _F8),
        ("threshold", _F8),
        ("detail", _STR),
        ("lane", _STR),
        ("span", _STR),
        ("start", _F8),
        ("end", _F8),
    ]
)
"""One row for each reject. A row without ``lane`` is about the whole video: why it is not in the output, or, of kind
``retried``, what it had failed of before it was taken up again."""


ENDS = [pa.field(name, _STR) for name in ("state", "stage", "reason")]
"""The columns of published timelines that say how each video ended: its ``PublishedState``, and for one that a stage
ended, this stage and its reason, as in the rejects."""


def samples_schema(media: str = "reference") -> pa.Schema:
    """SAMPLES, with the columns of *media*, a key of SHOWN."""
    return pa.schema([*SAMPLES, *(pa.field(*column) for column in SHOWN[media])])


def timelines_schema(lanes: Iterable[str], vectors: Mapping[str, int] | None = None) -> pa.Schema:
    """One row for each video: facts, and a list-of-struct column ``lane_NAME`` for each lane, sorted by name.

    The spans of the lanes *vectors* have a ``vector`` besides, of so many dimensions.
    """
    sizes = vectors or {}
    return pa.schema(
        [
            ("id", _STR),
            ("uri", _STR),
            ("duration", _F8),
            ("media", MEDIA),
            ("attrs", TEXTS),
            ("trail", pa.list_(STEP)),
            *((f"lane_{lane}", pa.list_(_span_type(sizes.get(lane, 0)))) for lane in sorted(lanes)),
        ]
    )


def _span_type(size: int) -> pa.StructType:
    """SPAN, with a ``vector`` of *size* dimensions if there are any."""
    return pa.struct([*SPAN, ("vector", pa.list_(pa.float16(), size))]) if size else SPAN


def encode(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """*values* (dataclasses, dicts, lists, plain values) as an array of *kind*, column by column.

    Several times as fast as ``pa.array`` on a list of dicts. Every text is cleaned.
    """
    if pa.types.is_fixed_size_list(kind):
        return packed_vectors(values, kind)
    if pa.types.is_list(kind):
        offsets = [0]
        flat: list[Any] = []
        for value in values:
            flat.extend(value.items() if isinstance(value, dict) else value)
            offsets.append(len(flat))
        return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), encode(flat, kind.value_type), type=kind)
    if pa.types.is_struct(kind):
        if not values:
            return pa.array([], kind)
        mask = pa.array([value is None for value in values]) if None in values else None
        names = [field.name for field in kind]
        if isinstance(values[0], tuple):
            columns: Iterable[Sequence[Any]] = list(zip(*values, strict=True))
        else:
            columns = [[getattr(value, name, None) for value in values] for name in names]
        arrays = [encode(column, field.type) for column, field in zip(columns, kind, strict=True)]
        return pa.StructArray.from_arrays(arrays, fields=list(kind), mask=mask)
    if pa.types.is_string(kind):
        if any(value and not is_clean(value) for value in values):
            values = [None if value is None else clean(value) for value in values]
        return pa.array(values, kind)
    return pa.array(values, kind)


def fitted(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """*column* of an older data set as *kind*: fields that its structs do not have yet are null."""
    try:
        return column.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError):  # versions before 19 add no field
        return pa.chunked_array([pa.array(chunk.to_pylist(), kind) for chunk in column.chunks], kind)


def _table(columns: dict[str, Sequence[Any]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_arrays([encode(columns[field.name], field.type) for field in schema], schema=schema)


def with_columns(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """*table* with the columns of *schema* in order: those that older versions did not write are null."""
    if table.schema.names == schema.names:
        return table
    known = set(table.column_names)
    return pa.Table.from_arrays(
        [table.column(field.name) if field.name in known else pa.nulls(table.num_rows, field.type) for field in schema],
        names=schema.names,
    )


def samples_table(videos: Sequence[Timeline], media: str = "reference") -> pa.Table:
    """The samples of *videos* as a table of ``samples_schema(media)``."""
    rows = [(video, sample) for video in videos for sample in video.samples]
    samples = [sample for _, sample in rows]
    columns: dict[str, Sequence[Any]] = {
        item.name: [getattr(sample, item.name) for sample in samples] for item in fields(Sample)
    }
    columns["video"] = [video.uri for video, _ in rows]
    columns["video_id"] = [video.id for video, _ in rows]
    columns["duration"] = [video.duration for video, _ in rows]
    return _table(columns, samples_schema(media))


def rejects_table(videos: Sequence[Timeline]) -> pa.Table:
    """The rejects of *videos* as a table of REJECTS."""
    rows = [(video, reject) for video in videos for reject in video.rejects]
    columns: dict[str, Sequence[Any]] = {
        item.name: [getattr(reject, item.name) for _, reject in rows] for item in fields(Reject)
    }
    columns["id"] = [video.id for video, _ in rows]
    columns["uri"] = [video.uri for video, _ in rows]
    return _table(columns, REJECTS)


def timelines_table(videos: Sequence[Timeline], lanes: Iterable[str]) -> pa.Table:
    """*videos* as a table with a column for each of *lanes*.

    Raises:
        ValueError: the spans of one lane have vectors of different dimensions.
    """
    lanes = sorted(lanes)
    columns: dict[str, Sequence[Any]] = {
        name: [getattr(video, name) for video in videos]
        for name in ("id", "uri", "duration", "media", "attrs", "trail")
    }
    for lane in lanes:
        columns[f"lane_{lane}"] = [video.lane(lane) for video in videos]
    sizes = {lane: size for lane in lanes if (size := span_dimensions(lane, columns[f"lane_{lane}"]))}
    return _table(columns, timelines_schema(lanes, sizes))


def with_lanes(timelines: pa.Table, lanes: Iterable[str], vectors: Mapping[str, int] | None = None) -> pa.Table:
    """*timelines* with exactly the columns of *lanes*: empty ones are added, others left out.

    The spans of the lanes *vectors* have vectors of so many dimensions, or null; others lose theirs.
    """
    schema = timelines_schema(lanes, vectors)
    empty: Sequence[Any] = [[]] * timelines.num_rows
    names = set(timelines.column_names)
    columns = [
        with_vectors(timelines.column(field.name), field.type) if field.name in names else encode(empty, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def published_schema(lanes: Iterable[str], vectors: Mapping[str, int] | None = None) -> pa.Schema:
    """The columns of published timelines: those of STATED and ENDS after ``uri``, and a column for each lane."""
    columns = list(stated_schema(timelines_schema(lanes, vectors)))
    place = 2 + len(STATED)
    return pa.schema([*columns[:place], *ENDS, *columns[place:]])


def with_ends(timelines: pa.Table, ends: Mapping[str, tuple[str, str | None, str | None]]) -> pa.Table:
    """*timelines*, which have the columns of STATED, with those of ENDS: *ends* are the state, stage and reason by id.

    Others are ``kept``.
    """
    rows = [ends.get(video, ("kept", None, None)) for video in timelines.column("id").to_pylist()]
    for number, field in enumerate(ENDS):
        place = timelines.schema.get_field_index(next(reversed(STATED))) + 1 + number
        timelines = timelines.add_column(place, field, encode([row[number] for row in rows], _STR))
    return timelines


def stated_schema(timelines: pa.Schema) -> pa.Schema:
    """*timelines* with the columns of STATED, of text, after ``uri``."""
    place = timelines.get_field_index("uri") + 1
    columns = list(timelines)
    return pa.schema([*columns[:place], *(pa.field(name, _STR) for name in STATED), *columns[place:]])


def with_stated(timelines: pa.Table, otherwise: Mapping[str, str | None]) -> pa.Table:
    """*timelines* with the columns of STATED: from the attrs, or else from *otherwise*, or else null."""
    attrs = [_named(items) for items in timelines.column("attrs").to_pylist()]
    columns = {name: timelines.column(name) for name in timelines.column_names}
    for name, keys in STATED.items():
        stated = [next((one[key] for key in keys if one.get(key)), otherwise.get(name) or None) for one in attrs]
        columns[name] = encode(stated, _STR)
    schema = stated_schema(timelines.schema)
    return pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema)


def _named(items: list[dict[str, Any]] | None) -> dict[str, Any]:
    return {item["name"]: item["value"] for item in items or []}


def _boxes(row: dict[str, Any]) -> list[Box]:
    return [Box(**item) for item in row.get("boxes") or ()]  # older data sets have no such field


def _span(row: dict[str, Any]) -> Span:
    return Span(**{**row, "values": _named(row["values"]), "attrs": _named(row["attrs"]), "boxes": _boxes(row)})


def _medium(row: dict[str, Any]) -> Medium:
    regions = [Region(**item) for item in row.get("regions") or ()]  # older data sets have no such fields
    return Medium(**{**row, "boxes": _boxes(row), "mark": row.get("mark") or "", "regions": regions})


def _sample(row: dict[str, Any]) -> Sample:
    names = {item.name for item in fields(Sample)}
    row = {name: value for name, value in row.items() if name in names}
    row["messages"] = [Message(**item) for item in row["messages"]]
    row["evidence"] = [Evidence(**{**item, "boxes": _boxes(item)}) for item in row["evidence"]]
    row["checks"] = [Verdict(**item) for item in row["checks"]]
    row["params"] = _named(row["params"])
    row["clip"] = row.get("clip") or ""  # null in a mixture with builds that have none
    row["frames"] = [Frame(**item) for item in row.get("frames") or ()]
    row["media"] = [_medium(item) for item in row.get("media") or ()]  # older data sets have no such column
    return Sample(**row)


def read_samples(table: pa.Table) -> list[Sample]:
    """The samples of a table of SAMPLES, in order."""
    return [_sample(row) for row in table.to_pylist()]


def read_timelines(
    timelines: pa.Table, samples: pa.Table | None = None, rejects: pa.Table | None = None
) -> list[Timeline]:
    """Timelines from their table, with their samples and rejects when those tables are given."""
    videos = []
    for row in with_packed_vectors(timelines).to_pylist():
        lanes = {name[5:]: [_span(span) for span in row[name]] for name in row if name.startswith("lane_")}
        trail = [TrailStep(**{**step, "values": _named(step["values"])}) for step in row["trail"]]
        media = Media(**row["media"]) if row["media"] else None
        videos.append(Timeline(row["uri"], row["id"], row["duration"], media, _named(row["attrs"]), lanes, trail=trail))
    by_id = {video.id: video for video in videos}
    for row in samples.to_pylist() if samples is not None else []:
        if row["video_id"] in by_id:
            by_id[row["video_id"]].samples.append(_sample(row))
    for row in rejects.to_pylist() if rejects is not None else []:
        if row["id"] in by_id:
            reject = {name: value for name, value in row.items() if name not in ("id", "uri")}
            by_id[row["id"]].rejects.append(Reject(**reject))
    return videos
