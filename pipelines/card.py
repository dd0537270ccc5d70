"""The data set's card: README.md with the Hub's metadata, written last, from what was counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from .config import Config
from .parts import write_bytes
from .summary import length

SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def write_card(out: Path, config: Config, build: dict[str, Any]) -> None:
    """Write the card of the build in *out*; *build* is the content of its build.json."""
    name = config.name or out.resolve().name
    write_bytes(
        f"{_metadata(config, build)}\n{_text(name, config, build)}".encode("utf-8", "replace"), out / "README.md"
    )


def _metadata(config: Config, build: dict[str, Any]) -> str:
    generation = build["generation"]
    tables = [  # a split without rows cannot be loaded by datasets, so that it is not named
        (build["samples"], "default", f"data/train-*-{generation}.parquet"),
        (build.get("made", build)["kept"], "timelines", f"timelines/timelines-*-{generation}.parquet"),
        (build["rejects"], "rejects", f"rejects/rejects-*-{generation}.parquet"),
    ]
    card: dict[str, Any] = {
        "pretty_name": config.name,
        "license": config.licence,
        "tags": ["video", "vdata"],
        "size_categories": [next((size for limit, size in SIZES if build["samples"] < limit), "1M<n<10M")],
        "configs": [_config(name, path) for rows, name, path in tables if rows],
    }
    if card["configs"]:
        card["configs"][0]["default"] = True
    filled = {key: value for key, value in card.items() if value is not None}
    return f"---\n{yaml.safe_dump(filled, sort_keys=False, allow_unicode=True)}---"


def _made(build: dict[str, Any]) -> str:
    if "made" not in build:
        return ""
    return f"about {build['made']['kept']} videos ({length(build['made']['hours_kept'])}) that were made "


def _config(name: str, path: str) -> dict[str, Any]:
    return {"config_name": name, "data_files": [{"split": "train", "path": path}]}


def _text(name: str, config: Config, build: dict[str, Any]) -> str:
    lines = [f"# {name}", ""]
    lines += [config.description, ""] if config.description else []
    lines += [
        f"{build['samples']} samples {_made(build)}from {build['kept']} of {build['inputs']} videos "
        f"({length(build['hours_kept'])} of {length(build['hours'])}), built with vdata "
        f"{build['versions'].get('vdata-toolkit', '')}. "
        f"{build['dropped']} videos were dropped by a rule and {build['failed']} failed; "
        "each is in `rejects` with its reason.",
        "",
    ]
    lines += [f"Source of the videos: {config.source or 'not stated'}. Licence: {config.licence or 'not stated'}.", ""]
    lines += ["## What was done", "", "| stage | videos in | out | made | rejected |", "|---|---:|---:|---:|---|"]
    for row in build["funnel"]:
        reasons = ", ".join(f"{reason} {count}" for reason, count in row["reasons"].items())
        lines.append(f"| {row['stage']} | {row['rows']} | {row['kept']} | {row['wrote']} | {reasons} |")
    if build["tasks"]:
        lines += ["", "## Tasks", "", "| task | samples |", "|---|---:|"]
        lines += [f"| {task} | {count} |" for task, count in build["tasks"].items()]
    lines += [
        "",
        "## How to load it",
        "",
        "```python",
        "import datasets",
        "",
        'samples = datasets.load_dataset("PATH_OR_REPO", split="train")',
        'timelines = datasets.load_dataset("PATH_OR_REPO", "timelines", split="train")',
        'rejects = datasets.load_dataset("PATH_OR_REPO", "rejects", split="train")',
        "```",
        "",
        "Times are seconds from the start of the video. `evidence` holds the spans of the timeline "
        "that an answer rests on.",
        "",
        "## How to build it again",
        "",
        "```yaml",
        yaml.safe_dump(build["config"], sort_keys=False, allow_unicode=True).strip(),
        "```",
        "",
    ]
    return "\n".join(lines)
