"""A score as tables and lines in the terminal, as JSON, and as pictures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ...schemas.atomic_file import write_bytes
from ...scoring.chains import PARTS
from ...scoring.items import STATUSES
from ...scoring.published_rules import RULES

MISSING = "Pictures need matplotlib: pip install 'vdata-toolkit[plots]'"


def write_score(result: dict[str, Any], folder: Path, stem: str) -> list[Path]:
    """Write *result* as JSON and, with matplotlib, as pictures to *folder*; returns the files."""
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


def print_score(result: dict[str, Any], console: Console) -> None:
    """Print the tables and figures of *result*."""
    for key, rows in result.items():
        by = key.removeprefix("by_")
        if by in (key, "kind") or (len(rows) == 1 and by in ("length", "depth")):
            continue
        if rows:
            console.print(_table(rows, by))
            console.print()
    if len(result["by_kind"]) > 1:
        kinds = ", ".join(f"{kind} {share:.1%}" for kind, share in result["by_kind"].items())
        console.print(f"By kind: {kinds}", soft_wrap=True, markup=False)
    for name, both in result.get("pairs", {}).items():
        shares = ", ".join(f"{key.replace('_', ' ')} {share:.1%}" for key, share in both.items())
        console.print(f"{name}, both questions: {shares}", soft_wrap=True, markup=False)
    if (rated := result.get("ratings")) is not None:
        unsaid = f"; {rated['unsaid']} without a number" if rated["unsaid"] else ""
        line = f"SRCC {rated['srcc']:.3f}, PLCC {rated['plcc']:.3f} of {rated['items']} ratings{unsaid}"
        console.print(line, soft_wrap=True, markup=False)
    if (areas := result.get("areas")) is not None:
        told = ", ".join(f"{name} {area:.1%}" for name, area in areas.items())
        console.print(f"Areas under the curves: {told}", soft_wrap=True, markup=False)
    if "mean_iou" in result:
        shares = ", ".join(f"R@{level} {share:.1%}" for level, share in result["recall_at"].items())
        console.print(f"mIoU {result['mean_iou']:.3f}, {shares}", soft_wrap=True, markup=False)
    for line in _further(result):
        console.print(line, soft_wrap=True, markup=False)
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


def _further(result: dict[str, Any]) -> Iterator[str]:
    """A line for each measure of places, of chains and of streams that *result* has."""
    if (near := result.get("moments")) is not None:
        shares = f"precision {near['precision']:.1%}, recall {near['recall']:.1%}, F1 {near['f1']:.1%}"
        yield f"Moments of {near['items']} questions, a hit within 5 s: {shares}"
    if (named := result.get("clues")) is not None:
        shares = f"mIoU {named['mean_iou']:.3f}, rec@IoU {named['rec_at_iou']:.1%}"
        yield f"Stretches named beside {named['items']} answers: {shares}"
    if (boxes := result.get("boxes")) is not None:
        shares = ", ".join(f"AP@{level} {share:.1%}" for level, share in boxes["at"].items())
        yield f"Boxes: m_vIoU {boxes['mean_iou']:.3f}, {shares}"
    if (tubes := result.get("tubes")) is not None:
        shares = f"m_tIoU {tubes['t_iou']:.3f}, sIoU {tubes['s_iou']:.3f}, stIoU {tubes['st_iou']:.3f}"
        yield f"Boxes over time of {tubes['items']} questions: {shares}"
    if (linked := result.get("chains")) is not None:
        yield from _chains(linked)
    if (recovered := result.get("clue_recovery")) is not None:
        shares = (
            f"{recovered['long_acc']:.1%} with the whole video, {recovered['clue_acc']:.1%} with the evidence alone"
        )
        yield f"{recovered['items']} questions with evidence: {shares}, CRR {recovered['crr']:.1%}"
    if (due := result.get("proactive")) is not None:
        shares = f"{due['in_time']:.1%} in time (2 s), {due['right']:.1%} in time and right"
        yield f"To be said when it comes, {due['items']} questions: {shares}"
    if (told := result.get("streams")) is not None:
        shares = f"{told['in_time']:.1%} in time (2 s), {told['right']:.1%} in time and right"
        shares += f"; {told['said']} said, of which {told['wanted']:.1%} were due"
        yield f"{told['due']} replies due in {told['items']} streams: {shares}"
    if (held := result.get("gated")) is not None:
        shares = f"{held['score']:.1%} right with them, {held['accuracy']:.1%} right, basic ones {held['basic']:.1%}"
        missing = f"; {held['missing']} lack one, {held['missing_pass']:.1%} if that passes" if held["missing"] else ""
        yield f"{held['items']} questions that count only with their basic ones: {shares}{missing}"
    if (times := result.get("all_times")) is not None:
        yield f"Right at all times: {times['all_right']:.1%} of {times['groups']} questions asked several times"


def _chains(linked: dict[str, Any]) -> Iterator[str]:
    for name, row in linked["by_chain"].items():
        parts = ", ".join(f"{part} {row[part]:.1%}" for part in PARTS if part in row)
        told = f"AM {row['am']:.1%}, LGM {row['lgm']:.3f}, all of it found {row['all_right']:.1%}"
        yield f"Chain{' ' + name if name else ''}, {row['groups']} groups: {parts}; {told}"
    if len(linked["by_chain"]) > 1:
        yield f"All chains: mAM {linked['mam']:.1%}, mLGM {linked['mlgm']:.3f}"
    if "acc_at_iou" in linked:
        yield f"acc@IoU {linked['acc_at_iou']:.1%}, rec@IoU {linked['rec_at_iou']:.1%} (means over IoU 0.1 to 0.5)"


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
