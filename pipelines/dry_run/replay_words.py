"""What a build asked about one video, in lines for people: prompts, replies and prices."""

from __future__ import annotations

from collections.abc import Iterable

from ...schemas.build_record import BuildRecord, Usage
from ..teachers.teacher_settings import TeacherSettings
from .replay import ReplayedAsking
from .unsent_request import UnsentRequest

LONG = 200
"""Characters of a prompt and of a reply that are shown."""
SHOWN = 2
"""Requests of a prompt that are shown."""


def asked_lines(found: ReplayedAsking, record: BuildRecord, *, full: bool) -> list[str]:
    """The lines about what *found* has; *full*: each request and reply whole. None where no teacher was asked."""
    if not found.requests and not found.remarks and not record.teachers:
        return []
    lines = ["", f"Asked about it ({_sum(found.requests, found.teachers)}):"]
    prompts: dict[tuple[str, str], list[UnsentRequest]] = {}
    for one in found.requests:
        prompts.setdefault((one.name, one.teacher), []).append(one)
    for (name, teacher), own in prompts.items():
        lines.append(f"  {name} to {teacher}: {_sum(own, found.teachers)}")
        for one in own if full else own[:SHOWN]:
            lines += _whole(one) if full else _brief(one)
        if not full and len(own) > SHOWN:
            lines.append(f"    … and {len(own) - SHOWN} more (--full: each, whole)")
    lines += [f"  {remark}" for remark in found.remarks]
    if any(None in one.replies for one in found.requests):
        lines.append("  Replies that are not kept: they failed, or the cache of replies has lost them.")
    return [*lines, *_whole_build(record)]


def _whole_build(record: BuildRecord) -> list[str]:
    """What the ledger of the build says, which does not know of videos."""
    lines = []
    for teacher, purposes in record.teachers.items():
        told = ", ".join(f"{purpose} {_usage(one)}" for purpose, one in purposes.items())
        lines.append(f"  In the whole build, {teacher}: {told}.")
    if lines:
        lines.append("  Which calls failed and were repeated is counted there, and kept for no video by itself.")
    return lines


def _usage(one: Usage) -> str:
    saved = f", {_count(one.saved_calls, 'reply', 'replies')} had before" if one.saved_calls else ""
    failed = f" ({one.failed:,} failed)" if one.failed else ""
    price = f", ${one.dollars:,.4f}" if one.dollars else ""
    return f"{_count(one.calls, 'call')}{failed}, {one.tokens_in:,} tokens in, {one.tokens_out:,} out{price}{saved}"


def _sum(requests: Iterable[UnsentRequest], teachers: dict[str, TeacherSettings] | object) -> str:
    own = list(requests)
    known = sum(reply is not None for one in own for reply in one.replies)
    tokens = sum(one.tokens_in for one in own), sum(one.tokens_out for one in own)
    dollars = 0.0
    for one in own:
        if isinstance(teachers, dict) and one.teacher in teachers:
            price = teachers[one.teacher].paid()
            dollars += (one.tokens_in * price.input + one.tokens_out * price.output) / 1e6
    counted = f"{_count(len(own), 'request')}, {_count(known, 'reply', 'replies')} kept"
    priced = f", ${dollars:,.4f}" if dollars else ""
    return f"{counted}; {tokens[0]:,} tokens in, {tokens[1]:,} out{priced}"


def _brief(one: UnsentRequest) -> list[str]:
    """The words of the last turn, and the reply, short."""
    last = one.shown_turns[-1].text if one.shown_turns else ""
    lines = [f"    asked: {_short(last)}"]
    lines += [f"    waits for {', '.join(one.waits_for)}, which is not kept"] if one.waits_for else []
    return [*lines, *(f"    replied: {_short(reply)}" for reply in one.replies if reply is not None)]


def _whole(one: UnsentRequest) -> list[str]:
    lines = [f"    --- {one.name}{''.join(f', {setting}' for setting in one.settings)}"]
    for turn in one.shown_turns:
        lines += [f"    {turn.role}:", *(f"        {line}" for line in turn.text.splitlines())]
    for reply in one.replies:
        told = ["        (not kept)"] if reply is None else [f"        {line}" for line in reply.splitlines()]
        lines += ["    reply:", *told]
    return lines


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONG else f"{text[:LONG]} …"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
