"""What all rows of a build are like, column by column: lengths, letters, places, scores, verdicts, losses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..rules.pair_verdicts import JUDGED
from ..rules.word_count import WORD
from .numbers import NameCounts, Values, WordCounts
from .tables import ReportTables

LANE = "lane_"
MEASURES = 24
"""Different measures of one lane that are told apart."""


@dataclass(slots=True)
class SampleFacts:
    """All samples of a build."""

    count: int = 0
    videos: NameCounts = field(default_factory=NameCounts)
    """Samples by video id."""
    letters: Counter[str] = field(default_factory=Counter)
    """How often each option is the right one."""
    places: Values = field(default_factory=Values)
    """The middle of each span of evidence, as a share of the video."""
    evidence: Values = field(default_factory=Values)
    """Seconds of each span of evidence."""
    words: dict[str, Values] = field(
        default_factory=lambda: {"question": Values(), "answer": Values(), "rationale": Values(), "rejected": Values()}
    )
    """Lengths of texts in words, without those that are empty."""
    teachers: WordCounts = field(default_factory=WordCounts)
    checks: dict[str, Counter[str]] = field(default_factory=dict)
    """Verdicts by check."""


@dataclass(slots=True)
class LaneFacts:
    """One lane of all videos."""

    spans: int = 0
    videos: int = 0
    lengths: Values = field(default_factory=Values)
    """Seconds; points in time are left out."""
    words: Values = field(default_factory=Values)
    scores: Values = field(default_factory=Values)
    labels: WordCounts = field(default_factory=WordCounts)
    sources: WordCounts = field(default_factory=WordCounts)
    measures: dict[str, Values] = field(default_factory=dict)


@dataclass(slots=True)
class Loss:
    """What one stage took out for one reason."""

    count: int = 0
    videos: int = 0
    """How many of them were whole videos."""
    seconds: float = 0.0
    """Of the spans together."""
    values: Values = field(default_factory=Values)
    thresholds: WordCounts = field(default_factory=WordCounts)
    lanes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)


def read_samples(build: ReportTables) -> SampleFacts:
    """Read the columns of all samples that are counted; memory does not grow with them."""
    facts = SampleFacts()
    columns = ("video_id", "duration", "question", "answer", "rationale", "rejected", "teacher", "answer_index")
    for batch in build.batches("data", columns):
        facts.count += batch.num_rows
        facts.videos.add(batch.column("video_id").to_pylist())
        facts.letters.update(
            chr(65 + index) if index < 26 else str(index + 1)
            for index in batch.column("answer_index").drop_null().to_pylist()
        )
        for name, values in facts.words.items():
            if name in batch.schema.names:
                counts = _words(batch.column(name))
                values.add(counts[counts > 0])
        facts.teachers.add(name or "by rule" for name in batch.column("teacher").to_pylist())
    for batch in build.batches("data", ("duration", "evidence")):
        spans, parents = batch.column("evidence").flatten(), pc.list_parent_indices(batch.column("evidence"))
        start, end = _floats(pc.struct_field(spans, "start")), _floats(pc.struct_field(spans, "end"))
        length = _floats(batch.column("duration"))[np.asarray(parents, np.int64)]
        facts.evidence.add(end - start)
        with np.errstate(divide="ignore", invalid="ignore"):
            facts.places.add(np.clip((start + end) / 2 / length, 0, 1))
    for batch in build.batches("data", ("checks",)):
        found = batch.column("checks").flatten()
        pairs = zip(
            pc.struct_field(found, "check").to_pylist(), pc.struct_field(found, "verdict").to_pylist(), strict=True
        )
        for (check, verdict), count in Counter(pairs).items():
            facts.checks.setdefault(check, Counter())[verdict] += count
    return facts


def read_judged(build: ReportTables) -> Iterator[tuple[str, str]]:
    """The id of each sample that a judge compared with another reply or clip, and its verdicts as JSON."""
    for batch in build.batches("data", ("id", "params")):
        for row in batch.to_pylist():
            text = next((one["value"] for one in row["params"] or () if one["name"] == JUDGED), "")
            if text:
                yield row["id"], text


def read_durations(build: ReportTables) -> Values:
    """Seconds of every video in the data set."""
    found = Values()
    for batch in build.batches("timelines", ("duration",)):
        found.add(_floats(batch.column("duration")))
    return found


def read_lanes(build: ReportTables) -> dict[str, LaneFacts]:
    """Every lane that has a span, by name; a column of few rows is in memory at a time."""
    found: dict[str, LaneFacts] = {}
    for column in build.columns("timelines"):
        if column.startswith(LANE):
            facts = LaneFacts()
            for batch in build.batches("timelines", (column,), 128):
                _read_lane(batch.column(column), facts)
            if facts.spans:
                found[column.removeprefix(LANE)] = facts
    return found


def _read_lane(column: Any, facts: LaneFacts) -> None:
    spans = column.flatten()
    facts.spans += len(spans)
    facts.videos += int(pc.sum(pc.greater(pc.list_value_length(column), 0)).as_py() or 0)
    lengths = _floats(pc.struct_field(spans, "end")) - _floats(pc.struct_field(spans, "start"))
    facts.lengths.add(lengths[lengths > 0])
    counts = _words(pc.struct_field(spans, "text"))
    facts.words.add(counts[counts > 0])
    facts.scores.add(_floats(pc.struct_field(spans, "score")))
    facts.labels.add(pc.struct_field(spans, "label").to_pylist())
    facts.sources.add(pc.struct_field(spans, "source").to_pylist())
    values = pc.struct_field(spans, "values").flatten()
    names, numbers = pc.struct_field(values, "name"), pc.struct_field(values, "value")
    for name in pc.unique(names).to_pylist():
        if name in facts.measures or len(facts.measures) < MEASURES:
            facts.measures.setdefault(name, Values()).add(_floats(numbers.filter(pc.equal(names, name))))


def read_losses(build: ReportTables) -> dict[tuple[str, str], Loss]:
    """What was rejected, by (stage, reason), in order of those."""
    found: dict[tuple[str, str], Loss] = {}
    columns = ("stage", "reason", "kind", "lane", "span", "value", "threshold", "start", "end")
    for batch in build.batches("rejects", columns):
        for row in batch.to_pylist():
            loss = found.setdefault((row["stage"], row["reason"]), Loss())
            loss.count += 1
            loss.videos += not row["lane"]
            loss.kinds[row["kind"]] += 1
            if row["lane"]:
                loss.lanes[row["lane"]] += 1
            if row["span"]:
                loss.seconds += max(0.0, (row["end"] or 0.0) - (row["start"] or 0.0))
            if row["value"] is not None:
                loss.values.add([row["value"]])
            loss.thresholds.add([row["threshold"]])
    return dict(sorted(found.items()))


def _floats(array: Any) -> Any:
    """As numpy; null becomes NaN."""
    return pc.cast(array, pa.float64()).to_numpy(zero_copy_only=False)


def _words(texts: Any) -> Any:
    return pc.fill_null(pc.count_substring_regex(texts, WORD), 0).to_numpy(zero_copy_only=False)
