"""Keep: by licence and source, by conditions, by comparison; drops, tags, closing lines; what is not known."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from vdata.schemas import Dropped, Media, Span, Timeline
from vdata.schemas.arrow import read_timelines, timelines_table
from vdata.schemas.lane_names import LaneNames
from vdata.stages.keep.keep import Keep
from vdata.stages.keep.stated import plain


def end(stage: Keep, **attrs: str) -> str:
    """``kept``, or the reason and the detail of the drop."""
    try:
        stage.run(Timeline("a.mp4", "a", attrs=attrs))
    except Dropped as drop:
        return f"{drop.reason} {drop.detail}".strip()
    return "kept"


@pytest.mark.parametrize(
    ("stated", "plainly"),
    [
        ("CC BY 4.0", "cc-by-4.0"),
        ("cc_by-4.0", "cc-by-4.0"),
        ("https://creativecommons.org/licenses/by-nc-sa/3.0/deed.en", "cc-by-nc-sa-3.0"),
        ("http://creativecommons.org/publicdomain/zero/1.0/", "cc0-1.0"),
        ("creativecommons.org/publicdomain/mark/1.0", "pdm-1.0"),
        ("All rights reserved", "all-rights-reserved"),
    ],
)
def test_licences_in_one_form(stated: str, plainly: str) -> None:
    assert plain(stated) == plainly


def test_by_licence() -> None:
    stage = Keep(licence=["cc0-*", "cc-by-*", "!*-nc-*"])
    assert end(stage, licence="CC0-1.0") == "kept"
    assert end(stage, license="https://creativecommons.org/licenses/by/4.0/") == "kept"
    assert end(stage, licence="CC BY-NC 4.0") == "licence_not_wanted CC BY-NC 4.0"
    assert end(stage, licence="proprietary") == "licence_not_wanted proprietary"
    assert end(stage, source="me") == "licence_not_stated"
    assert end(Keep(licence="cc0-1.0", unstated="keep")) == "kept"


def test_only_what_is_taken_out() -> None:
    stage = Keep.model_validate({"licence": "!*-nc-*"})
    assert [end(stage, licence=one) for one in ("CC BY 4.0", "cc-by-nc-4.0")] == [
        "kept",
        "licence_not_wanted cc-by-nc-4.0",
    ]


def test_by_source_and_both() -> None:
    stage = Keep(licence=["cc*"], source=["*pexels.com*"])
    assert end(stage, licence="cc0", source="https://www.pexels.com/video/1") == "kept"
    assert end(stage, licence="cc0", source="elsewhere") == "source_not_wanted elsewhere"
    assert end(stage, licence="cc0") == "source_not_stated"


def test_without_settings_what_states_a_licence_is_kept() -> None:
    assert [end(Keep(), licence="mine"), end(Keep(), source="me")] == ["kept", "licence_not_stated"]


def clips(*motions: float | None, name: str = "a") -> Timeline:
    """A video with a clip of four seconds for each of *motions*; None: it was not measured."""
    video = Timeline(f"{name}.mp4", name, media=Media(duration=4.0 * len(motions)), duration=4.0 * len(motions))
    spans = [
        Span(4.0 * n, 4.0 * n + 4, label="ab"[n % 2], values={} if motion is None else {"motion": motion})
        for n, motion in enumerate(motions)
    ]
    video.put("clips", spans)
    return video


def left(video: Timeline) -> list[float]:
    return [span.start / 4 for span in video.lane("clips")]


def rejects(video: Timeline) -> list[tuple[str, float | None, float | None, str]]:
    return [(one.reason, one.value, one.threshold, one.detail) for one in video.rejects]


def gathered(stage: Keep, *videos: Timeline) -> list[Timeline]:
    """*videos* after the stage, as a build takes them through."""
    assert stage.gathers()
    digests = [(video.id, json.loads(json.dumps(stage.digest(video)))) for video in videos]
    verdicts = json.loads(json.dumps(stage.gather(iter(digests))))
    kept = []
    for video in videos:
        with suppress(Dropped):
            kept.append(stage.apply(video, verdicts.get(video.id)))
    return kept


def summary(stage: Keep, *videos: Timeline) -> list[str]:
    totals: Counter[str] = Counter()
    for video in videos:
        totals.update(video.report)
    return (stage.summary(dict(totals)) or "").splitlines()


MOVING: dict[str, Any] = {"of": "clips", "where": {"motion": {"min": 0.1}}}


def test_spans_that_fail_are_rejects_with_value_and_limit() -> None:
    stage = Keep(**MOVING)
    assert not stage.gathers()
    video = stage.run(clips(0.05, 0.1, None, 0.3))
    assert left(video) == [1, 3]
    assert rejects(video) == [
        ("motion_too_low", 0.05, 0.1, "motion 0.05, at least 0.1"),
        ("motion_not_stated", None, 0.1, "motion is not known, at least 0.1"),
    ]
    assert [(one.stage, one.lane, one.start, one.kind) for one in video.rejects] == [
        ("keep", "clips", 0.0, "dropped"),
        ("keep", "clips", 8.0, "dropped"),
    ]
    assert summary(stage, video) == ["keep: motion is not known of 1 of 4 spans of clips: dropped."]


def test_what_is_not_known_may_stay() -> None:
    stage = Keep(**MOVING, unstated="keep")
    video = stage.run(clips(0.05, None, None))
    assert (left(video), len(video.rejects)) == ([1, 2], 1)
    assert summary(stage, video) == [
        "keep: motion is not known of 2 of 3 spans of clips: kept for all that (unstated: keep)."
    ]


def test_a_tag_names_all_reasons_and_drops_nothing() -> None:
    stage = Keep(of="clips", where={"motion": {"min": 0.1}, "label": "b"}, action="tag")
    video = stage.run(clips(0.05, 0.05, 0.3))
    assert [span.attrs.get("keep") for span in video.lane("clips")] == [
        "motion_too_low label_not_wanted", "motion_too_low", "label_not_wanted",
    ]  # fmt: skip
    assert video.rejects == []
    assert summary(stage, video) == ["keep: everything was tagged, of 3 spans of clips."]
    assert stage.names_laid() == {"clips": LaneNames.of(attrs={"keep"})}
    assert Keep(**MOVING).names_laid() == {}
    again = Keep(of="clips", where={"seconds": {"max": 2}}, action="tag").run(video)
    assert again.lane("clips")[1].attrs["keep"] == "motion_too_low seconds_too_high"
    assert left(Keep(of="clips", where={"attr.keep": ["!label*"]}).run(again)) == [0, 1]


def test_whole_videos_by_facts_and_attributes() -> None:
    stage = Keep(where={"width": {"min": 480}, "attr.topic": ["cook*"]})
    assert stage.lanes_read() == {"media"}
    wide, small = Media(width=640), Media(width=320)
    assert stage.run(Timeline("a", "a", media=wide, attrs={"topic": "cooking"})).state == "kept"
    with pytest.raises(Dropped, match="width_too_low") as drop:
        stage.run(Timeline("a", "a", media=small, attrs={"topic": "cooking"}))
    assert (drop.value.value, drop.value.threshold, drop.value.detail) == (320, 480, "width 320, at least 480")
    with pytest.raises(Dropped, match="attr_topic_not_stated"):
        stage.run(Timeline("a", "a", media=wide))
    tagged = Keep(where={"width": {"min": 480}}, action="tag").run(Timeline("a", "a", media=small))
    assert tagged.attrs["keep"] == "width_too_low"
    assert Keep(where={"attr.topic": ["a"]}).lanes_read() == set(), "the video need not be opened"


def test_a_licence_beside_other_conditions() -> None:
    stage = Keep(licence=["cc0*"], where={"attr.topic": ["a"]})
    assert end(stage, licence="cc0-1.0", topic="a") == "kept"
    assert end(stage, licence="mine", topic="a") == "licence_not_wanted mine"
    assert end(stage, licence="cc0", topic="b") == "attr_topic_not_wanted attr.topic 'b', wanted: a"
    assert end(Keep(where={"attr.topic": ["a"]}), topic="a") == "kept", "no licence is asked for"


def test_of_video_is_the_video() -> None:
    assert Keep(of="video", where={"width": {"min": 1}}).of is None


def test_the_best_over_all_videos() -> None:
    stage = Keep(of="clips", top={"by": "motion", "count": 2})
    videos = gathered(stage, clips(0.1, 0.5, name="a"), clips(0.4, None, 0.2, name="b"))
    assert [left(video) for video in videos] == [[1], [0]]
    assert rejects(videos[0]) == [
        ("motion_not_in_top", 0.1, 0.4, "motion 0.1; the highest 2 of 4 spans of clips end at 0.4")
    ]
    assert [one[0] for one in rejects(videos[1])] == ["motion_not_stated", "motion_not_in_top"]
    assert summary(stage, *videos) == ["keep: motion is not known of 1 of 5 spans of clips: dropped."]


def test_the_best_of_each_video_need_no_other_video() -> None:
    stage = Keep(of="clips", top={"by": "motion", "share": 0.5, "per": "video"})
    assert not stage.gathers()
    video = stage.run(clips(0.1, 0.5, 0.3, 0.2))
    assert left(video) == [1, 2]
    assert rejects(video)[0][3].endswith("the highest 2 of 4 spans of clips of this video end at 0.3")


def test_what_fails_by_itself_takes_no_place_among_the_best() -> None:
    stage = Keep(of="clips", where={"label": "b"}, top={"by": "motion", "count": 1})
    (video,) = gathered(stage, clips(0.9, 0.1, 0.8, 0.2))
    assert left(video) == [3]
    assert [one[0] for one in rejects(video)] == ["label_not_wanted", "motion_not_in_top", "label_not_wanted"]


def test_unstated_ones_that_are_kept_take_no_place() -> None:
    stage = Keep(of="clips", top={"by": "motion", "count": 1}, unstated="keep")
    (video,) = gathered(stage, clips(0.9, None, 0.8))
    assert left(video) == [0, 1]


def test_balance_over_videos_by_an_attribute() -> None:
    stage = Keep(balance={"by": "attr.topic", "count": 2})
    topics = ["a", "A", "a", "b", "", "b"]
    videos = [Timeline(f"{n}", f"{n}", attrs={"topic": topic}) for n, topic in enumerate(topics)]
    kept = gathered(stage, *videos)
    assert sorted(video.attrs["topic"].lower() for video in kept) == ["a", "a", "b", "b"]
    assert summary(stage, *videos) == [
        "keep: attr.topic is not known of 1 of 6 videos: dropped.",
        "keep: 2 values of attr.topic, of each at most 2.",
    ]


def test_spans_in_balance_by_what_their_video_is() -> None:
    videos = [clips(0.1, 0.2, name="x"), clips(0.1, name="y")]
    for video in videos:
        video.attrs["topic"] = video.id
    stage = Keep(of="clips", balance={"by": "video.attr.topic"})
    assert [len(left(video)) for video in gathered(stage, *videos)] == [1, 1]
    assert summary(stage, *videos) == [
        "keep: 2 values of video.attr.topic, of each at most 1, as many as the rarest has."
    ]


LISTS = st.lists(st.lists(st.sampled_from([None, 0.1, 0.2, 0.3]), max_size=5), min_size=1, max_size=8)
SELECTIONS = [
    {"top": {"by": "motion", "count": 5}},
    {"top": {"by": "motion", "share": 0.4}, "where": {"label": "a"}},
    {"quantile": {"by": "motion", "min": 0.3}},
    {"balance": {"by": "motion", "count": 2}},
    {"balance": {"by": "label"}},
]


@settings(max_examples=40)
@given(LISTS, st.sampled_from(SELECTIONS), st.randoms(use_true_random=False), st.sampled_from(["drop", "keep"]))
def test_neither_the_order_of_videos_nor_storing_them_between_changes_what_is_kept(
    motions: list[list[float | None]], chosen: dict[str, Any], random: Any, unstated: Any
) -> None:
    stage = Keep(of="clips", unstated=unstated, **chosen)
    order = random.sample(range(len(motions)), len(motions))
    videos = gathered(stage, *(clips(*one, name=f"v{n}") for n, one in enumerate(motions)))
    others = {n: clips(*motions[n], name=f"v{n}") for n in order}
    stored = {
        n: read_timelines(timelines_table([video], ["clips"]))[0] if video.lane("clips") else video
        for n, video in others.items()
    }
    digests = [(f"v{n}", stage.digest(others[n])) for n in order]
    verdicts = stage.gather(digests)
    for n, video in enumerate(videos):
        again = stage.apply(stored[n], verdicts.get(f"v{n}"))
        assert (left(again), rejects(again)) == (left(video), rejects(video))


def test_closing_lines_say_when_nothing_or_everything_was_dropped() -> None:
    stage = Keep(**MOVING)
    assert summary(stage, stage.run(clips(0.3, 0.2))) == ["keep: nothing was dropped, of 2 spans of clips."]
    assert summary(stage, stage.run(clips(0.01))) == ["keep: everything was dropped, of 1 span of clips."]
    assert summary(stage, stage.run(clips())) == ["keep: nothing was judged: there is no span of clips."]
    assert summary(stage, stage.run(clips(0.01, 0.3))) == []
    assert Keep(licence=["cc0"]).summary({"judged": 3, "unfit": 3}) == "keep: everything was dropped, of 3 videos."


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"of": "clips"}, "say with where, top, quantile, balance, distinct, diverse or budget"),
        ({"of": "clips", "licence": "cc0"}, "licence has no effect beside of"),
        ({"top": {"by": "fps", "count": 1}, "balance": {"by": "fps"}}, "top and balance: give one"),
        ({"top": {"by": "fps", "count": 1, "per": "video"}}, "top.per: videos are compared over the corpus"),
        ({"of": "", "where": {"seconds": {"min": 1}}}, "at least 1 character"),
        ({"where": [1]}, "valid dictionary"),
        ({"where": {"": {"min": 1}}}, "at least 1 character"),
    ],
)
def test_settings_that_are_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Keep.model_validate(settings)
