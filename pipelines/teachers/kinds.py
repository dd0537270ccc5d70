"""The kinds of teachers, as they stand in a config's ``teachers:``. Settings only: nothing here opens a connection."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from ...schemas import Frames, Request
from ...schemas.settings_model import Settings, Without


class Budget(Settings):
    """What a build may spend on a teacher; the first limit that is reached ends the build cleanly."""

    calls: int | None = Field(None, ge=0)
    """Requests sent, with those that failed and were sent again."""
    tokens: int | None = Field(None, ge=0)
    """Tokens sent and received, as the endpoint counts them."""
    dollars: float | None = Field(None, ge=0)
    """By the teacher's ``price``."""


class Price(Settings):
    """Dollars for a million tokens."""

    input: float = Field(0.0, ge=0)
    """Tokens that are sent, those of images among them."""
    output: float = Field(0.0, ge=0)
    """Tokens that come back."""


class TeacherSettings(Settings):
    """What every kind of teacher has."""

    budget: Budget = Budget()
    """What a build may spend: ``{calls: 1000, tokens: 2000000, dollars: 5}``, any of them."""
    price: Price = Price()
    """What it costs: ``{input: 0.15, output: 0.6}``, dollars for a million tokens."""
    bad_replies: int = Field(2, ge=0)
    """How often it is asked again, with the error shown, when a structured reply cannot be read."""
    record: Path | None = None
    """A .jsonl file to which every good reply is appended, for a later ``kind: replay``."""

    def identity(self, request: Request | None = None) -> str:
        """What determines the replies (to *request*: what matters to it), as text.

        Never how many are asked at once, what it costs, or keys.
        """
        raise NotImplementedError


class Sampling(TeacherSettings):
    """What a teacher that is a model has besides."""

    model: str
    """The model's name, as its server or the Hugging Face hub has it."""
    temperature: float | None = Field(0.2, ge=0)
    """0: the likeliest reply; null: the server's own. A stage may ask for another one."""
    top_p: float | None = Field(None, gt=0, le=1)
    """Draw from the likeliest tokens that together have this probability; unset: the server's own."""
    seed: int | None = None
    """For servers that can draw the same again; each further sample of a request gets the next one."""
    max_tokens: int = Field(1024, ge=1)
    """A longer reply counts as truncated. A stage may ask for more or less."""
    image_format: Literal["jpeg", "png", "webp"] = "jpeg"
    """How frames are encoded."""
    image_quality: Annotated[int, Without(image_format="png")] = Field(85, ge=1, le=100)
    """Of the encoded frames, 1 to 100."""

    def sampling(self, request: Request | None = None) -> dict[str, Any]:
        """What determines the replies (to *request*) whatever serves the model."""
        keys = {"model", "temperature", "top_p", "seed", "max_tokens"}
        if request is None or any(isinstance(part, Frames) for turn in request.turns for part in turn.parts):
            keys |= {"image_format", "image_quality"}
        return self.model_dump(mode="json", include=keys)


def _has_port(url: str) -> bool:
    """Whether what follows the host's colon is a number: in ``https://me:pass/word@host`` it is half of a password."""
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


class OpenAI(Sampling):
    """An endpoint that speaks OpenAI's protocol: OpenAI, vllm serve, SGLang, llama.cpp, Ollama.

    A worker asks for stages that follow each other; where others stand between them, the next ones have a worker of
    their own. ``concurrency``, ``rpm`` and ``tpm`` hold for each worker, and equal requests at one time are sent once
    by each. Other builds count for themselves; replies that are kept are shared by all.
    """

    kind: Literal["openai"] = "openai"
    base_url: list[str] = Field(["https://api.openai.com/v1"], min_length=1)
    """Where it is: ``http://localhost:8000/v1``. Several that serve the same model share the work."""
    endpoint: str = ""
    """What the endpoint is called in the cache of replies, so that a server may move; unset: its first address."""
    api_key: SecretStr | None = None
    """Better left out or written ``${NAME}``; unset: the environment variable OPENAI_API_KEY, else none is sent."""
    concurrency: int = Field(64, ge=1)
    """The most requests in flight, of each worker; fewer when the endpoint does not keep up."""
    rpm: float | None = Field(None, gt=0)
    """The most requests a minute, of each worker."""
    tpm: float | None = Field(None, gt=0)
    """The most tokens a minute, sent and received, of each worker."""
    timeout: float = Field(120.0, gt=0)
    """Seconds until a request counts as lost."""
    retries: int = Field(5, ge=0)
    """How often a request is sent again after 429, 5xx, a time-out or a broken connection."""
    schema_mode: Literal["auto", "response_format", "prompt"] = "auto"
    """How a structured reply is asked for: by the endpoint's response_format, in words, or the first while it works."""
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

    def key(self) -> str:
        """The key that is sent; ``none`` where there is none. For the client only: never written anywhere."""
        given = self.api_key.get_secret_value() if self.api_key is not None else ""
        return given.strip() or os.environ.get(self.environment, "").strip() or "none"

    def identity(self, request: Request | None = None) -> str:
        mode = self.schema_mode if request is None or request.schema is not None else ""
        endpoint = self.endpoint or self.base_url[0]
        return json.dumps(["openai", endpoint, self.sampling(request), mode, self.extra_body], sort_keys=True)


class VLLM(Sampling):
    """The vLLM engine inside the build: it owns the GPUs and batches all requests in flight."""

    kind: Literal["vllm"] = "vllm"
    tensor_parallel: int = Field(1, ge=1)
    """GPUs that share one engine."""
    replicas: int = Field(1, ge=1)
    """Engines."""
    gpu: float = Field(1.0, ge=0)
    """GPUs, or the part of one, that are reserved for each worker of an engine; none where the cluster has none."""
    concurrency: int = Field(256, ge=1)
    """The most requests handed to an engine at once; it batches them as its memory allows."""
    engine: dict[str, Any] = Field({})
    """vLLM's engine arguments: ``{max_model_len: 8192, gpu_memory_utilization: 0.9}``."""
    restarts: int = Field(3, ge=0)
    """How often an engine that died is started again; its requests are asked again."""
    timeout: float = Field(600.0, gt=0)
    """Seconds until a request counts as lost."""

    speed: ClassVar[frozenset[str]] = frozenset(
        {
            "gpu_memory_utilization",
            "max_num_seqs",
            "max_num_batched_tokens",
            "swap_space",
            "enforce_eager",
            "disable_log_stats",
            "enable_prefix_caching",
            "enable_chunked_prefill",
        }
    )
    """Engine arguments that change how fast it answers and not what."""

    def identity(self, request: Request | None = None) -> str:
        engine = {key: value for key, value in self.engine.items() if key not in self.speed}
        return json.dumps(["vllm", self.sampling(request), engine], sort_keys=True, default=str)


class Replay(TeacherSettings):
    """Replies that were recorded before (``record:``): for tests, and to build the same again without a network."""

    kind: Literal["replay"] = "replay"
    path: Path
    """The .jsonl file."""

    def identity(self, request: Request | None = None) -> str:
        try:
            with self.path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            content = ""
        return json.dumps(["replay", content])


TeacherKind = Annotated[OpenAI | VLLM | Replay, Field(discriminator="kind")]
"""One of ``teachers:``."""


def with_key(settings: TeacherSettings) -> TeacherSettings:
    """*settings* with the key that is found here, for an actor on a machine whose environment has none."""
    if isinstance(settings, OpenAI) and (key := settings.key()) != "none":
        return settings.model_copy(update={"api_key": SecretStr(key)})
    return settings
