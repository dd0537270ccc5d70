"""People's votes on two videos as samples: who wins, ties, who stands first, and what is not settled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from vdata.rules.pair_verdicts import judged_pair
from vdata.schemas import Sample, Span, Timeline, make_id
from vdata.stages.instruct.by_rule.voted_pairs import VotedPairs

Cast = tuple[str, str, str, str]
"""The videos that were shown first and second, the criterion, and the winner: a, b, or the word of a tie."""


def rows(votes: Sequence[Cast], **attrs: dict[str, str]) -> list[Timeline]:
    names = dict.fromkeys(name for first, second, _, _ in votes for name in (first, second))
    videos = {name: Timeline(f"{name}.mp4", make_id(name), 4.0, attrs=attrs.get(name, {})) for name in names}
    spans: dict[str, list[Span]] = {name: [] for name in names}
    for number, (first, second, criterion, said) in enumerate(votes):
        for side, name in (("a", first), ("b", second)):
            told = {"vote": f"v{number}", "side": side, "criterion": criterion, "prompt": "a dog"}
            told |= {} if said in ("a", "b", "tie") else {"word": said}
            label = said if said in ("a", "b") else "tie"
            spans[name].append(Span(0.0, 4.0, label=label, attrs={key: one for key, one in told.items() if one}))
    for name, video in videos.items():
        video.put("votes", spans[name])
    return list(videos.values())


def run(videos: list[Timeline], **settings: Any) -> tuple[list[Sample], str | None]:
    """The samples, and what is said at the end."""
    stage = VotedPairs.model_validate(settings)
    verdicts = stage.gather([(video.id, stage.digest(video)) for video in videos])
    totals: dict[str, float] = {}
    for video in videos:
        stage.apply(video, verdicts.get(video.id))
        for name, count in video.report.items():
            totals[name] = totals.get(name, 0) + count
    return [sample for video in videos for sample in video.samples], stage.summary(totals)


def best(sample: Sample) -> str:
    """The video that is the better one, by what the sample shows; or its answer."""
    pair = judged_pair(sample)
    assert pair is not None
    return pair.videos[sample.answer_index] if sample.answer_index in (0, 1) else sample.answer


def test_more_than_half_of_the_votes_decide_whoever_was_shown_first() -> None:
    votes = [("m", "s", "motion", "a"), ("s", "m", "motion", "b"), ("m", "s", "motion", "b")]
    (sample,), said = run(rows(votes))
    assert best(sample) == "m.mp4"
    assert sample.question == (
        "Both clips were made to show this: a dog\nWhich of the two clips is better in this respect: motion?"
    )
    assert sample.options == ["The first clip", "The second clip", "Neither is better"]
    pair = judged_pair(sample)
    assert pair is not None
    assert [(one.order, one.verdict) for one in pair.verdicts] == (
        [("ab", "a"), ("ba", "a"), ("ab", "b")] if pair.a == "m.mp4" else [("ba", "b"), ("ab", "b"), ("ba", "a")]
    )
    assert said == (
        "voted_pairs: 3 votes on 1 pairs by a criterion; of 3 that name a winner 1 name the one that was shown first."
    )


def test_both_videos_are_shown_and_either_stands_first() -> None:
    votes = [(f"m{n}", f"s{n}", "looks", "a") for n in range(60)]
    samples, _ = run(rows(votes))
    first = [sample.answer_index for sample in samples]
    assert 15 < sum(place == 0 for place in first) < 45, "the winner stands in either place"
    for sample in samples:
        own, other = sample.media
        pair = judged_pair(sample)
        assert pair is not None
        assert (own.video, other.video) == ("", pair.videos[1])
        assert sample.messages[0].content.startswith("First clip: <video>\nSecond clip: <video>\n")


def test_swapping_all_sides_swaps_every_verdict() -> None:
    votes = [(f"m{n}", f"s{n}", "looks", "ab"[n % 3 == 0]) for n in range(12)]
    winners = {frozenset(judged_pair(one).videos): best(one) for one in run(rows(votes))[0]}  # type: ignore[union-attr]
    turned = [(second, first, about, "ba"["ab".index(won)]) for first, second, about, won in votes]
    again = {frozenset(judged_pair(one).videos): best(one) for one in run(rows(turned))[0]}  # type: ignore[union-attr]
    assert winners == again


def test_a_video_in_several_pairs_has_a_sample_for_each() -> None:
    samples, _ = run(rows([("m", name, "looks", "a") for name in "stuv"] + [("m", "s", "motion", "b")]))
    assert len({sample.id for sample in samples}) == len(samples) == 5


def test_ties_have_their_words() -> None:
    ties = {"same_good": "both are good", "same_bad": "both are bad"}
    (sample,), _ = run(rows([("m", "s", "looks", "same_bad")]), ties=ties)
    assert sample.answer == "Both are bad"
    videos = rows([("m", "s", "looks", "tie")])
    assert run(videos, ties=ties)[0] == []
    (reject,) = [reject for video in videos for reject in video.rejects]
    assert (reject.reason, "ties has same_good, same_bad" in reject.detail) == ("tie_without_word", True)


@pytest.mark.parametrize(
    ("votes", "settings", "reason", "value"),
    [
        ([("m", "s", "x", "a"), ("m", "s", "x", "b")], {}, "votes_disagree", 0.5),
        ([("m", "s", "x", "a")], {"min_votes": 3}, "too_few_votes", 1),
        ([("m", "s", "x", "a")] * 2 + [("m", "s", "x", "tie")], {"agree": 0.7}, "votes_disagree", 2 / 3),
    ],
)
def test_what_is_not_settled_is_rejected(
    votes: list[Cast], settings: dict[str, Any], reason: str, value: float
) -> None:
    videos = rows(votes)
    samples, _ = run(videos, **settings)
    assert samples == []
    rejects = [reject for video in videos for reject in video.rejects]
    assert [one.reason for one in rejects] == [reason]
    assert [one.value for one in rejects] == pytest.approx([value])


def test_a_vote_on_a_video_that_is_not_here_is_rejected() -> None:
    videos = rows([("m", "s", "x", "a"), ("s", "m", "x", "a")])[:1]
    samples, said = run(videos)
    assert samples == []
    assert [(one.reason, one.value, one.detail) for one in videos[0].rejects] == [
        ("other_video_missing", 2, "2 votes on it and a video that is no input, or was dropped")
    ]
    assert said == "voted_pairs: there is no vote in votes whose two videos are here."


def test_videos_of_two_splits_are_not_compared() -> None:
    videos = rows([("m", "s", "x", "a")], m={"split": "train"}, s={"split": "test"})
    assert run(videos)[0] == []
    assert [reject.reason for video in videos for reject in video.rejects] == ["other_split"]


def test_models_have_the_names_of_the_manifest() -> None:
    videos = rows([("m", "s", "x", "a")], m={"model": "mochi"}, s={"model": "sora"})
    (sample,), _ = run(videos, name_by="model")
    pair = judged_pair(sample)
    assert pair is not None
    assert {pair.a: pair.videos[0], pair.b: pair.videos[1]} == {"mochi": "m.mp4", "sora": "s.mp4"}
