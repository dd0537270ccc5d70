"""The settings of a teacher that is asked over HTTP."""

from __future__ import annotations

import os
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from ..yaml.secrets import held_secrets
from .teacher_settings import TeacherSettings


class ServerSettings(TeacherSettings):
    """What every kind of teacher has that is asked at servers of the user's choice."""

    base_url: list[str] = Field(["https://api.openai.com/v1"], min_length=1)
    """Where it is: ``http://localhost:8000/v1``. Several that serve the same model share the work."""
    endpoint: str = ""
    """What the endpoint is called in the cache of replies, so that a server may move; unset: its first address."""
    api_key: SecretStr | None = None
    """Better left out or written ``${NAME}``; unset: the environment variable OPENAI_API_KEY, else none is sent."""
    concurrency: int = Field(64, ge=1)
    """The most requests in flight; fewer when the endpoint does not keep up."""
    rpm: float | None = Field(None, gt=0)
    """The most requests a minute."""
    tpm: float | None = Field(None, gt=0)
    """The most tokens a minute, sent and received."""
    timeout: float = Field(120.0, gt=0)
    """Seconds until a request counts as lost."""
    retries: int = Field(5, ge=0)
    """How often a request is sent again after 429, 5xx, a time-out or a broken connection."""
    extra_body: dict[str, Any] = Field({})
    """More keys for the request's body, for what only some servers know."""

    environment: ClassVar[str] = "OPENAI_API_KEY"

    @field_validator("base_url", mode="before")
    @classmethod
    def _one_or_many(cls, given: Any) -> Any:
        return [given] if isinstance(given, str) else given

    @field_validator("base_url", mode="after")
    @classmethod
    def _addresses(cls, given: list[str]) -> list[str]:
        for one in given:
            if not one.startswith(("http://", "https://")):
                raise ValueError("must start with http:// or https://")
            if "@" in urlsplit(one).netloc or not _has_port(one):
                raise ValueError("must hold no name or password; a key goes into api_key")
            if "?" in one or "#" in one:
                raise ValueError("must end before any ? or #; a key goes into api_key")
        return [one.rstrip("/") for one in given]

    def rates(self) -> tuple[float | None, float | None]:
        return self.rpm, self.tpm

    def key(self) -> str:
        """The key that is sent; ``none`` where there is none. For the client only: never written anywhere."""
        given = self.api_key.get_secret_value() if self.api_key is not None else ""
        return given.strip() or os.environ.get(self.environment, "").strip() or "none"

    def secrets(self) -> list[str]:
        return [self.key(), *held_secrets(self.extra_body)]

    def with_secrets(self) -> Self:
        key = self.key()
        return self if key == "none" else self.model_copy(update={"api_key": SecretStr(key)})


def _has_port(url: str) -> bool:
    """Whether what follows the host's colon is a number: in ``https://me:pass/word@host`` it is half of a password."""
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False
