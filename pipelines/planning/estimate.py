"""What the teachers of a build will be asked, and what that costs, before anything is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...schemas import Demand
from ...schemas.sound_limits import TOKENS_A_SECOND
from ...stages import TeacherStage
from ..settings.config import Config
from ..settings.route import Route
from ..teachers.teacher_settings import Price, TeacherSettings
from .plan import Inputs, teacher_names

IMAGE_TOKENS = 256
"""Tokens that a picture of usual size is taken to cost (Qwen2.5-VL: 183 for 512 by 288 pixels)."""
CALL_SECONDS = 4.0
"""How long a request is taken to be in flight."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one teacher is asked in a whole build, roughly."""

    teacher: str
    calls: float
    images: float
    tokens_in: float
    """Text, images and sound."""
    tokens_out: float
    dollars: float
    seconds: float
    sound: float = 0.0
    """Seconds of sound that are sent."""


def estimates(config: Config, route: Route, inputs: Inputs, shares: Sequence[float] | None = None) -> list[Estimate]:
    """An estimate for each teacher that a stage asks. Replies in the cache are not taken into account.

    *shares* are the shares of the videos, 0..1, that come to each stage; by default all of them.
    """
    videos = inputs.videos + inputs.label_only
    seconds = (inputs.seconds or 0.0) + inputs.label_seconds
    demands: dict[str, Demand] = {}
    for stage, share in zip(route.stages, shares or [1.0] * len(route.stages), strict=True):
        if isinstance(stage, TeacherStage) and share:
            names = teacher_names(config, stage)
            for name in names:
                demand = _share(stage.demand(seconds / videos), len(names), videos * share)
                demands[name] = demands.get(name, Demand()) + demand
    return [_estimate(name, demand, config.teachers.get(name)) for name, demand in demands.items()]


def _share(demand: Demand, teachers: int, videos: float) -> Demand:
    """A stage's *demand* for one video, for all videos, split evenly over the teachers that it asks."""
    factor = videos / teachers
    tokens = demand.tokens_in * factor, demand.tokens_out * factor
    return Demand(demand.calls * factor, demand.images * factor, *tokens, demand.sound * factor)


def _estimate(name: str, demand: Demand, settings: TeacherSettings | None) -> Estimate:
    tokens_in = demand.tokens_in + demand.images * IMAGE_TOKENS + demand.sound * TOKENS_A_SECOND
    price, most = (settings.paid(), settings.limits().concurrency) if settings is not None else (Price(), 1)
    dollars = price.dollars(tokens_in, demand.tokens_out, demand.sound * TOKENS_A_SECOND)
    flying = min(most, max(demand.calls, 1.0))
    seconds = demand.calls * CALL_SECONDS / flying
    return Estimate(name, demand.calls, demand.images, tokens_in, demand.tokens_out, dollars, seconds, demand.sound)
