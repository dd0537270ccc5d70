"""``vdata diff``: which videos, samples and answers differ between two data sets, and because of what."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import pyarrow.parquet as pq

from ..rules.reviews import REVIEWS
from ..schemas import make_id
from ..schemas.build_record import BuildRecord
from .dataset.finished import read_record
from .storage.output_folder import STATE, differences
from .storage.sealed import Damaged
from .storage.takedowns import Takedowns

SHOWN = 12
"""Differences of one kind that are listed."""
LONG = 100
"""Characters of a text that are shown."""
COLUMNS = ("id", "video", "video_id", "task", "question", "start", "end", "answer", "options", "teacher")
OTHER = ("messages", "answer_index", "rationale", "rejected")
"""What else makes two samples of one id different."""
Ends = dict[str, "VideoEnd"]


@dataclass(frozen=True, slots=True)
class VideoEnd:
    """How a video ended in a build."""

    id: str
    state: str
    why: str = ""
    """The stage and the reason, for a video that was not kept."""
    labels: str = ""
    """A hash of its labels and of its row in a manifest, for one that was kept."""


@dataclass(frozen=True, slots=True)
class VideoDifference:
    """A video that did not end in both builds in the same way."""

    video: str
    kind: Literal["only_a", "only_b", "content", "labels", "end"]
    a: str
    b: str
    because: str


@dataclass(frozen=True, slots=True)
class SampleDifference:
    """A sample that is in one of the builds only, or differs in them."""

    kind: Literal["only_a", "only_b", "answer", "words"]
    """answer: the same question has another answer; words: another text, options or rationale."""
    video: str
    task: str
    question: str
    a: str
    b: str
    because: str


@dataclass(slots=True)
class BuildDiff:
    """What differs between the builds *a* and *b*."""

    a: str
    b: str
    settings: list[str] = field(default_factory=list)
    """Settings, versions of stages and teachers that differ, a line each."""
    teachers: list[str] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)
    """Versions of libraries."""
    taught: bool = False
    """Whether either build has asked a teacher."""
    videos: list[VideoDifference] = field(default_factory=list)
    samples: list[SampleDifference] = field(default_factory=list)
    same_videos: int = 0
    same_samples: int = 0

    @property
    def same(self) -> bool:
        """Whether the rows are the same, whatever the settings say."""
        return not self.videos and not self.samples


def run_diff(a: Path, b: Path, *, as_json: bool, out: Callable[[str], object]) -> int:
    """Print what differs between the data sets in the folders *a* and *b*. Returns the exit status: 0 same rows, 1 not.

    Raises:
        UserError: a folder holds no finished build.
    """
    found = compare(a, b)
    out(json.dumps(asdict(found), indent=1, ensure_ascii=False) if as_json else "\n".join(_told(found)))
    return 0 if found.same else 1


def compare(a: Path, b: Path) -> BuildDiff:
    """The differences between the data sets in the folders *a* and *b*.

    Raises:
        UserError: a folder holds no finished build.
    """
    records = read_record(a), read_record(b)
    settings, teachers = _settings(*records)
    found = BuildDiff(str(a), str(b), settings, teachers, _versions(*records), any(one.teachers for one in records))
    ends = _ends(a, records[0]), _ends(b, records[1])
    found.videos = list(_videos(*ends, found, (_takedowns(a), _takedowns(b))))
    found.same_videos = len(ends[0].keys() & ends[1].keys()) - sum(
        one.kind in ("content", "labels", "end") for one in found.videos
    )
    said = _reviews(a, records[0]), _reviews(b, records[1])
    other = {id for id in said[0].keys() | said[1].keys() if said[0].get(id) != said[1].get(id)}
    _compare_samples(_samples(a, records[0]), _samples(b, records[1]), found, other)
    return found


def _settings(a: BuildRecord, b: BuildRecord) -> tuple[list[str], list[str]]:
    """The settings that differ, and the teachers, whose identities say nothing to people, by their own settings."""
    lines = [line for line in differences(a.settings, b.settings) if not line.startswith("teachers.")]
    asked = {name for one in (a, b) for name in one.settings.get("teachers", {})}
    one, two = ({name: (it.config.get("teachers") or {}).get(name) for name in asked} for it in (a, b))
    names = [
        name
        for name in sorted(asked)
        if a.settings.get("teachers", {}).get(name) != b.settings.get("teachers", {}).get(name)
    ]
    return lines, [
        line for name in names for line in differences({name: one[name]}, {name: two[name]}) or [f"{name}: another"]
    ]


def _versions(a: BuildRecord, b: BuildRecord) -> list[str]:
    names = sorted(a.versions.keys() | b.versions.keys())
    pairs = [(name, a.versions.get(name, "absent"), b.versions.get(name, "absent")) for name in names]
    return [f"{name}: was {one}, is now {two}" for name, one, two in pairs if one != two]


def _takedowns(folder: Path) -> Takedowns | None:
    try:
        return Takedowns(folder / STATE)
    except Damaged:
        return None


def _rows(
    folder: Path, record: BuildRecord, table: str, columns: Iterable[str], *, lanes: bool = False
) -> Iterator[dict[str, Any]]:
    for name in sorted(record.shards(table)):
        with pq.ParquetFile(folder / name) as file:
            there = [one for one in file.schema_arrow.names if one in columns or (lanes and one.startswith("lane_"))]
            for batch in file.iter_batches(1024, columns=there):
                yield from batch.to_pylist()


def _ends(folder: Path, record: BuildRecord) -> Ends:
    """How each video ended, by uri."""
    timelines = _rows(folder, record, "timelines", ("id", "uri"), lanes=True)
    ends = {row["uri"]: VideoEnd(row["id"], "kept", labels=_labels(row)) for row in timelines}
    for row in _rows(folder, record, "rejects", ("id", "uri", "stage", "kind", "reason", "lane")):
        if not row["lane"] and row["kind"] != "retried" and row["uri"] not in ends:
            ends[row["uri"]] = VideoEnd(row["id"], row["kind"], f"{row['stage']}: {row['reason']}")
    return ends


def _labels(row: dict[str, Any]) -> str:
    """A hash of what was imported."""
    spans = [(lane, span) for lane in sorted(row) if lane.startswith("lane_") for span in row[lane] or ()]
    return make_id(*(f"{lane} {span}" for lane, span in spans if span["source"] == "imported"))


def _videos(
    a: Ends, b: Ends, found: BuildDiff, takedowns: tuple[Takedowns | None, Takedowns | None]
) -> Iterator[VideoDifference]:
    def alone(uri: str, other: int) -> str:
        gone = takedowns[other]
        return "taken down" if gone is not None and gone.names(uri) else "input"

    for uri in sorted(a.keys() | b.keys()):
        one, two = a.get(uri), b.get(uri)
        if two is None and one is not None:
            yield VideoDifference(uri, "only_a", _end(one), "absent", alone(uri, 1))
        elif one is None and two is not None:
            yield VideoDifference(uri, "only_b", "absent", _end(two), alone(uri, 0))
        elif one is not None and two is not None and one.id != two.id and (one.state, two.state) == ("kept", "kept"):
            yield VideoDifference(uri, "content", _end(one), _end(two), "input")
        elif one is not None and two is not None and (one.state, one.why) != (two.state, two.why):
            yield VideoDifference(uri, "end", _end(one), _end(two), _cause(found, [one.why, two.why]))
        elif one is not None and two is not None and one.labels != two.labels and not found.settings + found.teachers:
            yield VideoDifference(uri, "labels", _end(one), _end(two), "labels")


def _end(end: VideoEnd) -> str:
    return f"{end.state} ({end.why})" if end.why else end.state


def _cause(found: BuildDiff, about: Iterable[str] = ()) -> str:
    """Why two builds of one video differ: settings (of the stages that *about* names, if any of these did), or else
    the teacher, or else versions of libraries. None of them: the reply of a teacher, or the other videos."""
    if found.settings:
        stages = {text.partition(":")[0] for text in about if text}
        own = [line for line in found.settings if line.partition(".")[0].partition(":")[0] in stages]
        keys = [line.partition(":")[0] for line in own or found.settings]
        return f"settings ({', '.join(keys[:3])}{', …' if len(keys) > 3 else ''})"
    if found.teachers:
        return "teacher"
    if found.versions:
        return f"version ({', '.join(line.partition(':')[0] for line in found.versions[:3])})"
    if found.videos:
        return "other videos"
    return "teacher (another reply)" if found.taught else "nothing that is recorded"


def _reviews(folder: Path, record: BuildRecord) -> dict[str, str]:
    """A hash of what people have said of each item, by its id."""
    found: dict[str, str] = {}
    for row in _rows(folder, record, "timelines", (f"lane_{REVIEWS}",)):
        for span in row.get(f"lane_{REVIEWS}") or ():
            of = next((attr["value"] for attr in span["attrs"] if attr["name"] == "of"), "")
            found[of] = make_id(found.get(of, ""), span)
    return found


def _samples(folder: Path, record: BuildRecord) -> dict[str, dict[str, Any]]:
    """The samples by id, with a hash of what else there is."""
    found = {}
    for row in _rows(folder, record, "data", (*COLUMNS, *OTHER)):
        row["messages"] = [(turn["role"], turn["content"], turn.get("time")) for turn in row["messages"]]
        row["other"] = make_id(*(row.pop(name, "") for name in OTHER))
        found[row["id"]] = row
    return found


def _compare_samples(
    a: dict[str, dict[str, Any]], b: dict[str, dict[str, Any]], found: BuildDiff, reviewed: set[str]
) -> None:
    """Note the differences of the samples; people have said other things of those in *reviewed*."""
    ends = {one.video: one for one in found.videos}

    def because(row: dict[str, Any]) -> str:
        if row["id"] in reviewed:
            return "people (reviews)"
        video = ends.get(row["video"])
        return video.because if video is not None else _cause(found)

    def note(kind: Any, row: dict[str, Any], one: str, two: str) -> None:
        found.samples.append(SampleDifference(kind, row["video"], row["task"], row["question"], one, two, because(row)))

    for id in a.keys() & b.keys():
        if a[id]["other"] == b[id]["other"]:
            found.same_samples += 1
        else:
            note("words", b[id], a[id]["answer"], b[id]["answer"])
    left: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in (a[id] for id in a if id not in b):
        left.setdefault(_asked(row), []).append(row)
    for row in (b[id] for id in b if id not in a):
        if own := left.get(_asked(row)):
            before = own.pop(0)
            note("words" if before["answer"] == row["answer"] else "answer", row, before["answer"], row["answer"])
        else:
            note("only_b", row, "", row["answer"])
    for row in (row for own in left.values() for row in own):
        note("only_a", row, row["answer"], "")
    found.samples.sort(key=lambda one: (one.kind, one.video, one.task, one.question))


def _asked(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["video"], row["task"], row["question"]


KINDS = {
    "only_a": "only in A",
    "only_b": "only in B",
    "content": "whose file is another",
    "labels": "with other labels",
    "end": "that ended in another way",
    "answer": "with another answer",
    "words": "with other words or options",
}


def _told(found: BuildDiff) -> Iterator[str]:
    yield f"A {found.a}"
    yield f"B {found.b}"
    for title, lines in (("settings", found.settings), ("teacher", found.teachers), ("version", found.versions)):
        yield from (f"  {title}: {line}" for line in lines)
    if not (found.settings or found.teachers or found.versions):
        yield "  settings, teachers and versions are the same"
    yield f"Videos: {_counts(found.same_videos, [one.kind for one in found.videos])}"
    for video in _first(found.videos):
        yield video if isinstance(video, str) else f"  {video.video}: {video.a} → {video.b} [{video.because}]"
    yield f"Samples: {_counts(found.same_samples, [one.kind for one in found.samples])}"
    for one in _first(found.samples):
        if isinstance(one, str):
            yield one
            continue
        answers = " → ".join(_short(text) for text in (one.a, one.b) if text)
        yield f"  {KINDS[one.kind]}: {one.video} {one.task} {_short(one.question)}: {answers} [{one.because}]"
    causes = Counter([*(one.because for one in found.videos), *(one.because for one in found.samples)])
    if causes:
        yield f"Because of: {', '.join(f'{cause} {count}' for cause, count in causes.most_common())}"


def _counts(same: int, kinds: list[str]) -> str:
    counts = Counter(kinds)
    return ", ".join([f"{same} the same", *(f"{counts[kind]} {KINDS[kind]}" for kind in KINDS if counts[kind])])


def _first(found: list[Any]) -> Iterator[Any]:
    """The first few of each kind, and how many more there are."""
    for kind in dict.fromkeys(one.kind for one in found):
        own = [one for one in found if one.kind == kind]
        yield from own[:SHOWN]
        if len(own) > SHOWN:
            yield f"  … and {len(own) - SHOWN} more {KINDS[kind]} (--json has all)"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return f'"{text}"' if len(text) <= LONG else f'"{text[:LONG]} …"'
