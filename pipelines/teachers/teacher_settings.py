"""What a kind of teacher is: its settings, as they stand in a config's ``teachers:``, and how it is asked."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field

from ...schemas import Frames, Request
from ...schemas.settings_model import Settings, Without
from .limits import Limits, TimeSource

if TYPE_CHECKING:
    from .backend import Backend
    from .sight_check import FoundSight


class Budget(Settings):
    """What a build may spend on a teacher; the first limit that is reached ends the build cleanly."""

    calls: int | None = Field(None, ge=0)
    """Requests sent, with those that failed and were sent again."""
    tokens: int | None = Field(None, ge=0)
    """Tokens sent and received, as the endpoint counts them."""
    dollars: float | None = Field(None, ge=0)
    """By the teacher's ``price``."""

    @property
    def limited(self) -> bool:
        return self.calls is not None or self.sized

    @property
    def sized(self) -> bool:
        """Whether it matters how large a call is."""
        return self.tokens is not None or self.dollars is not None


class Price(Settings):
    """Dollars for a million tokens."""

    input: float = Field(0.0, ge=0)
    """Tokens that are sent, those of images and of sound among them."""
    output: float = Field(0.0, ge=0)
    """Tokens that come back."""
    sound: float | None = Field(None, ge=0)
    """Tokens of sound among those that are sent, where they have a price of their own; by default that of ``input``."""

    def dollars(self, tokens_in: float, tokens_out: float, tokens_sound: float = 0.0) -> float:
        """What so many tokens cost; *tokens_sound* of *tokens_in* are sound."""
        sound = self.input if self.sound is None else self.sound
        return ((tokens_in - tokens_sound) * self.input + tokens_sound * sound + tokens_out * self.output) / 1e6


class TeacherSettings(Settings):
    """What every kind of teacher has, and can do: a file in ``kinds/``, or an entry point (``vdata.teachers``).

    The fields are its YAML keys; ``kind: Literal["name"] = "name"`` is what it is called there. What needs a library
    imports it when it is called.
    """

    renamed: ClassVar[Mapping[str, str]] = {"bad_replies": "format_retries"}

    keeps: ClassVar[bool] = True
    """Whether its replies are kept for later builds."""
    sends: ClassVar[bool] = True
    """Whether a request goes anywhere: to a server, or to a model. A recording is only read."""
    embeds: ClassVar[bool | None] = False
    """Whether it replies with vectors, not with texts; None: with whatever was recorded."""

    budget: Budget = Budget()
    """What a build may spend: ``{calls: 1000, tokens: 2000000, dollars: 5}``, any of them."""
    price: Price = Price()
    """What it costs: ``{input: 0.15, output: 0.6}``, dollars for a million tokens."""
    format_retries: int = Field(2, ge=0)
    """How often it is asked again, with the error shown, when a structured reply cannot be read."""
    record: Path | None = None
    """A .jsonl file to which every good reply is appended, for a later ``kind: replay``."""

    @abstractmethod
    def identity(self, request: Request | None = None) -> str:
        """What determines the replies (to *request*: what matters to it), as text.

        Never how many are asked at once, what it costs, or keys.
        """

    @abstractmethod
    def backend(self, clock: TimeSource) -> Backend:
        """What makes the replies. Called in the event loop in which it is asked.

        Raises:
            UserError: it cannot be opened.
        """

    def backend_of_build(self, clock: TimeSource, notes: Path, mark: str) -> Backend:
        """The same for one that notes what outlives the process in the folder *notes*, in the run of this *mark*."""
        return self.backend(clock)

    @property
    def waits(self) -> bool:
        """Whether replies take hours: then many more rows are in flight."""
        return False

    @property
    def askers(self) -> int:
        """How many processes of a build may ask it at once."""
        return 1 if self.waits or self.record is not None else self.limits().concurrency

    def at_once(self) -> Self:
        """The same, but that its replies come at once: for whoever waits for a few."""
        return self

    @property
    def discount(self) -> float:
        """The share of ``price`` that is paid."""
        return 1.0

    def paid(self) -> Price:
        """What is paid for a million tokens."""
        price, share = self.price, self.discount
        sound = None if price.sound is None else price.sound * share
        return Price(input=price.input * share, output=price.output * share, sound=sound)

    def limits(self) -> Limits:
        """How it is asked: how many requests at a time, and how often again."""
        return Limits(format_retries=self.format_retries)

    def longest_reply(self, request: Request) -> int:
        """The most tokens that a reply to *request* may have."""
        return 0

    def rates(self) -> tuple[float | None, float | None]:
        """The most requests and the most tokens a minute, where there is a limit."""
        return None, None

    def check(self) -> None:
        """See, before a build, that it can be asked.

        Raises:
            MissingExtra, UserError: why it cannot, in one line.
        """

    def secrets(self) -> list[str]:
        """Texts that no file and no message may hold."""
        return []

    def with_secrets(self) -> Self:
        """The same with the secrets that are found here, for an actor on a machine whose environment has none."""
        return self

    def takes_sound(self) -> bool:
        """Whether sound can be sent to it; a recording, which is only read, does not mind."""
        return True

    def takes_pictures(self) -> bool:
        """Whether pictures may be sent to it, as far as its settings tell."""
        return True

    def sight_key(self) -> str:
        """By what it is remembered that its model takes pictures; empty: that is stated, or no endpoint has to tell."""
        return ""

    def find_sight(self) -> FoundSight:
        """Whether its model takes pictures, found out by asking, where it has a ``sight_key``."""
        raise NotImplementedError

    def loads(self) -> str:
        """The model that a build loads for it (``running``); empty: it is served elsewhere."""
        return ""

    def reserved_gpus(self) -> float:
        """GPUs that are set aside for what a build loads for it, as long as the build asks."""
        return 0.0

    def schema_in_words(self) -> bool:
        """Whether the JSON schema of a reply is written into the system text."""
        return True

    @classmethod
    def running(cls, teachers: Mapping[str, Self]) -> AbstractContextManager[None]:
        """Load the models of *teachers*, by name, all of this kind; they are let go afterwards. Ray has been started.

        Raises:
            UserError: one cannot be loaded.
        """
        return nullcontext()


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
    images: bool | None = None
    """Whether the model takes pictures; unset: before a build in which it would be shown some, a small one is tried."""
    hears: bool = False
    """Whether the model takes sound (Qwen2.5-Omni, Gemma 3n, gpt-4o-audio …): only then may a stage send it some."""

    def takes_sound(self) -> bool:
        return self.hears

    def takes_pictures(self) -> bool:
        return self.images is not False

    def longest_reply(self, request: Request) -> int:
        return request.max_tokens or self.max_tokens

    def sampling(self, request: Request | None = None) -> dict[str, Any]:
        """What determines the replies (to *request*) whatever serves the model."""
        keys = {"model", "temperature", "top_p", "seed", "max_tokens"}
        if request is None or any(isinstance(part, Frames) for turn in request.turns for part in turn.parts):
            keys |= {"image_format", "image_quality"}
        return self.model_dump(mode="json", include=keys)
