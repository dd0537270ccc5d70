"""Videos that failed are run again in the next run, and keep a record of their earlier failures.

One file says which failures each video was taken up again after. It is written before these videos are
taken out of their parts, and names both, so that a run that was killed in between is gone on with by the next one.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ...schemas import Reject
from ...schemas.atomic_file import write_bytes
from ...schemas.build_record import BuildRecord, RecordError, Retry
from ..storage.output_folder import OutputFolder
from ..storage.parts import Outcome, Part, Parts
from ..storage.sealed import Damaged, read_sealed, seal
from .unit import Pass

HISTORY = "history.json"
"""Its name in the state of a build."""


@dataclass(slots=True)
class OpenRetry:
    """A retry that has not come to an end."""

    at: str
    taken_up: int
    rows: list[str]
    """The videos that were taken up again, as ``_row`` calls them."""
    parts: list[tuple[int, str, str]]
    """What they are taken out of: the pass, the name of the part, and its file of rejects."""


class History:
    """Which videos of a build were taken up again, when, and what they had failed of."""

    def __init__(self, path: Path) -> None:
        """Read it from *path*; what is not there, or damaged, is empty."""
        self.path, self.damaged = path, False
        self.rows: dict[str, list[dict[str, Any]]] = {}
        """By row (``_row``): its earlier failures as rejects of the kind ``retried``, the oldest first."""
        self.retries: list[Retry] = []
        """Those that have ended, the oldest first."""
        self.open: list[OpenRetry] = []
        """Those that have not."""
        try:
            content = read_sealed(path)
        except FileNotFoundError:
            return
        except Damaged:
            self.damaged = True
            return
        self.rows = content["rows"]
        for retry in content["retries"]:
            if "rows" in retry:
                self.open.append(OpenRetry(**retry))
            else:
                self.retries.append(Retry(**retry))

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
            _leave_out(stores, retry.rows, retry.parts)
        reasons: dict[str, int] = {}
        rows: list[str] = []
        parts: list[tuple[int, str, str]] = []
        for number, store in enumerate(stores):
            for part in filter(None, (store.find(path.stem) for path in store.manifests())):
                failed = [
                    one for one in part.outcomes if one.state == "failed" and one.key in inputs and (every or one.again)
                ]
                if not failed or store.damage(part):
                    continue
                parts.append((number, part.name, part.files["rejects"]["file"]))
                for outcome, reject in zip(failed, _ends(store, part, failed), strict=True):
                    row = _row(number, outcome)
                    rows.append(row)
                    self.rows.setdefault(row, []).append({**asdict(reject), "kind": "retried"})
                    reasons[reject.reason] = reasons.get(reject.reason, 0) + 1
        if rows:
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            self.open.append(OpenRetry(at, len(rows), rows, parts))
            self._write()
            _leave_out(stores, rows, parts)
        return dict(sorted(reasons.items()))

    def finish(self, passes: Sequence[Sequence[Part]]) -> list[Retry]:
        """Count what became of the rows that were taken up. Returns the retries that end with this."""
        if not self.open:
            return []
        ends = _ends_of_rows(passes)
        ended = []
        for retry in self.open:
            counts = Counter(ends.get(row, "gone") for row in retry.rows)
            ended.append(Retry(at=retry.at, taken_up=retry.taken_up, **counts))
        self.retries, self.open = self.retries + ended, []
        self._write()
        return ended

    def forget(self, ids: Collection[str], names: Sequence[str]) -> None:
        """Forget the rows of the videos *ids*, and those whose details say one of *names*."""
        self.rows = {
            row: rejects
            for row, rejects in self.rows.items()
            if row.partition(" ")[2] not in ids and not any(name in str(rejects) for name in names)
        }
        self._write()

    def restore(self, retries: Sequence[Retry], stores: Sequence[Parts], labels: Sequence[list[str]]) -> None:
        """Fill a history that was damaged from what was published, and from the parts that still have it.

        Args:
            retries: what build.json says.
            stores: of the passes, in order.
            labels: the stages of each pass, as rejects name them.
        """
        self.retries = list(retries)
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
        retries = [*(retry.model_dump() for retry in self.retries), *map(asdict, self.open)]
        write_bytes(seal({"rows": self.rows, "retries": retries}), self.path)


def take_up_failed(
    history: History,
    folder: OutputFolder,
    passes: Sequence[Pass],
    inputs: Collection[str],
    every: bool,
    say: Callable[[str], object],
) -> None:
    """Take up failed rows of *inputs* again before a run, and give their earlier failures to the *passes*.

    *every*: as for ``History.take_up``; *say* is called with a line for people about each thing that is done.
    """
    stores = [work.store for work in passes]
    if history.damaged:
        say(f"{history.path}: it is damaged. The earlier failures are taken from the parts that are whole.")
        history.restore(_published_retries(folder), stores, [work.labels for work in passes])
    under_way = sum(retry.taken_up for retry in history.open)
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


def _published_retries(folder: OutputFolder) -> list[Retry]:
    """The retries that the build.json of *folder* lists, if it can be read."""
    try:
        return BuildRecord.from_json(folder.record.read_bytes()).retries
    except (OSError, RecordError):
        return []


def _videos(count: int) -> str:
    return "1 video" if count == 1 else f"{count} videos"


def _row(number: int, outcome: Outcome) -> str:
    """The name of a row: its id, or its key in the first pass, where the id is known only when the file is read."""
    return f"{number} {outcome.id if number else outcome.key}"


def _leave_out(stores: Sequence[Parts], rows: Collection[str], parts: Iterable[tuple[int, str, str]]) -> None:
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
