"""From the config's ``teachers:`` to teachers that can be asked, and a check of each before the build starts."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from ...schemas import MissingExtra
from ...schemas.build_record import Account
from ..errors import UserError
from ..yaml.complaints import did_you_mean, listed
from .asker import Asker, Limits
from .kinds import VLLM, OpenAI, Replay, TeacherKind, TeacherSettings
from .limits import START, TimeSource
from .reply_store import Store
from .request_media import RequestMedia
from .spend import Spend

CHECK_SECONDS = 15.0


def make_teachers(
    settings: Mapping[str, TeacherKind],
    cache: Path | None,
    before: Account | None = None,
    clock: TimeSource | None = None,
) -> dict[str, Asker]:
    """The teachers by name. To be called where they are asked, in the event loop; ``close`` each in the end.

    Args:
        settings: the config's ``teachers:``.
        cache: the folder where replies are kept for later builds; None: they are not.
        before: what earlier runs of the same build spent on each teacher; it counts towards its budget.
        clock: for tests.

    Raises:
        UserError: a recording cannot be read.
    """
    clock = clock or TimeSource()
    made: dict[str, Asker] = {}
    for name, one in settings.items():
        spend = Spend(name, one.budget, one.price, (before or {}).get(name))
        made[name] = _make(name, one, cache, spend, clock)
        made[name].others = made
    return made


def check_teacher(name: str, settings: TeacherSettings) -> None:
    """See that the teacher *name* can be asked: its extra, its address, its key, its model.

    Raises:
        UserError: one line for the user.
    """
    match settings:
        case OpenAI():
            _check_endpoint(f"teachers.{name}", settings)
        case VLLM():
            from .vllm_engine import check

            try:
                check(settings)
            except (MissingExtra, UserError) as error:
                raise UserError(f"teachers.{name}: {error}") from None
        case Replay() if not settings.path.is_file():
            raise UserError(f"teachers.{name}: path: there is no recording {settings.path}")


def _make(name: str, settings: TeacherKind, cache: Path | None, spend: Spend, clock: TimeSource) -> Asker:
    store = Store(cache) if cache is not None else None
    match settings:
        case OpenAI():
            from .endpoint import Endpoint

            limits = Limits(settings.concurrency, START, settings.retries, settings.bad_replies)
            return Asker(name, settings, Endpoint(settings, clock, RequestMedia()), store, limits, spend, clock)
        case VLLM():
            from .vllm_engine import Vllm

            most = settings.concurrency * settings.replicas  # the engines' own scheduler does the rest
            limits = Limits(most, most, settings.restarts, settings.bad_replies)
            return Asker(name, settings, Vllm(settings, RequestMedia()), store, limits, spend, clock)
        case Replay():
            from .replay import Recording

            limits = Limits(retries=0, bad_replies=0)
            return Asker(name, settings, Recording(settings.path), None, limits, spend, clock)


def _need(where: str, package: str, extra: str) -> None:
    if find_spec(package) is None:
        raise UserError(
            f"{where}: needs the {package} package, which is not installed: pip install 'vdata-toolkit[{extra}]'"
        )


def _check_endpoint(where: str, settings: OpenAI) -> None:
    _need(where, "openai", "openai")
    import openai

    key = settings.key()
    if not (key.isascii() and key.isprintable()):
        raise UserError(
            f"{where}: the key holds what no header can hold: a line break, a quote that was pasted with it."
        )
    for url in settings.base_url:
        client = openai.OpenAI(base_url=url, api_key=key, max_retries=0, timeout=CHECK_SECONDS)
        try:
            with client:
                models = [model.id for model in client.models.list().data]
        except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
            given = "the key was refused" if key != "none" else "a key is wanted"
            hint = f"Set api_key: or the environment variable {settings.environment}."
            raise UserError(f"{where}: {url}: {given} (HTTP {error.status_code}). {hint}") from None
        except openai.APITimeoutError:
            raise UserError(f"{where}: {url}: no answer within {CHECK_SECONDS:g} s. Is the server up?") from None
        except openai.APIConnectionError as error:
            why = str(error.__cause__ or error).replace("\n", " ")
            raise UserError(f"{where}: {url}: nothing answers there ({why}). Is the server running?") from None
        except openai.InternalServerError as error:
            raise UserError(f"{where}: {url}: the server answers with HTTP {error.status_code}.") from None
        except (openai.APIError, TypeError, ValueError):
            continue  # it has no list of models; the first request will tell
        if models and settings.model not in models and f"{settings.model}:latest" not in models:
            some = f"It has {listed(sorted(models)[:8], 'and')}{' and more' if len(models) > 8 else ''}."
            hint = did_you_mean(settings.model, models, some)
            raise UserError(f"{where}: {url}: model: the server has no {settings.model!r}. {hint}")
