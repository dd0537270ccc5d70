"""Which copies `near_duplicates` finds: twelve videos edited in ten ways, among videos that look alike but are not.

    python benchmarks/duplicates.py tune --cache FOLDER
    python benchmarks/duplicates.py held --cache FOLDER [--leaks]

The parts share no look, clip, seed or coding. Each line of the table is one run of the stage on the twelve videos, the
distractors and the copies made in one way: how many copies are found to be like their video, and how many other pairs.
Distractors are the same places at another time (the same cameras, other things that move, other light), and other
places of the same look filmed with other motion. With --leaks the twelve videos are a test set, and the copies and
distractors are compared with it as `vdata leaks`, `near_duplicates: {against: …}` and `split` do.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from transition_looks import LOOKS, Rng

from vdata.schemas import Media, Signals, Timeline
from vdata.stages.gather.near_duplicates import NearDuplicates
from vdata.video.signals.fingerprints import Fingerprint, fingerprint, pairs
from vdata.video.signals.scanner import scan
from vdata.video.signals.shared_pictures import Rule
from vdata.video.signals.signal_stream import from_bytes, to_bytes

WIDTH, HEIGHT, FPS = 192, 108, 20
SOURCES, PAIRS, LEAST = 12, 5, 11
SEEDS = {"tune": 31_013, "held": 77_417}
CODECS: dict[str, list[tuple[str, dict[str, str]]]] = {
    "tune": [("libx264", {"crf": "24", "preset": "ultrafast"}), ("mpeg4", {"b": "250k"})],
    "held": [("msmpeg4", {"b": "250k"}), ("libvpx", {"b": "250k", "deadline": "realtime", "cpu-used": "8"})],
}
WORSE = {
    "tune": ("libx264", {"crf": "36", "preset": "ultrafast"}),
    "held": ("libvpx", {"b": "90k", "deadline": "realtime", "cpu-used": "8"}),
}
Frames = list[Any]


def film(part: str, number: int, time: int = 0, fixed: bool = False) -> Frames:
    """Video *number* of *part*: some shots of some places; another *time* has other things moving and other light."""
    seed = SEEDS[part]
    place, now = np.random.default_rng([seed, number]), np.random.default_rng([seed, number, 1 + time])
    total = FPS * int(place.integers(12, 19))
    looks, frames = LOOKS[part], Frames()
    while len(frames) < total:
        size = total if fixed else int(place.integers(2 * FPS, 5 * FPS))
        size = min(size, total - len(frames)) if total - len(frames) - size > FPS else total - len(frames)
        style = np.random.default_rng([seed, number % 50, len(frames) // FPS])
        kind = -1 if number == 0 and not time else int(style.integers(len(looks) - 1))  # the last look is real clips
        shown = looks[kind](np.random.default_rng(place.integers(1 << 30)), style)
        frames += _shot(shown, size, place, now, fixed)
    return frames


def _shot(shown: Any, size: int, place: Rng, now: Rng, fixed: bool) -> Frames:
    still = fixed or place.random() < 0.4
    begin = place.uniform((0, 0), (280, 160))
    drift = np.zeros(2) if still else now.uniform(-45, 45, 2)
    light, colours = now.uniform(0.85, 1.12), now.uniform(10, 245, (3, 3))
    movers = [(now.uniform(0.1, 0.9, 2), now.uniform(-0.22, 0.22, 2), now.uniform(0.1, 0.22)) for _ in range(2)]
    frames = Frames()
    for n in range(size):
        second = n / FPS
        if callable(shown):
            picture = cv2.resize(shown(n), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
        else:
            x, y = np.clip(begin + drift * second, 0, (330, 190))
            view = shown[int(y) : int(y) + 350, int(x) : int(x) + 622]
            picture = cv2.resize(view, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) * light
            for (where, speed, wide), colour in zip(movers, colours, strict=False):
                at = 1 - np.abs((where + speed * second) % 2 - 1)  # there and back
                middle = (int(at[0] * WIDTH), int(at[1] * HEIGHT))
                cv2.ellipse(
                    picture, middle, (int(wide * HEIGHT), int(1.5 * wide * HEIGHT)), 0, 0, 360, colour.tolist(), -1
                )
        frames.append(np.clip(picture, 0, 255).astype(np.uint8))
    return frames


def _each(change: Callable[[Any], Any]) -> Callable[[Frames, Rng], Frames]:
    return lambda frames, rng: [change(frame) for frame in frames]


def _resize(frames: Frames, rng: Rng) -> Frames:
    wide, high = 2 * int(WIDTH * rng.uniform(0.3, 0.8)), 2 * int(HEIGHT * rng.uniform(0.3, 0.6))
    return [cv2.resize(frame, (wide, high), interpolation=cv2.INTER_AREA) for frame in frames]


def _crop(frames: Frames, rng: Rng) -> Frames:
    """From 8 to 15 % of the width and the height are lost at the left and right, top and bottom together or each."""
    parts = rng.uniform(0.08, 0.15, 2) * rng.choice([1, 2])
    wide, high = round(WIDTH * (1 - parts[0])) // 2 * 2, round(HEIGHT * (1 - parts[1])) // 2 * 2
    left, top = (rng.uniform(0.25, 0.75, 2) * (WIDTH - wide, HEIGHT - high)).astype(int)
    return [frame[top : top + high, left : left + wide] for frame in frames]


def _letterbox(frames: Frames, rng: Rng) -> Frames:
    bar, above = rng.uniform(0.1, 0.32), rng.random() < 0.5
    rows, columns = (round(HEIGHT * bar / 2), 0) if above else (0, round(WIDTH * bar / 2))
    return [_even(cv2.copyMakeBorder(f, rows, rows, columns, columns, cv2.BORDER_CONSTANT)) for f in frames]


def _even(frame: Any) -> Any:
    return frame[: frame.shape[0] // 2 * 2, : frame.shape[1] // 2 * 2]


def _trim(frames: Frames, rng: Rng) -> Frames:
    size = int(len(frames) * rng.uniform(0.4, 0.6))
    first = int((len(frames) - size) * rng.uniform(0.3, 0.7))
    return frames[first : first + size]


def _speed(frames: Frames, rng: Rng) -> Frames:
    pace = rng.uniform(0.8, 0.93) if rng.random() < 0.5 else rng.uniform(1.08, 1.3)
    return [frames[int(n * pace)] for n in range(int(len(frames) / pace))]


def _light(frames: Frames, rng: Rng) -> Frames:
    gain, lift = rng.uniform(0.75, 1.25), rng.uniform(-25, 25)
    return [cv2.convertScaleAbs(np.clip(f.astype(np.float32) * gain + lift, 0, 255)) for f in frames]


def _words(frames: Frames, rng: Rng) -> Frames:
    found = []
    for n, frame in enumerate(frames):
        frame = frame.copy()
        cv2.rectangle(frame, (158, 6), (184, 20), (250, 240, 60), -1)
        text = "a line of words that is said"[: 12 + n // (2 * FPS) % 14]
        cv2.putText(frame, text, (20, 98), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 0, 0), 3)
        cv2.putText(frame, text, (20, 98), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255, 255, 255), 1)
        found.append(frame)
    return found


_mirror = _each(lambda frame: np.ascontiguousarray(frame[:, ::-1]))
EDITS: dict[str, Callable[[Frames, Rng], Frames]] = {
    "encoded": lambda frames, rng: frames,
    "resized": _resize,
    "cropped": _crop,
    "letterbox": _letterbox,
    "trimmed": _trim,
    "speed": _speed,
    "mirrored": _mirror,
    "light": _light,
    "words": _words,
    "several": lambda frames, rng: _letterbox(_speed(_mirror(frames, rng), rng), rng),
}


def signals(path: Path, make: Callable[[], Frames], codec: tuple[str, dict[str, str]]) -> Signals:
    """The table of the video at *path*, which is written and scanned unless its table is there."""
    table = path.with_suffix(".signals")
    if not table.exists():
        frames, (name, options) = make(), codec
        with av.open(str(path), "w") as out:
            stream = out.add_stream(name, rate=FPS, options={k: v for k, v in options.items() if k != "b"})
            if "b" in options:
                stream.bit_rate = int(options["b"].replace("k", "000"))
            (stream.height, stream.width), stream.pix_fmt = frames[0].shape[:2], "yuv420p"
            for frame in frames:
                out.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")))
            out.mux(stream.encode())
        table.write_bytes(to_bytes(scan(str(path), 1 << 24, False, 0.5, 0.5)))
        path.unlink()
    return from_bytes(table.read_bytes())


def material(part: str, cache: Path) -> tuple[dict[str, Signals], dict[str, dict[str, Signals]]]:
    """The twelve videos and the distractors, and the copies by edit, by name."""
    folder = cache / part
    folder.mkdir(parents=True, exist_ok=True)
    known: dict[str, Frames] = {}

    def frames(number: int) -> Frames:
        if str(number) not in known:
            known.clear()
            known[str(number)] = film(part, number)
        return known[str(number)]

    copies: dict[str, dict[str, Signals]] = {edit: {} for edit in EDITS}
    plain: dict[str, Signals] = {}
    for n in range(SOURCES):
        codec = CODECS[part][n % 2]
        plain[f"v{n}"] = signals(folder / f"v{n}.mkv", lambda n=n: frames(n), codec)  # type: ignore[misc]
        for e, (edit, change) in enumerate(EDITS.items()):
            rng = np.random.default_rng([SEEDS[part], n, e, 9])
            how = WORSE[part] if edit == "encoded" else CODECS[part][(n + 1) % 2]
            path = folder / f"v{n}-{edit}.mkv"
            copies[edit][f"v{n}-{edit}"] = signals(path, lambda n=n, c=change, r=rng: c(frames(n), r), how)  # type: ignore[misc]
    films = {f"again{n}": (n, 1, False) for n in range(SOURCES)} | {f"like{n}": (50 + n, 0, False) for n in range(10)}
    films |= {f"fixed{n}at{t}": (90 + n, t, True) for n in range(PAIRS) for t in (0, 1)}
    for name, (number, time, fixed) in films.items():
        make = lambda a=number, b=time, c=fixed: film(part, a, b, c)  # noqa: E731
        plain[name] = signals(folder / f"{name}.mkv", make, CODECS[part][len(plain) % 2])
    return plain, copies


def judge(stage: NearDuplicates, tables: dict[str, Signals]) -> dict[str, str]:
    """Which video is like which."""
    rows = [Timeline(f"{k}.mkv", id=k, signals=v, media=Media(width=WIDTH, height=HEIGHT)) for k, v in tables.items()]
    digests = [(row.id, json.loads(json.dumps(stage.digest(row)))) for row in rows]
    return {name: said[""][2] for name, said in stage.gather(iter(digests)).items()}


def leaked(against: dict[str, Signals], tables: dict[str, Signals]) -> dict[str, set[str]]:
    """Which videos of *against* each of *tables* is found to show, if any."""
    rule = Rule()
    mine, others = (
        [Fingerprint.of(json.loads(json.dumps(fingerprint(each, None, rule).plain()))) for each in some.values()]
        for some in (tables, against)
    )
    found: dict[str, set[str]] = {}
    for pair in pairs(mine, others, rule):
        found.setdefault(list(tables)[pair.one], set()).add(list(against)[pair.other])
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("part", choices=sorted(SEEDS))
    parser.add_argument("--cache", type=Path, required=True, help="folder for the tables")
    parser.add_argument("--leaks", action="store_true", help="compare as `vdata leaks` does")
    parser.add_argument("--singly", action="store_true", help="print which are missed and wrong (of tune alone)")
    args = parser.parse_args()
    plain, copies = material(args.part, args.cache)
    print(
        f"{args.part}: {len(plain)} videos that are not copies\n\n"
        f"| edit | found of {SOURCES} | false pairs |\n|---|---|---|"
    )
    passed = True
    for edit, tables in copies.items():
        if args.leaks:
            sources = {name: table for name, table in plain.items() if name.startswith("v")}
            others = {name: table for name, table in plain.items() if name not in sources}
            every = leaked(sources, {**others, **tables})
            alike = {name: other for name, those in every.items() for other in those}
            found = [name for name in tables if every.get(name) == {name.split("-")[0]}]
        else:
            alike = judge(NearDuplicates(), {**plain, **tables})
            found = [name for name in tables if alike.get(name) == name.split("-")[0]]
        wrong = {name: other for name, other in alike.items() if name not in found}
        print(f"| {edit} | {len(found)} | {len(wrong)} |")
        passed &= len(found) >= LEAST and not wrong
        if args.singly and args.part == "tune":
            print("   missed", [name for name in tables if name not in alike], "wrong", wrong)
    return int(not passed)


if __name__ == "__main__":
    sys.exit(main())
