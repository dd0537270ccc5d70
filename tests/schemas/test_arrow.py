"""Timelines, samples and rejects survive Arrow and Parquet whatever their text, however long or empty the lanes."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vdata.schemas import (
    Box,
    Evidence,
    Media,
    Medium,
    Message,
    Reject,
    Sample,
    Span,
    Timeline,
    TrailStep,
    Verdict,
    clean,
)
from vdata.schemas.arrow import (
    SAMPLES,
    encode,
    fitted,
    read_samples,
    read_timelines,
    rejects_table,
    samples_table,
    timelines_schema,
    timelines_table,
    with_columns,
)

any_text = st.text(st.characters(), max_size=20)  # every code point, lone surrogates too
safe_text = any_text.map(clean)
times = st.floats(0, 1e6, allow_nan=False)
number = st.floats(allow_nan=False)
numbers = st.dictionaries(safe_text, number, max_size=3)
texts = st.dictionaries(safe_text, safe_text, max_size=3)
maybe_text = st.none() | safe_text
sides = st.floats(0, 1)
boxes = st.lists(st.builds(Box, times, sides, sides, sides, sides, safe_text), max_size=3)
spans = st.builds(
    Span,
    times,
    times,
    maybe_text,
    maybe_text,
    st.none() | number,
    safe_text,
    numbers,
    texts,
    st.uuids().map(str),
    boxes=boxes,
)
media = st.builds(Media, bytes=st.integers(0, 2**40), duration=times, width=st.integers(0, 9000), codec=safe_text)
evidence = st.builds(Evidence, times, times, safe_text, safe_text, safe_text, boxes)
samples = st.builds(
    Sample,
    safe_text,
    safe_text,
    safe_text,
    times,
    times,
    st.lists(evidence, max_size=3),
    texts,
    st.lists(safe_text, max_size=4),
    st.none() | st.integers(0, 3),
    st.lists(
        st.builds(Message, st.sampled_from(["system", "user", "assistant"]), safe_text, st.none() | times), max_size=3
    ),
    safe_text,
    safe_text,
    st.lists(st.builds(Verdict, safe_text, st.just("pass"), st.none() | number, safe_text), max_size=2),
    safe_text,
    st.uuids().map(str),
    seen_start=st.none() | times,
    seen_end=st.none() | times,
    media=st.lists(
        st.builds(Medium, st.sampled_from(["image", "clip"]), safe_text, times, times, safe_text), max_size=2
    ),
)
rejects = st.builds(
    Reject,
    safe_text,
    st.sampled_from(["dropped", "failed"]),
    safe_text,
    value=st.none() | number,
    threshold=st.none() | number,
)
LANES = ("shots", "speech", "a lane with a space")
timelines = st.builds(
    Timeline,
    safe_text,
    st.uuids().map(str),
    st.none() | times,
    st.none() | media,
    texts,
    st.fixed_dictionaries({lane: st.lists(spans, max_size=4) for lane in LANES}),
    st.lists(samples, max_size=2),
    st.lists(rejects, max_size=2),
    st.lists(st.builds(TrailStep, safe_text, times, st.integers(0, 9), st.integers(0, 9), numbers, st.booleans())),
)


@settings(max_examples=30)
@given(st.lists(timelines, max_size=4, unique_by=lambda video: video.id))
def test_timelines_survive_parquet(tmp_path_factory: pytest.TempPathFactory, videos: list[Timeline]) -> None:
    folder: Path = tmp_path_factory.mktemp("parquet")
    tables = []
    for n, table in enumerate((timelines_table(videos, LANES), samples_table(videos), rejects_table(videos))):
        pq.write_table(table, folder / f"{n}.parquet")
        tables.append(pq.read_table(folder / f"{n}.parquet"))
    assert read_timelines(*tables) == videos


@given(st.lists(any_text))
def test_no_text_makes_arrow_fail(words: list[str]) -> None:
    stored = encode(words, pa.string()).to_pylist()
    assert stored in (words, [clean(word) for word in words])
    stored_alone = encode(["half \ud83c", None], pa.string()).to_pylist()
    assert stored_alone == ["half \ufffd", None]


def test_empty_tables_keep_their_types() -> None:
    assert samples_table([]).schema == SAMPLES
    bare = timelines_table([Timeline("a", "1"), Timeline("b", "2")], ["shots"])
    assert bare.schema == timelines_schema(["shots"])
    assert bare.column("lane_shots").to_pylist() == [[], []]
    assert pa.concat_tables([bare, timelines_table([], ["shots"])]).num_rows == 2


@pytest.mark.slow
def test_a_long_lane() -> None:
    video = Timeline("a", "1", lanes={"words": [Span(n, n + 1, text=str(n), id=str(n)) for n in range(100_000)]})
    back = read_timelines(timelines_table([video], ["words"]))[0]
    assert len(back.lane("words")) == 100_000
    assert back.lane("words")[-1] == video.lane("words")[-1]


def test_messages_of_an_older_data_set_have_no_time() -> None:
    turns = [Message("user", "Tell me when he jumps.", 1.5), Message("assistant", "Now.", 4.0)]
    new = samples_table([Timeline("a", "1", samples=[Sample("stream", "q", "a", 0, 5, messages=turns)])])
    place = new.schema.get_field_index("messages")
    kind = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
    said = [[{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]]
    old = new.set_column(place, pa.field("messages", kind), pa.array(said, kind))
    assert read_samples(new)[0].messages == turns
    assert read_samples(old)[0].messages == [Message("user", "q", None), Message("assistant", "a", None)]
    whole = old.set_column(
        place, SAMPLES.field("messages"), fitted(old.column("messages"), SAMPLES.field("messages").type)
    )
    assert pa.concat_tables([new, whole]).column("messages").to_pylist()[1][1]["time"] is None
    assert samples_table([]).schema.field("messages").type.value_type[-1].name == "time"


def test_samples_read_back_alone() -> None:
    sample = Sample("order", "q", "a", 0, 1, [Evidence(0, 1, "events", "x", "s")], {"format": "mmss"}, ["a", "b"], 1)
    video = Timeline("a", "1", samples=[sample])
    assert read_samples(samples_table([video])) == [sample]


def test_what_older_versions_wrote_may_all_be_seen() -> None:
    table = samples_table([Timeline("a", "1", samples=[Sample("what", "q", "a", 0, 1, id="s", seen_end=1.0)])])
    older = table.drop_columns(["seen_start", "seen_end"])
    (sample,) = read_samples(older)
    assert sample.seen is None
    assert read_samples(with_columns(older, SAMPLES).cast(SAMPLES)) == [sample]
    assert with_columns(table, SAMPLES) is table


def test_samples_without_the_column_of_media_are_read() -> None:
    sample = Sample("what", "q", "a", 0, 1, media=[Medium("clip", "b.mp4", 0, 1)])
    table = samples_table([Timeline("a", "1", samples=[sample])])
    assert read_samples(table) == [sample]
    assert read_samples(table.drop_columns(["media"]))[0].media == []
    nothing = pa.array([None], table.schema.field("media").type)
    assert read_samples(table.set_column(table.column_names.index("media"), "media", nothing))[0].media == []
