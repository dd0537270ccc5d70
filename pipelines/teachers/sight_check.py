"""Whether the model behind an endpoint takes pictures, found out before a build with one small one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...schemas import clean
from ..yaml.secrets import HIDDEN, Secrets
from .endpoint_check import plain_client
from .picture_support import ANSWERED, REFUSALS
from .server_settings import ServerSettings

LONGEST = 30.0
"""Seconds that are waited for an answer: a model that is not loaded yet may take longer, and nothing is learnt."""
LONGEST_WORDS = 200
"""Characters of an endpoint's complaint that are shown."""

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FoundSight:
    """What is known of whether a model takes pictures, and why."""

    sees: bool | None
    """None: nothing could be found out."""
    why: str = ""


def find_sight(settings: ServerSettings, path: str, shown: Body, plain: Body) -> FoundSight:
    """Whether an endpoint answers to the body *shown*, which holds a small picture, at *path*.

    Where it refuses, it must answer to *plain*, which holds none, and refuse the picture once more: a fault that passes
    is none of the picture. So a model that sees costs one request, and one that does not three.
    """
    first, words = _asked(settings, path, shown)
    if first not in REFUSALS:
        return FoundSight(True if first == ANSWERED else None, words)
    plainly, _ = _asked(settings, path, plain)
    again, _ = _asked(settings, path, shown) if plainly == ANSWERED else (0, "")
    return FoundSight(False if again in REFUSALS else True if again == ANSWERED else None, words)


def _asked(settings: ServerSettings, path: str, body: Body) -> tuple[int, str]:
    """The status of HTTP that *body* meets, 0 where there is none, and what was said."""
    import openai

    secrets = Secrets(dict.fromkeys(settings.secrets(), HIDDEN))

    def short(text: object) -> str:
        return secrets.redact(" ".join(clean(str(text)).split()))[:LONGEST_WORDS].rstrip(".")

    try:
        with plain_client(settings, settings.base_url[0], min(LONGEST, settings.timeout)) as client:
            client.post(path, cast_to=object, body=dict(body))
    except openai.APIStatusError as error:
        held = error.body.get("message") if isinstance(error.body, dict) else None
        if error.status_code == 400 and "max_completion_tokens" in str(error) and "max_tokens" in body:
            renamed = {("max_completion_tokens" if key == "max_tokens" else key): one for key, one in body.items()}
            return _asked(settings, path, renamed)
        return error.status_code, f"HTTP {error.status_code}: {short(held or error.message)}"
    except (openai.APIError, ValueError, TypeError, AttributeError, RecursionError) as error:
        return 0, short(error.__cause__ or error)
    return ANSWERED, ""
