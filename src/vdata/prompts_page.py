"""``vdata prompts`` in a terminal: what a build would ask about one video."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from .pipelines.dry_run.account import PromptRequests, RequestCost, in_prompts
from .pipelines.dry_run.request_words import basis, folded, headline, kept_replies, price, told
from .pipelines.dry_run.schema_fields import schema_fields
from .show import table

if TYPE_CHECKING:
    from .pipelines.dry_run.dry_run import DryRun
    from .pipelines.dry_run.unsent_request import UnsentRequest
    from .pipelines.settings.config import Config


def prompts_page(config: Config, run: DryRun, *, every: bool = False, schema: bool = False) -> str:
    """What *run* found that *config* asks. *every*: each request, also those of a kind; *schema*: the whole JSON."""
    prompts = in_prompts(run.requests, config.teachers, run.tokens_out)
    lines = [headline(run), *run.remarks, ""]
    if prompts:
        lines += [_account(config, prompts), "", basis(sum((one.cost for one in prompts), RequestCost())), ""]
    lines += [f"{name} asks nothing: {why}" for name, why in run.silent.items()]
    known: set[str] = set()
    for one in prompts:
        lines += ["", *_prompt(one, known, every=every, schema=schema)]
    return "\n".join(lines).rstrip()


def _account(config: Config, prompts: list[PromptRequests]) -> str:
    rows = [
        [one.name, one.teacher, *_numbers(one.cost), price(config.teachers, one.teacher, one.cost)] for one in prompts
    ]
    if len(prompts) > 1:
        whole = sum((one.cost for one in prompts), RequestCost())
        rows.append(["all", "", *_numbers(whole), f"${whole.dollars:,.4f}" if whole.dollars else ""])
    return table(["prompt", "teacher", "requests", "kept", "calls", "pictures", "tokens in", "out", "price"], rows)


def _numbers(cost: RequestCost) -> list[str]:
    whole = cost.requests, cost.kept, cost.calls, cost.pictures, cost.tokens_in
    return [*(f"{number:,}" for number in whole), f"{cost.tokens_out:,.0f}"]


def _prompt(prompt: PromptRequests, known: set[str], *, every: bool, schema: bool) -> list[str]:
    lines = [f"=== {prompt.name}, to {prompt.teacher}: {told(prompt, every=every)}"]
    systems: set[str] = set()
    for kind in prompt.kinds:
        for one in kind.requests if every else kind.requests[:1]:
            more = len(kind.requests) - 1
            rest = "" if every or not more else f" ({more:,} more like it, with other times, pictures or material)"
            lines += [f"--- {one.name}{rest}", *_request(one, systems, known, every=every, schema=schema)]
    return lines


def _request(one: UnsentRequest, systems: set[str], known: set[str], *, every: bool, schema: bool) -> list[str]:
    lines = [f"waits for the replies of {', '.join(one.waits_for)}"] if one.waits_for else []
    lines += [f"cannot be sent: {one.fault}"] if one.fault else []
    for turn in one.shown_turns:
        text = turn.text if every else _short(turn.text, known)
        if turn.role == "system" and not every:
            text = "(as above)" if text in systems else text
            systems.add(turn.text)
        lines += [f"{turn.role}:", *(f"    {line}" for line in text.splitlines())]
    if one.schema is not None:
        how = "in words in the system text" if one.schema_in_words else "as response_format"
        lines.append(f"reply: JSON, whose schema is sent {how}:")
        if schema:
            lines += [f"    {line}" for line in json.dumps(one.schema, ensure_ascii=False, indent=2).splitlines()]
        else:
            fields = schema_fields(one.schema)
            widths = [max(len(field[n]) for field in fields) for n in (0, 1)]
            lines += [
                f"    {field.path:{widths[0]}}  {field.kind:{widths[1]}}  {field.says}".rstrip() for field in fields
            ]
    else:
        lines.append("reply: text")
    lines += [f"    {line}" for line in one.settings]
    for which, reply in kept_replies(one):
        lines += [which, *(f"    {line}" for line in reply.splitlines())]
    return lines


def _short(text: str, known: set[str]) -> str:
    """*text* without long material that was shown before."""
    return "\n".join(_lines(piece) if again else piece for piece, again in folded(text, known))


def _lines(material: str) -> str:
    first, *lines, last = material.splitlines()
    return f"{first}\n(as above: {len(lines)} lines)\n{last}"
