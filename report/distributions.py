"""From statistics to the charts that the page shows, with what was rejected and the limits drawn in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from .charts import histogram
from .numbers import Values
from .stage_limits import Limit, measure_of
from .statistics import LaneFacts, Loss, SampleFacts

Losses = dict[tuple[str, str], Loss]
CHARTS_A_LANE = 16
LABELS = 12


@dataclass(slots=True)
class Chart:
    """A drawing or, with *bars*, counts by name; *note* says the usual value and the range."""

    title: str
    svg: Markup = field(default_factory=Markup)
    note: str = ""
    bars: Sequence[tuple[str, int]] = ()
    marked: int = 0
    """2: rejects are drawn in it; 1: a limit is."""


@dataclass(slots=True)
class Panel:
    """The charts of one lane."""

    title: str
    note: str
    charts: list[Chart]

    @property
    def marked(self) -> int:
        return max((chart.marked for chart in self.charts), default=0)


def sample_charts(facts: SampleFacts, durations: Values, limits: list[Limit], losses: Losses) -> list[Chart]:
    """What the samples, and the videos they are of, are like."""
    a_video, words = facts.videos.values(), facts.words
    whole = {key: loss for key, loss in losses.items() if loss.videos and measure_of(*key) == "seconds"}
    charts = [
        _chart("Length of the videos", durations, " s", _of(limits, "", "seconds"), losses=whole),
        _chart("Samples a video", a_video, whole=True, note="of about so many videos" if a_video.stride > 1 else ""),
        _chart("Where the evidence lies", facts.places, span=(0.0, 1.0), note="0 is the start of the video, 1 its end"),
        _chart("Length of the evidence", facts.evidence, " s"),
        _chart("Words of the question", words["question"], whole=True),
        _chart("Words of the answer", words["answer"], whole=True),
        _chart("Words of the chain of thought", words["rationale"], whole=True),
        _chart("Words of the reply that is not preferred", words["rejected"], whole=True),
    ]
    if facts.letters:
        charts.append(Chart("Which option is right", bars=sorted(facts.letters.items())))
    teachers = facts.teachers.top(LABELS)
    if teachers and teachers != [("by rule", facts.count)]:
        charts.append(Chart("Who wrote the samples", bars=teachers))
    return [chart for chart in charts if chart.svg or chart.bars]


def lane_panels(lanes: dict[str, LaneFacts], limits: list[Limit], losses: Losses) -> list[Panel]:
    """A panel for each lane; those with rejects come first, then those with limits."""
    panels = [_panel(name, facts, limits, losses) for name, facts in lanes.items()]
    return sorted(panels, key=lambda panel: -panel.marked)


def loss_charts(losses: Losses, shown: set[tuple[str, str]]) -> list[Chart]:
    """The measured values of rejects, beside the limits they broke, that no lane's chart has *shown*."""
    charts = []
    for (stage, reason), loss in losses.items():
        if loss.values.count and (stage, reason) not in shown:
            lines = [(value, f"limit {value:g}") for value, _ in loss.thresholds.counts.most_common(3)]
            svg = histogram([], rejected=loss.values.array().tolist(), limits=lines, title=f"{stage}: {reason}")
            charts.append(Chart(f"{stage}: {reason}", svg, _usual(loss.values, ""), marked=2))
    return charts


def losses_in_lanes(lanes: dict[str, LaneFacts], losses: Losses) -> set[tuple[str, str]]:
    """The losses that are drawn in the chart of a lane or of whole videos, by stage and reason."""

    def draws(lane: str, measure: str | None) -> bool:
        if measure == "seconds":
            return not lane or lane in lanes
        return lane in lanes and measure in lanes[lane].measures

    return {key for key, loss in losses.items() for lane in loss.lanes or [""] if draws(lane, measure_of(*key))}


def _panel(name: str, facts: LaneFacts, limits: list[Limit], losses: Losses) -> Panel:
    def lost(measure: str) -> Losses:
        return {key: loss for key, loss in losses.items() if name in loss.lanes and measure_of(*key) == measure}

    charts = [
        _chart("Length", facts.lengths, " s", _of(limits, name, "seconds"), losses=lost("seconds")),
        _chart("Words", facts.words, whole=True),
        _chart("Score", facts.scores, limits=_of(limits, name, "score"), losses=lost("score")),
    ]
    if len(facts.labels.counts) > 1:
        charts.append(Chart("Labels", bars=facts.labels.top(LABELS)))
    for measure, values in facts.measures.items():
        if measure != "seconds" and values.least < values.greatest:
            title = measure.replace("_", " ").capitalize()
            charts.append(_chart(title, values, limits=_of(limits, name, measure), losses=lost(measure)))
    charts = sorted((one for one in charts if one.svg or one.bars), key=lambda chart: -chart.marked)
    sources = ", ".join(word for word, _ in facts.sources.top(4) if word)
    note = f"{facts.spans:,} {'span' if facts.spans == 1 else 'spans'} in {facts.videos:,} "
    note += f"{'video' if facts.videos == 1 else 'videos'}{f', {sources}' if sources else ''}"
    return Panel(name, note, charts[:CHARTS_A_LANE])


def _chart(
    title: str,
    values: Values,
    unit: str = "",
    limits: Sequence[tuple[float, str]] = (),
    *,
    losses: Losses | None = None,
    whole: bool = False,
    span: tuple[float, float] | None = None,
    note: str = "",
) -> Chart:
    """A histogram; the values of *losses* are drawn above what was kept."""
    gone = [value for loss in (losses or {}).values() for value in loss.values.array().tolist()]
    if not values.count and not gone:
        return Chart(title)
    kept = values.array().tolist()
    svg = histogram(kept, title=title, unit=unit, rejected=gone, limits=limits, whole=whole, span=span)
    told = "; ".join(part for part in (_usual(values, unit), note, f"{len(gone):,} rejected" if gone else "") if part)
    return Chart(title, svg, told, marked=2 if gone else 1 if limits else 0)


def _usual(values: Values, unit: str) -> str:
    if not values.count:
        return ""
    array = sorted(values.array().tolist())
    thinned = f", drawn from every {values.stride}th" if values.stride > 1 else ""
    middle = array[len(array) // 2]
    least, greatest = f"{values.least + 0.0:.4g}", f"{values.greatest + 0.0:.4g}"
    ends = f" ({least} to {greatest})" if least != greatest else ""
    return f"{values.count:,}{thinned}: median {middle + 0.0:.3g}{unit}{ends}"


def _of(limits: list[Limit], lane: str, measure: str) -> list[tuple[float, str]]:
    return [(one.value, one.text) for one in limits if (one.lane, one.measure) == (lane, measure)]
