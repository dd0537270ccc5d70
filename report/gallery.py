"""The samples, videos and rejects that the page carries, as JSON types: chosen, and cut short where they are long."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from .pictured_boxes import pictured_boxes
from .row_choice import RowChoice, RowKey, choose, choose_videos
from .statistics import LANE
from .tables import ReportTables
from .thumbnails import ThumbnailRequest

SAMPLES, VIDEOS, ALONE, REJECTS = 500, 200, 100, 2000
"""At most so many are on the page; of the videos a few more, when tasks are rare."""
PICTURES = 4
"""Thumbnails of a sample."""
OWN_MEDIA = 24
"""Pictures and clips of a sample whose words have marks for them that have a thumbnail, the first ones."""
REJECT_PICTURES = 200
TOGETHER = 60
"""Pictures that are cut from a video at a time."""
LONGEST, LONGEST_SPAN = 4000, 240
"""Characters of a text of a sample, and of a span."""
SPANS = 250
"""Spans of one lane of one video, beside those that are cited."""
LOST = 60
"""Rejected spans of one lane of one video."""
JOINTS = 400
"""Parts of a joined video whose beginnings are drawn."""


Shown = list[list[dict[str, Any]]]
"""For each time of a ThumbnailRequest, the samples and rejects that show its picture."""
Wants = list[tuple[ThumbnailRequest, Shown]]


@dataclass(slots=True)
class Gallery:
    """What is shown. Videos and pictures are referred to by their number in the lists."""

    samples: list[dict[str, Any]] = field(default_factory=list)
    videos: list[dict[str, Any]] = field(default_factory=list)
    rejects: list[dict[str, Any]] = field(default_factory=list)
    thumbs: list[str] = field(default_factory=list)
    alone: list[dict[str, Any]] = field(default_factory=list)
    """Videos without samples, with their lanes."""
    all_alone: int = 0
    all_samples: int = 0
    all_rejects: int = 0
    blind_videos: dict[str, int] = field(default_factory=dict)
    """Videos without thumbnails, by the reason."""


def collect(build: ReportTables, seed: int, room: int) -> tuple[Gallery, Wants]:
    """Choose and read what is shown, in at most *room* characters of JSON, without the pictures.

    Returns:
        The gallery, and what to cut from the videos for it.
    """
    gallery = Gallery()
    chosen = choose_videos((row.video for row in _sample_rows(build)), VIDEOS, seed)
    choice = choose(_sample_rows(build), SAMPLES, seed, chosen)
    gallery.all_samples = choice.total
    videos = _fill(build, gallery, choice, int(room * (0.65 if build.record.ended else 0.8)))
    _fill_alone(build, gallery, seed, int(room * 0.8) - size_of([gallery.samples, gallery.videos]))
    lost = choose(_reject_rows(build), REJECTS, seed)
    gallery.all_rejects = lost.total
    left = room - size_of([gallery.samples, gallery.videos, gallery.alone])
    found = dict(build.rows("rejects", lost.numbers, 2048))
    for number in lost.numbers:
        row = _reject(found[number])
        left -= size_of(row)
        if left < 0:
            break
        gallery.rejects.append(row)
    return gallery, _wanted(gallery, videos)


def size_of(value: Any) -> int:
    """Bytes of *value* in the page, near enough (never less)."""
    return len(dump(value).encode()) + 2


def dump(value: Any) -> str:
    """*value* as JSON that can stand inside a script element whatever texts it holds."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _sample_rows(build: ReportTables) -> Iterator[RowKey]:
    number = 0
    for batch in build.batches("data", ("task", "video_id", "id", "group")):
        for row in batch.to_pylist():
            yield RowKey(number, row["task"], row["video_id"], row["id"], row.get("group") or "")
            number += 1


def _reject_rows(build: ReportTables) -> Iterator[RowKey]:
    number = 0
    for batch in build.batches("rejects", ("stage", "reason", "id", "span")):
        for row in batch.to_pylist():
            yield RowKey(number, f"{row['stage']} {row['reason']}", row["id"], f"{row['span']} {number}")
            number += 1


