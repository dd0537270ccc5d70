"""Options: never two right ones, letters in balance, rotations complete, and reasons where there are too few."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from rapidfuzz import fuzz

from vdata.rules.lane_kinds import fold
from vdata.rules.letters import LETTERS, Letters
from vdata.rules.solve import recompute
from vdata.rules.stretch import iou
from vdata.schemas import Evidence, Media, Sample, Span, Timeline, make_id
from vdata.stages.instruct.by_rule.describe import Describe
from vdata.stages.instruct.by_rule.options import Options
from vdata.stages.instruct.by_rule.tasks import Tasks
from vdata.stages.instruct.by_rule.text_pools import gather

Make = Callable[[int], Timeline]


def built(make: Make, n: int, options: Options | None = None, **tasks: object) -> Timeline:
    return (options or Options()).run(Tasks.model_validate(tasks).run(make(n)))


def items(samples: Iterable[Sample]) -> list[Sample]:
    return [sample for sample in samples if sample.options]


def check(item: Sample, similar: float = 80.0) -> None:
    """What must hold for every item."""
    assert item.answer_index is not None
    assert item.options[item.answer_index] == item.answer == recompute(item)
    assert 3 <= len(item.options) == len(set(item.options))
    user, assistant = item.messages
    lines = [f"{letter}. {option}" for letter, option in zip(LETTERS, item.options, strict=False)]
    assert "\n".join([item.question, *lines]) in user.content
    assert assistant.content == f"{LETTERS[item.answer_index]}. {item.answer}"
    if item.task in ("grounded_caption", "before_after", "first_last"):
        for one, two in combinations([fold(option) for option in item.options], 2):
            assert one not in two
            assert two not in one
            assert fuzz.ratio(one, two) < similar
    if item.task == "moment_retrieval" and item.params["time_format"] == "seconds":
        for first, second in combinations([window(option) for option in item.options], 2):
            assert iou(first, second) <= 0.35  # 0.3 before rounding to 0.1 s


def window(text: str) -> tuple[float, float]:
    """The times of "From 1.0 to 2.0 seconds." or "At 1.0 seconds."."""
    words = text.split()
    return (float(words[1]), float(words[3])) if words[0] == "From" else (float(words[1]), float(words[1]))


@given(st.data())
def test_every_item_of_any_lanes(drawn: st.SearchStrategy[Timeline], data: st.DataObject) -> None:
    video = data.draw(drawn)
    before = [sample.task for sample in Tasks(per_task=3).run(video).samples]
    Options().run(video)
    assert [sample.task for sample in video.samples] == before  # none is lost, and the order stays
    for item in items(video.samples):
        item_times_long_enough = item.end - item.start >= 1 or item.task != "moment_retrieval"
        if item_times_long_enough:
            check(item)


def test_what_can_have_options_has_them(rich: Make) -> None:
    video = built(rich, 0)
    for item in items(video.samples):
        check(item)
    still_open = {sample.task for sample in video.samples if not sample.options}
    assert {"dense_caption", "chapter_titles", "step_localisation", "shot_boundaries"} <= still_open
    assert {item.task for item in items(video.samples)} >= {"moment_retrieval", "event_order", "counting", "first_last"}


def test_wrong_counts_are_near_and_wrong_orders_are_permutations(rich: Make) -> None:
    ranks = Counter[int]()
    for n in range(60):
        for item in items(built(rich, n, tasks=["counting", "event_order"], of=["actions", "shots", "events"]).samples):
            if item.task == "counting":
                numbers = sorted(int(option) for option in item.options)
                assert numbers == list(range(numbers[0], numbers[0] + 4))
                assert numbers[0] >= 0
                if item.answer == "4":
                    ranks[numbers.index(4)] += 1
            else:
                size = len(item.evidence)
                assert all(sorted(option.split(", ")) == [str(k + 1) for k in range(size)] for option in item.options)
    assert set(ranks) == {0, 1, 2, 3}  # the middle is no better a guess


@pytest.mark.parametrize(
    ("right", "lane", "lowest"), [(1, "actions", 0), (2, "actions", 0), (2, "shots", 1), (7, "shots", 1)]
)
def test_the_right_number_stands_at_each_place_where_it_can_equally_often(right: int, lane: str, lowest: int) -> None:
    """For an answer of 1 the options begin at 0 or at 1 in equal shares; a video has one shot at least."""
    places = Counter[int]()
    for n in range(400):
        video = Timeline("v", make_id("counts", n), 90.0)
        pours = [Span(9 * k, 9 * k + 5, label="pouring wax" if lane == "actions" else None) for k in range(right)]
        opens = [Span(9 * k + 6, 9 * k + 8, label="opening a tin") for k in range(4)] if lane == "actions" else []
        video.put(lane, [*pours, *opens])
        made = items(Options().run(Tasks(tasks=["counting"], of=[lane]).run(video)).samples)
        (item,) = [item for item in made if "tin" not in item.question]
        numbers = sorted(map(int, item.options))
        assert (item.answer, numbers) == (str(right), list(range(numbers[0], numbers[0] + 4)))
        assert numbers[0] >= lowest
        places[numbers.index(right)] += 1
    able = range(min(3, right - lowest) + 1)
    assert set(places) == set(able)
    even = 400 / len(able)
    assert all(abs(places[place] - even) < 0.2 * even for place in able), places


def test_the_list_of_a_comparison_becomes_its_options(rich: Make) -> None:
    for n in range(20):
        for item in items(built(rich, n, tasks=["duration_comparison"]).samples):
            assert "\n" not in item.question
            assert len(item.options) == len(item.evidence)


def test_a_span_that_is_right_too_is_no_distractor() -> None:
    video = Timeline("v", make_id("v"), 60.0)
    texts = "A dog barks", "a dog barks!", "The dog barks", "Rain falls", "A car stops", "Snow melts"
    video.put("events", [Span(10 * n, 10 * n + 9, text) for n, text in enumerate(texts)])
    beside = Span(0, 9, "It is loud")  # says of the same time something else that is true
    for seed in range(20):
        video.seed, video.samples = seed, []
        video.put("events", [span for span in video.lane("events") if span.text != "It is loud"])
        Tasks(tasks=["grounded_caption"], per_task=6).run(video)
        video.put("events", [*video.lane("events"), beside])
        Options(too_few="drop").run(video)
        for item in items(video.samples):
            dogs = [option for option in item.options if "dog" in option.casefold()]
            assert len(dogs) <= 1
            if item.start == 0:
                assert "It is loud." not in item.options


def test_letters_differ_by_at_most_one_within_a_video() -> None:
    letters = Letters(Random(7))
    counts = Counter(letters.next(4) for _ in range(1001))
    assert sorted(counts.values()) == [250, 250, 250, 251]
    odd = Letters(Random(7))
    mixed = [(size, odd.next(size)) for n in range(700) for size in (3, 4)]
    for size in (3, 4):
        seen = Counter(at for s, at in mixed if s == size)
        assert max(seen.values()) - min(seen.values()) <= 1


def test_letters_are_balanced_over_a_corpus(rich: Make) -> None:
    counts = Counter[int]()
    for n in range(250):
        for item in items(built(rich, n, of=["events"]).samples):
            if len(item.options) == 4:
                assert item.answer_index is not None
                counts[item.answer_index] += 1
    total = sum(counts.values())
    assert total > 1000
    chi_square = sum((counts[k] - total / 4) ** 2 / (total / 4) for k in range(4))
    assert chi_square < 11.34  # 1 % with 3 degrees of freedom; balance within rows keeps it well below


def test_circular_asks_every_rotation_under_one_group(rich: Make) -> None:
    plain = Tasks(tasks=["moment_retrieval", "first_last"]).run(rich(5))
    ids = [sample.id for sample in plain.samples]
    found = items(Options(circular=True, keep_open=True).run(plain).samples)
    assert [sample.id for sample in plain.samples if not sample.options] == ids
    groups: dict[str, list[Sample]] = {}
    for item in found:
        check(item)
        groups.setdefault(item.group, []).append(item)
    assert set(groups) <= set(ids)
    assert groups
    for turns in groups.values():
        size = len(turns[0].options)
        assert sorted(turn.answer_index or 0 for turn in turns) == list(range(size))
        first = turns[0].options
        assert [turn.options for turn in turns] == [first[k:] + first[:k] for k in range(size)]
        assert len({turn.id for turn in turns}) == size


def test_too_few_stays_open_or_is_dropped_with_the_reason() -> None:
    def video() -> Timeline:
        made = Timeline("v", make_id("few"), 30.0)
        made.put("events", [Span(0, 5, "A dog runs."), Span(6, 20, "Rain falls.")])
        return Tasks(tasks=["grounded_caption"]).run(made)

    kept = Options().run(video())
    assert [sample.options for sample in kept.samples] == [[], []]
    assert kept.rejects == []
    dropped = Options(too_few="drop").run(video())
    assert dropped.samples == []
    first = dropped.rejects[0]
    assert (first.stage, first.kind, first.reason, first.value, first.threshold, first.lane) == (
        "options", "dropped", "too_few_distractors", 1, 2, "events",
    )  # fmt: skip
    assert len(dropped.rejects) == 2


def test_what_the_question_names_is_no_option() -> None:
    told = (
        ("What slides over the meadow after the red circle has left?", "a blue square"),
        ("What rises over the meadow in the evening?", "a red circle"),
        ("What blinks over the meadow at night?", "a purple star"),
        ("What stands in the meadow at noon?", "a green tree"),
        ("What flies over the meadow in the morning?", "an orange triangle"),
    )
    video = Timeline("a.mp4", make_id("named"), 60.0)
    for n, (question, answer) in enumerate(told):
        cited = [Evidence(n * 9.0, n * 9.0 + 5, "questions", answer, str(n))]
        video.samples.append(Sample("qa", question, answer, n * 9.0, n * 9.0 + 5, cited, teacher="imported"))
    first = Options(tasks=["imported"]).run(video).samples[0]
    assert sorted(first.options) == ["a blue square", "a green tree", "a purple star", "an orange triangle"]


def test_other_videos_lend_their_texts(rich: Make) -> None:
    stage = Options.model_validate({"from": ["same_video", "other_videos"], "pool": 20})
    assert stage.gathers()
    assert not Options().gathers()
    few = Timeline("few", make_id("few"), 30.0)
    few.put("events", [Span(0, 5, "A dog runs along the beach."), Span(6, 20, "Rain falls on the empty road.")])
    asking = Tasks(tasks=["grounded_caption"], per_task=20)
    videos = [asking.run(video) for video in (few, rich(0), rich(1), rich(2))]
    for video in videos[1:]:
        video.put("events", [*video.lane("events"), Span(20, 30, "Rain falls on an empty road")])  # near an own text
    digests = [(video.id, json.loads(json.dumps(stage.digest(video)))) for video in videos]
    verdicts = json.loads(json.dumps(stage.gather(iter(digests))))
    assert verdicts == stage.gather(iter(digests))
    pool = {text for text, _ in verdicts[few.id]["events/sentence"]}
    assert "A man is seen speaking to the camera." in pool
    assert not pool & {str(span.text) for span in few.lane("events")}
    assert all(len(told) <= 20 for told in verdicts[few.id].values())
    stage.apply(few, verdicts[few.id])
    found = items(few.samples)
    assert len(found) == 2
    for item in found:
        check(item)
        assert sum("Rain" in option for option in item.options) == 1


def test_a_digest_is_bounded_and_a_pool_prefers_like_lengths() -> None:
    stage = Options.model_validate({"from": ["other_videos"], "pool": 5})
    short, long = Timeline("s", make_id("s"), 500.0), Timeline("l", make_id("l"), 500.0)
    short.put("events", [Span(9 * n, 9 * n + 8, f"dog {n * 7919}") for n in range(50)])
    long.put("events", [Span(9 * n, 9 * n + 8, f"A very long sentence about cat number {n * 7919}") for n in range(50)])
    asks = Timeline("a", make_id("a"), 500.0)
    asks.put("events", [Span(0, 5, "cow 1"), Span(9, 12, "pig 2")])
    digests = [(video.id, stage.digest(Tasks(of=["events"]).run(video))) for video in (short, long, asks)]
    assert len(digests[0][1]["lanes"]["events/sentence"]) == 20
    assert all(text.startswith("dog") for text, _ in stage.gather(digests)[asks.id]["events/sentence"])


def test_a_description_that_fits_too_is_no_distractor() -> None:
    facts = ["light:dark", "light:bright", "light:dim", "colours:blue", "light:dark;motion:much"]
    video = Timeline("v", make_id("v"), 60.0)
    looks = "A dark shot.", "A bright picture here.", "Dim footage.", "Blue dominates this.", "Much moves in darkness."
    video.put(
        "descriptions",
        [
            Span(9 * n, 9 * n + 8, look, source="measured", attrs={"look": look, "facts": fact})
            for n, (look, fact) in enumerate(zip(looks, facts, strict=True))
        ],
    )
    Options().run(Tasks(tasks=["grounded_caption"], per_task=5).run(video))
    by_answer = {item.answer: set(item.options) for item in items(video.samples)}
    # Both dark ones contradict bright and dim, not one another; blue contradicts none.
    assert by_answer.keys() == {"A dark shot.", "A bright picture here.", "Dim footage.", "Much moves in darkness."}
    assert by_answer["A dark shot."] == {"A dark shot.", "A bright picture here.", "Dim footage."}
    assert Describe().name() == "describe"


def test_same_seed_same_items_other_seed_others(rich: Make) -> None:
    assert built(rich, 6).samples == built(rich, 6).samples
    other = rich(6)
    Tasks().run(other)
    other.seed = 5
    Options().run(other)
    assert [item.options for item in other.samples] != [item.options for item in built(rich, 6).samples]


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValidationError, match="no options for task dense_caption; possible: before_after"):
        Options(tasks=["dense_caption"])
    with pytest.raises(ValidationError, match="greater than or equal to 3"):
        Options(count=2)


def test_no_length_tells_the_right_option() -> None:
    """Of texts of all lengths, the longest is right as often as any other; without choosing, the long ones were."""
    ranks = Counter[int]()
    for n in range(60):
        rng = Random(n)
        video = Timeline("v", make_id("v", n), 200.0)
        words = ["amber", "birch", "coral", "dune", "ember", "fjord", "grove", "heron", "inlet", "jetty"]
        texts = [
            " ".join(rng.choice(words) + str(rng.randrange(99)) for _ in range(rng.randint(2, 9))) for _ in range(12)
        ]
        video.put("events", [Span(10 * k, 10 * k + 9, text) for k, text in enumerate(texts)])
        Options().run(Tasks(tasks=["grounded_caption"], per_task=6).run(video))
        for item in items(video.samples):
            ranks[sum(len(option) < len(item.answer) for option in item.options)] += 1
    assert sum(ranks.values()) == 360
    assert all(60 <= ranks[rank] <= 120 for rank in range(4))


def test_what_stays_as_it_is_is_said(rich: Make) -> None:
    video = built(rich, 0, tasks=["event_order", "first_last"])
    made = len(items(video.samples))
    again = Options()
    video.report = {}
    again.run(video)
    assert video.report == {"have_options": made}
    assert again.summary(video.report) == (
        f"options: {made} samples have options already and stay as they are; "
        "no question was turned into multiple choice."
    )
    assert Options(too_few="drop").summary({"items": 4.0, "too_few": 2.0}) == (
        "options: 2 questions have fewer than 2 wrong options and were dropped."
    )
    assert Options().summary({"items": 4.0}) is None


@pytest.mark.parametrize("first", [0.0, 2.5])
def test_a_moment_is_no_wrong_option_to_a_stretch_nor_the_other_way_round(first: float) -> None:
    lasts = [first, 2.5 - first] * 4
    spans = [Span(6.0 * n, 6.0 * n + length, f"event number {n}") for n, length in enumerate(lasts, 1)]
    video = Timeline(uri="a.mp4", media=Media(duration=60.0), lanes={"events": spans})
    Options(count=5).run(Tasks(of=["events"], tasks=["moment_retrieval"], per_task=8).run(video))
    choices = items(video.samples)
    assert {choice.answer.split()[0] for choice in choices} == {"At", "From"}
    for choice in choices:
        assert len({option.split()[0] for option in choice.options}) == 1, choice.options


def test_a_lane_that_no_video_has_gives_no_text_to_others() -> None:
    digests = [("a", {"seed": 0, "lanes": {"scenes": [], "acts": [["run", ""]]}}), ("b", {"seed": 0, "lanes": {}})]
    assert gather(digests, 5) == {"a": {"acts": []}}
