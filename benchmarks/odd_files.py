"""Odd but valid videos and damaged ones: how many are read as they are, and how many are wrong without a word.

    python benchmarks/odd_files.py [--half tune|judge|both] [--list] [--only WORD]

58 valid videos (``odd_videos.py``) in many containers and timings: each must give its true length, size and pictures at
their true times, in the scan, in both readers of single frames, and in cuts made the smart way and with every frame
encoded. 340 damaged ones (``mutations.py``, 17 good videos with 20 mutations each): a *silent* one is kept while its
pictures, times or length differ from those of the good video and nothing on its row says so. ``tune`` is the half on
which the code was written, ``judge`` the other one. Exits 1 when a valid video is read wrongly, or anything crashes or
hangs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from mutations import IN_BYTES, IN_PACKETS, mutate, whole_kinds
from odd_videos import Odd, number_of, valid_kinds, write
from rich.console import Console
from rich.table import Table

from vdata.schemas import Dropped, Failed, Timeline
from vdata.schemas.signal_table import Signals
from vdata.stages.media.probe import Probe
from vdata.stages.media.scan import Scan
from vdata.video.decode import frames
from vdata.video.edit.cutter import CUT_WAYS, cut, make_cut
from vdata.video.edit.renderer import Renderer

TIME, HOLD, SOUND = 0.003, 0.006, 0.06
"""Seconds by which a picture's time, the end of the last one, and a length with sound may differ from the truth."""
LENGTH = 0.045
"""Seconds by which a damaged video's length may differ: a frame."""
ALIKE = 10
"""Difference of a cell of a picture's 8 × 9 grid of light, 0..255, from which on the picture is another one."""
BROKEN = ("decoder_crashed", "decoder_timeout", "decoder_out_of_memory")
HALVES = ("tune", "judge")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=[*HALVES, "both"], default="both")
    parser.add_argument("--list", action="store_true", help="name the videos that are read wrongly or kept silently")
    parser.add_argument("--only", default="", help="videos and mutations whose name holds this")
    args = parser.parse_args()
    halves = HALVES if args.half == "both" else (args.half,)
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for half in halves:
            wrong += valid(Path(folder), half, args.list, args.only)
            wrong += damaged(Path(folder), half, args.list, args.only)
    return int(wrong > 0)


def valid(folder: Path, half: str, listed: bool, only: str) -> int:
    """Print how the valid videos of *half* are read; the number that is read wrongly in some way."""
    ways: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    bad = told = 0
    for kind in valid_kinds()[HALVES.index(half) :: 2]:
        if only not in kind.name:
            continue
        odd = write(folder, kind)
        faults, word = read_wrongly(odd)
        told += bool(word)
        bad += any(faults.values())
        for way, fault in faults.items():
            ways[way][bool(fault)] += 1
            if fault and listed:
                print(f"{kind.name}, {way}: {fault}")
        if word and listed:
            print(f"{kind.name} is kept with a word: {word}")
    table = Table(title=f"valid videos, {half}")
    for title in ("way", "right", "wrong"):
        table.add_column(title, justify="left" if title == "way" else "right")
    for way, counts in ways.items():
        table.add_row(way, *map(str, counts))
    Console().print(table, f"{bad} read wrongly in some way; {told} kept with a word of a fault")
    return bad


def read_wrongly(odd: Odd) -> tuple[dict[str, str], str]:
    """What is wrong in each way of reading *odd*; and what its row says is wrong with the file."""
    found = {}
    video = Timeline(str(odd.path))
    try:
        Probe().run(video)
        found["length and size"] = _wrong_facts(odd, video)
        Scan().run(video)
        found["scan"] = _wrong_table(odd, video.frame_table("the benchmark reads"))
    except (Failed, Dropped) as failure:
        return {"scan": f"{failure.reason}: {failure.detail}"}, ""
    middles = [(a + b) / 2 for a, b in zip(odd.times, [*odd.times[1:], odd.end], strict=True)]
    picked = sorted({round(n * (len(middles) - 1) / 7) for n in range(8)})
    pictures = frames.fetch(str(odd.path), [middles[n] for n in picked])
    seen, known = [number_of(one) for one in pictures], [odd.first + n for n in picked]
    found["pictures"] = "" if seen == known else f"{seen}, not {known}"
    for how, ways in (("smart", CUT_WAYS), ("full", ())):
        found[f"cut, {how}"] = _wrong_cut(odd, video, ways)
    return found, ", ".join(sorted({one.reason for one in video.rejects}))


def _wrong_facts(odd: Odd, video: Timeline) -> str:
    assert video.media is not None
    media = video.media
    slack = SOUND if media.has_audio else HOLD
    if abs(media.duration - odd.length) > slack or (media.width, media.height) != odd.size:
        return f"{media.duration:.3f} s of {media.width} x {media.height}, not {odd.length:.3f} s of {odd.size}"
    return ""


def _wrong_table(odd: Odd, signals: Signals) -> str:
    if len(signals) != len(odd.times):
        return f"{len(signals)} pictures, not {len(odd.times)}"
    off = float(np.abs(signals.time - odd.times).max())
    if off > TIME or abs(signals.end - odd.end) > HOLD:
        return f"times are wrong by {off:.3f} s, the end is {signals.end:.3f} s, not {odd.end:.3f} s"
    return ""


