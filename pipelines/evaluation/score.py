"""``vdata score``: predictions beside the truth of a benchmark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

from ...schemas import Sample
from ...schemas.arrow import read_samples
from ...schemas.build_record import BaselineScore
from ...scoring.attributes import By, names_of
from ...scoring.items import Prediction, Reading, ScoredItem, items, score
from ...scoring.located import clue_recovery
from ...scoring.published_rules import RULES
from ...scoring.truth import true_answer
from ..console import open_console
from ..dataset.baseline_scores import measure, remarks
from ..dataset.finished import read_record
from ..errors import UserError
from ..tool_progress import track
from ..yaml.complaints import did_you_mean
from .comparison_page import show_comparison
from .predictions import read_predictions
from .score_page import print_score, write_score

if TYPE_CHECKING:
    from .judge import Judge, Marked


ROWS = 1000
"""Rows that are read at a time."""


def score_benchmark(
    bench: Path,
    predictions: Sequence[Path],
    out: Path | None = None,
    console: Console | None = None,
    judge: Judge | None = None,
    reading: Reading | None = None,
    by: Sequence[By] = (),
    clues: Path | None = None,
    called: str = "",
) -> int:
    """Score the files *predictions* against the benchmark in folder *bench*: a table, JSON and pictures of each.

    They are written beside *predictions*, or into the folder *out*. *judge* marks the answers in words; without one
    they are matched by their words. *reading* is a published evaluator's way of reading replies; by default ours is
    taken. *by* names what else to score by. *clues* has replies of a model that saw the evidence alone. *called* is
    what the benchmark is called in the JSON, where *bench* is a copy. Several files are then compared with the first,
    item by item.

    Returns:
        The exit status: 0, or 1 when replies that the judge was to mark have no mark.

    Raises:
        UserError: the benchmark or the predictions cannot be read or do not belong together; the judge cannot be asked.
    """
    console = console or open_console()
    rows = load_rows(bench)
    samples = [sample for _, sample in rows]
    captions: dict[str, str] = {}
    if judge is not None and reading is not None and reading.rule.of_captions:
        from .caption_answers import asked_of_captions

        captions = asked_of_captions(rows)
    elif reading is not None and not any(reading.rule.fits(true_answer(sample)) for sample in samples):
        raise UserError(f"--rules {reading.rule.name} reads answers of the form {reading.rule.form}; {bench} has none.")
    _check_names(samples, by)
    names = _names(predictions, out)
    baselines = measure(listed_files(bench, "data")) or []
    scorer = _Scorer(called or str(bench), samples, captions, console, judge, reading, by, clues, baselines)
    scored: dict[str, list[ScoredItem]] = {}
    status = 0
    for name, path in names.items():
        if len(names) > 1:
            console.print(f"{name}: {path}\n", markup=False, soft_wrap=True)
        scored[name], unjudged = scorer.score(path, out or path.parent)
        status |= bool(unjudged)
    if len(names) > 1:
        show_comparison(scored, out or predictions[0].parent, console)
    for line in remarks(baselines):
        console.print(line, markup=False, soft_wrap=True)
    return status


def read_by(told: Sequence[str]) -> list[By]:
    """What ``--by`` was *told*. Raises UserError where bands have no limits that rise."""
    try:
        return [By.read(one) for one in told]
    except ValueError as error:
        raise UserError(f"--by {error}.") from None


def _check_names(samples: Sequence[Sample], by: Sequence[By]) -> None:
    known = names_of(samples) if by else []
    for one in by:
        if one.name not in known:
            hint = did_you_mean(one.name, known, f"They have {', '.join(known)}.")
            raise UserError(f"--by {one.name}: no sample has it. {hint}")


def _names(predictions: Sequence[Path], out: Path | None) -> dict[str, Path]:
    """A name for each file: its stem, or all of its path where two stems are the same."""
    stems = Counter(path.stem for path in predictions)
    if out is not None and (same := sorted(stem for stem, count in stems.items() if count > 1)):
        raise UserError(f"--out: {same[0]} is the name of several files, whose scores would overwrite one another.")
    return {path.stem if stems[path.stem] == 1 else str(path): path for path in predictions}


@dataclass(frozen=True, slots=True)
class _Scorer:
    """Scores files of predictions against one benchmark."""

    benchmark: str
    """Its folder, wherever that is."""
    samples: Sequence[Sample]
    captions: Mapping[str, str]
    """Where captions are scored: the caption's sample of each question's."""
    console: Console
    judge: Judge | None
    reading: Reading | None
    by: Sequence[By]
    clues: Path | None
    baselines: Sequence[BaselineScore]

    def score(self, predictions: Path, folder: Path) -> tuple[list[ScoredItem], int]:
        """Score one file, print and write it. Returns the items, and how many replies the judge did not mark."""
        given, notes = read_predictions(predictions, self.samples)
        samples, reading, unjudged = self.samples, self.reading, 0
        result: dict[str, Any] = {"benchmark": self.benchmark, "predictions": str(predictions)}
        if self.judge is not None:
            marked = self._marked(self.judge, given, folder / predictions.stem)
            notes = [*([] if self.captions else notes), *marked.notes]
            given, unjudged = marked.predictions, marked.failed.total()
            result["judge"] = {"name": self.judge.name, "identity": self.judge.teacher.identity(), **marked.counts}
        if self.captions and reading is not None:
            samples = [sample for sample in samples if sample.id in self.captions]
            result["rules"] = {"name": reading.rule.name, "as_published": False, "left_out": 0}
            reading = None
        scored = items(samples, given, reading)
        counted = [item for item in scored if not item.left_out]
        if reading is not None and not counted:
            left = f"all {len(scored)} items are left out"
            raise UserError(f"{predictions}: no reply that {reading.rule.of} counts: {left}.")
        result |= score(counted, self.by)
        if self.clues is not None:
            shown = items(samples, read_predictions(self.clues, samples)[0], reading)
            result["clue_recovery"] = {"clues": str(self.clues), **clue_recovery(counted, shown)}
        if reading is not None:
            left_out = len(scored) - len(counted)
            result["rules"] = {"name": reading.rule.name, "as_published": reading.as_published, "left_out": left_out}
            notes += _told(reading, left_out, len(scored))
        result["baselines"] = [one.model_dump() for one in self.baselines]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            written = write_score(result, folder, predictions.stem)
        except OSError as error:
            told = f"{folder}: cannot be written ({error.strerror}). Choose another folder with --out."
            raise UserError(told) from error
        print_score(result, self.console)
        for note in notes:
            self.console.print(f"Note: {note}", markup=False, soft_wrap=True)
        self.console.print("Written: " + ", ".join(map(str, written)), markup=False, soft_wrap=True)
        return scored, unjudged

    def _marked(self, judge: Judge, given: Mapping[str, Prediction], stem: Path) -> Marked:
        """*given* with the judge's marks, which are kept in files that begin with *stem*."""
        errors = Console(stderr=True, highlight=False)
        if self.captions:
            from .caption_answers import answer_from_captions

            kept = stem.with_name(f"{stem.name}.answers.jsonl")
            return answer_from_captions(self.samples, self.captions, given, judge, kept, errors)
        from .judge import mark

        return mark(self.samples, given, judge, stem.with_name(f"{stem.name}.marks.jsonl"), errors)


