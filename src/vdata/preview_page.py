"""What a preview shows: samples, requests as they were sent, and what the whole will cost at that rate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .pipelines.dataset.finished import read_record
from .pipelines.planning.estimate import Estimate
from .pipelines.planning.plan import look_at_inputs, sources_of
from .pipelines.storage.output_folder import STATE
from .pipelines.teachers.shown_requests import REQUESTS, read_requests, request_text
from .plan_page import count, length, over_budget
from .schemas.bucket_path import is_bucket
from .schemas.build_record import Usage

if TYPE_CHECKING:
    from .pipelines.settings.config import Config

VIDEOS = 3
"""Videos of a preview."""
SAMPLES = 6
LONG = 600
"""Characters after which a text is cut."""


def previewed(config: Config) -> Config:
    """*config* for a preview: beside the output, pushed nowhere, and with teachers that reply at once."""
    path = config.output.path
    beside = Path(f"{path.name}.preview") if is_bucket(path) else path.with_name(f"{path.name}.preview")
    output = config.output.model_copy(update={"path": beside, "push": None})
    teachers = {name: one.at_once() for name, one in config.teachers.items()}
    return config.model_copy(update={"output": output, "teachers": teachers})


def preview_page(config: Config, folder: Path) -> str:
    """The preview of *config* that was built in *folder*: its samples, its requests, and the cost of the whole."""
    state = folder / STATE
    requests = [request_text(one) for one in read_requests(state / REQUESTS)]
    lines = [samples_text(folder), ""]
    lines += ["Requests, as they were sent:", *requests, ""] if requests else []
    return "\n".join(
        [*lines, *cost_lines(config, folder), f"This was a preview. It is in {folder}, which you may delete."]
    )


def samples_text(folder: Path, most: int = SAMPLES) -> str:
    """Samples of the data set in *folder*, of as many tasks and videos as there is room for in *most*."""
    chosen: list[dict[str, Any]] = []
    rows = list(_rows(folder))
    for key in ("task", "video", "id"):
        for row in rows:
            if len(chosen) < most and row not in chosen and row[key] not in {one[key] for one in chosen}:
                chosen.append(row)
    if not chosen:
        return f"There are no samples in {folder}: its rejects, and the table above, say why."
    known = f"{len(chosen)} of the samples:" if len(rows) > len(chosen) else "The samples:"
    return "\n".join([known, *(_sample(row) for row in chosen)])


def _rows(folder: Path, most: int = 2000) -> Iterator[dict[str, Any]]:
    import pyarrow.parquet as pq

    for name in sorted(read_record(folder).shards("data")):
        with pq.ParquetFile(folder / name) as file:
            for batch in file.iter_batches(256):
                yield from batch.to_pylist()
                most -= batch.num_rows
                if most <= 0:
                    return


def _sample(row: dict[str, Any]) -> str:
    lines = [f"--- {row['task']}: {row['video']}, {row['start']:.1f} to {row['end']:.1f} s"]
    lines += [f"{_who(turn)}: {_short(turn['content'])}" for turn in row["messages"]]
    if row["rejected"]:
        lines.append(f"worse reply: {_short(row['rejected'])}")
    for one in row["evidence"][:3]:
        lines.append(
            f"    evidence: {one['lane']} {one['start']:.1f} to {one['end']:.1f} s: {_short(one['text'], 120)}"
        )
        if boxes := one.get("boxes"):
            first, last = boxes[0], boxes[-1]
            sides = ", ".join(f"{first[side]:.3f}" for side in ("left", "top", "right", "bottom"))
            when = f"a box at {first['time']:.1f} s"
            if len(boxes) > 1:
                when = f"{len(boxes)} boxes from {first['time']:.1f} to {last['time']:.1f} s, the first one"
            lines.append(f"    {when}: {sides}")
    return "\n".join(lines)


def _who(turn: dict[str, Any]) -> str:
    """The role of *turn*, and when it is said where it has a time."""
    return turn["role"] if turn.get("time") is None else f"{turn['time']:.1f} s, {turn['role']}"


def _short(text: str, most: int = LONG) -> str:
    return text if len(text) <= most else f"{text[:most]} …"


def cost_lines(config: Config, folder: Path) -> list[str]:
    """What a build of *config* takes if all its inputs are like those of the preview in *folder*, by length."""
    record = read_record(folder)
    inputs = look_at_inputs(sources_of(config))
    seconds = (inputs.seconds or 0.0) + inputs.label_seconds
    every = inputs.videos + inputs.label_only + inputs.unusable
    share = record.hours * 3600 / seconds if seconds and record.hours else record.inputs / max(1, every)
    lines = [
        f"The whole: {count(every, 'input')}, {length(seconds or None)}; the preview was {share:.2%} of it."
        if share < 1
        else f"The whole: {count(every, 'input')}, which is all that the preview had.",
        f"Samples: about {record.samples / share:,.0f}",
    ]
    for name, purposes in record.teachers.items():
        whole = _whole(name, Usage.sum(purposes.values()), share)
        price = None
        if name in config.teachers:
            price = config.teachers[name].price
            whole = replace(whole, dollars=whole.dollars * config.teachers[name].discount)
        dollars = f"${whole.dollars:,.2f}" if price and (price.input or price.output) else "no price given"
        lines.append(
            f"{name}: about {whole.calls:,.0f} calls, {whole.tokens_in:,.0f} tokens, {dollars}{_room(config, whole)}"
        )
        if warning := over_budget(config, whole):
            lines.append(warning)
    return lines


def _whole(name: str, usage: Usage, share: float) -> Estimate:
    """What *usage* becomes when it was *share* of the whole, with what came from a cache; all tokens count as in."""
    tokens = usage.tokens_in + usage.tokens_out + usage.saved_tokens
    dollars = usage.dollars + usage.saved_dollars
    return Estimate(name, (usage.calls + usage.saved_calls) / share, 0, tokens / share, 0, dollars / share, 0)


def _room(config: Config, whole: Estimate) -> str:
    """How much of the budget that is."""
    settings = config.teachers.get(whole.teacher)
    if settings is None:
        return ""
    limits = settings.budget
    amounts = ((whole.dollars, limits.dollars), (whole.calls, limits.calls), (whole.tokens_in, limits.tokens))
    shares = [amount / limit for amount, limit in amounts if limit]
    return f" ({max(shares):.0%} of its budget)" if shares else ""
