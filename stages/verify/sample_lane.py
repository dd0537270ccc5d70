"""The lane of a sample made by rule, as the family that asked saw it."""

from __future__ import annotations

from ...rules.lane_kinds import KINDS, kind_of
from ...rules.lane_view import View
from ...schemas import Sample
from .finding import Facts


def lane_items(sample: Sample, facts: Facts) -> list[list[tuple[float, float, str]]]:
    """The items (start, end, span id) of the sample's lane; twice where spans without a label may count or not."""
    return [[(item.start, item.end, item.span) for item in view.items] for view in lane_views(sample, facts)]


def lane_views(sample: Sample, facts: Facts) -> list[View]:
    """The views of the sample's lane."""
    kind, lane = sample.params.get("kind", ""), sample.evidence[0].lane
    if kind not in KINDS:
        return []
    spans = facts.video.lane(lane)
    sets = [spans]
    if kind == "label" and kind_of(lane, spans) == "sentence":
        sets.append([span for span in spans if span.label])
    return [View(lane, kind, chosen, float(sample.params["duration"])) for chosen in sets]
