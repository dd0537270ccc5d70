"""``vdata prompts --html``: the requests about one video on one page that needs no network."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from ..pipelines.dry_run.account import PromptRequests, RequestCost, in_prompts
from ..pipelines.dry_run.dry_run import DryRun
from ..pipelines.dry_run.placeholders import MARK
from ..pipelines.dry_run.request_words import basis, folded, headline, kept_replies, price, told
from ..pipelines.dry_run.schema_fields import schema_fields
from ..pipelines.dry_run.unsent_request import ShownMedia, UnsentRequest
from ..pipelines.errors import UserError
from ..pipelines.settings.config import Config
from ..pipelines.storage.disk import explain
from ..schemas.atomic_file import write_bytes

HERE = Path(__file__).parent
GENERATOR, WITHIN = b'<meta name="generator" content="vdata prompts">', 6000
"""By this, within its first bytes, a page is known as one that may be replaced."""


def write_prompts(config: Config, run: DryRun, path: Path, *, every: bool = False) -> str:
    """Write the page of what *run* found that *config* asks to *path*, and say what is on it.

    *every*: each request, also those that are like another.

    Raises:
        UserError: the file cannot be written, or holds something else than such a page.
    """
    _refuse_others(path)
    prompts = in_prompts(run.requests, config.teachers, run.tokens_out)
    redact = config.secrets.redact
    data = _page(config, run, prompts, redact, every=every).encode("utf-8", "replace")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(data, path)
    except OSError as error:
        raise UserError(f"{explain(error, path)}, or choose another file with --html.") from error
    shown = sum(len(one.requests) if every else 1 for prompt in prompts for one in prompt.kinds)
    return f"{path}: {len(data) / 1e6:.2f} MB, {shown:,} of {len(run.requests):,} requests. Nothing was sent."


def _refuse_others(path: Path) -> None:
    try:
        if not os.path.lexists(path):
            return
        with path.open("rb") as file:
            ours = GENERATOR in file.read(WITHIN)
    except (OSError, ValueError) as error:
        why = explain(error, path) if isinstance(error, OSError) else f"{str(path)!r}: cannot be the name of a file"
        raise UserError(f"{why}, or choose another file with --html.") from None
    if not ours:
        raise UserError(f"{path}: is there, and is no page of vdata prompts: it is not replaced. Choose another file.")


def _page(
    config: Config, run: DryRun, prompts: list[PromptRequests], redact: Callable[[str], str], *, every: bool
) -> str:
    environment = Environment(
        loader=PackageLoader(__package__, ""), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    filters: dict[str, Any] = {"count": lambda number: f"{number:,.0f}", "size": len, "marked": _marked}
    environment.filters |= filters
    style = "".join((HERE / name).read_text(encoding="utf-8") for name in ("report.css", "prompts.css"))
    return environment.get_template("prompts.html").render(
        name=config.name or (config.file.stem if config.file is not None else "config"),
        style=style,
        headline=redact(headline(run)),
        remarks=[redact(one) for one in run.remarks],
        basis=basis(sum((one.cost for one in prompts), RequestCost())).replace("`", ""),
        prompts=[_prompt(config, one, redact, every=every) for one in prompts],
        whole=sum((one.cost for one in prompts), RequestCost()),
        silent={name: redact(why) for name, why in run.silent.items()},
        missing=any(one.waits_for for one in run.requests),
    )


def _prompt(config: Config, prompt: PromptRequests, redact: Callable[[str], str], *, every: bool) -> dict[str, Any]:
    systems: set[str] = set()
    material: set[str] = set()
    requests = []
    for kind in prompt.kinds:
        for one in kind.requests if every else kind.requests[:1]:
            more = 0 if every else len(kind.requests) - 1
            requests.append({**_request(one, systems, material, redact), "more": more})
    return {
        "name": prompt.name,
        "teacher": prompt.teacher,
        "cost": prompt.cost,
        "price": price(config.teachers, prompt.teacher, prompt.cost),
        "told": told(prompt, every=every),
        "requests": requests,
    }


def _request(one: UnsentRequest, systems: set[str], material: set[str], redact: Callable[[str], str]) -> dict[str, Any]:
    """What the template needs of *one*; *systems* and *material* are what was shown before it."""
    turns = []
    for turn in one.shown_turns:
        as_above = turn.role == "system" and turn.text in systems
        systems |= {turn.text} if turn.role == "system" else set()
        parts = [piece for part in turn.parts for piece in _pieces(part, material, redact)]
        turns.append({"role": turn.role, "as_above": as_above, "parts": parts})
    return {
        "turns": turns,
        "waits_for": one.waits_for,
        "fault": redact(one.fault),
        "pictures": one.pictures,
        "sound": one.sound,
        "text_tokens": one.text_tokens,
        "settings": one.settings,
        "schema_in_words": one.schema_in_words,
        "fields": schema_fields(one.schema) if one.schema is not None else [],
        "schema": json.dumps(one.schema, ensure_ascii=False, indent=2) if one.schema is not None else "",
        "kept": [{"which": which, "text": redact(text)} for which, text in kept_replies(one)],
    }


def _pieces(part: str | ShownMedia, known: set[str], redact: Callable[[str], str]) -> list[dict[str, Any]]:
    """*part* for the template; long material that is *known* is folded up."""
    if isinstance(part, str):
        return [
            {"text": redact(text), "folded": text.count("\n") - 1 if again else 0}
            for text, again in folded(part, known)
        ]
    pictures = []
    for n, one in enumerate(part.pictures):
        said = f"{one.width}x{one.height}, {one.bytes / 1000:.0f} kB"
        said = f"{part.times[n]:.4g} s · {said}" if part.times else said
        pictures.append({"uri": one.uri, "width": one.width, "height": one.height, "said": said})
    return [{"words": redact(part.words), "pictures": pictures, "sound": part.sound}]


def _marked(text: str) -> list[tuple[str, bool]]:
    """*text* in pieces: those that stand for a reply which is missing, and the others."""
    pieces, at = [], 0
    for found in MARK.finditer(text):
        pieces += [(text[at : found.start()], False), (found[0], True)]
        at = found.end()
    return [*pieces, (text[at:], False)]
