"""Examples in context: which are drawn, from other videos only, and how they are written."""

from __future__ import annotations

from random import Random
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vdata.rules.interleaving import EXAMPLES, context_fault
from vdata.schemas import Evidence, Media, Medium, Message, Sample, Span, Timeline, make_id
from vdata.stages.gather.example_pool import Example, ExamplePool, shuffled
from vdata.stages.gather.in_context import InContext
from vdata.stages.verify.checks.interleaved import InterleavedCheck
from vdata.stages.verify.finding import Facts


def kitchen(name: str, *acts: tuple[str, str], **attrs: str) -> Timeline:
    """A video of 60 s with a question about each act (verb, noun), 10 s apart."""
    video = Timeline(f"{name}.mp4", make_id(name), 60.0, Media(sha256=name), attrs=attrs)
    spans = [
        Span(10 * n, 10 * n + 4, f"{verb}s {noun}", verb, attrs={"verb": verb, "noun": noun})
        for n, (verb, noun) in enumerate(acts)
    ]
    for span in video.put("actions", spans):
        cited = [Evidence(span.start, span.end, "actions", span.words, span.id)]
        turns = [Message("user", "What is done?"), Message("assistant", f"She {span.words}.")]
        sample = Sample("what", "What is done?", f"She {span.words}.", span.start, span.end, cited, messages=turns)
        sample.id = make_id(video.id, span.id)
        video.samples.append(sample)
    return video


def gathered(stage: InContext, *videos: Timeline) -> None:
    verdicts = stage.gather([(video.id, stage.digest(video)) for video in videos])
    for video in videos:
        stage.apply(video, verdicts.get(video.id))


def kitchens() -> list[Timeline]:
    return [
        kitchen("a", ("cut", "apple")),
        kitchen("b", ("cut", "bread"), ("wash", "apple"), ("cut", "apple")),
        kitchen("c", ("peel", "pear"), ("cut", "leek")),
    ]


def test_one_prompt_as_eilev_writes_it() -> None:
    videos = kitchens()
    gathered(InContext(count=2, by=["verb", "noun"], alike="one", seconds=8), *videos)
    (sample,) = videos[0].samples
    asked = sample.messages[0].content
    assert asked.count("<video>Question: What is done? Answer: She ") == 2
    assert asked.endswith("\n<video>Question: What is done? Answer:")
    assert "wash" in asked, "the only one with the same noun and another verb"
    assert "cuts apple" not in asked, "alike in both"
    assert sample.messages[1].content == sample.answer == "She cuts apple."
    assert sample.media[-1].video == "", "its own"
    assert "a.mp4" not in [medium.video for medium in sample.media[:-1]]
    assert (sample.media[-1].start, sample.media[-1].end) == (0, 8)
    assert len(sample.params[EXAMPLES].split()) == 2
    assert InContext().summary(videos[0].report) == "1 questions with 2 examples of other videos"


def test_turns() -> None:
    videos = kitchens()
    gathered(InContext(count=1, layout="turns", query="{media}{question}"), *videos)
    for video in videos:
        for sample in video.samples:
            assert [turn.role for turn in sample.messages] == ["user", "assistant"] * 2
            assert [turn.content for turn in sample.messages][::2] == ["<video>What is done?"] * 2


def test_named_pictures_as_mmicl_declares_them() -> None:
    videos = kitchens()
    words = "{media}Look at {names}. {question}"
    stage = InContext(
        count=1,
        show="image",
        images=2,
        declare="image {n} is {mark}. ",
        example=f"{words} {{answer}}",
        query=words,
        between="\n\n",
    )
    gathered(stage, *videos)
    first, query = videos[0].samples[0].messages[0].content.split("\n\n")
    assert first.startswith("image 0 is <image>. image 1 is <image>. Look at image 0, image 1. What is done? She ")
    assert query == "image 2 is <image>. image 3 is <image>. Look at image 2, image 3. What is done?"
    assert [(one.kind, one.start) for one in videos[0].samples[0].media[2:]] == [("image", 1.0), ("image", 3.0)]


def test_no_example_from_another_split_or_a_twin() -> None:
    twin = kitchen("a", ("wash", "cup"))
    twin.uri, twin.id = "twin.mp4", "twin"
    videos = [kitchen("a", ("cut", "apple")), twin, kitchen("b", ("cut", "bread"), split="test")]
    gathered(InContext(count=3), *videos)
    for video in videos:
        assert video.samples == []
        (reject,) = video.rejects
        assert (reject.reason, reject.value, reject.threshold, reject.lane) == ("too_few_examples", 0, 1, "actions")


