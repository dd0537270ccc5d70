"""Render short clips in each of which one thing happens, with labels that say it: for forwards and for backwards.

    vdata example acts [FOLDER]            (default: examples/acts)

It leaves 54 files of 3 s (320x180, 20 frames/s, H.264, silent) and ``acts.jsonl``, a label table for all of them. Its
columns are video, text (``The star blinks.``), label (the class of what happens: ``blinking``), subject (``the star``),
does (``blinks``), aspect (action, direction or attribute_change) and lane. What shows something else when it is played
backwards says so in the column backwards (``moves from right to left``). Recipes of haystacks and of conflicting videos
hide, join and reverse these clips.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from .brush import COLOURS, UNIT, land, town

WIDTH, HEIGHT, FPS, SECONDS, SEED, LABELS = 320, 180, 20, 3, 11, "acts.jsonl"


CORNERS = {1: ((0.95, 0.35), (0.35, 0.35), (0.35, 0.95)), -1: ((0.35, 0.95), (0.35, 0.35), (0.95, 0.35))}
"""The three corners of a cross in each quarter, by the sign of the quarter, in the order of its outline."""
SHAPES = UNIT | {
    "diamond": [(0.0, -1.0), (0.6, 0.0), (0.0, 1.0), (-0.6, 0.0)],
    "cross": [(x * a, y * b) for x, y in ((1, 1), (-1, 1), (-1, -1), (1, -1)) for a, b in CORNERS[x * y]],
}


@dataclass(frozen=True)
class Pose:
    """How the shape looks at a moment: its middle and radius as shares of the frame's height, and the rest."""

    x: float = 0.89
    y: float = 0.5
    size: float = 0.14
    angle: float = 0.0
    """Degrees, clockwise."""
    mix: float = 0.0
    """How much of the second colour there is, 0..1."""
    shown: float = 1.0
    """How solid it is, 0..1."""


@dataclass(frozen=True)
class ActKind:
    """A class of acts. ``pose`` says how the shape looks at 0..1 of the clip."""

    label: str
    aspect: str
    does: str
    pose: Callable[[float], Pose]
    backwards: str = ""


def wave(u: float, times: float) -> float:
    """0 at the start, 1 and -1 by turns, *times* times."""
    return float(np.sin(2 * np.pi * times * u))


KINDS = [
    ActKind("blinking", "action", "blinks", lambda u: Pose(shown=float((u * 4) % 1 > 0.4))),
    ActKind("bouncing", "action", "bounces up and down", lambda u: Pose(y=0.75 - 0.5 * abs(wave(u, 1.5)))),
    ActKind("swinging", "action", "swings from side to side", lambda u: Pose(x=0.89 + 0.6 * wave(u, 2))),
    ActKind("trembling", "action", "trembles", lambda u: Pose(x=0.89 + 0.03 * wave(u, 24), y=0.5 + 0.03 * wave(u, 17))),
    ActKind("circling", "action", "goes round in a circle",
         lambda u: Pose(x=0.89 + 0.28 * wave(u + 0.125, 2), y=0.5 + 0.28 * wave(u, 2))),
    ActKind("crossing", "direction", "moves from left to right", lambda u: Pose(x=0.15 + 1.48 * u),
         "moves from right to left"),
    ActKind("climbing", "direction", "moves upwards", lambda u: Pose(y=0.85 - 0.7 * u), "moves downwards"),
    ActKind("turning", "direction", "turns clockwise", lambda u: Pose(size=0.25, angle=300 * u), "turns anticlockwise"),
    ActKind("growing", "attribute_change", "grows", lambda u: Pose(size=0.08 + 0.24 * u), "shrinks"),
    ActKind("changing colour", "attribute_change", "changes from {one} to {other}", lambda u: Pose(mix=u),
         "changes from {other} to {one}"),
    ActKind("fading", "attribute_change", "fades away", lambda u: Pose(shown=1 - u), "appears little by little"),
]  # fmt: skip
MANY, FEW = 6, 4
"""Clips of each kind that looks the same backwards, and of each other kind."""


