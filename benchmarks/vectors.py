"""How long `keep: {distinct: …}`, `keep: {diverse: …}` and `clusters` take over very many vectors, and how much memory.

    python benchmarks/vectors.py --cache FOLDER [--count 1000000] [--only distinct]

Vectors of 512 float16 numbers, made with a seed and kept in FOLDER: directions around 2000 centres of very different
sizes, with numbers that fall off as those of real models do, and every twentieth a planted copy of another, moved by a
cosine distance of 0.005. What is measured is what a build does between two passes: reading the vectors, deciding, and
the verdicts for every video. Exits with 1 when a planted copy is missed, when anything else is found, or when a part
takes more processor time or memory than its limit: other programs may slow the clock, not these. Memory is what the
process has for itself, without the pages of files, which the system takes back when it needs them.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from vdata.rules.neighbours.vector_source import VectorPiece, VectorSource
from vdata.stages.gather.clusters import Clusters
from vdata.stages.keep.keep import Keep

WIDE, TOPICS, SEED = 512, 2000, 20_261
COPIES = 20
"""Of so many vectors one is a copy."""
MOVED = 0.1
"""How far a copy is from its original, which has length 1."""
APART = 0.02
PIECE = 10_000
MINUTES = {"distinct": 25, "diverse": 15, "clusters": 10}
"""Of processor time, for a million vectors; of fewer in proportion, but for a minute."""
GIGABYTES = 2.5


def make(path: Path, count: int) -> Any:
    """The vectors and which of them each is a copy of (-1: of none), written unless they are there."""
    if not path.exists():
        draw = np.random.default_rng(SEED)
        falling = np.arange(1, WIDE + 1) ** -0.5
        centres = (draw.normal(size=(TOPICS, WIDE)) + 0.3 * draw.normal(size=WIDE)) * falling
        often = np.arange(1, TOPICS + 1) ** -0.7
        staging = path.with_suffix(".part")
        vectors = np.lib.format.open_memmap(staging, "w+", np.float16, (count, WIDE))
        for start in range(0, count, PIECE):
            size = min(PIECE, count - start)
            own = size - size // COPIES
            drawn = centres[draw.choice(TOPICS, own, p=often / often.sum())] + 0.8 * falling * draw.normal(
                size=(own, WIDE)
            )
            drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
            step = draw.normal(size=(size - own, WIDE))
            step *= MOVED / np.linalg.norm(step, axis=1, keepdims=True)
            vectors[start : start + size] = np.concatenate([drawn, drawn[: size - own] + step])
        vectors.flush()
        staging.rename(path)
    return np.load(path, mmap_mode="r")


def original(place: int, count: int) -> int:
    """Which vector the one at *place* is a copy of, or of which it has one; -1: neither."""
    start = place - place % PIECE
    size = min(PIECE, count - start)
    copies = size // COPIES
    at = place - start
    return start + at - (size - copies) if at >= size - copies else start + at + size - copies if at < copies else -1


class Peak:
    """The most memory that the process has for itself while this is open, gigabytes."""

    def __enter__(self) -> Peak:
        self.gigabytes, self._open = 0.0, True
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._open = False
        self._thread.join()

    def _watch(self) -> None:
        while self._open:
            lines = Path("/proc/self/status").read_text().splitlines()
            own = next(line for line in lines if line.startswith("RssAnon"))
            self.gigabytes = max(self.gigabytes, int(own.split()[1]) / 2**20)
            time.sleep(0.05)


def source_of(vectors: Any) -> VectorSource:
    def pieces() -> Iterator[VectorPiece]:
        for start in range(0, len(vectors), PIECE):
            part = vectors[start : start + PIECE]
            yield VectorPiece([(f"v{n}", 0) for n in range(start, start + len(part))], np.array(part))

    return VectorSource(pieces)


def distinct(vectors: Any, folder: Path) -> str:
    stage = Keep.model_validate({"of": "shots", "distinct": {"distance": APART}})
    out = verdicts(stage, vectors, folder, [0, 0.0])
    like = {int(video[1:]): int(said["out"][0][-1][0][1:]) for video, said in out.items() if said["out"]}
    count = len(vectors)
    right = sum(original(n, count) == other for n, other in like.items())
    planted = sum(min(PIECE, count - start) // COPIES for start in range(0, count, PIECE))
    print(f"distinct: {len(like)} go, {right} of {planted} planted pairs are found")
    return "" if right == planted == len(like) else "it misses planted copies, or finds others"


def diverse(vectors: Any, folder: Path) -> str:
    most = max(1, len(vectors) // 200)
    stage = Keep.model_validate({"of": "shots", "diverse": {"count": most}})
    out = verdicts(stage, vectors, folder, [0, 0.0])
    gone = [said["out"][0] for said in out.values() if said["out"]]
    print(f"diverse: {len(vectors) - len(gone)} stay, none of the others is farther from them than {gone[0][1]:g}")
    return "" if len(vectors) - len(gone) == most else f"{most} were to be kept"


def clusters(vectors: Any, folder: Path) -> str:
    stage = Clusters(of="shots", count=1000)
    out = verdicts(stage, vectors, folder, [0])
    sizes = np.bincount([said["in"][0][1] for said in out.values()])
    print(f"clusters: {(sizes > 0).sum()}, of {sizes[sizes > 0].min()} to {sizes.max()} members")
    return "" if (sizes > 0).sum() == 1000 and sizes.sum() == len(vectors) else "1000 clusters of all were wanted"


def verdicts(stage: Any, vectors: Any, folder: Path, values: list[Any]) -> dict[str, Any]:
    stage.know_vectors(source_of(vectors), folder)
    digests: Any = ((f"v{n}", {"seed": 0, "uri": f"v{n}.mp4", "values": [values]}) for n in range(len(vectors)))
    found: dict[str, Any] = stage.gather(digests)
    return found


PARTS: dict[str, Callable[[Any, Path], str]] = {"distinct": distinct, "diverse": diverse, "clusters": clusters}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cache", type=Path, required=True, help="folder for the vectors")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--only", choices=sorted(PARTS), action="append")
    args = parser.parse_args()
    args.cache.mkdir(parents=True, exist_ok=True)
    vectors = make(args.cache / f"vectors-{args.count}.npy", args.count)
    passed = True
    print(f"{len(vectors)} vectors of {WIDE} numbers\n", flush=True)
    for name in args.only or PARTS:
        with Peak() as peak:
            begun, clock = time.process_time(), time.monotonic()
            fault = PARTS[name](vectors, args.cache)
            minutes, waited = (time.process_time() - begun) / 60, (time.monotonic() - clock) / 60
        limit = max(1.0, MINUTES[name] * len(vectors) / 1e6)
        over = minutes > limit or peak.gigabytes > GIGABYTES
        print(
            f"{name}: {minutes:.1f} minutes of processor time (limit {limit:g}), {waited:.1f} by the clock, "
            f"{peak.gigabytes:.2f} GB (limit {GIGABYTES}){f': {fault}' if fault else ''}\n",
            flush=True,
        )
        passed &= not fault and not over
    return int(not passed)


if __name__ == "__main__":
    sys.exit(main())
