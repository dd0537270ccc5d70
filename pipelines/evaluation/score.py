"""``vdata score``: predictions beside the truth of a benchmark."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ...schemas import Sample
from ...schemas.arrow import read_samples
from ...schemas.atomic_file import write_bytes
from ...scoring.items import STATUSES, Prediction, Reading, ScoredItem, items, score, true_answer
from ...scoring.published_rules import RULES
from ..console import open_console
from ..dataset.baseline_scores import measure_samples, remarks
from ..dataset.finished import read_record
from ..errors import UserError
from ..yaml.complaints import did_you_mean
from .comparison_page import show_comparison

if TYPE_CHECKING:
    from .judge import Judge

MISSING = "Pictures need matplotlib: pip install 'vdata-toolkit[plots]'"
FEW = 5
"""How many wrong lines are named."""


def score_benchmark(
    bench: Path,
    predictions: Sequence[Path],
    out: Path | None = None,
    console: Console | None = None,
    judge: Judge | None = None,
    reading: Reading | None = None,
) -> int:
    """Score the files *predictions* against the benchmark in folder *bench*: a table, JSON and pictures of each.

    They are written beside *predictions*, or into the folder *out*. *judge* marks the answers in words; without one
    they are matched by their words. *reading* is a published evaluator's way of reading replies; by default ours is
    taken. Several files are then compared with the first, item by item.

    Returns:
        The exit status: 0, or 1 when replies that the judge was to mark have no mark.

    Raises:
        UserError: the benchmark or the predictions cannot be read or do not belong together; the judge cannot be asked.
    """
    console = console or open_console()
    samples = load_samples(bench)
    if reading is not None and not any(reading.rule.fits(true_answer(sample)) for sample in samples):
        raise UserError(f"--rules {reading.rule.name} reads answers of the form {reading.rule.form}; {bench} has none.")
    names = _names(predictions, out)
    scored: dict[str, list[ScoredItem]] = {}
    status = 0
    for name, path in names.items():
        if len(names) > 1:
            console.print(f"{name}: {path}\n", markup=False, soft_wrap=True)
        scored[name], unjudged = _score_one(bench, samples, path, out or path.parent, console, judge, reading)
        status |= bool(unjudged)
    if len(names) > 1:
        show_comparison(scored, out or predictions[0].parent, console)
    for line in remarks(measure_samples(samples)):
        console.print(line, markup=False, soft_wrap=True)
    return status


def _names(predictions: Sequence[Path], out: Path | None) -> dict[str, Path]:
    """A name for each file: its stem, or all of its path where two stems are the same."""
    stems = Counter(path.stem for path in predictions)
    if out is not None and (same := sorted(stem for stem, count in stems.items() if count > 1)):
        raise UserError(f"--out: {same[0]} is the name of several files, whose scores would overwrite one another.")
    return {path.stem if stems[path.stem] == 1 else str(path): path for path in predictions}


def _score_one(
    bench: Path,
    samples: Sequence[Sample],
    predictions: Path,
    folder: Path,
    console: Console,
    judge: Judge | None,
    reading: Reading | None,
) -> tuple[list[ScoredItem], int]:
    """Score one file, print and write it. Returns the items, and how many replies the judge did not mark."""
    given, notes = read_predictions(predictions, samples)
    result: dict[str, Any] = {"benchmark": str(bench), "predictions": str(predictions)}
    unjudged = 0
    if judge is not None:
        from .judge import mark

        errors = Console(stderr=True, highlight=False)
        marked = mark(samples, given, judge, folder / f"{predictions.stem}.marks.jsonl", errors)
        given, unjudged = marked.predictions, marked.failed.total()
        notes += marked.notes
        result["judge"] = {"name": judge.name, "identity": judge.teacher.identity(), **marked.counts}
    scored = items(samples, given, reading)
    counted = [item for item in scored if not item.left_out]
    if reading is not None and not counted:
        raise UserError(f"{predictions}: no reply that {reading.rule.of} counts: all {len(scored)} items are left out.")
    result |= score(counted)
    if reading is not None:
        left_out = len(scored) - len(counted)
        result["rules"] = {"name": reading.rule.name, "as_published": reading.as_published, "left_out": left_out}
        notes += _told(reading, left_out, len(scored))
    result["baselines"] = [one.model_dump() for one in measure_samples(samples)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = _write(result, folder, predictions.stem)
    except OSError as error:
        raise UserError(f"{folder}: cannot be written ({error.strerror}). Choose another folder with --out.") from error
    _print(result, console)
    for note in notes:
        console.print(f"Note: {note}", markup=False, soft_wrap=True)
    console.print("Written: " + ", ".join(str(path) for path in written), markup=False, soft_wrap=True)
    return scored, unjudged


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
            table = pq.read_table(path)
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


def read_predictions(path: Path, samples: Sequence[Sample]) -> tuple[dict[str, Prediction], list[str]]:
    """Predictions by sample id, and what the user should know about the file.

    A line is ``{"id": …, "reply": "…"}``; with ``failure`` when there is no reply, and ``mark`` (true or false) when a
    judge has read an open answer. Of two lines for one sample the later counts.

    Raises:
        UserError: the file cannot be read, a line is no prediction, or no id is one of the benchmark's.
    """
    known = {sample.id for sample in samples}
    found: dict[str, Prediction] = {}
    strange: list[str] = []
    twice = 0
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error}).") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        name, prediction = _line(path, number, line)
        if name not in known:
            strange.append(name)
            continue
        twice += name in found
        found[name] = prediction
    if strange and not found:
        hint = did_you_mean(strange[0], known)
        raise UserError(f"{path}: none of its ids is in the benchmark (the first is {strange[0]!r}). {hint}")
    notes = []
    if missing := len(known) - len(found):
        notes.append(f"{missing} of {len(known)} questions have no prediction: they count as wrong.")
    if strange:
        notes.append(f"{len(strange)} predictions are for no question of the benchmark ({', '.join(strange[:FEW])} …).")
    if twice:
        notes.append(f"{twice} questions have several predictions: the last of each counts.")
    return found, notes


def _line(path: Path, number: int, line: str) -> tuple[str, Prediction]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise UserError(f"{path}:{number}: is no JSON: {error}.") from None
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        raise UserError(f'{path}:{number}: a prediction is {{"id": "…", "reply": "…"}}, got {line[:80]}')
    reply, failure, mark = row.get("reply"), row.get("failure") or "", row.get("mark")
    if not isinstance(reply, str | None) or not isinstance(failure, str) or not isinstance(mark, bool | None):
        raise UserError(f"{path}:{number}: reply and failure must be text, mark true or false.")
    return row["id"], Prediction(reply or "", failure, mark)


def _write(result: dict[str, Any], folder: Path, stem: str) -> list[Path]:
    written = [folder / f"{stem}.score.json"]
    write_bytes(json.dumps(result, indent=1, ensure_ascii=False).encode(), written[0])
    if find_spec("matplotlib") is None:
        return written
    from ...scoring.plots import bars, heatmap

    written.append(folder / f"{stem}.tasks.png")
    bars(result["by_task"], written[-1], stem)
    if len(result.get("cells", [])) > 1:
        written.append(folder / f"{stem}.heatmap.png")
        heatmap(result["cells"], written[-1], stem)
        if any("grade" in cell for cell in result["cells"]):
            written.append(folder / f"{stem}.grades.png")
            heatmap(result["cells"], written[-1], stem, "grade")
    return written


def _print(result: dict[str, Any], console: Console) -> None:
    for by in ("task", "length", "depth"):
        rows = result.get(f"by_{by}", [])
        if len(rows) > 1 or (rows and by == "task"):
            console.print(_table(rows, by))
            console.print()
    if len(result["by_kind"]) > 1:
        kinds = ", ".join(f"{kind} {share:.1%}" for kind, share in result["by_kind"].items())
        console.print(f"By kind: {kinds}", soft_wrap=True, markup=False)
    for name, both in result.get("pairs", {}).items():
        shares = ", ".join(f"{key.replace('_', ' ')} {share:.1%}" for key, share in both.items())
        console.print(f"{name}, both questions: {shares}", soft_wrap=True, markup=False)
    if "mean_iou" in result:
        shares = ", ".join(f"R@{level} {share:.1%}" for level, share in result["recall_at"].items())
        console.print(f"mIoU {result['mean_iou']:.3f}, {shares}", soft_wrap=True, markup=False)
    if places := result.get("places"):
        shares = ", ".join(f"{n}: {share:.1%}" for n, share in enumerate(places, 1))
        console.print(f"Orders, right at place {shares}", soft_wrap=True, markup=False)
    all_of = result["overall"]
    console.print(
        f"{all_of['items']} items: {all_of['accuracy']:.1%} right (95 %: {all_of['low']:.1%} to {all_of['high']:.1%}), "
        f"mean of tasks {result['mean_of_tasks']:.1%}, chance {all_of['chance']:.1%}.",
        soft_wrap=True,
    )
    if "grade" in all_of:
        named = result.get("rules", {}).get("name", "")
        scale = (RULES[named].scale if named else "") or "1 is 0 %, 10 is 100 %; only 10 is right"
        console.print(f"Mean grade {all_of['grade']:.1%} ({scale}).", soft_wrap=True)
    if find_spec("matplotlib") is None:
        console.print(MISSING, markup=False)


def _table(rows: list[dict[str, Any]], by: str) -> Table:
    others = [status for status in STATUSES[1:] if any(row[status] for row in rows)]
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    graded = ["grade"] if any("grade" in row for row in rows) else []
    table.add_column(by)
    for name in ("items", "right", "95 %", "chance", *graded, *others):
        table.add_column(name, justify="right")
    for row in rows:
        shares = [f"{row['accuracy']:.1%}", f"{row['low']:.0%} – {row['high']:.0%}", f"{row['chance']:.1%}"]
        shares += [f"{row['grade']:.1%}" if "grade" in row else "–"] if graded else []
        table.add_row(escape(row[by] or "–"), str(row["items"]), *shares, *(str(row[status]) for status in others))
    return table
