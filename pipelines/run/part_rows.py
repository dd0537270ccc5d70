"""The rows that new videos are made of, from the parts of the pass before that hold them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from ...schemas import Timeline, make_id
from ...schemas.arrow import read_timelines
from ...schemas.input_video import Source
from ..storage.parts import Part, Parts


def where_rows_are(before: Iterable[Part]) -> dict[str, Part]:
    """The part that holds each row kept, by the row's id."""
    return {row.id: part for part in before for row in part.outcomes if row.state == "kept"}


def state_of(parts: Iterable[Part]) -> str:
    """What changes when one of *parts* does."""
    return make_id(*sorted({(part.name, part.files["timelines"]["sha256"]) for part in parts}))


def ended_inputs(sources: Iterable[tuple[Source, str]], before: Iterable[Part]) -> list[tuple[str, Mapping[str, str]]]:
    """The uri and the columns of the manifest of those of *sources*, each with its fingerprint, of which no row is kept
    in the parts *before*."""
    kept = {row.key for part in before for row in part.outcomes if row.state == "kept"}
    return [(source.uri, source.attrs) for source, key in sources if key not in kept]


def rows_by_id(store: Parts, where: Mapping[str, str], ids: Iterable[str]) -> dict[str, Timeline]:
    """The rows *ids*, with their samples, from the parts of *store* that *where* names for each."""
    wanted: dict[str, list[str]] = {}
    for row in ids:
        wanted.setdefault(where[row], []).append(row)
    found: dict[str, Timeline] = {}
    for name, rows in wanted.items():
        part = store.load(store.folder / f"{name}.json")
        among = pa.array(rows)
        timelines, samples = store.table(part, "timelines"), store.table(part, "samples")
        timelines = timelines.filter(pc.is_in(timelines["id"], value_set=among))
        samples = samples.filter(pc.is_in(samples["video_id"], value_set=among))
        found |= {video.id: video for video in read_timelines(timelines, samples)}
    return found