def _fill(build: ReportTables, gallery: Gallery, choice: RowChoice, room: int) -> dict[str, dict[str, Any]]:
    """Put the chosen samples, and the timelines of their videos, into *gallery* while there is *room*."""
    rows = dict(build.rows("data", choice.numbers, 512))
    cited: dict[str, set[str]] = {}
    for row in rows.values():
        cited.setdefault(row["video_id"], set()).update(one["span"] for one in row["evidence"] if one["span"])
    videos = _read_videos(build, cited)
    places: dict[str, int] = {}
    for number in choice.numbers:
        row = rows[number]
        name = row["video_id"]
        video = videos.get(name) or {"uri": row["video"], "duration": row["duration"], "lanes": {}}
        sample = _sample(row, places.get(name, len(places)))
        room -= size_of(sample) + (0 if name in places else size_of(video))
        if room < 0:
            break
        if name not in places:
            places[name] = len(places)
            gallery.videos.append(video)
        gallery.samples.append(sample)
    return {video["uri"]: video for video in gallery.videos}


def _fill_alone(build: ReportTables, gallery: Gallery, seed: int, room: int) -> None:
    """Put videos without samples into *gallery* while there is *room*: the ends that they had take turns."""
    for table in ("timelines", "ended") if not gallery.all_samples else ("ended",):
        choice = choose(_video_rows(build, table), ALONE, seed)
        gallery.all_alone += choice.total
        rows = build.rows(table, choice.numbers, 8)
        ends = {number: _end_of(row) | _video(row, set(), alone=True) for number, row in rows}
        for number in choice.numbers:
            room -= size_of(ends[number])
            if room < 0:
                return
            gallery.alone.append(ends[number])


def _video_rows(build: ReportTables, table: str) -> Iterator[RowKey]:
    number = 0
    for batch in build.batches(table, ("id", "state", "stage", "reason")):
        for row in batch.to_pylist():
            yield RowKey(number, " ".join(map(str, _end_of(row).values())), row["id"], row["id"])
            number += 1


def _end_of(row: dict[str, Any]) -> dict[str, Any]:
    return _filled(state=row.get("state") or "kept", stage=row.get("stage"), reason=row.get("reason"))


def _read_videos(build: ReportTables, cited: dict[str, set[str]]) -> dict[str, dict[str, Any]]:
    """The videos with these ids: facts, and lanes with at most SPANS spans beside the *cited* ones."""
    numbers, number = {}, 0
    for batch in build.batches("timelines", ("id",), 16384):
        for name in batch.column("id").to_pylist():
            if name in cited:
                numbers[number] = name
            number += 1
    videos, standing = {}, set()
    for number, row in build.rows("timelines", numbers, 8):
        name = numbers[number]
        videos[name] = _video(row, cited[name])
        standing |= {span["id"] for column, spans in row.items() if column.startswith(LANE) for span in spans or ()}
    for batch in build.batches("rejects", ("id", "lane", "span", "reason", "start", "end", "detail")):
        for row in batch.to_pylist():
            taken = row["lane"] and row["span"] and row["span"] not in standing  # else a sample that cited spans
            if row["id"] in videos and taken and row["start"] is not None:
                lost = videos[row["id"]].setdefault("lost", {}).setdefault(row["lane"], [])
                if len(lost) < LOST:
                    words = f"{row['reason']} {_cut(row['detail'], LONGEST_SPAN)}".strip()
                    lost.append([_time(row["start"]), _time(row["end"] or row["start"]), words, 1])
    return videos


