"""``vdata plan``: what a build would do, on one page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .pipelines.inputs.faults import told
from .pipelines.planning.estimate import CALL_SECONDS, IMAGE_TOKENS, Estimate, estimates
from .pipelines.planning.plan import (
    FRAME_SECONDS,
    PIXEL_SECONDS,
    Inputs,
    cpu_seconds,
    look_at_inputs,
    refuse_without_video,
    resolve_plan,
    sources_of,
)
from .schemas.sound_limits import TOKENS_A_SECOND
from .schemas.stage_names import numbered
from .show import table
from .stages.haystack.render import Render

if TYPE_CHECKING:
    from .pipelines.settings.config import Config
    from .pipelines.settings.route import Route, RouteStep


def plan_page(config: Config, limit: int | None = None) -> str:
    """The route of *config*, its inputs (the first *limit* of them) and what a build costs.

    Raises:
        UserError: the inputs cannot be found.
    """
    return route_page(config, *looked_at(config, limit))


def looked_at(config: Config, limit: int | None = None) -> tuple[Route, Inputs]:
    """The route of *config*, and what its inputs are, the first *limit* of them.

    Raises:
        UserError: the inputs cannot be found, or none is a video.
    """
    inputs = look_at_inputs(sources_of(config)[:limit])
    refuse_without_video(inputs)
    return resolve_plan(config), inputs


def route_page(config: Config, route: Route, inputs: Inputs) -> str:
    """What a build of *config*, along *route*, does with *inputs*."""
    names = numbered(stage.name() for stage in route.stages)
    rows = [_row(number, name, step) for number, (name, step) in enumerate(zip(names, route.steps, strict=True), 1)]
    lines = [table(["n", "stage", "reads", "writes", "pass", "decodes", "note"], rows), ""]
    if any("(" in row[2] for row in rows):
        lines[-1:] = ["In brackets: read if it is there.", ""]
    if route.start:
        lines.append(f"Labels:   {', '.join(sorted(route.start))}")
    lines += [f"Inputs:   {line}" if n == 0 else f"          {line}" for n, line in enumerate(input_lines(inputs))]
    lines += [
        f"CPU time: {cpu_line(route, inputs)}",
        *teacher_lines(config, route, inputs),
        f"Output:   {config.output.path}",
    ]
    return "\n".join(lines)


def teacher_lines(config: Config, route: Route, inputs: Inputs) -> list[str]:
    """What each teacher will be asked, roughly."""
    found = estimates(config, route, inputs)
    return estimate_lines(config, found) if found else ["Teachers: none is asked, cost 0"]


def estimate_lines(config: Config, found: Sequence[Estimate]) -> list[str]:
    """The estimates *found*, a line for each teacher, with a warning where one passes its budget."""
    if not found:
        return []
    lines = [
        f"{one.teacher}: about {one.calls:,.0f} calls, {one.images:,.0f} images, {_sound(one)}"
        f"{one.tokens_in:,.0f} tokens in, {one.tokens_out:,.0f} out, {_cost(config, one)}, {_time(config, one)}"
        for one in found
    ]
    lines += [warning for one in found if (warning := over_budget(config, one))]
    media = f"{IMAGE_TOKENS} tokens an image"
    media += f", {TOKENS_A_SECOND} a second of sound" if any(one.sound for one in found) else ""
    basis = f"(at {media} and {CALL_SECONDS:g} s a call; replies that are known cost nothing)"
    return [f"{'Teachers:' if n == 0 else '':9} {line}" for n, line in enumerate([*lines, basis])]


def _sound(one: Estimate) -> str:
    return f"{one.sound:,.0f} s of sound, " if one.sound else ""


def over_budget(config: Config, one: Estimate) -> str:
    """That the estimate passes the teacher's budget, and by how much; empty if it does not, or there is none."""
    settings = config.teachers.get(one.teacher)
    if settings is None:
        return ""
    budget = settings.budget
    tokens = one.tokens_in + one.tokens_out
    passed = [
        f"{told} of {limit:{form}} {what}"
        for what, told, amount, limit, form in (
            ("calls", f"about {one.calls:,.0f}", one.calls, budget.calls, ",d"),
            ("tokens", f"about {tokens:,.0f}", tokens, budget.tokens, ",d"),
            ("dollars", f"about {one.dollars:,.2f}", one.dollars, budget.dollars, ",g"),
        )
        if limit is not None and amount > limit
    ]
    if not passed:
        return ""
    return (
        f"WARNING: {one.teacher} is estimated to pass its budget ({', '.join(passed)}): the build would stop there. "
        f"Raise teachers.{one.teacher}.budget, or take fewer videos (--limit)."
    )


