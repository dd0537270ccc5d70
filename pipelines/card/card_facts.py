"""The statistics on the card of a data set, read from a few columns of its published tables."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ...rules.word_count import word_count
from ...schemas.atomic_file import for_reading
from ...schemas.build_record import BuildRecord
from ..dataset.spreading import Spreading, here
from ..teachers.answered import PREFIX

ROWS = 4096
"""The number of rows in memory at a time."""
MOST_SOURCES = 20
"""The largest number of sources, with their licences, in the table of the card."""

Numbers = NDArray[np.float64]


def _none() -> array[float]:
    return array("d")


@dataclass(slots=True)
class CardFacts:
    """The statistics of all videos and samples of a data set."""

    stated: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    """The number of videos and their seconds, by (source, licence); an empty text: not stated."""
    durations: array[float] = field(default_factory=_none)
    """The duration of each video, in seconds."""
    ranges: array[float] = field(default_factory=_none)
    """The duration of what each sample is about, from its start to its end, in seconds."""
    places: array[float] = field(default_factory=_none)
    """The middle of the first span of evidence of each sample, as a share of the video (0..1)."""
    words: array[float] = field(default_factory=_none)
    """The number of words in the answer of each sample."""
    letters: Counter[str] = field(default_factory=Counter)
    """The number of samples by the letter of the right option."""
    makers: Counter[str] = field(default_factory=Counter)
    """The number of samples by the name of the teacher that wrote them; an empty name: a rule."""
    verdicts: dict[str, Counter[str]] = field(default_factory=dict)
    """The number of each verdict, by the check of ``verify`` that gave it."""
    answered: Counter[tuple[str, str]] = field(default_factory=Counter)
    """The number of videos by teacher and by the models, other than it was asked for, that answered for them."""
    has_media: bool = False
    """Whether the data set has media files of what its samples show."""

    def add(self, other: CardFacts) -> None:
        """Add those of other videos and samples."""
        for key, line in other.stated.items():
            own = self.stated.setdefault(key, [0, 0.0])
            own[0] += line[0]
            own[1] += line[1]
        for name in ("durations", "ranges", "places", "words"):
            getattr(self, name).extend(getattr(other, name))
        for name in ("letters", "makers", "answered"):
            getattr(self, name).update(getattr(other, name))
        for check, verdicts in other.verdicts.items():
            self.verdicts.setdefault(check, Counter()).update(verdicts)
        self.has_media |= other.has_media


def read_facts(out: Path, record: BuildRecord, spread: Spreading = here) -> CardFacts:
    """Read the tables in the folder *out* that *record* names. Memory grows by 8 bytes for each number of a row."""
    facts = CardFacts()
    jobs = [(out / name, table) for table in ("timelines", "data") for name in sorted(record.shards(table))]
    for some in spread(_facts_of, jobs):
        facts.add(some)
    return facts


def _facts_of(job: tuple[Path, str]) -> CardFacts:
    """What the shard of this path says, which is one of timelines or of samples (``data``)."""
    path, table = job
    return _of_samples(path) if table == "data" else _of_timelines(path)


def _of_timelines(path: Path) -> CardFacts:
    facts = CardFacts()
    for batch in _batches(path, ("duration", "licence", "source", "attrs")):
        facts.answered.update(
            (attr["name"].removeprefix(PREFIX), attr["value"])
            for attrs in batch.column("attrs").to_pylist()
            for attr in attrs or ()
            if attr["name"].startswith(PREFIX)
        )
        durations = np.nan_to_num(_numbers(batch, "duration"))
        facts.durations.extend(durations.tolist())
        sources, licences = batch.column("source").to_pylist(), batch.column("licence").to_pylist()
        for source, licence, seconds in zip(sources, licences, durations.tolist(), strict=True):
            line = facts.stated.setdefault((source or "", licence or ""), [0, 0.0])
            line[0] += 1
            line[1] += seconds
    return facts


def _of_samples(path: Path) -> CardFacts:
    facts = CardFacts()
    columns = ("start", "end", "duration", "evidence", "answer", "answer_index", "teacher", "checks", "clip", "frames")
    for batch in _batches(path, columns):
        facts.has_media |= bool({"clip", "frames"} & set(batch.schema.names))
        facts.ranges.extend(_known(_numbers(batch, "end") - _numbers(batch, "start")))
        facts.words.extend(word_count(text) for text in batch.column("answer").to_pylist() if text)
        facts.letters.update(
            chr(65 + index) if index < 26 else str(index + 1)
            for index in batch.column("answer_index").drop_null().to_pylist()
        )
        facts.makers.update(name or "" for name in batch.column("teacher").to_pylist())
        facts.places.extend(_places(batch))
        checks = batch.column("checks").flatten()
        names, verdicts = pc.struct_field(checks, "check").to_pylist(), pc.struct_field(checks, "verdict").to_pylist()
        for (name, verdict), count in Counter(zip(names, verdicts, strict=True)).items():
            facts.verdicts.setdefault(name, Counter())[verdict] += count
    return facts


def _places(batch: pa.RecordBatch) -> list[float]:
    proved = batch.filter(pc.greater(pc.list_value_length(batch.column("evidence")), 0))
    first = pc.list_element(proved.column("evidence"), 0)
    middles = (_floats(pc.struct_field(first, "start")) + _floats(pc.struct_field(first, "end"))) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        return _known(np.clip(middles / _numbers(proved, "duration"), 0, 1))


def _batches(path: Path, columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(for_reading(path)) as file:
        yield from file.iter_batches(ROWS, columns=[one for one in columns if one in file.schema_arrow.names])


def _numbers(batch: pa.RecordBatch, name: str) -> Numbers:
    return _floats(batch.column(name))


def _floats(column: pa.Array) -> Numbers:
    return np.asarray(column.to_numpy(zero_copy_only=False), np.float64)


def _known(numbers: Numbers) -> list[float]:
    return [float(number) for number in numbers[np.isfinite(numbers)]]
