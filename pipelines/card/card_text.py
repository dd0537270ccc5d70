"""The text of the card of a data set: sources, stages, teachers, statistics, limits and citations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from ...schemas.build_record import BuildRecord, Usage
from ...schemas.other_languages import other_languages
from ...schemas.reviewed import reviewed
from ..dataset.summary import length
from ..settings.config import Config
from .card_bars import bars, histogram
from .card_baselines import TITLE, baseline_lines
from .card_facts import MOST_SOURCES, CardFacts
from .card_words import cell, fenced, one_line, plain_words
from .own_judges import own_judges

Lines = Iterable[str]
UNSTATED = "not stated"
LOCAL_KEYS = ("cache", "replies")
"""The keys of a config that name folders of the machine where the data set was built."""
LEAST_BALANCED = 20
"""The least number of multiple-choice samples for a remark on the balance of their right options."""


def card_text(name: str, config: Config, record: BuildRecord, facts: CardFacts, split: str) -> str:
    """The text of the card without its metadata. *split* is the split that the example loads."""
    sections: list[tuple[str, Lines]] = [
        (f"# {one_line(name)}", _what(config, record)),
        ("## Sources and licences", _sources(facts)),
        ("## What was done", _funnel(record)),
        ("## Who wrote it", _teachers(record, facts)),
        ("## What is in it", _statistics(record, facts)),
        *([(TITLE, baseline_lines(record))] if record.baselines else []),
        ("## Known limits", [f"- {line}" for line in limits(record, facts)]),
        ("## How to load it", _loading(split, record)),
        ("## How to build it again", _again(record)),
        ("## What to cite", _citation(config, record)),
    ]
    return "\n".join(line for title, lines in sections if (body := [*lines]) for line in (title, "", *body, ""))


def _what(config: Config, record: BuildRecord) -> Lines:
    if config.description:
        yield from (plain_words(config.description), "")
    composed = record.made
    about = f"about {composed.kept} videos ({length(composed.hours_kept)}) that were made " if composed else ""
    what = f"{record.samples} samples {about}from"
    if not record.samples:
        what = f"The lanes of {composed.kept} videos that were made from" if composed else "The lanes of"
    yield (
        f"{what} {record.kept} of {record.inputs} videos "
        f"({length(record.hours_kept)} of {length(record.hours)}), built with vdata "
        f"{record.versions.get('vdata-toolkit', '')}. {record.dropped} videos were dropped by a rule and "
        f"{record.failed} failed; each of them is in `rejects` with the reason."
    )
    if record.ended:
        yield from ("", f"The table `timelines` also has {ended_words(record.ended)}.")
    for row in record.funnel:
        if told := reviewed(row.values):
            yield from (
                "",
                f"{told[0].upper()}{told[1:]} (`{row.stage}`). The check `people` of a sample holds what they said, "
                "its parameter `was` what it was before.",
            )


def ended_words(ended: Mapping[str, int]) -> str:
    """Which videos outside of the data set the timelines have, in words."""
    counts = ", ".join(f"{count:,} `{state}`" for state, count in sorted(ended.items()))
    one = sum(ended.values()) == 1
    return (
        f"the lanes of {sum(ended.values()):,} video{'' if one else 's'} that {'is' if one else 'are'} not part of the "
        f"data set, as they were at the end of {'it' if one else 'each'} ({counts}): filter by the column `state`, "
        "which is `kept` for those that are"
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
    return cell(text) or UNSTATED


def _funnel(record: BuildRecord) -> Lines:
    yield from ("| stage | videos in | out | made | rejected |", "|---|---:|---:|---:|---|")
    for row in record.funnel:
        reasons = cell(", ".join(f"{reason} {count}" for reason, count in row.reasons.items()))
        yield f"| {row.stage} | {row.rows} | {row.kept} | {row.wrote} | {reasons} |"


def _teachers(record: BuildRecord, facts: CardFacts) -> Lines:
    settings = {name: one for name, one in (record.config.get("teachers") or {}).items() if name in record.teachers}
    if not settings:
        what = "answer follows" if record.samples else "span follows"
        yield f"Rules: every {what} from labels and measurements; no model was asked."
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
        asked_for = cell(", ".join(sorted(spent)))
        yield f"| {cell(name)} | {cell(str(one.get('kind', '')))} | {_cell(str(model))} | {asked_for} | {numbers} |"
    for (name, models), videos in sorted(facts.answered.items()):
        yield from (
            "",
            f"Not the model that {name} names, but {_cell(models)} answered for {videos:,} video{'s' * (videos != 1)}.",
        )
    by_rule = facts.makers.get("", 0)
    if record.samples:
        written = f"{sum(facts.makers.values()) - by_rule:,} samples were written by a teacher"
        yield from ("", f"{written}, {by_rule:,} were made by rule.")
    if any(record.prompts.values()):
        yield from (
            "",
            "These are the instructions of the teachers. The words of a video are sent apart from them, as delimited "
            "material.",
        )
    for name, purposes in record.prompts.items():
        for purpose, texts in purposes.items():
            yield from ("", f"<details><summary>{one_line(name)}, for {one_line(purpose)}</summary>", "")
            for text in texts:
                yield from (*fenced(text, "text"), "")
            yield "</details>"


def _statistics(record: BuildRecord, facts: CardFacts) -> Lines:
    plots: dict[str, list[str]] = {"Samples by task": bars(record.tasks)}
    if record.splits is not None:
        plots["Samples by split (every video is in one split)"] = bars(record.splits)
    plots |= {
        "Durations of the videos, in seconds": histogram(facts.durations),
        "Durations of what the samples are about, in seconds": histogram(facts.ranges),
        "Position of the first evidence, from the start of the video (0) to its end (1)": histogram(
            facts.places, high=1
        ),
        "Numbers of words in the answers": histogram(facts.words),
        "Right options": bars(dict(sorted(facts.letters.items(), key=lambda item: (len(item[0]), item[0])))),
    }
    for check, verdicts in sorted(facts.verdicts.items()):
        plots[f"Verdicts of the check `{check}`"] = bars(dict(sorted(verdicts.items())))
    for title, plot in plots.items():
        if plot:
            yield from (f"{one_line(title)}:", "", *fenced("\n".join(plot), "text"), "")


def _readers(facts: CardFacts) -> str:
    read = sum(facts.verdicts.get("people", {}).values())
    return f"people have read no more than {read:,} of the samples" if read else "no person has read the samples"


def limits(record: BuildRecord, facts: CardFacts) -> Iterable[str]:
    """The limits of the data set that a user may not notice, a sentence or two each."""
    stages = {row.stage for row in record.funnel}
    if not facts.has_media and record.made is None:
        yield "The videos are not part of the data set: `video` holds the path or address that the config named."
    for number, what in ((0, "source"), (1, "licence")):
        if missing := int(sum(count[0] for key, count in facts.stated.items() if not key[number])):
            yield f"The {what} of {missing:,} videos is not stated."
    written = sum(facts.makers.values()) - facts.makers.get("", 0)
    if written and not facts.verdicts:
        yield f"{written:,} samples were written by a model, and nothing has checked them against the videos."
    elif written:
        yield (
            f"{written:,} samples were written by a model. `checks` holds the verdicts on each. What no check "
            f"covers may be wrong, and {_readers(facts)}."
        )
    yield from own_judges(record)
    if record.teachers and not record.samples and record.mix is None:
        yield "What teachers wrote is in the lanes (`source` of a span names the teacher), and may be wrong."
    for row in record.funnel:
        if abstained := other_languages(row.values):
            yield (
                f"The rules of words of `{row.stage}` (orders, negations, numbers, lengths, names, quotations) know "
                f"English alone. Of {abstained}, they checked clock times and nothing else."
            )
    if facts.makers.get(""):
        yield "Samples made by rule are as right as the labels and measurements in their `evidence`."
    if record.taken_down:
        yield f"{record.taken_down:,} videos of an earlier version were taken down, and are counted nowhere else."
    if record.failed:
        yield f"{record.failed} videos failed, perhaps not by chance: `rejects` holds the reasons."
    if not stages & {"near_duplicates", "split"}:
        yield "No stage has looked for near-duplicate videos."
    if record.splits is None:
        yield "There is only one split. Hold out samples by `video_id`, not one by one."
    if (known := sum(facts.letters.values())) >= LEAST_BALANCED:
        letter, count = facts.letters.most_common(1)[0]
        if count > 0.5 * known and len(facts.letters) > 1:
            yield f"The right option is {letter} in {count / known:.0%} of the multiple-choice samples."
    yield "Times are seconds from the start of the video. Edges of shots are exact to a frame, those of a model not."


def _loading(split: str, record: BuildRecord) -> Lines:
    yield from ("```python", "import datasets", "")
    if record.samples:
        yield f'samples = datasets.load_dataset("PATH_OR_REPO", split="{split}")'
    yield 'timelines = datasets.load_dataset("PATH_OR_REPO", "timelines", split="train")'
    if record.ended:
        yield 'kept = timelines.filter(lambda row: row["state"] == "kept")'
    if record.rejects:
        yield 'rejects = datasets.load_dataset("PATH_OR_REPO", "rejects", split="train")'
    yield from ("```", "")
    if record.samples:
        yield "`evidence` holds the spans of the timeline that support an answer."
    else:
        yield "There are no samples: what the stages wrote is in the columns `lane_…`, a list of spans for each video."


def _again(record: BuildRecord) -> Lines:
    config = {key: value for key, value in record.config.items() if key not in LOCAL_KEYS and value not in ({}, [])}
    config["output"] = {**config["output"], "path": Path(config["output"]["path"]).name}
    text = yaml.safe_dump(config, sort_keys=False, allow_unicode=True).strip()
    return ("<details><summary>Every setting, as YAML</summary>", "", *fenced(text, "yaml"), "", "</details>")


def _citation(config: Config, record: BuildRecord) -> Lines:
    for work in config.cite:
        yield f"- {one_line(work)}"
    if config.cite:
        version = record.versions.get("vdata-toolkit", "")
        yield f"- vdata {version}, which built this data set. The recipe follows these works; their data is not in it."
