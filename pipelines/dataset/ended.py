"""The timelines of videos that are not in the data set: dropped, failed, without a sample, or inputs of made ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from ...schemas.arrow import with_ends, with_lanes, with_stated
from ...schemas.failures import NO_SAMPLE
from ...stages.media.media_files import LANES
from ..storage.parts import ENDED, Part, Parts

End = tuple[str, str | None, str | None]
"""The state, the stage and the reason of ``ENDS``."""


def ended_tables(
    passes: Iterable[tuple[Parts, Sequence[Part]]],
    inputs: int | None,
    lanes: Iterable[str],
    stated: Mapping[str, str | None],
    states: Counter[str],
    vectors: Mapping[str, int] | None = None,
) -> Iterator[pa.Table]:
    """Tables of ``published_schema``, in the order of the passes and of the inputs; a part is in memory at a time.

    Args:
        passes: the parts of each pass, with their store.
        inputs: the pass whose kept rows do not go on, since new videos are made of them.
        lanes: the lanes of the timelines. Those that name media files are empty: the files of such videos are not kept.
        stated: the facts that the config states about all videos.
        states: counts the rows by state.
        vectors: the lanes whose spans have vectors, with their dimensions.
    """
    told = set(lanes) - set(LANES)
    for number, (store, parts) in enumerate(passes):
        for part in parts:
            for table, ends in _of_part(store, part, number == inputs):
                states.update(state for state, _, _ in ends.values())
                yield with_ends(with_stated(_shaped(table, told, lanes, vectors), stated), ends)


def _shaped(table: pa.Table, told: Iterable[str], lanes: Iterable[str], vectors: Mapping[str, int] | None) -> pa.Table:
    return with_lanes(with_lanes(table, told, vectors), lanes, vectors)


def _of_part(store: Parts, part: Part, inputs: bool) -> Iterator[tuple[pa.Table, dict[str, End]]]:
    kept = {outcome.id for outcome in part.outcomes if outcome.state == "kept"}
    if inputs and kept:
        yield store.table(part, "timelines"), dict.fromkeys(kept, ("input", None, None))
    if ENDED in part.files and part.files[ENDED]["rows"]:
        table = store.table(part, ENDED)
        yield table, _ends(table.column("id").to_pylist(), store.table(part, "rejects"))


def _ends(videos: Iterable[str], rejects: pa.Table) -> dict[str, End]:
    """How *videos* ended: by the last reject of the whole video."""
    found: dict[str, End] = dict.fromkeys(videos, ("failed", None, None))
    whole = rejects.filter(
        pc.and_(pc.equal(rejects.column("lane"), ""), pc.not_equal(rejects.column("kind"), "retried"))
    )
    for row in whole.select(["id", "kind", "stage", "reason"]).to_pylist():
        if row["id"] in found:
            state = "without_samples" if row["reason"] == NO_SAMPLE else row["kind"]
            found[row["id"]] = (state, row["stage"], row["reason"])
    return found
