"""What is known of an input, laid on its timeline: imported lanes, manifest columns, sidecar files."""

from __future__ import annotations

import math
import os
import stat
from dataclasses import replace
from functools import cache

from pydantic import TypeAdapter

from ...rules.track_lines import moved
from ...schemas import Evidence, Measured, Reject, Span, Timeline
from ...schemas.input_video import Sidecar, Source
from ...schemas.text import clean
from ...schemas.uri import inner_name, is_url
from ...stages.labels import LabelError, Labelled, SidecarImporter
from ...stages.labels.label_import import STAGE, time_fault
from ...stages.labels.label_kinds import LabelImport
from .attach_samples import cited_in, lay_samples
from .attach_tracks import laid_track
from .beside_attrs import attrs_in
from .local import SourceError
from .remote import fetch

LANE = "labels"
"""The lane with one span for each column of the manifest."""

LARGEST = 64 << 20
"""Bytes of a sidecar file that are still read."""


def attach(video: Timeline, source: Source) -> None:
    """Lay on *video* what *source* knows. Call it once, when the video's id and, for a file, its duration are known.

    Labels outside of the video and sidecars that cannot be read become rejects on the row; the video goes on.
    """
    known = video.duration = video.duration or source.duration
    video.rejects += source.rejects
    attrs = source.attrs | _told(video, source)
    video.attrs = {**attrs, **video.attrs}
    lanes = {lane: [_copy(span) for span in spans] for lane, spans in source.lanes.items()}
    if source.opens and attrs:
        lanes.setdefault(LANE, []).extend(_column(name, text) for name, text in attrs.items())
    for sidecar in source.sidecars:
        if not sidecar.settings:
            continue
        found = Labelled("", duration=known)
        _read(sidecar, attrs, found)
        video.rejects += found.rejects
        for lane, spans in found.lanes.items():
            lanes.setdefault(lane, []).extend(spans)
    for track in source.tracks:
        if (laid := laid_track(track, video, known)) is not None:
            lanes.setdefault(track.lane, []).append(laid)
    if not known:  # then the last label gives it
        told: list[Span | Evidence] = [*(span for spans in lanes.values() for span in spans), *cited_in(source)]
        times = (span.start if math.isinf(span.end) else span.end for span in told)
        video.duration = max(times, default=0.0) or None
    for lane, spans in lanes.items():
        video.put(lane, [*video.lane(lane), *(span for span in spans if _fits(span, lane, video, known))])
    lay_samples(video, source.samples, known)


def _fits(span: Span, lane: str, video: Timeline, known: float | None) -> bool:
    """Cut *span* to the video; when it does not belong there, reject it. *known*: the duration, if not from labels."""
    why = time_fault(span.start, span.end, known or None)
    if why:
        end = span.end if math.isfinite(span.end) else None
        facts = Measured(value=end, threshold=known, detail=clean(f"{span.words}: {why}"))
        video.rejects.append(Reject(STAGE, "failed", "bad_time", lane=lane, start=span.start, end=end, **facts))
        return False
    span.end = max(span.start, min(span.end, video.seconds))
    span.boxes = moved(span.boxes, span.start, span.end, 0.0)
    return True


def _column(name: str, text: str) -> Span:
    try:
        score: float | None = float(text)
    except ValueError:
        score = None
    return Span(0.0, math.inf, text, name, score if score is not None and math.isfinite(score) else None, "imported")


def _told(video: Timeline, source: Source) -> dict[str, str]:
    """What the files beside *video* say that hold its attrs: keys of an object, or a text. A faulty one is rejected."""
    attrs: dict[str, str] = {}
    for sidecar in source.sidecars:
        if sidecar.settings:
            continue
        try:
            data = fetch(sidecar.path) if is_url(sidecar.path) else _bytes(sidecar.path)
            told = attrs_in(data, inner_name(sidecar.path))
            for name, text in told.items():
                attrs[name if attrs.get(name, text) == text else f"{name}_of_file"] = text
        except (LabelError, SourceError, OSError) as error:
            detail = clean(f"{os.path.basename(inner_name(sidecar.path))}: {error}")
            video.rejects.append(Reject(STAGE, "failed", "bad_metadata", detail=detail, lane=LANE))
    return attrs


def _read(sidecar: Sidecar, attrs: dict[str, str], found: Labelled) -> None:
    importer = _importer(sidecar.settings)
    if not sidecar.path and (importer.attr() or "") not in attrs:
        return
    where = clean(os.path.basename(inner_name(sidecar.path))) or f"column {importer.attr()}"
    try:
        if sidecar.path:
            data = fetch(sidecar.path) if is_url(sidecar.path) else _bytes(sidecar.path)
        else:
            data = attrs[importer.attr() or ""].encode("utf-8", "surrogatepass")
        importer.parse(data, inner_name(sidecar.path), found)
    except (LabelError, SourceError, OSError) as error:
        detail = clean(f"{where}: {error}")
        reason = f"bad_{type(importer).__name__.lower()}"
        found.rejects.append(Reject(STAGE, "failed", reason, detail=detail, lane=importer.lane))


def _bytes(path: str) -> bytes:
    """The content of a sidecar, which may have changed since it was found.

    Raises:
        LabelError: it is no regular file, or too large.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode):
            raise LabelError("not a regular file")
        if state.st_size > LARGEST:
            raise LabelError(f"{state.st_size} bytes are more than {LARGEST}")
        return file.read()


@cache
def _importer(settings: str) -> SidecarImporter:
    importer = _adapter().validate_json(settings)
    assert isinstance(importer, SidecarImporter)
    return importer


@cache
def _adapter() -> TypeAdapter[LabelImport]:
    return TypeAdapter(LabelImport)


def _copy(span: Span) -> Span:
    return replace(span, values=dict(span.values), attrs=dict(span.attrs), boxes=list(span.boxes))
