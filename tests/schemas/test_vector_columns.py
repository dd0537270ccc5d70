"""Vectors of spans survive Arrow and Parquet as fixed-size lists of float16; lanes without any stay as they were."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.schemas import Span, Timeline
from vdata.schemas.arrow import read_timelines, timelines_schema, timelines_table, with_lanes
from vdata.schemas.vector_columns import vector_lengths, vectors_of
from vdata.schemas.vectors import pack, unpack

SIZE = 4
vector = st.none() | st.lists(st.integers(-9, 9), min_size=SIZE, max_size=SIZE).filter(any).map(pack)
lanes = st.lists(st.lists(vector, max_size=4), max_size=4)


def videos_of(found: list[list[bytes | None]]) -> list[Timeline]:
    videos = [Timeline(f"{n}.mp4", str(n)) for n in range(len(found))]
    for video, own in zip(videos, found, strict=True):
        video.put("shots", [Span(n, n + 1.0, vector=one) for n, one in enumerate(own)])
        video.put("captions", [Span(0, 1, "A dog.")])
    return videos


@given(lanes, st.integers(0, 4))
def test_there_and_back(found: list[list[bytes | None]], cut: int) -> None:
    videos = videos_of(found)
    table = timelines_table(videos, ["shots", "captions", "speech"])
    some = any(one is not None for own in found for one in own)
    assert vector_lengths(table.schema) == ({"shots": SIZE} if some else {})
    for part in (table, table.slice(cut), pa.concat_tables([table.slice(0, cut), table.slice(cut)])):
        back = read_timelines(part)
        wanted = found[cut:] if part.num_rows < table.num_rows else found
        assert [[span.vector for span in video.lane("shots")] for video in back] == wanted
        rows, places, numbers = vectors_of(part, "shots")
        flat = [(r, p, one) for r, own in enumerate(wanted) for p, one in enumerate(own) if one is not None]
        assert [(int(r), int(p)) for r, p in zip(rows, places, strict=True)] == [(r, p) for r, p, _ in flat]
        assert numbers.astype("<f2").tobytes() == b"".join(one for _, _, one in flat)


@given(lanes, lanes)
def test_parts_with_and_without_vectors_are_joined(
    one: list[list[bytes | None]], other: list[list[bytes | None]]
) -> None:
    tables = [timelines_table(videos_of(found), ["shots"]) for found in (one, other)]
    sizes = vector_lengths(*(table.schema for table in tables))
    whole = pa.concat_tables([with_lanes(table, ["shots"], sizes) for table in tables])
    assert whole.schema == timelines_schema(["shots"], sizes)
    found = [[span.vector for span in video.lane("shots")] for video in read_timelines(whole)]
    assert found == one + other
    bare = with_lanes(whole, ["shots"])
    assert bare.schema == timelines_schema(["shots"])
    assert all(span.vector is None for video in read_timelines(bare) for span in video.lane("shots"))


def test_one_length_a_lane() -> None:
    videos = videos_of([[pack([1, 2])], [pack([1, 2, 3])]])
    with pytest.raises(ValueError, match="the lane shots has vectors of 2 and 3 numbers"):
        timelines_table(videos, ["shots"])
    other = with_lanes(timelines_table(videos[:1], ["shots"]), ["shots"], {"shots": 3})
    assert [span.vector for span in read_timelines(other)[0].lane("shots")] == [None]


def test_as_datasets_loads_it(tmp_path: Path) -> None:
    from datasets import load_dataset

    table = timelines_table(videos_of([[pack([3, 4]), None], []]), ["shots"])
    pq.write_table(table, tmp_path / "timelines.parquet")
    loaded = load_dataset("parquet", data_files=str(tmp_path / "timelines.parquet"), cache_dir=str(tmp_path / "c"))
    spans = loaded["train"][0]["lane_shots"]
    assert spans[0]["vector"] == pytest.approx([0.6, 0.8], abs=1e-3)
    assert spans[1]["vector"] is None
    assert np.asarray(unpack([pack([3, 4])])).dtype == np.float32