def read_rules(name: str, as_published: bool) -> Reading:
    """The published rule called *name*.

    Raises:
        UserError: there is none.
    """
    if name not in RULES:
        known = f"Known: {', '.join(RULES)}."
        raise UserError(f"--rules: there is no rule {name}. {did_you_mean(name, RULES, known)}")
    return Reading(RULES[name], as_published)


def _told(reading: Reading, left_out: int, count: int) -> list[str]:
    """By which rules was scored, what ours does otherwise, and what was left out."""
    rule = reading.rule
    said = [f"replies are read as {rule.of} reads them: {rule.reads}."]
    if left_out:
        said.append(f"{left_out} of {count} items are left out of the denominator, as there; here they would be wrong.")
    elif not reading.as_published:
        further = " (--as-published scores as there)" if rule.published else ""
        said.append(f"what differs on purpose: {rule.differs}{further}.")
    return said


def load_samples(bench: Path) -> list[Sample]:
    """The samples of the data set in folder *bench*, in order. Raises UserError as ``load_rows`` does."""
    return [sample for _, sample in load_rows(bench)]


def load_rows(bench: Path) -> list[tuple[str, Sample]]:
    """(video id, sample) of the data set in folder *bench*, in order.

    Raises:
        UserError: there is none.
    """
    rows: list[tuple[str, Sample]] = []
    for path in listed_files(bench, "data"):
        try:
            with pq.ParquetFile(path) as file:
                for batch in track(file.iter_batches(ROWS, use_threads=False), "samples", file.metadata.num_rows):
                    table = pa.Table.from_batches([batch])
                    rows += zip(table.column("video_id").to_pylist(), read_samples(table), strict=True)
        except (OSError, pa.ArrowException) as error:
            raise UserError(f"{path}: cannot be read: {error}. Build it again: only that is made anew.") from None
    if not rows:
        raise UserError(f"{bench}: has no samples.")
    return rows


def listed_files(bench: Path, table: str) -> list[Path]:
    """The files of *table* (``data``, ``timelines``) that the build in folder *bench* published.

    Raises:
        UserError: it is no finished build.
    """
    return [bench / name for name in read_record(bench).shards(table)]
