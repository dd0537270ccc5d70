"""The checks of ``vdata doctor`` on samples whose words have marks for several pictures and clips."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ...rules.interleaving import EXAMPLES, LAYOUT, context_fault, document_fault
from ...rules.media_parts import MarksDiffer, media_parts
from ...schemas import Medium, Sample
from ...schemas.arrow import read_samples
from ...schemas.name_hashes import NameTable
from .doctor_batches import batches
from .remark import Remark

SLACK = 0.05
"""Seconds by which a time may exceed its video: the duration of some containers leaves out the last frame."""
ROWS = 1000
"""Samples in memory at a time."""
WORDS = {
    "marks": "have marks that are not their media in number, kind and order",
    "times": "have media that lie outside of their videos",
    "videos": "have media of videos that are not in timelines",
    "files": "have media whose files are missing",
    "document": "are documents whose times do not rise, or whose pictures lie outside of their texts' spans",
    "examples": "show their own video among their examples, or another one in the question",
}


def media_remarks(out: Path, paths: Sequence[Path], timelines: Sequence[Path]) -> Iterator[Remark]:
    """Check the media of the samples in the shards *paths* of the data set *out*; the files *timelines* have its
    videos, and those that are not in it themselves."""
    found: Counter[str] = Counter()
    examples: dict[str, str] = {}
    lengths: NameTable | None = None
    for path in filter(_has_media, paths):
        for batch in batches([path], pq.read_schema(path).names, "media of samples", ROWS):
            table = pa.Table.from_batches([batch])
            table = table.filter(pc.greater(pc.list_value_length(table["media"]), 0))
            if table.num_rows and lengths is None:
                lengths = _lengths(timelines)
            for uri, sample in zip(table["video"].to_pylist(), read_samples(table), strict=True):
                assert lengths is not None
                for fault in _faults(out, sample, uri, lengths):
                    found[fault] += 1
                    examples.setdefault(fault, sample.id)
    for fault, count in found.items():
        many = "1 sample" if count == 1 else f"{count} samples"
        yield Remark(True, f"{out / 'data'}: {many} {WORDS[fault]}, for example {examples[fault]}.")


def _has_media(path: Path) -> bool:
    """Whether a sample in the shard *path* has media of its own; in older data sets none has."""
    found = batches([path], ["media"], "media of samples")
    return any(len(batch.column("media").flatten()) for batch in found)


def _lengths(timelines: Sequence[Path]) -> NameTable:
    """The seconds of every video, by uri; 0 where they are not known."""
    rows = batches(timelines, ["uri", "duration"], "lengths of videos")
    return NameTable(
        (one.column("uri").to_pylist(), pc.fill_null(one.column("duration"), 0.0).to_numpy(zero_copy_only=False))
        for one in rows
    )


def _faults(out: Path, sample: Sample, own: str, lengths: NameTable) -> set[str]:
    """What is wrong with the media of *sample*, of the video *own*: keys of WORDS."""
    faults = {fault for medium in sample.media for fault in _of_medium(out, medium, medium.video or own, lengths)}
    try:
        media_parts(sample)
    except MarksDiffer:
        faults.add("marks")
        return faults
    if LAYOUT in sample.params and document_fault(sample):
        faults.add("document")
    if EXAMPLES in sample.params and context_fault(sample, own):
        faults.add("examples")
    return faults


def _of_medium(out: Path, medium: Medium, uri: str, lengths: NameTable) -> Iterator[str]:
    known = lengths.get(uri)
    if known is None:
        yield "videos"
    else:
        inside = 0 <= medium.start <= medium.end <= (known[0] or float("inf")) + SLACK
        if not inside or (medium.kind == "image" and medium.start != medium.end):
            yield "times"
    if medium.file and not (out / medium.file).is_file():
        yield "files"
