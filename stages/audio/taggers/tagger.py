"""What a sound tagger is: a pydantic model that is its own settings, and one method."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from ....schemas.plugins import PluginKind
from ....schemas.settings_model import Settings

if TYPE_CHECKING:
    from ..scored_sound import ScoredSound


class SoundTagger(Settings, ABC):
    """Says of each window of a sound how likely each of its labels is there.

    The class in snake_case is the tagger's name in YAML, and the key of its settings, which are its fields. It is
    given the whole sound of a video at once, and neither thresholds nor joins: the stage does.
    """

    on_gpu: ClassVar[bool] = False
    """Whether it can work on a GPU."""

    @classmethod
    def name(cls) -> str:
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()

    def rate(self) -> int:
        """Samples a second that it hears."""
        return 16000

    def ready(self) -> None:
        """Raise NotReady when the tagger cannot work here."""

    def extras(self) -> set[str]:
        """The extras of vdata's package without which it does not work."""
        return set()

    def paths(self) -> dict[tuple[str | int, ...], str]:
        """The files and folders that its settings name, by where they stand in them."""
        return {}

    @abstractmethod
    def labels(self) -> list[str]:
        """Every label that it knows. Called where it is ready; no model is loaded."""

    @abstractmethod
    def identity(self) -> str:
        """What its scores hang on: settings, versions, the hash of a model. Scores are kept by it."""

    @abstractmethod
    def scores(self, sound: Any, device: str) -> ScoredSound:
        """The scores of *sound* (mono, ``rate`` samples a second, float32 in -1..1), worked out on *device*.

        Raises:
            Failed: ``no_model``: the model cannot be loaded.
        """


TAGGERS: PluginKind[SoundTagger] = PluginKind(
    "sound tagger",
    "vdata.stages.audio.taggers",
    "vdata.taggers",
    lambda: SoundTagger,
    lambda tagger: tagger.name(),
)
