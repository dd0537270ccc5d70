"""Neighbours, clusters and choices of vectors against what comparing all with all says, in any order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vdata.rules.neighbours import alike, spread
from vdata.rules.neighbours.alike import keep_apart
from vdata.rules.neighbours.kmeans import learned_centres, nearest_centres
from vdata.rules.neighbours.spread import farthest_first
from vdata.rules.neighbours.vector_grid import MOST, NotComparable, VectorGrid, inverse_lengths, on_grid, random_order
from vdata.rules.neighbours.vector_source import VectorPiece, VectorSource


def laid(vectors: Any, folder: Path | None = None) -> VectorGrid:
    grid = VectorGrid(len(vectors), vectors.shape[1], folder)
    for start in range(0, len(vectors), 700):
        grid.put(range(start, min(start + 700, len(vectors))), vectors[start : start + 700])
    return grid


def mixture(count: int, centres: int, noise: float, seed: int = 0, wide: int = 24) -> tuple[Any, Any]:
    """Vectors around *centres* directions, and which each is of."""
    draw = np.random.default_rng(seed)
    where = draw.integers(centres, size=count)
    around = draw.normal(size=(centres, wide))
    around /= np.linalg.norm(around, axis=1, keepdims=True)
    step = draw.normal(size=(count, wide))
    return (around[where] + noise * step / np.linalg.norm(step, axis=1, keepdims=True)).astype(np.float16), where


def plain_greedy(vectors: Any, order: Any, distance: float) -> dict[int, int]:
    """What goes and what it is like, by comparing each with all that are kept, one after the other."""
    numbers = on_grid(vectors).astype(np.float64)
    numbers /= np.linalg.norm(numbers, axis=1, keepdims=True)
    kept: list[int] = []
    gone = {}
    for n in order:
        cosine = numbers[kept] @ numbers[n] if kept else np.zeros(0)
        if len(kept) and cosine.max() >= 1 - distance:
            gone[int(n)] = kept[int(cosine.argmax())]
        else:
            kept.append(int(n))
    return gone


def test_products_on_the_grid_are_whole_whatever_the_order_of_the_sum() -> None:
    draw = np.random.default_rng(1)
    for wide in (3, 512, 4096):
        one, other = (on_grid(draw.normal(size=(200, wide))) for _ in range(2))
        exact = one.astype(np.int64) @ other.astype(np.int64).T
        assert (np.abs(exact) < 2**24).all()
        back = draw.permutation(wide)
        for a, b in ((one, other), (one[:, back], other[:, back])):
            assert (a.astype(np.float32) @ b.astype(np.float32).T == exact).all()
    with pytest.raises(ValueError, match=f"{MOST} at most"):
        VectorGrid(1, MOST + 1, None)
    with pytest.raises(ValueError, match="no direction"):
        on_grid(np.zeros((1, 4)))
    assert np.allclose(inverse_lengths(on_grid(draw.normal(size=(9, 64))).astype(np.float32)), 1 / 4032, rtol=2e-3)


@pytest.mark.parametrize("cells", [1, 40])
@pytest.mark.parametrize("distance", [0.05, 0.1, 0.3])
def test_what_is_alike_is_found_without_a_miss(
    cells: int, distance: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alike, "SMALL", 10_000 if cells == 1 else 100)
    vectors, _ = mixture(1600, 60, 0.35)
    order = np.random.default_rng(5).permutation(len(vectors))
    found = keep_apart(laid(vectors, tmp_path), order, distance, seed=3)
    gone = {n: int(kept) for n, kept in enumerate(found.kept) if kept != n}
    expected = plain_greedy(vectors, order, distance)
    assert gone.keys() == expected.keys()
    assert 0 < len(gone) < len(vectors)
    assert set(gone.values()).isdisjoint(gone), "what goes is like one that stays"
    assert float(found.distance.max()) <= distance + 1e-5


def test_a_bunch_of_very_many_pairs_is_halved(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, _ = mixture(900, 2, 0.01)
    order = np.arange(900)
    whole = keep_apart(laid(vectors), order, 0.1, seed=0)
    monkeypatch.setattr(alike, "PAIRS", 50)
    monkeypatch.setattr(alike, "TILE", (64, 64))
    halved = keep_apart(laid(vectors), order, 0.1, seed=0)
    assert (whole.kept == halved.kept).all()
    assert len(set(whole.kept.tolist())) == 2


def adjusted_rand(one: Any, other: Any) -> float:
    """Hubert and Arabie 1985."""
    table = np.zeros((one.max() + 1, other.max() + 1))
    np.add.at(table, (one, other), 1)

    def pairs(counts: Any) -> float:
        return float((counts * (counts - 1) / 2).sum())

    both, rows, columns = pairs(table), pairs(table.sum(1)), pairs(table.sum(0))
    expected = rows * columns / (len(one) * (len(one) - 1) / 2)
    return (both - expected) / ((rows + columns) / 2 - expected)


@pytest.mark.parametrize("seed", range(6))
def test_planted_clusters_are_found(seed: int) -> None:
    vectors, where = mixture(900, 30, 0.2, seed)
    grid = laid(vectors)
    found, cosine = nearest_centres(grid.take(np.arange(900)), learned_centres(grid, 30, seed))
    assert adjusted_rand(found, where) == 1.0
    assert cosine.min() > 0.9


def test_no_more_clusters_than_different_vectors() -> None:
    vectors = np.repeat(np.eye(5), 7, axis=0)
    assert len(learned_centres(laid(vectors), 12, 0)) == 5


@pytest.mark.parametrize("pool", [8, 8192])
def test_the_farthest_come_first(pool: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spread, "POOL", pool)
    vectors, where = mixture(400, 12, 0.1)
    found = farthest_first(laid(vectors), 40)
    numbers = on_grid(vectors).astype(np.float32)
    scale = inverse_lengths(numbers)
    chosen = [0]
    best = (numbers @ numbers[0]) * scale[0] * scale
    while len(chosen) < 40:
        best[chosen] = 2
        chosen.append(int(best.argmin()))
        best = np.maximum(best, (numbers @ numbers[chosen[-1]]) * scale[chosen[-1]] * scale)
    assert found.chosen.tolist() == chosen
    assert len(set(where[found.chosen[:12]])) == 12, "one of each cluster first"
    assert set(found.kept.tolist()) == set(chosen)
    assert len(farthest_first(laid(np.ones((6, 3))), 4).chosen) == 4


def test_any_order_of_pieces_lays_the_same(tmp_path: Path) -> None:
    vectors, _ = mixture(50, 5, 0.3)
    names = [(f"v{n // 3}", n % 3) for n in range(50)]
    order = random_order(7, names)
    back = random_order(7, names[::-1])
    assert [names[n] for n in order] == [names[::-1][n] for n in back]
    assert order != random_order(8, names)

    def pieces(turn: int) -> VectorSource:
        parts = [VectorPiece(names[start : start + 9], vectors[start : start + 9]) for start in range(0, 50, 9)]
        return VectorSource(lambda: parts[::turn])

    wanted = [names[n] for n in order[:30]]
    one, other = (pieces(turn).laid(wanted, folder) for turn, folder in ((1, None), (-1, tmp_path)))
    assert (one.take(range(30)) == other.take(range(30))).all()
    assert list(tmp_path.iterdir()) == [], "the file has no name"
    with pytest.raises(KeyError, match="nobody"):
        pieces(1).laid([("nobody", 0)], None)
    mixed = VectorSource(lambda: [VectorPiece([("a", 0)], vectors[:1]), VectorPiece([("b", 0)], vectors[:1, :5])])
    with pytest.raises(NotComparable, match="one model must make all"):
        mixed.laid([("a", 0), ("b", 0)], None)
