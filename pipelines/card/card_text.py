"""The text of a data set's card: what was made of what, by whom, what was lost, and what is not known of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import yaml

from ...schemas.build_record import BuildRecord, Usage
from ..dataset.summary import length
from ..settings.config import Config
from .card_bars import bars, histogram
from .card_facts import MOST_SOURCES, CardFacts

Lines = Iterable[str]
UNSTATED = "not stated"
OURS_ALONE = ("cache", "replies")
"""Keys of a config that name folders of the machine that it was built on."""
FEW = 20
"""Letters of right answers are looked at for balance from so many samples on."""


def card_text(name: str, config: Config, record: BuildRecord, facts: CardFacts, split: str) -> str:
    """The card below its metadata. *split*: the one that the example loads."""
    sections: list[tuple[str, Lines]] = [
        (f"# {name}", _what(config, record)),
        ("## Sources and licences", _sources(facts)),
        ("## What was done", _funnel(record)),
        ("## Who wrote it", _teachers(record, facts)),
        ("## What is in it", _statistics(record, facts)),
        ("## Known limits", [f"- {line}" for line in limits(record, facts)]),
        ("## How to load it", _loading(split)),
        ("## How to build it again", _again(record)),
        ("## To be cited", _citation(config, record)),
    ]
    return "\n".join(line for title, lines in sections if (body := [*lines]) for line in (title, "", *body, ""))


def _what(config: Config, record: BuildRecord) -> Lines:
    if config.description:
        yield from (config.description, "")
    made = record.made
    about = f"about {made.kept} videos ({length(made.hours_kept)}) that were made " if made else ""
    yield (
        f"{record.samples} samples {about}from {record.kept} of {record.inputs} videos "
        f"({length(record.hours_kept)} of {length(record.hours)}), built with vdata "
        f"{record.versions.get('vdata-toolkit', '')}. {record.dropped} videos were dropped by a rule and "
        f"{record.failed} failed; each is in `rejects` with its reason."
    )


def _sources(facts: CardFacts) -> Lines:
    yield from ("| source of the videos | licence | videos | length |", "|---|---|---:|---:|")
    ranked = sorted(facts.stated.items(), key=lambda item: (-item[1][0], item[0]))
    for (source, licence), (videos, seconds) in ranked[:MOST_SOURCES]:
        yield f"| {_cell(source)} | {_cell(licence)} | {videos:,.0f} | {length(seconds / 3600)} |"
    if rest := ranked[MOST_SOURCES:]:
        videos = sum(numbers[0] for _, numbers in rest)
        yield f"| {len(rest)} more, in the columns `source` and `licence` of `timelines` | | {videos:,.0f} | |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|") or UNSTATED


def _funnel(record: BuildRecord) -> Lines:
    yield from ("| stage | videos in | out | made | rejected |", "|---|---:|---:|---:|---|")
    for row in record.funnel:
        reasons = ", ".join(f"{reason} {count}" for reason, count in row.reasons.items())
        yield f"| {row.stage} | {row.rows} | {row.kept} | {row.wrote} | {reasons} |"


def _teachers(record: BuildRecord, facts: CardFacts) -> Lines:
    settings = {name: one for name, one in (record.config.get("teachers") or {}).items() if name in record.teachers}
    if not settings:
        yield "Rules: every answer follows from labels and measurements; no model was asked."
        return
    yield from (
        "| teacher | kind | model | asked by | calls | tokens in | tokens out |",
        "|---|---|---|---|---:|---:|---:|",
    )
    for name, one in settings.items():
        spent = record.teachers[name]
        total = Usage.sum(spent.values())
        model = one.get("model") or one.get("path") or ""
        numbers = f"{total.calls:,} | {total.tokens_in:,} | {total.tokens_out:,}"
        yield f"| {name} | {one.get('kind', '')} | {_cell(str(model))} | {', '.join(sorted(spent))} | {numbers} |"
    by_rule = facts.makers.get("", 0)
    yield from ("", f"{sum(facts.makers.values()) - by_rule:,} samples are a teacher's, {by_rule:,} are made by rule.")
    if any(record.prompts.values()):
        yield from (
            "",
            "The instructions that the teachers were given. The words of a video are shown to them apart from these, "
            "as delimited material:",
        )
    for name, purposes in record.prompts.items():
        for purpose, texts in purposes.items():
            yield from ("", f"<details><summary>{name}, for {purpose}</summary>", "")
            for text in texts:
                yield from ("~~~text", text.replace("~~~", "~ ~ ~"), "~~~", "")
            yield "</details>"


def _statistics(record: BuildRecord, facts: CardFacts) -> Lines:
    plots: dict[str, list[str]] = {"Samples by task": bars(record.tasks)}
    if record.splits is not None:
        plots["Samples by split (a video is in one only)"] = bars(record.splits)
    plots |= {
        "Seconds of the videos": histogram(facts.durations),
        "Seconds of a video that a sample is about": histogram(facts.ranges),
        "Where the first evidence lies, from the video's start (0) to its end (1)": histogram(facts.places, high=1),
        "Words of the answers": histogram(facts.words),
        "Which option is right": bars(dict(sorted(facts.letters.items(), key=lambda item: (len(item[0]), item[0])))),
    }
    for check, verdicts in sorted(facts.verdicts.items()):
        plots[f"Verdicts of the check `{check}`"] = bars(dict(sorted(verdicts.items())))
    for title, plot in plots.items():
        if plot:
            yield from (f"{title}:", "", "```text", *plot, "```", "")


def limits(record: BuildRecord, facts: CardFacts) -> Iterable[str]:
    """What a user of the data set should know and might not see."""
    stages = {row.stage for row in record.funnel}
    if not facts.shown and record.made is None:
        yield "The videos are not part of the data set: `video` is the path or address as its maker gave it."
    for number, what in ((0, "source"), (1, "licence")):
        if missing := int(sum(count[0] for key, count in facts.stated.items() if not key[number])):
            yield f"The {what} of {missing:,} videos is not stated."
    written = sum(facts.makers.values()) - facts.makers.get("", 0)
    if written and not facts.verdicts:
        yield f"{written:,} samples were written by a model, and nothing has checked them against the videos."
    elif written:
        yield (
            f"{written:,} samples were written by a model. `checks` holds what was checked of each; what no check "
            "looks at may be wrong, and no person has read them."
        )
    if facts.makers.get(""):
        yield "What is made by rule is as right as the labels and measurements in its `evidence`."
    if record.failed:
        yield f"{record.failed} videos failed, which may not be by chance: see their reasons in `rejects`."
    if not stages & {"near_duplicates", "split"}:
        yield "Videos that show the same were not looked for."
    if record.splits is None:
        yield "There is one split: who holds out samples should do so by `video_id`."
    if (known := sum(facts.letters.values())) >= FEW:
        letter, count = facts.letters.most_common(1)[0]
        if count > 0.5 * known and len(facts.letters) > 1:
            yield f"The right option is {letter} in {count / known:.0%} of the multiple-choice samples."
    yield "Times are seconds from the start of the video. A shot's edge is exact to a frame, a model's words are not."


def _loading(split: str) -> Lines:
    return (
        "```python",
        "import datasets",
        "",
        f'samples = datasets.load_dataset("PATH_OR_REPO", split="{split}")',
        'timelines = datasets.load_dataset("PATH_OR_REPO", "timelines", split="train")',
        'rejects = datasets.load_dataset("PATH_OR_REPO", "rejects", split="train")',
        "```",
        "",
        "`evidence` holds the spans of the timeline that an answer rests on.",
    )


def _again(record: BuildRecord) -> Lines:
    config = {key: value for key, value in record.config.items() if key not in OURS_ALONE and value not in ({}, [])}
    config["output"] = {**config["output"], "path": Path(config["output"]["path"]).name}
    text = yaml.safe_dump(config, sort_keys=False, allow_unicode=True).strip()
    return ("<details><summary>Every setting, as YAML</summary>", "", "```yaml", text, "```", "", "</details>")


def _citation(config: Config, record: BuildRecord) -> Lines:
    for work in config.cite:
        yield f"- {' '.join(work.split())}"
    if config.cite:
        version = record.versions.get("vdata-toolkit", "")
        yield f"- vdata {version}, which this was built with: a recipe after these works, not their data."