def _wrong_cut(odd: Odd, video: Timeline, ways: tuple[str, ...]) -> str:
    """What is wrong with a cut from the second quarter of the pictures to the last."""
    first = len(odd.times) // 4
    start, end = odd.times[first], odd.end
    made = odd.path.with_name("cut.mp4")
    try:
        make_cut(Renderer(18, "ultrafast", 30, 60, 2048, ways), cut(video, start, end, sound=False), str(made))
        signals = scanned(made).frame_table("the benchmark reads")
    except Failed as failure:
        return f"{failure.reason}: {failure.detail}"
    times = np.array(odd.times[first:]) - start
    if len(signals) != len(times) or np.abs(signals.time - times).max() > TIME:
        return f"{len(signals)} pictures from {signals.time[0]:.3f} to {signals.time[-1]:.3f} s, not {len(times)}"
    if abs(signals.end - (end - start)) > LENGTH:
        return f"lasts {signals.end:.3f} s, not {end - start:.3f} s"
    steps = np.diff([*times, end - start])
    picked = sorted({round(n * (len(times) - 1) / 4) for n in range(5)})
    pictures = frames.fetch(str(made), [times[n] + steps[n] / 2 for n in picked])
    seen, known = [number_of(one) for one in pictures], [odd.first + first + n for n in picked]
    return "" if seen == known else f"shows {seen}, not {known}"


def scanned(path: Path) -> Timeline:
    return Scan().run(Probe().run(Timeline(str(path))))


def damaged(folder: Path, half: str, listed: bool, only: str) -> int:
    """Print what becomes of the damaged videos of *half*; the number at which something crashes or hangs."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    codecs: dict[str, Counter[str]] = defaultdict(Counter)
    for name, how, path, good in mutants(folder, half, only):
        what, why = outcome(path, good)
        kinds[how][what] += 1
        codecs[name][what] += 1
        if listed and what in ("silent", "broken"):
            print(f"{name}, {how}: {what}, {why}")
        path.unlink()
    for title, counted in (("mutation", kinds), ("video", codecs)):
        table = Table(title=f"damaged videos by {title}, {half}")
        names = ("harmless", "refused", "told", "told, harmless", "silent", "broken")
        for column in (title, "files", *names):
            table.add_column(column, justify="left" if column == title else "right")
        total: Counter[str] = sum(counted.values(), Counter())
        for row, counts in [*counted.items(), ("all", total)]:
            table.add_row(row, str(sum(counts.values())), *(str(counts[one]) for one in names))
        Console().print(table)
    return total["broken"]


def mutants(folder: Path, half: str, only: str) -> Iterator[tuple[str, str, Path, Timeline | None]]:
    """The good video's name, the mutation, the damaged file and the good video as scanned, if that can be done."""
    for row, kind in enumerate(whole_kinds()):
        hows = [how for n, how in enumerate([*IN_BYTES, *IN_PACKETS]) if (row + n) % 2 == HALVES.index(half)]
        hows = [how for how in hows if only in f"{kind.name}, {how}"]
        if not hows:
            continue
        whole = write(folder, kind).path
        good = None
        try:
            good = scanned(whole)
        except Failed as failure:
            print(f"{kind.name}, the good one: {failure.reason}")
        for how in hows:
            path = mutate(whole, how, f"{kind.name} {how}", folder / f"damaged{whole.suffix}")
            yield kind.name, how, path, good


def outcome(path: Path, good: Timeline | None) -> tuple[str, str]:
    """What becomes of a damaged video, and why it is called so."""
    try:
        video = scanned(path)
    except (Failed, Dropped) as failure:
        return "broken" if failure.reason in BROKEN else "refused", failure.reason
    except Exception as error:
        return "broken", repr(error)
    if good is None:
        return "silent", "the good video is not read"
    wrong = differs(video, good)
    told = ", ".join(sorted({one.reason for one in video.rejects}))
    if told:
        return "told" if wrong else "told, harmless", told
    return "silent" if wrong else "harmless", wrong


def differs(video: Timeline, good: Timeline) -> str:
    """How the pictures, times or length of *video* differ from those of the *good* one; nothing where they do not."""
    ours, theirs = video.frame_table("the benchmark reads"), good.frame_table("the benchmark reads")
    if abs(video.seconds - good.seconds) > LENGTH or abs(ours.end - theirs.end) > LENGTH:
        return f"lasts {video.seconds:.2f} s, its pictures to {ours.end:.2f} s, not {good.seconds:.2f} s"
    at = np.searchsorted(theirs.time, ours.time + TIME, "right") - 1
    if (at < 0).any() or np.abs(ours.time - theirs.time[np.maximum(at, 0)]).max() > TIME:
        return "pictures come at other times"
    if len(set(at.tolist())) < len(theirs):
        return f"{len(theirs) - len(set(at.tolist()))} pictures are missing"
    far: Any = np.abs(ours.grid.astype(int) - theirs.grid[at].astype(int)).max(axis=1)
    return f"{(far > ALIKE).sum()} pictures are others" if (far > ALIKE).any() else ""


if __name__ == "__main__":
    sys.exit(main())
