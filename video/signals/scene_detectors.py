"""Shot detectors of PySceneDetect, or made like its own, that are fed the frames which the scan decodes.

A detector is named by its class in ``scenedetect.detectors`` (``HistogramDetector``) or by ``package.module:Class``.
"""

from __future__ import annotations

import difflib
import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from enum import Enum
from fractions import Fraction
from typing import Any

from ...schemas import Failed


def detector_classes() -> dict[str, Any]:
    """Every detector that the installed PySceneDetect has, by its name."""
    package = importlib.import_module("scenedetect.detectors")
    base = importlib.import_module("scenedetect.detector").SceneDetector
    modules = [
        importlib.import_module(f"{package.__name__}.{one.name}") for one in pkgutil.iter_modules(package.__path__)
    ]
    found = {name: thing for module in modules for name, thing in vars(module).items() if isinstance(thing, type)}
    return {name: cls for name, cls in sorted(found.items()) if issubclass(cls, base) and not inspect.isabstract(cls)}


def detector_class(name: str) -> Any:
    """The class that *name* stands for.

    Raises:
        ValueError: there is none, or it is no detector.
    """
    module, colon, attribute = name.partition(":")
    if not colon:
        known = detector_classes()
        if name not in known:
            raise ValueError(f"PySceneDetect has no {name}{_nearest(name, list(known))}")
        return known[name]
    try:
        thing = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"{name} cannot be loaded: {error}") from None
    base = importlib.import_module("scenedetect.detector").SceneDetector
    if not (isinstance(thing, type) and issubclass(thing, base)) or inspect.isabstract(thing):
        raise ValueError(f"{name} is no detector: it must be a class made from scenedetect.detector.SceneDetector")
    return thing


def detector_arguments(cls: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """*given* as arguments of *cls*: a text becomes the member of an enumeration, a list a named tuple, by the default.

    Raises:
        ValueError: one is unknown, or missing.
    """
    signature = inspect.signature(cls)
    takes_any = any(one.kind is one.VAR_KEYWORD for one in signature.parameters.values())
    known = [
        name for name, one in signature.parameters.items() if one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)
    ]
    arguments = {}
    for name, value in given.items():
        if name not in known and not takes_any:
            raise ValueError(f"{cls.__name__} has no argument {name}{_nearest(name, known)}")
        default = signature.parameters[name].default if name in known else None
        if isinstance(default, Enum) and isinstance(value, str):
            members = type(default).__members__
            if value.upper() not in members:
                raise ValueError(f"{name} of {cls.__name__} cannot be {value}{_nearest(value.upper(), list(members))}")
            value = members[value.upper()]
        elif isinstance(default, tuple) and hasattr(default, "_fields") and isinstance(value, (list, tuple)):
            value = type(default)(*value)
        arguments[name] = value
    try:
        signature.bind(**arguments)
    except TypeError as error:
        raise ValueError(f"{cls.__name__}: {error}") from None
    return arguments


class FedDetector:
    """One detector at work: it takes frames in order, each as PySceneDetect's own SceneManager would hand it over."""

    def __init__(
        self, name: str, given: Mapping[str, Any], max_side: int | None, rate: Fraction, tick: Fraction
    ) -> None:
        """*max_side*: pixels to which the longer side is shrunk; *rate*: frames a second; *tick*: seconds of a PTS."""
        self.name, self.max_side, self.rate, self.tick = name, max_side, rate, tick
        self.found: list[float] = []
        self.last: Any = None
        self.detector = self._calling(lambda: _made(name, given))

    def take(self, picture: Any, time: float) -> None:
        """The next frame, (height, width, 3) BGR, which is shown at *time* seconds."""
        import cv2
        from scenedetect.common import FrameTimecode, Timecode

        high, wide = picture.shape[:2]
        if self.max_side and max(high, wide) > self.max_side:
            scale = self.max_side / max(high, wide)
            picture = cv2.resize(picture, (max(1, round(wide * scale)), max(1, round(high * scale))))
        when = self.last = FrameTimecode(Timecode(round(time / self.tick), self.tick), fps=self.rate)
        self._keep(self._calling(lambda: self.detector.process_frame(when, picture)))

    def finish(self) -> list[float]:
        """When the detector saw cuts, seconds, rising."""
        if self.last is not None:
            self._keep(self._calling(lambda: self.detector.post_process(self.last)))
        return sorted({*self.found})

    def _keep(self, cuts: Any) -> None:
        self.found += [float(cut.seconds) for cut in cuts or ()]

    def _calling(self, call: Any) -> Any:
        """What *call* gives; whatever the detector raises becomes a Failed that names it."""
        try:
            return call()
        except MemoryError:
            raise
        except Exception as error:  # it is somebody else's code
            raise Failed("detector_failed", f"{self.name}: {type(error).__name__}: {error}") from error


def _made(name: str, given: Mapping[str, Any]) -> Any:
    cls = detector_class(name)
    return cls(**detector_arguments(cls, given))


def _nearest(word: str, known: list[str]) -> str:
    plain = {name.lower(): name for name in known}
    best = difflib.get_close_matches(word.lower(), plain, 1, 0.5)
    return f"; did you mean {plain[best[0]]}?" if best else f"; known: {', '.join(known)}"
