"""Nothing but the whole video answers a question of a haystack: no one picture, no one hop, no place, no words.

Solvers that take a short cut are right no more often than one who guesses, over the 200 items of a task or more.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vdata.schemas import Media, Sample, Span, Timeline, seeded
from vdata.stages.haystack.hide import Hide

ITEMS = 200
CHANCE = 0.25
MARGIN = 0.092
"""Three standard deviations of the share that a guesser gets right of ITEMS with four options."""
LAST, NEXT = "This is the last one.", "Next: "


def video(name: str, seconds: float) -> Timeline:
    made = Timeline(f"{name}.mp4", f"id_{name}", seconds)
    made.media = Media(duration=seconds, width=640, height=360, fps=25.0, frames=round(seconds * 25), sha256=name)
    return made


def plans(task: dict[str, Any], *more: Timeline, **settings: Any) -> list[Timeline]:
    pool = [*(video(f"v{n}", 60.0 + n) for n in range(5)), *more]
    stage = Hide.model_validate({"tasks": [{**task, "items": ITEMS}], **settings})
    told = [(one.id, json.loads(json.dumps(stage.digest(one)))) for one in pool]
    return [stage.apply(Timeline(new, new), plan) for of in stage.gather(told).values() for new, plan in of.items()]


def share_right(made: list[Timeline], solve: Callable[[Timeline, Sample], str], which: int = 0) -> float:
    """How often *solve* is right about the questions at *which* place; where it says nothing, it guesses."""
    right = 0
    for one in made:
        sample = one.samples[which]
        said = solve(one, sample)
        right += (
            said if said in sample.options else seeded(sample.id, "guess").choice(sample.options)
        ) == sample.answer
    return right / len(made)


@pytest.fixture(scope="module")
def chains() -> list[Timeline]:
    return plans({"task": "chain", "needle": {"show": "picture"}})


def pictures(made: Timeline) -> list[tuple[str, str]]:
    """What is on each hidden picture, and the words on it, in order of time."""
    words = {one.start: one.text or "" for one in made.lane("needles") if one.attrs["how"] == "overlay"}
    return [(one.label or "", words[one.start]) for one in made.lane("needles") if one.attrs["how"] == "insert"]


def followed(made: Timeline, sample: Sample, hops: int, without: int = -1) -> str:
    """The picture *hops* links after the first, or the last that is reached when the one at *without* is not seen."""
    shown = dict(pictures(made)[:without] + pictures(made)[without + 1 :]) if without >= 0 else dict(pictures(made))
    at = sample.question.partition("Begin with ")[2].partition(" and follow")[0]
    for _ in range(hops):
        if (said := shown.get(at, LAST)) == LAST:
            break
        at = said.removeprefix(NEXT)
    return at


CHAIN_CUTS: dict[str, Callable[[Timeline, Sample], str]] = {
    **{f"picture {n}": lambda made, _, n=n: pictures(made)[n][0] for n in (0, 1, -4, -3, -2, -1)},  # type: ignore[misc]
    **{f"what picture {n} names": lambda made, _, n=n: pictures(made)[n][1].removeprefix(NEXT) for n in (-8, -6, -5)},  # type: ignore[misc]
    "any picture": lambda made, sample: seeded(sample.id).choice(pictures(made))[0],
    "any last one": lambda made, sample: seeded(sample.id).choice([a for a, said in pictures(made) if said == LAST]),
    "the first last one": lambda made, _: next(shown for shown, said in pictures(made) if said == LAST),
    "the option that is named first": lambda made, sample: next(
        named for _, said in pictures(made) if (named := said.removeprefix(NEXT)) in sample.options
    ),
    "the option that is shown first": lambda made, sample: next(a for a, _ in pictures(made) if a in sample.options),
    "an option that nobody names": lambda made, sample: next(
        (a for a in sample.options if NEXT + a not in dict(pictures(made)).values()), ""
    ),
    "one hop": lambda made, sample: followed(made, sample, 1),
    "three hops": lambda made, sample: followed(made, sample, 3),
    "a chain with a link unseen": lambda made, sample: followed(
        made, sample, 9, without=[a for a, _ in pictures(made)].index(followed(made, sample, 2))
    ),
}


@pytest.mark.parametrize("cut", CHAIN_CUTS)
def test_a_chain_has_no_short_cut(cut: str, chains: list[Timeline]) -> None:
    assert len(chains) == ITEMS
    assert abs(share_right(chains, CHAIN_CUTS[cut]) - CHANCE) < MARGIN
    colour = share_right(chains, lambda made, _: " ".join(CHAIN_CUTS[cut](made, made.samples[0]).split()[1:2]), 1)
    assert abs(colour - CHANCE) < MARGIN


def test_the_letter_of_one_question_says_nothing_of_the_other(chains: list[Timeline]) -> None:
    same = sum(what.answer_index == colour.answer_index for what, colour in (one.samples for one in chains))
    assert abs(same / ITEMS - CHANCE) < MARGIN


def test_who_follows_every_link_is_always_right(chains: list[Timeline]) -> None:
    assert share_right(chains, lambda made, sample: followed(made, sample, 9)) == 1


THINGS = ("cup", "key", "fox", "hat", "bed", "bag")


def clip(act: int, thing: int) -> Timeline:
    made = video(f"clip_{act}_{thing}", 3.0)
    facts = {"does": f"does thing {act}", "subject": f"the {THINGS[thing]}"}
    made.put("acts", [Span(0.0, 3.0, f"{facts['subject']} {facts['does']}.", f"thing {act}", attrs=facts)])
    return made


CLIPS = [clip(act, thing) for act in range(8) for thing in range(len(THINGS))]
SHOW: dict[str, Any] = {"show": "clip", "lane": "acts", "group": "label"}
TASKS: dict[str, dict[str, Any]] = {
    "retrieve": {"task": "retrieve", "question": "What does {subject} do?", "needle": {**SHOW, "says": "does"}},
    "order": {"task": "order", "needle": {"show": "clip", "lane": "acts", "says": "label"}},
    "count": {"task": "count", "number": [1, 6], "distractors": 2, "needle": SHOW},
}


@pytest.fixture(scope="module")
def spliced() -> dict[str, list[Timeline]]:
    return {name: plans(task, *CLIPS, clips="clip_*", lengths=[60, 90]) for name, task in TASKS.items()}


def hidden(made: Timeline) -> list[str]:
    """What is hidden, by class, in order of time."""
    return [span.attrs["group"] for span in made.lane("needles")]


ORDER_CUTS: dict[str, Callable[[Timeline, Sample], str]] = {
    "letter A": lambda _, sample: sample.options[0],
    "first in the alphabet": lambda _, sample: min(sample.options),
    "longest": lambda _, sample: max(sample.options, key=len),
    "most like the others": lambda _, sample: max(
        sample.options,
        key=lambda one: sum(
            a == b for other in sample.options for a, b in zip(one.split(), other.split(), strict=False)
        ),
    ),
}


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("cut", ORDER_CUTS)
def test_the_words_of_a_question_do_not_answer_it(task: str, cut: str, spliced: dict[str, list[Timeline]]) -> None:
    assert abs(share_right(spliced[task], ORDER_CUTS[cut]) - CHANCE) < MARGIN


def test_which_acts_and_things_go_together_says_nothing(spliced: dict[str, list[Timeline]]) -> None:
    """Who has learned from half of the items which options are right more often, for a question, is no better."""
    learn, tried = spliced["retrieve"][::2], spliced["retrieve"][1::2]
    known = [(one.samples[0].question, one.samples[0].answer) for one in learn]
    asked = [(one.samples[0].question, option) for one in learn for option in one.samples[0].options]
    rate = {pair: (known.count(pair) + 1) / (asked.count(pair) + 4) for pair in asked}
    right = share_right(
        tried, lambda _, sample: max(sample.options, key=lambda option: rate.get((sample.question, option), CHANCE))
    )
    assert right < CHANCE + 1.5 * MARGIN  # of half as many


def test_one_clip_does_not_give_the_order(spliced: dict[str, list[Timeline]]) -> None:
    def begins(made: Timeline, sample: Sample) -> str:
        """The first option that begins with the clip that is shown first."""
        (first, *_), starts = hidden(made), [option.split(", then ")[0] for option in sample.options]
        fitting = [option for option, start in zip(sample.options, starts, strict=True) if start == first]
        return seeded(sample.id).choice(fitting)

    assert share_right(spliced["order"], begins) < 0.85  # it excludes some, and is not enough
    unseen = share_right(spliced["order"], lambda made, sample: next(iter(sample.options)))
    assert abs(unseen - CHANCE) < MARGIN


def test_the_number_of_all_hidden_clips_tells_nothing_of_the_count(spliced: dict[str, list[Timeline]]) -> None:
    made = spliced["count"]
    assert {len(hidden(one)) for one in made} == {6 + 2}
    assert {(one.duration, one.attrs["length"]) for one in made} == {(60.0, "60"), (90.0, "90")}
    assert share_right(made, lambda one, sample: str(hidden(one).count(sample.question.rpartition(": ")[2]))) == 1


@given(
    kind=st.sampled_from(["retrieve", "order", "count", "attribute", "chain"]),
    show=st.sampled_from(["word", "picture", "clip"]),
    how=st.sampled_from(["overlay", "insert"]),
    least=st.integers(3, 4),
    more=st.integers(0, 3),
    distractors=st.integers(0, 3),
    lasts=st.sampled_from([0.5, 1.0, 2.0]),
    lengths=st.sampled_from([None, [70.0], [75.0, 80.5]]),
    data=st.data(),
)
@settings(max_examples=60, deadline=None)
def test_no_video_is_longer_and_none_has_more_in_it_because_of_its_answer(
    kind: str,
    show: str,
    how: str,
    least: int,
    more: int,
    distractors: int,
    lasts: float,
    lengths: list[float] | None,
    data: st.DataObject,
) -> None:
    """What one reads off a file without looking at it: how long it is, and how often something was put into it."""
    if kind in ("attribute", "chain"):
        show, how = "picture", "insert" if kind == "chain" else how
    needle = {"show": show, "seconds": lasts, **({"lane": "acts", "group": "label"} if show == "clip" else {})}
    needle |= {} if show == "word" else {"how": how}
    number = {"count": [least - 2, least + 1 + more], "order": [least, least], "chain": [2, 3]}.get(kind, [1, 1])
    spare = distractors if show == "word" or kind in ("count", "attribute") else 0
    task = {"task": kind, "number": number, "distractors": spare, "needle": needle, "items": 12}
    if kind == "count" and show == "picture" and how == "overlay":
        task["segments"] = data.draw(st.integers(0, 3))
    needle |= {"kinds": ["cup", "car", "bus"]} if kind == "count" and show == "picture" else {}
    if kind == "count" and show != "word" and not task.get("segments"):
        task["repeat"] = True
    stage = Hide.model_validate({"tasks": [task], "lengths": lengths, "clips": "clip_*"})
    pool = [*(video(f"v{n}", 60.0 + n) for n in range(3)), *CLIPS]
    told = [(one.id, json.loads(json.dumps(stage.digest(one)))) for one in pool]
    new = [pair for of in stage.gather(told).values() for pair in of.items()]
    made = [stage.apply(Timeline(name, name), plan) for name, plan in new]
    for one in made:
        assert one.duration == pytest.approx(float(one.attrs["length"]), abs=1e-3)
    if kind != "chain" and (kind != "count" or spare):
        assert len({len({span.start for span in one.lane("needles")}) for one in made}) == 1
