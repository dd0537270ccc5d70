"""What is said of unsent requests, in a terminal and on a page alike."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...schemas.sound_limits import TOKENS_A_SECOND
from ..planning.estimate import IMAGE_TOKENS
from ..teachers.teacher_settings import TeacherSettings
from .account import PromptRequests, RequestCost
from .dry_run import DryRun
from .unsent_request import BYTES_A_TOKEN, UnsentRequest

_MATERIAL = re.compile(r"<material[^>]*>\n.*?\n</material>", re.DOTALL)
LONG = 4
"""Lines of material from which it is shown only once."""


def headline(run: DryRun) -> str:
    """Which video it is, and that nothing was sent."""
    known = [f"{run.duration:.1f} s"] if run.duration else []
    known += [f"one of {run.inputs:,} inputs"] if run.inputs > 1 else []
    facts = f" ({', '.join(known)})" if known else ""
    return f"What is asked about {run.video}{facts}. Nothing was sent."


def basis(cost: RequestCost) -> str:
    """How the tokens of *cost* are counted."""
    heard = f", {TOKENS_A_SECOND} a second of sound ({cost.sound:,.1f} s)" if cost.sound else ""
    return (
        f"Tokens at {IMAGE_TOKENS} a picture{heard} and one for {BYTES_A_TOKEN} bytes of text, of replies as long as "
        "`vdata plan` takes them. What is kept costs nothing, and of equal requests one is sent."
    )


def price(teachers: Mapping[str, TeacherSettings], teacher: str, cost: RequestCost) -> str:
    """``$0.0012``, or that the teacher has no price."""
    known = teachers[teacher].price
    return f"${cost.dollars:,.4f}" if known.input or known.output else "no price given"


def told(prompt: PromptRequests, *, every: bool) -> str:
    """How many requests a prompt has, and which of them are shown."""
    kinds, number = len(prompt.kinds), prompt.cost.requests
    whole = f"{number:,} request{'' if number == 1 else 's'}"
    if every or kinds == number:
        return whole
    if kinds == 1:
        return f"{whole}, one of which is shown (--all: each)"
    return f"{whole} of {kinds} kinds, one of each is shown (--all: each)"


def kept_replies(request: UnsentRequest) -> list[tuple[str, str]]:
    """What is said of each reply that is kept, and its text."""
    many = len(request.replies) > 1
    found = ((n, reply) for n, reply in enumerate(request.replies, 1) if reply is not None)
    return [(f"The reply to draw {n} is kept:" if many else "The reply is kept:", reply) for n, reply in found]


def folded(text: str, known: set[str]) -> list[tuple[str, bool]]:
    """*text* in pieces, each with whether it is long material that is *known*, to which this adds what is here."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    for found in _MATERIAL.finditer(text):
        if found[0].count("\n") - 1 < LONG:
            continue
        if found[0] in known:
            pieces += [(text[at : found.start()].strip("\n"), False), (found[0], True)]
            at = found.end()
        known.add(found[0])
    pieces.append((text[at:].strip("\n") if at else text, False))
    return [(piece, again) for piece, again in pieces if piece]
