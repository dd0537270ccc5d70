"""Manifests and label files laid on the inputs, and what attach makes of them in the worker."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import fsspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.pipelines.inputs.match import Names
from vdata.pipelines.inputs.sources import SourceError, attach, find_sources
from vdata.schemas import Timeline, make_id
from vdata.schemas.input_video import Source
from vdata.stages.labels.kinds.activitynet import Activitynet
from vdata.stages.labels.kinds.chapters import Chapters
from vdata.stages.labels.kinds.subtitles import Subtitles
from vdata.stages.labels.kinds.table import Table

CUE = "1\n00:00:01,000 --> 00:00:02,000\n{}\n"


def make(base: Path, *names: str) -> None:
    for name in names:
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_bytes(name.encode())


def write(path: Path, *rows: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(row) for row in rows))


def row(source: Source, duration: float | None = 10.0) -> Timeline:
    video = Timeline(source.uri, make_id(source.name), duration)
    attach(video, source)
    return video


def problems(sources: Sequence[Source]) -> dict[str, tuple[str, float | None]]:
    return {source.uri: (source.problem.reason, source.problem.value) for source in sources if source.problem}


# Manifests


def test_the_other_columns_of_a_manifest_become_labels_of_the_whole_video(tmp_path: Path) -> None:
    make(tmp_path, "data/clips/a.mp4", "b.mp4")
    write(
        tmp_path / "data/list.jsonl",
        {"uri": "clips/a.mp4", "title": "A lake", "score": 0.5, "tags": ["x", "y"], "empty": None},
        {"uri": str(tmp_path / "b.mp4"), "title": ""},
    )
    b, a = find_sources("data/list.jsonl", base=tmp_path)
    assert (a.uri, b.uri, b.attrs) == ("data/clips/a.mp4", "b.mp4", {})
    assert a.attrs == {"title": "A lake", "score": "0.5", "tags": '["x", "y"]'}
    video = row(a, 12.5)
    assert [(s.start, s.end, s.label, s.text, s.score, s.source) for s in video.lanes["labels"]] == [
        (0.0, 12.5, "title", "A lake", None, "imported"),
        (0.0, 12.5, "score", "0.5", 0.5, "imported"),
        (0.0, 12.5, "tags", '["x", "y"]', None, "imported"),
    ]
    assert video.attrs["title"] == "A lake"
    assert all(span.id for span in video.lanes["labels"])


def test_rows_that_cannot_be_used_still_end_as_rows(tmp_path: Path) -> None:
    make(tmp_path, "a.mp4")
    lines = ['{"video": "a.mp4"}', "no json", '{"video": ""}', '{"video": "../gone.mp4"}', '{"video": "a\\u0000b"}']
    lines += ['{"video": "/dev/zero"}', '{"video": "a.mp4", "title": "twice"}', '{"video": "pkg://no_such/a.mp4"}']
    (tmp_path / "list.jsonl").write_text("\n".join(lines))
    found = find_sources("list.jsonl", base=tmp_path)
    assert {uri: reason for uri, (reason, _) in problems(found).items()} == {
        "list.jsonl#2": "bad_manifest_row",
        "list.jsonl#3": "bad_manifest_row",
        str(tmp_path.parent / "gone.mp4"): "not_found",
        "file:a%00b": "unsafe_name",
        "/dev/zero": "not_a_regular_file",
        "pkg://no_such/a.mp4": "not_found",
    }
    assert len(found) == 7
    assert next(source for source in found if source.uri == "a.mp4").attrs == {"title": "twice"}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("l.jsonl", b"", "l.jsonl: the manifest has no rows."),
        ("l.jsonl", b"x", "l.jsonl: not valid JSON"),
        (
            "l.csv",
            b"clip,title\na,b\n",
            "l.csv: no column names the video. Call one of them uri; there are: clip, title.",
        ),
        ("l.parquet", b"x", "l.parquet: not a readable parquet file"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_named(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError) as error:
        find_sources(name, base=tmp_path)
    assert str(error.value).startswith(message.format(base=tmp_path))


def test_a_manifest_behind_a_url_names_files_beside_it() -> None:
    system = fsspec.filesystem("memory")
    system.pipe("/bucket/a.mp4", b"a")
    system.pipe("/bucket/list.csv", b"uri,title\na.mp4,A\nmemory://bucket/gone.mp4,B\n")
    found = find_sources("memory://bucket/list.csv")
    assert [(source.uri, source.size, source.attrs["title"]) for source in found] == [
        ("memory:///bucket/a.mp4", 1, "A"),
        ("memory:///bucket/gone.mp4", None, "B"),
    ]
    assert problems(found) == {"memory:///bucket/gone.mp4": ("not_found", None)}


# Label files


def test_labels_are_matched_by_path_then_name_then_stem(tmp_path: Path) -> None:
    make(tmp_path, "v/a.mp4", "v/b.mp4", "v/x/c.mp4", "v/y/c.mp4", "v/abc.mp4")
    names = ["v/a.mp4", "b.mp4", "/elsewhere/b", "abc", "x/c", "c", "ab", "v/y/c.mp4", "gone.mp4"]
    write(tmp_path / "l.jsonl", *({"video": name, "start": 1, "end": 2, "text": name} for name in [*names, "gone.mp4"]))
    found = find_sources("v", [Table(path="l.jsonl")], tmp_path)
    said = {source.uri: [span.text for span in source.lanes.get("labels", [])] for source in found if source.opens}
    assert said == {
        "v/a.mp4": ["v/a.mp4"],
        "v/abc.mp4": ["abc"],
        "v/b.mp4": ["b.mp4", "/elsewhere/b"],
        "v/x/c.mp4": ["x/c"],
        "v/y/c.mp4": ["v/y/c.mp4"],
    }
    assert problems(found) == {
        "ab": ("video_not_found", 1.0),
        "c": ("ambiguous_video", 1.0),
        "gone.mp4": ("video_not_found", 2.0),
    }
    details = {source.uri: source.problem.detail for source in found if source.problem}
    assert details["c"] == "l.jsonl names it; that may mean v/x/c.mp4 or v/y/c.mp4"
    assert {source.problem.stage for source in found if source.problem} == {"labels"}


@given(st.lists(st.text("ab/.", min_size=1, max_size=5), unique=True, min_size=1, max_size=5))
def test_an_exact_name_always_wins(names: list[str]) -> None:
    names = [name + ".mp4" for name in names]
    sources = [Source(name, name) for name in names]
    table = Names(sources)
    for name in names:
        (found,) = table.find(name)
        assert sources[found].uri.removeprefix("./").lstrip("./") == name.removeprefix("./").lstrip("./")


def test_accents_written_apart_are_the_same_name() -> None:
    table = Names([Source("other.mp4", "other.mp4"), Source("e\u0301t\u00e9.mp4", "e\u0301t\u00e9.mp4")])
    assert list(table.find("\u00e9te\u0301")) == [1]
    assert list(table.find("ete")) == []


def test_rows_without_a_video_are_said(tmp_path: Path) -> None:
    make(tmp_path, "a.mp4")
    write(tmp_path / "l.jsonl", {"video": "a", "start": 0, "end": 1}, {"start": 1}, {"video": None, "start": 3})
    found = find_sources("a.mp4", [Table(path="l.jsonl")], tmp_path)
    assert problems(found) == {"l.jsonl#": ("no_video", 2.0)}
    assert found[-1].problem is not None
    assert "row 2: no video is named; row 3" in found[-1].problem.detail


def test_label_files_alone_give_the_rows(tmp_path: Path) -> None:
    captions = {
        "v_10": {"duration": 20, "timestamps": [[0, 5]], "sentences": ["Ten."]},
        "v_2": {"timestamps": [[1, 2], [3, 9]], "sentences": ["Two.", "More."]},
        "../../etc/x\0": {"timestamps": [[5, 1]], "sentences": ["Bad."]},
    }
    (tmp_path / "c.json").write_text(json.dumps(captions))
    write(tmp_path / "l.jsonl", {"video": "v_2", "label": "sport"})
    found = find_sources([], [Activitynet(path="c.json"), Table(path="l.jsonl")], tmp_path)
    assert [(s.uri, s.name, s.opens, s.path) for s in found] == [
        ("file:../../etc/x%00", "../../etc/x\0", False, ""),
        ("v_2", "v_2", False, ""),
        ("v_10", "v_10", False, ""),
    ]
    bad, two, ten = (row(source, source.duration) for source in found)
    assert (bad.lanes, [r.reason for r in bad.rejects]) == ({}, ["bad_time"])
    assert (two.duration, [(s.start, s.end) for s in two.lanes["labels"]]) == (9.0, [(0.0, 9.0)])
    assert (ten.duration, ten.lanes["events"][0].text) == (20.0, "Ten.")


@pytest.mark.parametrize(
    ("path", "message"),
    [("gone.json", "gone.json: cannot be read: No such file"), ("bad.json", "bad.json:1: not valid JSON")],
)
def test_a_label_file_that_cannot_be_read_is_named(tmp_path: Path, path: str, message: str) -> None:
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(SourceError) as error:
        find_sources([], [Activitynet(path=path)], tmp_path)
    assert str(error.value).startswith(message)


# In the worker


def test_labels_are_cut_to_the_video_or_rejected(tmp_path: Path) -> None:
    make(tmp_path, "a.mp4")
    times = [(0, 10.8), (0, 11.5), (10, 10), (4, 5)]
    write(tmp_path / "l.jsonl", *({"video": "a", "start": s, "end": e, "text": f"{s}-{e}"} for s, e in times))
    (source,) = find_sources("a.mp4", [Table(path="l.jsonl")], tmp_path)
    video = row(source, 10.0)
    assert [(s.text, s.end) for s in video.lanes["labels"]] == [("0-10.8", 10.0), ("4-5", 5.0)]
    assert [(r.reason, r.value, r.threshold, r.lane, r.start) for r in video.rejects] == [
        ("bad_time", 11.5, 10.0, "labels", 0.0),
        ("bad_time", 10.0, 10.0, "labels", 10.0),
    ]
    assert row(source, 20.0).lanes["labels"][0].end == 10.8  # the source itself is not changed


def test_the_subtitles_beside_each_video(tmp_path: Path) -> None:
    make(tmp_path, "v/a.mp4", "v/b.mp4", "v/b.en.mp4", "v/c.mp4", "v/d.mp4", "v/e1.mp4")
    for name in ("a.srt", "b.en.srt", "b.de.srt", "c.mp4.vtt", "e.srt", "e1.backup2.srt"):
        text = CUE.format(name)
        (tmp_path / "v" / name).write_text("WEBVTT\n\n" + text.replace(",", ".") if name.endswith("vtt") else text)
    found = find_sources("v", [Subtitles()], tmp_path)
    said = {source.uri: [span.text for span in row(source).lane("speech")] for source in found}
    assert said == {
        "v/a.mp4": ["a.srt"],
        "v/b.mp4": ["b.de.srt"],
        "v/b.en.mp4": ["b.en.srt"],
        "v/c.mp4": ["c.mp4.vtt"],
        "v/d.mp4": [],
        "v/e1.mp4": [],
    }


def test_subtitles_keep_their_times_where_no_file_tells_the_length(tmp_path: Path) -> None:
    make(tmp_path, "a.mp4")
    (tmp_path / "a.srt").write_text(CUE.format("One.") + "\n2\n00:00:02,000 --> 00:00:04,500\nTwo.\n")
    (source,) = find_sources("*.mp4", base=tmp_path, labels=[Subtitles()])
    video = row(source, None)
    assert [(span.start, span.end) for span in video.lane("speech")] == [(1.0, 2.0), (2.0, 4.5)]
    assert (video.duration, video.rejects) == (4.5, [])
    cut = row(source, 3.0)
    assert [(span.start, span.end) for span in cut.lane("speech")] == [(1.0, 2.0), (2.0, 3.0)]


def test_a_broken_sidecar_is_said_and_the_video_goes_on(tmp_path: Path) -> None:
    make(tmp_path, "a.mp4", "b.mp4", "a.srt")
    (tmp_path / "b.srt").write_text(CUE.format("Hello."))
    write(tmp_path / "l.jsonl", {"video": "b", "start": 1, "end": 2})
    a, b = find_sources("*.mp4", [Subtitles(), Table(path="l.jsonl")], tmp_path)
    before = b.fingerprint
    video = row(a)
    assert (video.state, video.lanes) == ("kept", {})
    assert [(r.stage, r.kind, r.reason, r.lane) for r in video.rejects] == [
        ("labels", "failed", "bad_subtitles", "speech")
    ]
    assert video.rejects[0].detail == "a.srt: no cue could be read: not a .srt file?"
    (tmp_path / "b.srt").unlink()
    gone = row(b)
    assert [(r.reason, len(gone.lanes["labels"])) for r in gone.rejects] == [("bad_subtitles", 1)]
    (tmp_path / "b.srt").write_text(CUE.format("Changed."))
    assert find_sources("b.mp4", [Subtitles(), Table(path="l.jsonl")], tmp_path)[0].fingerprint != before


def test_chapters_from_the_manifest_or_from_a_file(tmp_path: Path) -> None:
    make(tmp_path, "a.mp4", "b.mp4", "c.mp4")
    (tmp_path / "b.description").write_text("0:00 Start\n0:05 Lake\n")
    (tmp_path / "c.description.txt").write_text("0:03 Once")
    write(
        tmp_path / "l.jsonl",
        {"uri": "a.mp4", "description": "0:01 Intro\n0:04 End"},
        {"uri": "b.mp4"},
        {"uri": "c.mp4"},
    )
    found = find_sources("l.jsonl", [Chapters.model_validate({"kind": "chapters", "from": "description"})], tmp_path)
    a, b, c = (row(source) for source in found)
    assert [(s.start, s.end, s.text) for s in a.lanes["chapters"]] == [(1.0, 4.0, "Intro"), (4.0, 10.0, "End")]
    assert [(s.start, s.end, s.text) for s in b.lanes["chapters"]] == [(0.0, 5.0, "Start"), (5.0, 10.0, "Lake")]
    assert (c.lane("chapters"), [r.reason for r in c.rejects]) == ([], ["single_chapter"])


def test_without_a_duration_the_last_label_gives_it() -> None:
    rows = [{"video": "a", "start": 2, "text": "point"}, {"video": "a", "label": "whole"}, {"video": "b", "label": "x"}]
    table = Table(path="l.jsonl")
    for found in table.read("\n".join(map(json.dumps, rows)).encode()):
        video = row(Source(found.name, found.name, lanes=found.lanes, opens=False), None)
        assert video.rejects == []
        ends = {span.words: (span.start, span.end) for span in video.lanes["labels"]}
        if found.name == "a":
            assert (video.duration, ends) == (2.0, {"point": (2.0, 2.0), "whole": (0.0, 2.0)})
        else:
            assert (video.duration, ends) == (None, {"x": (0.0, 0.0)})


@given(
    st.lists(st.tuples(st.floats(0, 30), st.floats(0, 30) | st.just(math.inf)), max_size=5),
    st.none() | st.floats(0.1, 30),
)
def test_what_is_laid_lies_in_the_video(times: list[tuple[float, float]], duration: float | None) -> None:
    from vdata.schemas import Span

    source = Source("a", "a", lanes={"x": [Span(start, end, "t") for start, end in times]}, opens=False)
    video = row(source, duration)
    for span in video.lane("x"):
        assert 0 <= span.start <= span.end < math.inf
        assert video.duration is None or span.end <= video.duration + 1e-5
    assert len(video.lane("x")) + len(video.rejects) == len(times)
