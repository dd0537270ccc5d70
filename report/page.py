"""``vdata report``: everything put into one HTML file that needs no network, and no larger than allowed."""

from __future__ import annotations

import base64
import hashlib
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from ..pipelines.dataset.baseline_scores import baseline_table
from ..pipelines.dataset.summary import length
from ..pipelines.dataset.verdict_table import verdict_table
from ..pipelines.errors import UserError
from ..pipelines.storage.disk import explain
from ..pipelines.tool_progress import each
from ..schemas.atomic_file import write_bytes
from ..schemas.build_record import Account, BuildRecord, Usage
from ..schemas.reviewed import reviewed
from . import distributions, gallery, statistics
from .gallery import Gallery
from .players import player_address
from .stage_limits import find_limits
from .tables import ReportTables
from .thumbnails import cut_all

MB = 1_000_000
SPARE = 60_000
"""Bytes that are left free for what is counted only roughly."""
TEXT_SHARE = 0.5
"""How much of the page samples, timelines and rejects may take before the pictures come."""
LONGEST_CONFIG = 40_000
MISSING = "not found"
FULL = "the page would be larger than --max-mb"
PROBLEMS = 8
"""Different reasons for missing thumbnails that are told."""
HERE = Path(__file__).parent
MARK, MARK_WITHIN = b'<meta name="generator" content="vdata report">', 2000
"""By this, within its first bytes, a page is known as a report that may be replaced."""


@dataclass(frozen=True, slots=True)
class PageOptions:
    """How the page is made: its greatest size, which samples are chosen, and whether videos are opened."""

    max_mb: float = 25.0
    seed: int = 0
    thumbnails: bool = True


def run_report(
    folder: Path,
    out: Path | None,
    options: PageOptions,
    say: Callable[[str], object] = lambda line: None,
    *,
    overwrite: bool = False,
) -> Path:
    """Write the page of the build in *folder* to *out* (by default report.html in it) and tell *say* what is on it.

    Raises:
        UserError: there is no finished build, or the file cannot be written, or holds something else than a report
            and *overwrite* is not set.
    """
    build = ReportTables(folder)
    path = out or folder / "report.html"
    if not overwrite and not _is_free(path):
        raise UserError(
            f"{path}: is there, and is no report of vdata: it is not replaced. Choose another file with --out, or "
            "replace it with --overwrite."
        )
    html, shown = make_page(build, options, path)
    data = html.encode("utf-8", "replace")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(data, path)
    except OSError as error:
        raise UserError(f"{explain(error, path)}, or choose another file with --out.") from error
    say(
        f"{path}: {len(data) / MB:.2f} MB, {len(shown.samples):,} of {shown.all_samples:,} samples, "
        f"{len(shown.rejects):,} of {shown.all_rejects:,} rejects, {len(shown.thumbs):,} thumbnails."
    )
    for reason, count in shown.blind_videos.items():
        hint = f" from {Path.cwd()}: call it in the folder where the build was called" if reason == MISSING else ""
        say(f"No thumbnails of {count:,} {'video' if count == 1 else 'videos'}: {reason}{hint}.")
    return path


