"""The facts of a build that runs (``Progress.facts``) as a table for a terminal, and as a line for a log."""

from __future__ import annotations

import time
from typing import Any

from rich.console import Group
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

NARROW = 72
"""Columns below which a terminal is spared what is not needed most."""
SLOW_SECONDS = 10.0
"""From when on a video is slow in its stage."""
HEAD = 8
"""Columns for what a line is about."""
LONGEST_NAME = 32
"""Characters of a video's name."""


def table(facts: dict[str, Any], width: int) -> Group:
    """The picture of the terminal that is *width* columns wide."""
    shown: list[Any] = []
    if facts["stages"]:
        shown += [_stages(facts["stages"], width < NARROW), Text()]
    for name, one in facts["teachers"].items():
        shown += _hanging(name, teacher_words(one), width)
        if one["errors"]:
            errors = [f"{count:,} × {kind}" for kind, count in sorted(one["errors"].items())]
            shown += _hanging("", errors, width, "red")
    if slow := [
        f"{_name(one['video'])} in {one['stage']} for {clock(one['seconds'])}{_part(one)}"
        for one in facts["slow"]
        if one["seconds"] > SLOW_SECONDS
    ]:
        shown += _hanging("slow now", slow[: 1 if width < NARROW else 2], width, "dim")
    bar = Table.grid(padding=(0, 1))
    bar.add_row(ProgressBar(total=1.0, completed=facts["share"], width=max(10, min(60, width - 38))), _ahead(facts))
    shown += [bar, *(Text(line, "dim") for line in _packed(_ends(facts), width, "; "))]
    return Group(*shown)


def plain_line(facts: dict[str, Any]) -> str:
    """The same in a line."""
    parts = [
        f"{facts['pass']}: " * bool(facts["pass"]) + f"{facts['videos']['done']}/{facts['videos']['inputs']} videos",
        percent(facts["share"]),
        *_ends(facts),
    ]
    if facts["seconds_left"] is not None:
        parts.append(f"about {clock(facts['seconds_left'])} left")
    for name, one in facts["teachers"].items():
        errors = [f"{count:,} × {kind}" for kind, count in sorted(one["errors"].items())]
        parts.append(f"{name}: {', '.join([*teacher_words(one), *errors])}")
    return "; ".join(parts)


def teacher_words(one: dict[str, Any]) -> list[str]:
    """What a teacher is asked, and what it costs, in parts of a sentence."""
    words = [f"{one['in_flight']:,} in flight", f"{one['calls']:,} calls", f"{one['replies_per_second']:.1f} replies/s"]
    if one["batches"]:
        what = "1 batch" if one["batches"] == 1 else f"{one['batches']:,} batches"
        since = time.strftime("%a %H:%M", time.localtime(one["since"]))
        words[0] = f"{one['in_flight']:,} wait, {what} since {since} ({clock(max(0.0, time.time() - one['since']))})"
    if one["cached"]:
        words.append(f"{one['cached']:,} from the cache")
    words.append(f"{_short(one['tokens_in'])} tokens in, {_short(one['tokens_out'])} out")
    budget = one["budget"]
    if "dollars" in budget:
        words.append(f"${budget['dollars']['used']:,.2f} of ${budget['dollars']['of']:,.2f}")
    elif one["dollars"]:
        words.append(f"${one['dollars']:,.2f}")
    counted = [(key, budget[key]) for key in ("calls", "tokens") if key in budget]
    return words + [f"{_short(one['used'])} of {_short(one['of'])} {key}" for key, one in counted]


def clock(seconds: float) -> str:
    """``0:42``, ``12:05``, ``1:02:03``."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def percent(share: float) -> str:
    """``39%``; 100 only for what is done."""
    return f"{int(100 * share + 1e-9)}%"


def _stages(stages: dict[str, dict[str, Any]], narrow: bool) -> Table:
    columns = ["now", "done", "made", "rejects", *([] if narrow else ["seconds"])]
    drawn = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    drawn.add_column("stage", no_wrap=True)
    for name in columns:
        drawn.add_column("work" if name == "seconds" else name, justify="right", no_wrap=True)
    for label, one in stages.items():
        cells = [f"{one[name]:,.1f} s" if name == "seconds" else f"{one[name]:,}" for name in columns]
        cells[0] = cells[0] if one["now"] else ""
        drawn.add_row(label, *cells, style="bold" if one["now"] else "")
    return drawn


def _hanging(head: str, words: list[str], width: int, style: str = "") -> list[Text]:
    """*words* behind *head*, on lines that are broken between them, and nowhere else."""
    indent = max(HEAD, len(head)) + 2
    lines = _packed(words, width - indent, " · ")
    heads = [head.ljust(indent), *[" " * indent] * (len(lines) - 1)]
    return [
        Text.assemble((front, style or "bold"), (line, style), no_wrap=True, overflow="ellipsis")
        for front, line in zip(heads, lines, strict=True)
    ]


def _packed(words: list[str], width: int, joint: str) -> list[str]:
    """*words* with *joint* between them, as many on a line as go there."""
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + len(joint) + len(word) <= width:
            lines[-1] += joint + word
        else:
            lines.append(word)
    return lines


def _ahead(facts: dict[str, Any]) -> Text:
    left = "" if facts["seconds_left"] is None else f", {clock(facts['seconds_left'])} left"
    done = f"{facts['videos']['done']:,}/{facts['videos']['inputs']:,} videos"
    return Text(f"{percent(facts['share']):>4}  {done}{left}", no_wrap=True)


def _ends(facts: dict[str, Any]) -> list[str]:
    videos, rate = facts["videos"], facts["videos_per_second"]
    paces = f"{rate:.{1 if rate >= 1 else 2}f} videos/s, {facts['video_seconds_per_second']:.0f} s of video/s"
    told = [f"kept {videos['kept']:,}, dropped {videos['dropped']:,}, failed {videos['failed']:,}"]
    return [*told, *([paces] if rate else []), f"{clock(facts['seconds'])} so far"]


def _part(slow: dict[str, Any]) -> str:
    return f" ({percent(slow['share'])})" if slow["share"] else ""


def _short(number: float) -> str:
    """``950``, ``12.3k``, ``4.56M``."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.3g}{unit}"
    return f"{number:,.0f}"


def _name(video: str) -> str:
    """The end of a video's name: there they differ."""
    name = video.rstrip("/").rpartition("/")[2] or video
    return name if len(name) <= LONGEST_NAME else f"…{name[1 - LONGEST_NAME :]}"
