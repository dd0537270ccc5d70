"""What spans carry that no stage said it would lay on them."""

from __future__ import annotations

from collections.abc import Iterable

from vdata.schemas import Timeline
from vdata.schemas.lane_names import KnownLanes, LaneNames
from vdata.stages import Stage


def undeclared(video: Timeline, stages: Iterable[Stage], start: KnownLanes) -> dict[str, set[str]]:
    """The names that spans of *video* carry after *stages* and that neither these nor *start* tell of, by lane."""
    known = dict(start)
    for stage in stages:
        for lane, names in (stage.names_laid() or {}).items():
            before = known.get(lane, LaneNames())
            known[lane] = before | names if names is not None and before is not None else None
    found: dict[str, set[str]] = {}
    for lane, spans in video.lanes.items():
        names = known.get(lane, LaneNames())
        for span in spans if names is not None else ():
            assert names is not None
            own = {key for key in ("text", "label", "score") if getattr(span, key) is not None}
            found.setdefault(lane, set()).update(
                {*(span.values.keys() - names.values), *(span.attrs.keys() - names.attrs), *(own - names.own)}
            )
    return {lane: names for lane, names in found.items() if names}
