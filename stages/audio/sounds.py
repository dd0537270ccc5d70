"""Sounds: what is heard, and when: speech, music, noises."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field, PrivateAttr

from ...schemas import Failed, NotReady, Reject, Span, Timeline
from ...schemas.lane_names import KnownLanes, LaneNames
from ...schemas.settings_model import OnlyWith
from ..chosen_plugin import ChosenPlugin, choice_of
from ..stage import Stage
from .heard import hear
from .taggers.tagger import TAGGERS, SoundTagger

if TYPE_CHECKING:
    from .scored_sound import ScoredSound

    TaggerSettings = ChosenPlugin
else:
    TaggerSettings = choice_of(
        TAGGERS,
        "silero",
        "Who listens: ``silero`` tells speech from everything else, ``onnx`` and ``audio_classifier`` run a model of "
        "yours that knows music, laughter, engines and so on.",
    )
GPU_TAGGERS = tuple(sorted(name for name, cls in TAGGERS.find().items() if cls.on_gpu))


class Sounds(Stage, TaggerSettings):
    """Lay the stretches in which something is heard: speech, music, or whatever a sound tagger knows.

    A span has the label, and the mean score over its time. The scores of all labels are kept by content, so that other
    thresholds and other labels cost nothing. A video without sound is kept, with nothing heard in it. ``keep`` goes on
    from there: ``overlap.sounds.speech`` is the share of the time in which somebody speaks.
    """

    needs_file: ClassVar[Literal["", "pictures", "sound"]] = "sound"
    reads: ClassVar[frozenset[str]] = frozenset({"media"})
    writes: ClassVar[frozenset[str]] = frozenset({"sounds"})

    into: str = Field("sounds", min_length=1)
    """The lane that the stretches are written to."""
    labels: list[str] | dict[str, list[str]] | None = None
    """Which labels are laid, by patterns (``[Speech, "*music*"]``); or labels of your own, each for several of the
    tagger's: ``{voice: [Speech, Singing], music: [Music, "*instrument*"]}``; null: all."""
    threshold: float = Field(0.5, gt=0, le=1)
    """The score (0..1) from which a label is there …"""
    hold: float = Field(0.15, ge=0, lt=1)
    """… and how far below it the score must fall before it is gone."""
    min_seconds: float = Field(0.25, ge=0)
    """Shorter stretches are not laid."""
    max_gap: float = Field(0.3, ge=0)
    """Stretches of one label that are at most so many seconds apart are one."""
    device: Annotated[str, OnlyWith(by=GPU_TAGGERS)] = Field("auto", pattern=r"^(auto|cpu|cuda(:\d+)?)$")
    """Where the model runs: cpu, cuda, cuda:1; ``auto``: cuda where there is one."""
    gpu: Annotated[float, OnlyWith(by=GPU_TAGGERS)] = Field(0.0, ge=0, le=1)
    """The share of a GPU that is set aside for each worker; 0.25: four share one. 0: none is."""

    _heard: dict[str, Any] = PrivateAttr(default_factory=dict)
    """The scores, or why there are none, by content; kept from ``run`` to ``freeze``."""

    @property
    def tagger(self) -> SoundTagger:
        tagger: SoundTagger = self.chosen
        return tagger

    def lanes_written(self) -> set[str]:
        return {self.into}

    def names_laid(self) -> KnownLanes:
        return {self.into: LaneNames.of(own={"label", "score"})}

    def paths(self) -> dict[tuple[str | int, ...], str]:
        return {(self.tagger.name(), *where): path for where, path in self.tagger.paths().items()}

    def gpus(self) -> float:
        return self.gpu

    def extras(self) -> set[str]:
        return self.tagger.extras()

    def ready(self) -> None:
        self.tagger.ready()
        known = self.tagger.labels()
        for label, patterns in self._wanted(known).items():
            if not patterns:
                raise NotReady(
                    f"sounds: labels: {label} is none of the {len(known)} labels of {self.tagger.name()}: "
                    f"{', '.join(known[:12])}{', …' if len(known) > 12 else ''}"
                )

    def run(self, video: Timeline) -> Timeline:
        """Lay the stretches on *video*.

        Raises:
            Failed: ``no_media``: it has no file; ``no_model``: the model cannot be loaded; or the decoder of its sound
                crashed, hung or ran out of memory.
        """
        if video.media is None:
            raise Failed("no_media", f"{video.uri}: has no file that was probed")
        if not video.media.has_audio:
            video.report["silent"] = 1
            video.put(self.into, [])
            return video
        heard = hear(video, self.tagger.rate())
        found = heard if isinstance(heard, tuple) else self.tagger.scores(heard, self.device)
        if self.cache_key(video) is not None:
            self._heard[video.media.sha256] = found
        self._lay(video, found)
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        if not (silent := int(totals.get("silent", 0))):
            return None
        return f"{self.name()}: {silent} video{' has' if silent == 1 else 's have'} no sound"

    def _lay(self, video: Timeline, found: ScoredSound | tuple[str, str]) -> None:
        if isinstance(found, tuple):  # the pictures may be good all the same
            reason, detail = found
            video.rejects.append(Reject(self.name(), "failed", reason, detail=detail, lane=self.into))
            video.put(self.into, [])
            return
        limits = self.threshold, self.hold, self.min_seconds, self.max_gap
        source = self.tagger.name()
        spans = [
            Span(start, end, label=label, score=round(score, 4), source=source)
            for label, names in self._wanted(found.labels).items()
            for start, end, score in found.stretches(found.together(names), *limits)
        ]
        video.put(self.into, spans)

    def _wanted(self, known: Iterable[str]) -> dict[str, list[str]]:
        """The labels that are laid, each with those of the tagger's labels *known* that it stands for."""
        known = list(known)
        if self.labels is None:
            return {label: [label] for label in known}
        if isinstance(self.labels, dict):
            return {label: [one for one in known if _fits(one, patterns)] for label, patterns in self.labels.items()}
        wanted: dict[str, list[str]] = {}
        for pattern in self.labels:
            fitting = [label for label in known if _fits(label, [pattern])]
            wanted |= {label: [label] for label in fitting} if fitting else {pattern: []}
        return wanted

    # Scores are kept by content; thresholds are arithmetic.

    def cache_key(self, video: Timeline) -> str | None:
        if video.media is None or not video.media.has_audio:
            return None
        return video.media.sha256 or None

    def cache_settings(self) -> str:
        return self.tagger.identity()

    def freeze(self, video: Timeline) -> bytes:
        assert video.media is not None
        found = self._heard.pop(video.media.sha256)
        return "\n".join(("failed", *found)).encode() if isinstance(found, tuple) else found.to_bytes()

    def thaw(self, video: Timeline, data: bytes) -> None:
        from .scored_sound import ScoredSound

        if data.startswith(b"failed\n"):
            _, reason, detail = data.decode().split("\n", 2)
            self._lay(video, (reason, detail))
        else:
            self._lay(video, ScoredSound.from_bytes(data))


def _fits(label: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(label.casefold(), pattern.casefold()) for pattern in patterns)
