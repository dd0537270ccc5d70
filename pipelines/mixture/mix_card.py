"""The card of a mixture: what it was put together from, and under which licences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ...schemas.atomic_file import write_bytes
from ...schemas.build_record import BuildRecord, MixtureAccount
from ..card.card import SIZES
from ..dataset.splits import main_split, split_rows
from ..dataset.summary import length
from .mix_config import Mix

NOT_STATED = "not stated"


def write_mix_card(out: Path, mix: Mix, record: BuildRecord, account: MixtureAccount) -> None:
    """Write the card of the mixture in *out*; *record* is what its build.json says, with *account*."""
    name = mix.name or out.resolve().name
    text = f"{_metadata(mix, record, account)}\n{_text(name, mix, record, account)}"
    write_bytes(text.encode("utf-8", "replace"), out / "README.md")


def _metadata(mix: Mix, record: BuildRecord, account: MixtureAccount) -> str:
    generation = record.generation
    samples = {split: f"data/{split}-*-{generation}.parquet" for split in split_rows(record)}
    tables = [
        (record.samples, "default", samples),
        (record.kept, "timelines", {"train": f"timelines/timelines-*-{generation}.parquet"}),
    ]
    card: dict[str, Any] = {
        "pretty_name": mix.name,
        "license": _licence(mix, account),
        "tags": ["video", "vdata"],
        "size_categories": [next((size for limit, size in SIZES if record.samples < limit), "1M<n<10M")],
        "configs": [
            {"config_name": name, "data_files": [{"split": split, "path": path} for split, path in paths.items()]}
            for rows, name, paths in tables
            if rows
        ],
    }
    if card["configs"]:
        card["configs"][0]["default"] = True
    filled = {key: value for key, value in card.items() if value is not None}
    return f"---\n{yaml.safe_dump(filled, sort_keys=False, allow_unicode=True)}---"


def _licence(mix: Mix, account: MixtureAccount) -> str | list[str] | None:
    """The licence that is given, or those of all videos that went in; ``unknown`` when one does not state its own."""
    stated = list(account.licences)
    if mix.licence or not stated:
        return mix.licence
    if NOT_STATED in stated:
        return "unknown"
    return stated[0] if len(stated) == 1 else stated


def _text(name: str, mix: Mix, record: BuildRecord, account: MixtureAccount) -> str:
    lines = [f"# {name}", ""]
    lines += [mix.description, ""] if mix.description else []
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
        taken = f"{one.taken} ({one.copies} again)" if one.copies else str(one.taken)
        stated = one.licence or NOT_STATED, one.source or NOT_STATED
        cells = one.name, one.generation, *stated, str(one.samples), taken, why
        lines.append(f"| {' | '.join(str(cell).replace('|', '/') for cell in cells)} |")
    licences = ", ".join(f"{licence} {count}" for licence, count in account.licences.items())
    lines += ["", f"Licences of the videos: {licences or NOT_STATED}."]
    if account.lengths is not None:
        lines += ["", "## Lengths", "", "Estimated tokens; only training samples.", ""]
        lines += ["| tokens | samples | share | wanted |", "|---|---:|---:|---:|"]
        for row in account.lengths:
            limit = f"up to {row.up_to}" if row.up_to else "more"
            lines.append(f"| {limit} | {row.samples} | {row.share:.1%} | {row.wanted:.1%} |")
    lines += ["", "## Splits", "", "By video, never by sample, as in the sources; a video that one of them holds out "]
    lines[-1] += "is in no other's training samples."
    lines += ["", "| split | samples |", "|---|---:|"]
    lines += [f"| {split} | {count} |" for split, count in split_rows(record).items()]
    lines += ["", "## Tasks", "", "| task | samples |", "|---|---:|"]
    lines += [f"| {task} | {count} |" for task, count in record.tasks.items()]
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
        "Times are seconds from the start of the video. Of a video that several sources have, `timelines` has the "
        "row of the first.",
        "",
        "## How to mix it again",
        "",
        "```yaml",
        yaml.safe_dump(record.config, sort_keys=False, allow_unicode=True).strip(),
        "```",
        "",
    ]
    return "\n".join(lines)
