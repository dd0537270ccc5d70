"""The card of a mixture: its sources, their licences, and the number of samples of each."""

from __future__ import annotations

from pathlib import Path

import yaml

from ...schemas.build_record import BuildRecord, MixtureAccount
from ..card.card import metadata
from ..card.card_baselines import baseline_section
from ..card.card_words import cell, fenced, one_line, plain_words
from ..dataset.splits import main_split, split_rows
from ..dataset.summary import length
from .mix_config import Mix

NOT_STATED = "not stated"


def mix_card_of(out: Path, mix: Mix, record: BuildRecord, account: MixtureAccount) -> bytes:
    """The card of the mixture in the folder *out*, from its build record and the *account* in it."""
    name = mix.name or out.resolve().name
    text = f"{metadata(out, mix.name, _licence(mix, account), record)}\n{_text(name, mix, record, account)}"
    return text.encode("utf-8", "replace")


def _licence(mix: Mix, account: MixtureAccount) -> str | list[str] | None:
    """The licence in the settings, or the licences of all videos; ``unknown`` when a video states none."""
    stated = list(account.licences)
    if mix.licence or not stated:
        return mix.licence
    if NOT_STATED in stated:
        return "unknown"
    return stated[0] if len(stated) == 1 else stated


def _text(name: str, mix: Mix, record: BuildRecord, account: MixtureAccount) -> str:
    lines = [f"# {one_line(name)}", ""]
    lines += [plain_words(mix.description), ""] if mix.description else []
    lines += [
        f"{record.samples} samples on {record.kept} videos ({length(record.hours)}), mixed with vdata "
        f"{record.versions.get('vdata-toolkit', '')} from {len(account.sources)} data sets. "
        "The column `origin` says which one a sample is from.",
        "",
        "## Sources",
        "",
        "| name | build | licence | source of the videos | samples | taken | left out |",
        "|---|---|---|---|---:|---:|---|",
    ]
    for one in account.sources:
        why = ", ".join(f"{reason} {count}" for reason, count in one.left_out.items())
        taken = f"{one.taken} ({one.copies} copies)" if one.copies else str(one.taken)
        stated = one.licence or NOT_STATED, one.source or NOT_STATED
        cells = one.name, one.generation, *stated, str(one.samples), taken, why
        lines.append(f"| {' | '.join(cell(str(text)) for text in cells)} |")
    licences = ", ".join(f"{one_line(licence)} {count}" for licence, count in account.licences.items())
    lines += ["", f"Licences of the videos: {licences or NOT_STATED}."]
    if record.taken_down:
        lines += ["", f"{record.taken_down:,} videos of an earlier version were taken down."]
    if account.lengths is not None:
        lines += ["", "## Lengths", "", "Training samples by their estimated tokens.", ""]
        lines += ["| tokens | samples | share | wanted |", "|---|---:|---:|---:|"]
        for row in account.lengths:
            limit = f"up to {row.up_to}" if row.up_to else "more"
            lines.append(f"| {limit} | {row.samples} | {row.share:.1%} | {row.wanted:.1%} |")
    lines += [
        "",
        "## Splits",
        "",
        "Every video is in one split, that of its sources. A video that one source holds out ",
    ]
    lines[-1] += "is in the training samples of none."
    lines += ["", "| split | samples |", "|---|---:|"]
    lines += [f"| {split} | {count} |" for split, count in split_rows(record).items()]
    lines += ["", "## Tasks", "", "| task | samples |", "|---|---:|"]
    lines += [f"| {cell(task)} | {count} |" for task, count in record.tasks.items()]
    lines += ["", *baseline_section(record)] if record.baselines else []
    lines += [
        "",
        "## How to load it",
        "",
        "```python",
        "import datasets",
        "",
        f'samples = datasets.load_dataset("PATH_OR_REPO", split="{main_split(record)}")',
        'timelines = datasets.load_dataset("PATH_OR_REPO", "timelines", split="train")',
        "```",
        "",
        "Times are seconds from the start of the video. When several sources have a video, `timelines` holds the "
        "row of the first source.",
        "",
        "## How to mix it again",
        "",
        *fenced(yaml.safe_dump(record.config, sort_keys=False, allow_unicode=True).strip(), "yaml"),
        "",
    ]
    return "\n".join(lines)
