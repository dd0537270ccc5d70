"""The guarantee against false drops: what rules make from any lanes passes every rule check."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from vdata.rules.clock import TIME_FORMATS, TimeFormat
from vdata.rules.family import find_families
from vdata.schemas import Evidence, Sample, Timeline
from vdata.stages.instruct.by_rule.options import Options
from vdata.stages.instruct.by_rule.tasks import Tasks
from vdata.stages.instruct.by_rule.transcript_order import TranscriptOrder
from vdata.stages.verify.check_list import rule_checks
from vdata.stages.verify.checks.text import refuses
from vdata.stages.verify.finding import Facts

BY_RULE = sorted(name for name, family in find_families().items() if family.kinds)


def findings(video: Timeline) -> list[tuple[str, Sample, str]]:
    """Every check that does not pass; that a length tells an option is true, and only said."""
    facts = Facts(video)
    return [
        (name, sample, str(found))
        for sample in video.samples
        for name, check in rule_checks().items()
        if (found := check.check(sample, facts)) is not None
        and found.outcome != "pass"
        and found.reason != "told_by_length"
    ]


@given(st.data())
@settings(max_examples=100)
def test_a_teacher_that_repeats_what_it_cites_passes(
    misleading: st.SearchStrategy[Timeline], data: st.DataObject
) -> None:
    video = data.draw(misleading)
    duration = video.duration or 0.0
    for lane, spans in video.lanes.items():
        for span in spans:
            start, end = max(span.start, 0.0), min(span.end, duration)
            if span.words and start < duration and not refuses(span.words):
                evidence = [Evidence(start, end, lane, span.words, span.id)]
                question = "Tell what this part of the video is about."
                video.samples.append(Sample("what", question, span.words, start, end, evidence, teacher="watcher"))
    assert findings(video) == []


@given(st.data(), st.sampled_from(TIME_FORMATS), st.booleans())
@settings(max_examples=100)
def test_rule_made_samples_pass(
    misleading: st.SearchStrategy[Timeline], data: st.DataObject, form: TimeFormat, options: bool
) -> None:
    video = data.draw(misleading)
    Tasks(time_format=form, tasks=BY_RULE, per_task=3).run(video)
    if all(span.end <= (video.duration or 0.0) for span in video.lane("speech")):
        TranscriptOrder(min_chars=1, per_video=2).run(video)
    if options:
        Options(keep_open=True).run(video)
    assert findings(video) == []
