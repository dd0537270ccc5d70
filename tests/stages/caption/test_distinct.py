"""Captions that say what the one before says are dropped, with how much alike they are."""

from __future__ import annotations

from vdata.schemas import Span, Timeline
from vdata.stages.caption.distinct import Distinct

SAID = (
    "A man heats an iron on a bench.",
    "A man on a bench heats an iron.",
    "A man heats the iron on a bench.",
    "",
    "He spreads wax on a board.",
    "A man heats an iron on a bench.",
)


def _kept(most: float) -> tuple[list[float], Timeline]:
    video = Timeline("v.mp4", "0" * 24, 60.0)
    video.put("captions", [Span(float(n), float(n), text) for n, text in enumerate(SAID)])
    return [span.start for span in Distinct(max_similarity=most).run(video).lane("captions")], video


def test_what_says_the_same_as_the_last_one_kept_is_dropped() -> None:
    kept, video = _kept(85)
    assert kept == [0, 3, 4, 5]
    assert [(one.start, one.reason, one.stage) for one in video.rejects] == [
        (1, "like_the_one_before", "distinct"),
        (2, "like_the_one_before", "distinct"),
    ]
    assert [one.value for one in video.rejects] == [100, 88.5]
    assert {one.threshold for one in video.rejects} == {85}
    assert Distinct().summary(video.report) == "distinct: 2 of captions dropped, which say what the one before says"
    assert _kept(100)[0] == [0, 2, 3, 4, 5], "the same words in another order are the same"
