"""Whether an endpoint can be asked: its package, its key, its address, its model."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from ..errors import UserError
from ..yaml.complaints import did_you_mean, listed
from .client import ACCEPTED, ReplyTooLarge, read_bounded_at_once
from .server_settings import ServerSettings

CHECK_SECONDS = 15.0
NO_SUCH_PATH = (404, 405, 501)


def check(settings: ServerSettings, wanted: str, *, batches: bool = False) -> None:
    """See that every server of *settings* answers, takes the key, and has the model *wanted*, and *batches* if they are
    asked for.

    Raises:
        UserError: one line for the user.
    """
    if find_spec("openai") is None:
        raise UserError("needs the openai package, which is not installed: pip install 'vdata-toolkit[openai]'")
    import openai

    key = settings.key()
    if not (key.isascii() and key.isprintable()):
        raise UserError("the key holds what no header can hold: a line break, a quote that was pasted with it.")
    for url in settings.base_url:
        models: list[str] = []
        try:
            with plain_client(settings, url, CHECK_SECONDS) as client:
                if batches:
                    _check_batches(client, url)
                models = [model.id for model in client.models.list().data]
        except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
            given = "the key was refused" if key != "none" else "a key is wanted"
            hint = f"Set api_key: or the environment variable {settings.environment}."
            raise UserError(f"{url}: {given} (HTTP {error.status_code}). {hint}") from None
        except openai.APITimeoutError:
            raise UserError(f"{url}: no answer within {CHECK_SECONDS:g} s. Is the server up?") from None
        except openai.APIConnectionError as error:
            if isinstance(error.__cause__, ReplyTooLarge):
                continue  # nor is that a list of models
            why = str(error.__cause__ or error).replace("\n", " ")
            raise UserError(f"{url}: nothing answers there ({why}). Is the server running?") from None
        except openai.InternalServerError as error:
            raise UserError(f"{url}: the server answers with HTTP {error.status_code}.") from None
        except (openai.APIError, TypeError, ValueError, AttributeError, RecursionError):
            continue  # it has no list of models; the first request will tell
        if models and wanted not in models and f"{wanted}:latest" not in models:
            some = f"It has {listed(sorted(models)[:8], 'and')}{' and more' if len(models) > 8 else ''}."
            hint = did_you_mean(wanted, models, some)
            raise UserError(f"{url}: model: the server has no {wanted!r}. {hint}")


def plain_client(settings: ServerSettings, url: str, timeout: float) -> Any:
    """A client that sends one request at a time to *url*, once, and follows no redirect."""
    import openai

    plain = openai.DefaultHttpxClient(
        follow_redirects=False, headers=ACCEPTED, event_hooks={"response": [read_bounded_at_once]}
    )
    return openai.OpenAI(base_url=url, api_key=settings.key(), max_retries=0, timeout=timeout, http_client=plain)


def _check_batches(client: Any, url: str) -> None:
    """Raise UserError where the server has no batches."""
    import openai

    try:
        client.batches.list(limit=1)
    except openai.APIStatusError as error:
        if error.status_code in NO_SUCH_PATH:
            raise UserError(
                f"{url}: batch: the server has no batches (HTTP {error.status_code} for /batches). Take batch: out, or "
                "name an endpoint that has them."
            ) from None
        raise
