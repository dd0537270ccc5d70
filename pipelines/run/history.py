"""Videos that failed are taken up again, and what they failed of before stays with them.

One file says which failures each video was taken up again after. It is written before these videos are
taken out of their parts, and names both, so that a run that was killed in between is gone on with by the next one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...schemas import Reject
from ..dataset.published import retries_of
from ..storage.output_folder import OutputFolder
from ..storage.parts import Outcome, Part, Parts, write_bytes
from ..storage.sealed import Damaged, read_sealed, seal
from .unit import Pass

HISTORY = "history.json"
"""Its name in the state of a build."""
COUNTS = ("at", "taken_up", "kept", "dropped", "failed", "gone")
"""What build.json has of each retry; ``gone``: no longer among the inputs, and only there when there are some."""


class History:
    """Which videos of a build were taken up again, when, and what they had failed of."""

    def __init__(self, path: Path) -> None:
        """Read it from *path*; what is not there, or damaged, is empty."""
        self.path, self.damaged = path, False
        self.rows: dict[str, list[dict[str, Any]]] = {}
        """By row (``_row``): its earlier failures as rejects of the kind ``retried``, the oldest first."""
        self.retries: list[dict[str, Any]] = []
        """``COUNTS`` of each; while one is under way, its ``rows`` and the ``parts`` that they are taken out of."""
        try:
            content = read_sealed(path)
        except FileNotFoundError:
            return
        except Damaged:
            self.damaged = True
            return
        self.rows, self.retries = content["rows"], content["retries"]

    @property
    def open(self) -> list[dict[str, Any]]:
        """The retries that have not come to an end."""
        return [retry for retry in self.retries if "rows" in retry]

    def of(self, number: int) -> dict[str, list[Reject]]:
        """The earlier failures of the rows that failed in pass *number*, by key (pass 0) or id (later passes)."""
        found = ((row.partition(" "), rejects) for row, rejects in self.rows.items())
        return {name: [Reject(**one) for one in rejects] for (at, _, name), rejects in found if at == str(number)}

    def take_up(self, stores: Sequence[Parts], inputs: Collection[str], *, every: bool) -> dict[str, int]:
        """Take failed rows of *inputs* (keys) out of their parts, so that they are made again; their neighbours stay.

        Args:
            stores: of the passes, in order.
            inputs: rows of other inputs are left alone.
            every: rows that failed for whatever reason; else those whose reason may have passed.

        Returns:
            How many rows had failed, by reason.
        """
        for retry in self.open:  # a run that was killed may have left some
            _leave_out(stores, retry["rows"], retry["parts"])
        reasons: dict[str, int] = {}
        rows: list[str] = []
        parts: list[list[Any]] = []
        for number, store in enumerate(stores):
            for part in filter(None, (store.find(path.stem) for path in store.manifests())):
                failed = [
                    one for one in part.outcomes if one.state == "failed" and one.key in inputs and (every or one.again)
                ]
                if not failed or store.damage(part):
                    continue
                parts.append([number, part.name, part.files["rejects"]["file"]])
                for outcome, reject in zip(failed, _ends(store, part, failed), strict=True):
                    row = _row(number, outcome)
                    rows.append(row)
                    self.rows.setdefault(row, []).append({**asdict(reject), "kind": "retried"})
                    reasons[reject.reason] = reasons.get(reject.reason, 0) + 1
        if rows:
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            self.retries.append({"at": at, "taken_up": len(rows), "rows": rows, "parts": parts})
            self._write()
            _leave_out(stores, rows, parts)
        return dict(sorted(reasons.items()))

    def finish(self, passes: Sequence[Sequence[Part]]) -> list[dict[str, Any]]:
        """Count what became of the rows that were taken up. Returns the retries that end with this."""
        ended = self.open
        if ended:
            ends = _ends_of_rows(passes)
            for retry in ended:
                counts = {"kept": 0, "dropped": 0, "failed": 0}
                for row in retry.pop("rows"):
                    end = ends.get(row, "gone")
                    counts[end] = counts.get(end, 0) + 1
                retry.pop("parts")
                retry.update(counts)
            self._write()
        return ended

    def restore(self, retries: Sequence[dict[str, Any]], stores: Sequence[Parts], labels: Sequence[list[str]]) -> None:
        """Fill a history that was damaged from what was published, and from the parts that still have it.

        Args:
            retries: what build.json says.
            stores: of the passes, in order.
            labels: the stages of each pass, as rejects name them.
        """
        self.retries = [{name: retry[name] for name in COUNTS if name in retry} for retry in retries]
        pass_of = {label: number for number, names in enumerate(labels) for label in names}
        for number, store in enumerate(stores):
            for part in store.sound():
                rows = {(outcome.id, outcome.uri): _row(number, outcome) for outcome in part.outcomes}
                for reject in store.table(part, "rejects").to_pylist():
                    row = rows.get((reject.pop("id"), reject.pop("uri")))
                    if row and reject["kind"] == "retried" and pass_of.get(reject["stage"], 0) == number:
                        self.rows.setdefault(row, []).append(reject)
        self._write()

    def _write(self) -> None:
        write_bytes(seal({"rows": self.rows, "retries": self.retries}), self.path)


def look_back(
    history: History,
    folder: OutputFolder,
    passes: Sequence[Pass],
    inputs: Collection[str],
    every: bool,
    say: Callable[[str], object],
) -> None:
    """Before a run: take up failed rows of *inputs* again, and tell the *passes* what those had failed of.

    *every*: as for ``History.take_up``; *say* is told what is done, in lines for people.
    """
    stores = [work.store for work in passes]
    if history.damaged:
        say(f"{history.path}: damaged. What it said of earlier failures is taken from the parts that stand.")
        history.restore(retries_of(folder), stores, [work.labels for work in passes])
    under_way = sum(retry["taken_up"] for retry in history.open)
    reasons = history.take_up(stores, inputs, every=every)
    if under_way:
        say(f"{_videos(under_way)} that failed: taken up again by a run that was stopped, which this one goes on with.")
    if reasons:
        why = ", ".join(f"{reason} {count}" for reason, count in reasons.items())
        say(f"{_videos(sum(reasons.values()))} that failed: taken up again ({why}).")
    elif every and not under_way:
        say("Nothing in this build has failed: there is nothing to take up again.")
    for work in passes:
        work.history = history.of(work.number)


def _videos(count: int) -> str:
    return "1 video" if count == 1 else f"{count} videos"


def _row(number: int, outcome: Outcome) -> str:
    """What a row is called: in the first pass its id is not known until its file is read."""
    return f"{number} {outcome.id if number else outcome.key}"


def _leave_out(stores: Sequence[Parts], rows: Collection[str], parts: Iterable[list[Any]]) -> None:
    """Take *rows* out of *parts* (pass, name, file of rejects), but of those that have been written since."""
    wanted = set(rows)
    for number, name, file in parts:
        part = stores[number].find(name) if number < len(stores) else None
        if part is not None and part.files["rejects"]["file"] == file:
            leaving = [outcome for outcome in part.outcomes if _row(number, outcome) in wanted]
            stores[number].leave_out(part, leaving)


def _ends(store: Parts, part: Part, failed: Sequence[Outcome]) -> list[Reject]:
    """The reject that ended each of the rows *failed* of *part*."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for reject in store.table(part, "rejects").to_pylist():
        row = (reject.pop("id"), reject.pop("uri"))
        if reject["kind"] == "failed" and not reject["lane"]:
            found[row] = reject  # the last one is what ended the row
    unknown = {"stage": "", "kind": "failed", "reason": "unknown"}
    return [Reject(**found.get((outcome.id, outcome.uri), unknown)) for outcome in failed]


def _ends_of_rows(passes: Sequence[Sequence[Part]]) -> dict[str, str]:
    """``kept``, ``dropped`` or ``failed`` at the end of the build, for every row by what it is called in each pass."""
    ends: dict[str, str] = {}
    later: dict[str, str] = {}
    for number in reversed(range(len(passes))):
        here: dict[str, str] = {}
        for outcome in (outcome for part in passes[number] for outcome in part.outcomes):
            end = later.get(outcome.id, "kept") if outcome.state == "kept" else outcome.state
            here[outcome.id] = ends[_row(number, outcome)] = end
        later = here
    return ends