def test_a_group_of_one_is_rejected_unless_none_are_wanted() -> None:
    videos = kitchens()
    gathered(InContext(by=["label"], alike="same"), *videos)
    assert [one.reason for one in videos[2].rejects] == ["too_few_examples"], "nobody else peels"
    assert [sample.answer for sample in videos[2].samples] == ["She cuts leek."]
    alone = kitchen("a", ("cut", "apple"))
    gathered(InContext(min_count=0), alone)
    assert alone.samples[0].messages[0].content == "<video>Question: What is done? Answer:"
    drawn = kitchens()
    gathered(InContext(count=(0, 2)), *drawn)
    counts = {len(sample.media) - 1 for video in drawn for sample in video.samples}
    assert counts <= {0, 1, 2}
    assert len(counts) > 1


def test_what_cannot_have_examples_stays() -> None:
    videos = kitchens()
    pair, shown = videos[0].samples[0], videos[1].samples[0]
    pair.rejected, shown.media = "Worse.", [Medium("image")]
    other = videos[1].samples[1]
    other.task = "why"
    gathered(InContext(tasks=["what"], count=1), *videos)
    assert videos[0].samples == [pair]
    assert videos[1].samples[:2] == [shown, other]
    assert len(videos[1].samples[2].media) == 2
    alone = kitchens()
    alone[0].samples[0].task = "why"
    gathered(InContext(count=1), *alone)
    assert [one.reason for one in alone[0].rejects] == ["too_few_examples"], "examples are of the same task"


@pytest.mark.parametrize(
    "settings",
    [
        {"count": [3, 1]},
        {"by": ["verb"], "alike": "one"},
        {"by": ["verb", "noun"], "alike": "one", "shares": [1]},
        {"query": "{question}"},
        {"query": "{media}{question}{answer}"},
        {"example": "{media}{question}"},
        {"declare": "image {n}"},
    ],
)
def test_mistakes_in_settings(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        InContext(**settings)


acts = st.lists(st.tuples(st.sampled_from(["cut", "wash", ""]), st.sampled_from(["apple", "cup", ""])), max_size=4)


@given(st.lists(acts, min_size=1, max_size=5), st.sampled_from([None, "same", "other", "one"]), st.integers(0, 4))
def test_examples_are_of_other_videos_and_of_the_kind(
    films: list[list[tuple[str, str]]], alike: Literal["same", "other", "one"] | None, count: int
) -> None:
    videos = [kitchen(str(n), *own) for n, own in enumerate(films)]
    before = {sample.id: (video, sample) for video in videos for sample in video.samples}
    by = ["verb", "noun"]
    fill = {"fill": False} if alike == "one" else {}
    gathered(InContext(count=count, by=by, alike=alike, **fill), *videos)

    def values(video: Timeline, sample: Sample) -> list[str]:
        span = next(span for span in video.lane("actions") if span.id == sample.evidence[0].span)
        return [span.attrs[name] for name in by]

    for video in videos:
        for sample in video.samples:
            assert context_fault(sample, video.uri) is None
            drawn = [before[one] for one in sample.params[EXAMPLES].split()]
            assert len(drawn) == len({one.id for _, one in drawn}) <= count
            for other, one in drawn:
                assert other is not video
                same = [a == b != "" for a, b in zip(values(video, sample), values(other, one), strict=True)]
                assert alike is None or sum(same) == {"same": 2, "other": 0, "one": 1}[alike]


def test_the_check_finds_the_query_among_its_examples() -> None:
    videos = kitchens()
    gathered(InContext(count=1), *videos)
    (sample,) = videos[0].samples
    facts = Facts(videos[0])
    sample.media[0].video = "a.mp4"
    found = InterleavedCheck().check(sample, facts)
    assert found is not None
    assert found.reason == "query_among_examples"
    sample.media[0].video, sample.media[1].video = "b.mp4", "c.mp4"
    found = InterleavedCheck().check(sample, facts)
    assert found is not None
    assert found.reason == "query_shows_another"


def test_shares_and_filling() -> None:
    pool = ExamplePool(["verb", "noun"], "one", [3, 1], fill=True)
    for n in range(9):
        pool.add(Example(f"v{n}", 0, 1, "q", "a", ["cut", f"x{n}"], f"{n}.mp4"))
        pool.add(Example(f"again{n}", 0, 1, "q", "b", ["peel", "pear"], f"{n}.mp4"))
        pool.add(Example(f"n{n}", 1, 2, "q", "a", [f"y{n}", "apple"], f"{n}.mp4"))
    pool.add(Example("both", 0, 1, "q", "a", ["cut", "apple"], "10.mp4"))
    query = Example("q", 0, 1, "q", "a", ["cut", "apple"], "q.mp4")
    drawn = pool.draw(query, 8, Random(0))
    assert sum(one.id.startswith("v") for one in drawn) == 6
    everything = pool.draw(query, 99, Random(0))
    assert len(everything) == 18
    assert {one.id[0] for one in everything} == {"v", "n"}, "what shows the same is told once, and both is alike in all"


@given(st.lists(st.integers(), max_size=20), st.integers())
def test_shuffling_loses_nothing(items: list[int], seed: int) -> None:
    assert sorted(shuffled(items, Random(seed))) == sorted(items)
