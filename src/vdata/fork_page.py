"""What a fork of a build takes over and does again, and what that costs: said before it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .pipelines.errors import UserError
from .pipelines.planning.estimate import estimates
from .pipelines.planning.plan import look_at_inputs, resolve_plan, sources_of
from .pipelines.run.fork import plan_fork
from .plan_page import count, estimate_lines
from .schemas.bucket_path import as_path
from .show import table

if TYPE_CHECKING:
    from pathlib import Path

    from .pipelines.settings.config import Config


def forked(config: Config, new: str) -> Config:
    """*config* with the folder *new* for its output.

    Raises:
        UserError: it is none; it is the folder that is forked, or lies in it, or the other way round.
    """
    from .pipelines.settings.config import place

    try:
        path = as_path(place(new)).expanduser()
    except ValueError as wrong:
        raise UserError(f"--fork {wrong}.") from None
    output = config.output.model_copy(update={"path": path})
    one, two = config.output.path.resolve(), output.path.resolve()
    if one == two or one in two.parents or two in one.parents:
        raise UserError(f"{new}: cannot be a fork of {config.output.path}: one folder must not lie in the other.")
    return config.model_copy(update={"output": output})


def fork_page(config: Config, old: Path, limit: int | None = None) -> str:
    """What a build of *config* takes over from the folder *old*, pass by pass, and what the rest costs.

    Raises:
        UserError: *old* holds no build, or the inputs cannot be found.
    """
    from .pipelines.inputs.sources import same_content

    route = resolve_plan(config)
    sources = same_content(sources_of(config)[:limit])
    fork = plan_fork(old, config, route, sources)
    rows = [
        [", ".join(one.stages) or "input", str(one.rows), f"at most {one.again}" if one.again else "0", one.why]
        for one in fork.passes
    ]
    lines = [f"Fork of {old} into {config.output.path}; {old} stays as it is."]
    lines += [f"  {line}" for line in fork.changes or ["The settings are the same."]]
    lines += ["", table(["stages", "taken over", "done again", "why"], rows), ""]
    inputs = look_at_inputs(sources)
    whole = estimates(config, route, inputs)
    if not whole:
        return "\n".join([*lines, "Teachers: none is asked, cost 0"])
    left = {one.teacher: one for one in estimates(config, route, inputs, fork.shares())}
    lines += estimate_lines(config, [left[one.teacher] for one in whole if one.teacher in left])
    if not left:
        lines.append("Teachers: nothing is asked again, cost 0")
    calls, dollars = sum(one.calls for one in whole), sum(one.dollars for one in whole)
    price = f" and ${dollars:,.2f}" if dollars else ""
    lines.append(f"          A fresh build of {count(len(sources), 'input')}: about {calls:,.0f} calls{price}.")
    return "\n".join(lines)