def _video(row: dict[str, Any], cited: set[str], alone: bool = False) -> dict[str, Any]:
    media = row["media"] or {}
    lanes, thinned = {}, {}
    for column, spans in row.items():
        if column.startswith(LANE) and spans:
            lane = column.removeprefix(LANE)
            step = -(-len(spans) // SPANS)
            shown = [span for n, span in enumerate(spans) if n % step == 0 or span["id"] in cited]
            lanes[lane] = [[_time(span["start"]), _time(span["end"]), _say(span)] for span in shown]
            if len(shown) < len(spans):
                thinned[lane] = len(spans)
    return _filled(
        uri=row["uri"],
        duration=row["duration"],
        width=media.get("width"),
        height=media.get("height"),
        bytes=media.get("bytes"),
        fps=media.get("fps"),
        lanes=lanes,
        thinned=thinned,
        joints=_joints(row),
        boxes=pictured_boxes(_spans(row), PICTURES) if alone else [],
    )


def _spans(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The spans of all lanes of a video."""
    return [span for column, spans in row.items() if column.startswith(LANE) for span in spans or ()]


def _joints(row: dict[str, Any]) -> list[float]:
    """Where the second and every later part of a joined video begins, in seconds; of most videos none."""
    joined = any(one["name"] == "joined" for one in row["attrs"] or ())
    return [_time(span["start"]) for span in row.get(f"{LANE}pieces") or ()][1:JOINTS] if joined else []


def _say(span: dict[str, Any]) -> str:
    """What a person is told of a span."""
    words = [span["text"] or "", f"[{span['label']}]" if span["label"] and span["text"] else span["label"] or ""]
    if not any(words):
        words = [f"{one['name']}: {one['value']}" for one in span["attrs"] if one["value"]]
        words += [f"{one['name']} {one['value']:g}" for one in span["values"][:4]]
    return _cut(" · ".join(word for word in words if word), LONGEST_SPAN)


def _sample(row: dict[str, Any], video: int) -> dict[str, Any]:
    return _filled(
        id=row["id"],
        task=row["task"],
        video=video,
        start=_time(row["start"]),
        end=_time(row["end"]),
        question=_cut(row["question"]),
        options=[_cut(option) for option in row["options"]],
        right=row["answer_index"],
        answer=_cut(row["answer"]),
        rationale=_cut(row["rationale"]),
        teacher=row["teacher"],
        checks=[[one["check"], one["verdict"], one["value"], _cut(one["detail"])] for one in row["checks"]],
        evidence=[[_time(one["start"]), _time(one["end"]), one["lane"], _cut(one["text"])] for one in row["evidence"]],
        boxes=pictured_boxes(row["evidence"], PICTURES),
        params={one["name"]: _cut(one["value"], LONGEST_SPAN) for one in row["params"]},
        messages=[_turn(one) for one in row["messages"]],
        media=[_medium(one) for one in row.get("media") or ()],
        group=row.get("group"),
        clip=_clip(row),
        seen=_seen(row),
        rejected=_cut(row.get("rejected")),
        rejected_source=row.get("rejected_source"),
    )


def _turn(turn: dict[str, Any]) -> list[Any]:
    """Role and words of *turn*, and the second at which it is said where it has one."""
    said = [turn["role"], _cut(turn["content"])]
    return said if turn.get("time") is None else [*said, _time(turn["time"])]


def _seen(row: dict[str, Any]) -> list[float]:
    """The stretch that may be shown when the sample is answered; empty: all of the video."""
    end = row.get("seen_end")
    return [] if end is None else [_time(row.get("seen_start") or 0.0), _time(end)]


def _medium(medium: dict[str, Any]) -> dict[str, Any]:
    times = {"start": _time(medium["start"]), "end": _time(medium["end"])}
    return _filled(kind=medium["kind"], video=medium["video"], **times)


def _clip(row: dict[str, Any]) -> str:
    """The file that shows the sample, or how many pictures do, and of which stretch."""
    frames = row.get("frames") or []
    shown = row.get("clip") or (f"{len(frames)} pictures, {frames[0]['file']} …" if frames else "")
    return f"{shown} ({row['clip_start']:.2f} to {row['clip_end']:.2f} s)" if shown else ""


def _reject(row: dict[str, Any]) -> dict[str, Any]:
    names = ("uri", "stage", "kind", "reason", "value", "threshold", "lane", "span", "start", "end")
    return _filled(**{name: row[name] for name in names}, detail=_cut(_told(row["detail"] or ""), 500))


def _told(detail: str) -> str:
    """*detail* for people: of a draft that a teacher wrote, kept as JSON, its question comes first."""
    try:
        item = json.loads(detail)["item"]["question"] if detail.startswith("{") else ""
    except (ValueError, KeyError, TypeError, RecursionError):
        return detail
    return f"{item}\n{detail}" if isinstance(item, str) and item else detail


def _filled(**values: Any) -> dict[str, Any]:
    """*values* without what is empty."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def _cut(text: str | None, longest: int = LONGEST) -> str:
    if not text or len(text) <= longest:
        return text or ""
    return f"{text[:longest]} … ({len(text):,} characters)"


def _time(seconds: float) -> float:
    return round(seconds, 3)


# Pictures


def moments(sample: dict[str, Any]) -> list[float]:
    """Times of the thumbnails of *sample*: those of its boxes, or else within its evidence, or within the sample when
    it cites none."""
    if boxes := sample.get("boxes"):
        return sorted({time for time, *_ in boxes})
    spans = [(start, end) for start, end, *_ in sample.get("evidence", [])] or [(sample["start"], sample["end"])]
    spans = sorted(set(spans))
    if len(spans) > PICTURES:
        spans = [spans[round(n * (len(spans) - 1) / (PICTURES - 1))] for n in range(PICTURES)]
    each = PICTURES if len(spans) == 1 and spans[0][1] - spans[0][0] > 2 else 1
    return sorted({round(start + (end - start) * (n + 0.5) / each, 1) for start, end in spans for n in range(each)})


def _wanted(gallery: Gallery, videos: dict[str, dict[str, Any]]) -> Wants:
    """What to cut from each video, in the order in which the page shows them."""
    times: dict[str, dict[float, list[dict[str, Any]]]] = {}
    videos = {video["uri"]: video for video in gallery.alone} | videos
    for sample in gallery.samples:
        own = gallery.videos[sample["video"]]["uri"]
        for medium in sample.get("media", [])[:OWN_MEDIA]:
            middle = round((medium["start"] + medium["end"]) / 2, 1)
            times.setdefault(medium.get("video", own), {}).setdefault(middle, []).append(medium)
        for time in moments(sample) if not sample.get("media") else ():
            times.setdefault(own, {}).setdefault(time, []).append(sample)
    for video in gallery.alone:
        if video["state"] != "failed" and video.get("width"):
            whole = {"start": 0.0, "end": video.get("duration") or 0.0}
            for time in moments(whole | {"boxes": video.get("boxes")}):
                times.setdefault(video["uri"], {}).setdefault(time, []).append(video)
    spans = [row for row in gallery.rejects if "span" in row and "start" in row]
    for row in spans[:REJECT_PICTURES]:
        middle = round((row["start"] + row.get("end", row["start"])) / 2, 1)
        times.setdefault(row["uri"], {}).setdefault(middle, []).append(row)
    found = []
    for uri, shown in times.items():
        video = videos.get(uri, {})
        shape = video.get("width", 0), video.get("height", 0)
        every = list(shown)
        for n in range(0, len(every), TOGETHER):
            some = tuple(every[n : n + TOGETHER])
            found.append((ThumbnailRequest(uri, some, shape, video.get("bytes", 0)), [shown[time] for time in some]))
    return found


def put_pictures(gallery: Gallery, wanted: ThumbnailRequest, shown: Shown, pictures: Sequence[str]) -> None:
    """Note in the samples and rejects of *shown* that *pictures*, the first ones, show them."""
    for time, rows, picture in zip(wanted.times, shown, pictures, strict=False):
        for row in rows:
            row.setdefault("thumbs", []).append([time, len(gallery.thumbs)])
        gallery.thumbs.append(picture)
