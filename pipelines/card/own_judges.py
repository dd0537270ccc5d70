"""The stages of a build in which a model judges what it wrote itself, under one name or two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...schemas.build_record import BuildRecord

JUDGING = frozenset({"human", "claims", "label", "review", "consistent"})
"""The checks of ``verify`` by which its teacher says whether what was written is right."""
AGAIN = "agreement"
"""The check by which another draw, of ``second_teacher`` where there is one, is compared with what was written."""
NO_WRITERS = frozenset({"verify", "judge_pairs", "align", "detect", "match", "embed", "clusters"})
"""The stages whose teachers write no texts."""

Identity = tuple[str, ...]


def own_judges(record: BuildRecord) -> Iterator[str]:
    """What is said of each such stage: its name, and what was judged so.

    Two names are one model where kind, model and address are the same.
    """
    teachers: Mapping[str, Any] = record.config.get("teachers") or {}
    known = {name: _identity(settings) for name, settings in teachers.items()}
    first = next(iter(known), "")
    authors = {
        known.get(name, (name,))
        for name, purposes in record.teachers.items()
        if any(purpose not in NO_WRITERS for purpose in purposes)
    }
    for stage, settings in _stages(record):
        for judge, writers, what in _judged(stage, settings):
            who = {known.get(name or first, (name,)) for name in writers} if writers else authors
            if known.get(judge or first, (judge,)) in who:
                yield f"`{stage}` let the model that wrote be its own judge, {what}."


def _judged(stage: str, settings: Mapping[str, Any]) -> Iterable[tuple[str, list[str], str]]:
    """The judges of a stage with the names of those whom they judge (none: whoever wrote before), and of what."""
    teacher = settings.get("teacher", "")
    if stage == "verify":
        default = ["claims"] if teacher else []
        checks = settings["checks"] if settings.get("checks") is not None else default
        if read := [check for check in checks if check in JUDGING]:
            yield teacher, [], f"by the checks {', '.join(read)}"
        if AGAIN in checks:
            yield settings.get("second_teacher") or teacher, [], f"by the check {AGAIN}"
    elif "judge" in settings:
        yield settings["judge"] or teacher, settings.get("teachers") or [teacher], "wherever no rule could decide"
    elif isinstance(drafts := settings.get("iterate"), dict):
        yield drafts.get("judge") or teacher, [teacher], "of its drafts"


def _stages(record: BuildRecord) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for entry in record.config.get("stages", ()):
        for stage, settings in entry.items() if isinstance(entry, dict) else ():
            if isinstance(settings, dict):
                yield stage, settings


def _identity(settings: Any) -> Identity:
    """What tells one model from another: the kind of teacher, the model, and where it is."""
    held = settings if isinstance(settings, dict) else {}
    where = held.get("endpoint") or held.get("base_url") or held.get("path") or ""
    places = [where] if isinstance(where, str) else sorted(map(str, where))
    return (str(held.get("kind", "")), str(held.get("model", "")), str(held.get("library", "")), *places)