def _cost(config: Config, one: Estimate) -> str:
    price = config.teachers[one.teacher].price if one.teacher in config.teachers else None
    return f"${one.dollars:,.2f}" if price and (price.input or price.output) else "no price given"


def _time(config: Config, one: Estimate) -> str:
    if one.teacher in config.teachers and config.teachers[one.teacher].waits:
        return "in batches: up to a day for each stage that waits for another"
    return length(one.seconds)


def _row(number: int, name: str, step: RouteStep) -> list[str]:
    stage = step.stage
    reads = [*sorted(stage.lanes_read()), *(f"({lane})" for lane in sorted(stage.uses - stage.lanes_read()))]
    writes = sorted(stage.lanes_written()) + (["samples"] if stage.gives_samples() else [])
    note = "(added)" if step.added else "sees all videos first" if step.splits else ""
    decodes = "yes" if stage.decodes and stage.opens_videos() else ""
    return [str(number), name, ", ".join(reads), ", ".join(writes), str(step.in_pass + 1), decodes, note]


def input_lines(inputs: Inputs) -> list[str]:
    """What is known of the inputs, a fact a line."""
    lines = []
    if inputs.videos:
        size = f", {volume(inputs.bytes)}" if inputs.bytes else ""
        lines.append(f"{count(inputs.videos, 'video')}{size}, {length(inputs.seconds)}{_basis(inputs)}")
        lines += [f"  {line}" for line in told(inputs.unread)]
    if inputs.label_only:
        known = f", {length(inputs.label_seconds)} as the labels say" if inputs.label_seconds else ""
        lines.append(f"{count(inputs.label_only, 'row')} from labels alone{known}")
    if inputs.unusable:
        lines.append(f"{count(inputs.unusable, 'input')} that cannot be used, and will be in the rejects")
        lines += [f"  {line}" for line in told(inputs.faults)]
    return lines or ["none"]


def _basis(inputs: Inputs) -> str:
    looked = inputs.read + inputs.unreadable
    if looked < inputs.videos:
        basis = f" (estimated from the headers of {inputs.read}" if inputs.read else f" (looked at {looked}"
        return f"{basis}; {inputs.unreadable} cannot be opened)" if inputs.unreadable else f"{basis})"
    return f" ({inputs.unreadable} cannot be opened)" if inputs.unreadable else ""


def cpu_line(route: Route, inputs: Inputs) -> str:
    """How long one core is busy, and on what ground."""
    seconds = cpu_seconds(route, inputs)
    if seconds == 0.0:
        made = any(isinstance(stage, Render) and stage.mode != "plan" for stage in route.stages)
        besides = ", but render encodes the planned videos (how long they are is not estimated)" if made else ""
        return f"{'unknown' if made else 'little'}: no video is decoded from end to end{besides}"
    if seconds is None:
        return "unknown: no header could be read"
    basis = f"{FRAME_SECONDS * 1000:g} ms a frame and {PIXEL_SECONDS * 1e9:g} ms a million pixels"
    return f"about {length(seconds)} on one core for decoding (at {basis})"


def count(number: int, thing: str) -> str:
    """``1 video``, ``2 videos``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def volume(size: int) -> str:
    """Bytes for people: ``2.2 MB``, ``1.4 TB``."""
    for unit, name in ((10**12, "TB"), (10**9, "GB"), (10**6, "MB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size / 1000:.1f} kB"


def length(seconds: float | None) -> str:
    """A length of time for people: ``42 s``, ``3.5 min``, ``120 h``."""
    if seconds is None:
        return "length unknown"
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}" if seconds < 100 * size else f"{seconds / size:,.0f} {unit}"
    return f"{seconds:.1f} s"
