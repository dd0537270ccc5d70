"""Pictures of a score, by matplotlib (extra ``plots``): a heatmap of length and depth, and tasks beside chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .comparison import ModelComparison


def heatmap(cells: list[dict[str, Any]], path: Path, title: str, of: str = "accuracy") -> None:
    """Draw accuracy (or the measure *of*) by length (across, seconds) and depth (down, share of the video) to *path*.

    *cells*: dicts with length, depth, items and the measure, a share. Cells without it stay white.
    """
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure

    lengths = sorted({cell["length"] for cell in cells})
    depths = sorted({cell["depth"] for cell in cells})
    grid = [[float("nan")] * len(lengths) for _ in depths]
    for cell in cells:
        grid[depths.index(cell["depth"])][lengths.index(cell["length"])] = cell.get(of, float("nan"))
    figure = Figure(figsize=(max(5.0, 0.32 * len(lengths) + 2.4), max(3.0, 0.32 * len(depths) + 1.6)), dpi=130)
    axes = figure.subplots()
    colours = LinearSegmentedColormap.from_list("score", ["#b2182b", "#f4a582", "#fddf8e", "#a6d96a", "#1a9850"])
    image = axes.imshow(grid, cmap=colours, vmin=0, vmax=1, aspect="auto")
    _ticks(axes.set_xticks, [f"{length:g}" for length in lengths], 20)
    _ticks(axes.set_yticks, [f"{depth:.0%}" for depth in depths], 20)
    axes.set_xlabel("length of the video, s")
    axes.set_ylabel("depth of the needle")
    axes.set_title(title, fontsize=10)
    axes.set_xticks([n - 0.5 for n in range(1, len(lengths))], minor=True)
    axes.set_yticks([n - 0.5 for n in range(1, len(depths))], minor=True)
    axes.grid(which="minor", color="white", linewidth=0.8)
    axes.tick_params(which="minor", length=0)
    if len(lengths) * len(depths) <= 80:
        for cell in (cell for cell in cells if of in cell):
            place = lengths.index(cell["length"]), depths.index(cell["depth"])
            axes.text(*place, f"{cell[of]:.0%}", ha="center", va="center", fontsize=7)
    figure.colorbar(image, ax=axes, label=of, pad=0.02, fraction=0.03, format=lambda share, _: f"{share:.0%}")
    _save(figure, path)


def bars(rows: list[dict[str, Any]], path: Path, title: str) -> None:
    """Draw the accuracy of each task with its confidence interval, and a line at chance, to *path*."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.5, 0.34 * len(rows) + 1.5), dpi=130)
    axes = figure.subplots()
    places = list(range(len(rows)))[::-1]
    values = [row["accuracy"] for row in rows]
    spread = [
        [max(0.0, row["accuracy"] - row["low"]) for row in rows],
        [max(0.0, row["high"] - row["accuracy"]) for row in rows],
    ]
    axes.barh(places, values, xerr=spread, color="#4c78a8", height=0.62, error_kw={"elinewidth": 1, "ecolor": "#333"})
    for place, row in zip(places, rows, strict=True):
        label = "chance" if place == places[0] else None
        axes.plot([row["chance"]] * 2, [place - 0.42, place + 0.42], color="#e45756", linewidth=2, label=label)
    axes.set_yticks(places, [f"{row['task']} ({row['items']})" for row in rows], fontsize=8)
    axes.set_xlim(0, 1.02)
    axes.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    axes.set_xlabel("accuracy, with its 95 % interval (Wilson)")
    axes.set_title(title, fontsize=10)
    axes.legend(loc="lower right", fontsize=8, framealpha=0.9)
    axes.spines[["top", "right"]].set_visible(False)
    _save(figure, path)


def side_by_side(rows: Mapping[str, Sequence[ModelComparison]], path: Path) -> None:
    """Draw the accuracy of several models, task below task, each with its interval, to *path*."""
    from matplotlib.figure import Figure

    names = [one.name for one in next(iter(rows.values()))]
    step = 0.8 / len(names)
    figure = Figure(figsize=(7, (0.26 * len(names) + 0.22) * len(rows) + 1.4), dpi=130)
    axes = figure.subplots()
    places = list(range(len(rows)))[::-1]
    for n, name in enumerate(names):
        held = [some[n] for some in rows.values()]
        spread = [
            [max(0.0, one.accuracy - one.low) for one in held],
            [max(0.0, one.high - one.accuracy) for one in held],
        ]
        heights = [place + 0.4 - step * (n + 0.5) for place in places]
        axes.errorbar(
            [one.accuracy for one in held], heights, xerr=spread, fmt="o", markersize=4, linewidth=1.4, label=name
        )
    for place in places[:-1]:
        axes.axhline(place - 0.5, color="#ddd", linewidth=0.8)
    axes.set_yticks(places, [f"{task} ({some[0].items})" for task, some in rows.items()], fontsize=8)
    axes.set_xlim(0, 1.02)
    axes.set_ylim(-0.5, len(rows) - 0.5)
    axes.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    axes.set_xlabel("accuracy, with its 95 % interval (Wilson)")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=min(3, len(names)), fontsize=8, frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    _save(figure, path)


def _ticks(put: Any, labels: list[str], most: int) -> None:
    """Label at most so many ticks."""
    step = -(-len(labels) // most)
    put(range(0, len(labels), step), labels[::step], fontsize=7)


def _save(figure: Any, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, metadata={"Software": None})