@dataclass(frozen=True)
class ActClip:
    """A clip: who does what, in front of what."""

    kind: ActKind
    shape: str
    colours: tuple[str, str]
    backdrop: Any = None
    """An array of HEIGHT x WIDTH x 3 bytes, RGB."""

    def label(self, video: str) -> dict[str, str]:
        """Its row of the label table."""
        one, other = self.colours
        subject = f"the {self.shape}"  # its colour is not named, which may be what changes
        does, backwards = (text.format(one=one, other=other) for text in (self.kind.does, self.kind.backwards))
        row = {"video": video, "text": f"{subject.capitalize()} {does}.", "label": self.kind.label, "subject": subject}
        row |= {"does": does, "aspect": self.kind.aspect, "lane": "acts"}
        return row | ({"backwards": backwards} if backwards else {})

    def pictures(self) -> Iterator[Any]:
        """Every picture, as the backdrop."""
        for n in range(SECONDS * FPS):
            pose = self.kind.pose(n / (SECONDS * FPS - 1))
            cos, sin = np.cos(np.deg2rad(pose.angle)), np.sin(np.deg2rad(pose.angle))
            points = np.array(SHAPES[self.shape]) @ np.array([[cos, sin], [-sin, cos]]) * pose.size
            points = np.round((points + np.array([pose.x, pose.y])) * HEIGHT * 16).astype(np.int32)
            one, other = (np.array(COLOURS[colour]) for colour in self.colours)
            drawn = self.backdrop.copy()
            cv2.fillPoly(drawn, [points], ((1 - pose.mix) * one + pose.mix * other).tolist(), cv2.LINE_AA, 4)
            cv2.polylines(drawn, [points], True, (30, 30, 35), 1, cv2.LINE_AA, 4)
            yield cv2.addWeighted(drawn, pose.shown, self.backdrop, 1 - pose.shown, 0)


def acts() -> Iterator[ActClip]:
    """All clips, the same every time."""
    random, told = np.random.default_rng(SEED), set[str]()
    for kind in KINDS:
        most = len(told) + (FEW if kind.backwards else MANY)
        while len(told) < most:
            shapes = [shape for shape in SHAPES if shape != "circle" or kind.label != "turning"]
            one, other = random.choice(list(COLOURS), 2, replace=False)
            act = ActClip(kind, str(random.choice(shapes)), (str(one), str(other)))
            if (text := act.label("")["text"]) in told:
                continue
            told.add(text)
            sky, low, ground = (tuple[int, int, int](random.integers(*span, 3).tolist()) for span in LIGHT)
            seed = int(random.integers(1000))
            backdrop = land(sky, low, ground, seed) if random.random() < 0.6 else town((640, 360), seed, ground, sky)
            small = cv2.resize(backdrop, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
            yield replace(act, backdrop=small)


LIGHT = ((90, 200), (150, 240), (60, 170))
"""The least and greatest levels of the sky, of the air over the ground, and of the ground or walls."""


def encode(act: ActClip, path: Path) -> None:
    """Write *act* to *path*. One thread and no encoder's signature: the same bytes every time."""
    x264 = {"qp": "22", "preset": "veryfast", "threads": "1", "flags": "+bitexact"}
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}) as clip:
        video = clip.add_stream("libx264", rate=FPS, options=x264)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for n, picture in enumerate(act.pictures()):
            shown = av.VideoFrame.from_ndarray(picture, format="rgb24")
            shown.pts = n
            clip.mux(video.encode(shown))
        clip.mux(video.encode())


def render(folder: Path) -> Path:
    """Render the clips into *folder*, each put in place whole, then the labels, and return the path of these."""
    rows = []
    folder.mkdir(parents=True, exist_ok=True)
    for number, act in enumerate(acts()):
        name = f"act_{number:02}.mp4"
        part = folder / f".{name}.{os.getpid()}.part"
        encode(act, part)
        part.replace(folder / name)
        rows.append(act.label(name))
    part = folder / f".{LABELS}.{os.getpid()}.part"
    part.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    part.replace(folder / LABELS)
    return folder / LABELS