def is_report(path: Path) -> bool:
    """Whether the file *path* is a page that ``vdata report`` wrote."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return MARK in file.read(MARK_WITHIN)


def _is_free(path: Path) -> bool:
    """Whether nothing, or an earlier report, has the name *path*."""
    try:
        if "\0" in str(path):
            raise ValueError
        return not os.path.lexists(path) or is_report(path)
    except (OSError, ValueError) as error:
        why = explain(error, path) if isinstance(error, OSError) else f"{str(path)!r}: cannot be the name of a file"
        raise UserError(f"{why}, or choose another file with --out.") from None


def make_page(build: ReportTables, options: PageOptions, page: Path) -> tuple[str, Gallery]:
    """The page of *build*, which is to lie at *page*, and what is on it."""
    environment = Environment(
        loader=PackageLoader(__package__, ""), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    filters: dict[str, Any] = {"hours": length, "count": lambda number: f"{number:,.0f}", "size": len}
    environment.filters |= filters
    template = environment.get_template("template.html")
    facts = _facts(build)
    empty = Gallery()
    room = int(options.max_mb * MB) - len(template.render(**facts, **_shown(empty, options)).encode()) - SPARE
    if room < 0:
        raise UserError(f"--max-mb {options.max_mb:g}: too small for the charts alone; give {1 - room // MB} more.")
    found, wanted = gallery.collect(build, options.seed, int(room * (TEXT_SHARE if options.thumbnails else 1)))
    room -= _put_players([*found.videos, *found.alone], build.folder, page)
    if options.thumbnails:
        _cut(build, found, wanted, room - gallery.size_of([found.samples, found.videos, found.alone, found.rejects]))
    return template.render(**facts, **_shown(found, options)), found


def _cut(build: ReportTables, found: Gallery, wanted: gallery.Wants, room: int) -> None:
    """Cut thumbnails while there is *room* for them."""
    problems: dict[str, str] = {}
    cuts = cut_all([one for one, _ in wanted], build.folder)
    for (one, shown), cut in zip(each(wanted, "thumbnails, by video"), cuts, strict=True):
        if cut.problem:
            problems[one.uri] = cut.problem
            continue
        fitting = 0
        for rows, picture in zip(shown, cut.pictures, strict=True):
            room -= len(picture) + 4 + 40 * len(rows)
            fitting += room >= 0
        gallery.put_pictures(found, one, shown, cut.pictures[:fitting])
        if room < 0:
            break
    else:
        wanted = []
    full = {one.uri for one, shown in wanted if not any("thumbs" in row for rows in shown for row in rows)}
    problems = dict.fromkeys(sorted(full), FULL) | problems
    for video in [*found.videos, *found.alone]:
        if video["uri"] in problems:
            video["problem"] = problems[video["uri"]]
    ranked = Counter(problems.values()).most_common()
    rest = sum(number for _, number in ranked[PROBLEMS:])
    found.blind_videos = dict(ranked[:PROBLEMS]) | ({"other reasons": rest} if rest else {})


def _put_players(videos: Sequence[dict[str, Any]], folder: Path, page: Path) -> int:
    """Note with each video where a browser finds it, and return the bytes that this takes."""
    for video in videos:
        if address := player_address(video["uri"], folder, page):
            video["play"] = address
    return sum(len(video.get("play", "")) + 10 for video in videos)


def _shown(found: Gallery, options: PageOptions) -> dict[str, Any]:
    """What the template needs of the gallery."""
    return {
        "found": found,
        "options": options,
        "data": gallery.dump(
            {"samples": found.samples, "videos": found.videos, "alone": found.alone, "rejects": found.rejects}
        ),
        "thumbs": gallery.dump(found.thumbs),
    }


def _facts(build: ReportTables) -> dict[str, Any]:
    """What the template needs of the whole build."""
    record = build.record
    limits = find_limits(record.stages)
    samples, durations = statistics.read_samples(build), statistics.read_durations(build)
    lanes, losses = statistics.read_lanes(build), statistics.read_losses(build)
    script = (HERE / "report.js").read_text(encoding="utf-8")
    config = record.config
    text = yaml.safe_dump(config, sort_keys=False, allow_unicode=True)
    return {
        "name": str(config.get("name") or build.folder.resolve().name),
        "build": record,
        "rejects": sum(loss.count for loss in losses.values()),
        "stages": _stages(record, losses),
        "samples": samples,
        "sample_charts": distributions.sample_charts(samples, durations, limits, losses),
        "panels": distributions.lane_panels(lanes, limits, losses),
        "loss_charts": distributions.loss_charts(losses, distributions.losses_in_lanes(lanes, losses)),
        "verdicts": verdict_table(statistics.read_judged(build)),
        "baselines": baseline_table(record.baselines or ()),
        "reviewed": [f"{row.stage}: {told}." for row in record.funnel if (told := reviewed(row.values))],
        "costs": _costs(record.teachers),
        "config": text[:LONGEST_CONFIG] + ("\n# … (cut)" if len(text) > LONGEST_CONFIG else ""),
        "versions": ", ".join(f"{name} {version}" for name, version in record.versions.items()),
        "script": script,
        "style": (HERE / "report.css").read_text(encoding="utf-8"),
        "hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    }


def _stages(record: BuildRecord, losses: distributions.Losses) -> list[dict[str, Any]]:
    """The rows of the funnel, with what each reason took out."""
    rows = []
    for row in record.funnel:
        reasons = [
            {"reason": reason, "count": count, "loss": losses.get((row.stage, reason))}
            for reason, count in sorted(row.reasons.items(), key=lambda item: (-item[1], item[0]))
        ]
        rows.append({**row.model_dump(), "reasons": reasons})
    return rows


def _costs(teachers: Account) -> list[tuple[str, str, Usage]]:
    """A row for each teacher and purpose, and their sum."""
    rows = [(teacher, purpose, tally) for teacher, spent in teachers.items() for purpose, tally in spent.items()]
    if len(rows) > 1:
        rows.append(("all", "", Usage.sum(tally for _, _, tally in rows)))
    return rows
