"""What, when and where of one thing as a chain: values worked out by hand, and what holds of every chain."""

from __future__ import annotations

import math
import random

import pytest

from vdata.schemas import Evidence, Sample
from vdata.scoring.chains import Link, boxes_at, chains
from vdata.scoring.items import Prediction, items, score
from vdata.scoring.truth import item_key, true_answer

BOXES = '{"3": [0, 0, 10, 10], "4": [10, 0, 20, 10]}'


def test_a_chain_by_hand() -> None:
    found = chains(
        [
            *(Link("a", "", "what", 1.0), Link("a", "", "when", 0.5), Link("a", "", "where", 0.2)),
            *(Link("b", "", "what", 0.0), Link("b", "", "when", 0.25), Link("b", "", "where", 0.0)),
            Link("alone", "", "what", 1.0),  # no chain
        ]
    )
    (row,) = found["by_chain"].values()
    assert row["groups"] == 2
    assert (row["what"], row["when"], row["where"]) == (0.5, 0.375, 0.1)
    assert row["am"] == pytest.approx((0.5 + 0.375 + 0.1) / 3)
    assert row["lgm"] == pytest.approx(-(math.log(0.5) + math.log(0.625) + math.log(0.9)) / 3)
    assert row["all_right"] == 0.5
    assert found["acc_at_iou"] == 0.5  # a is right and reaches 0.1 to 0.5; b is wrong
    assert found["rec_at_iou"] == pytest.approx((1 + 1 + 0.5 + 0.5 + 0.5) / 5)


def test_two_chains_of_one_group_share_what_names_no_chain() -> None:
    found = chains(
        [
            *(Link("a", "", "what", 1.0), Link("a", "1", "when", 1.0), Link("a", "1", "where", 1.0)),
            *(Link("a", "2", "where", 0.0), Link("a", "2", "when", 0.5)),
        ]
    )
    one, two = found["by_chain"]["1"], found["by_chain"]["2"]
    assert (one["am"], two["am"]) == (1.0, 0.5)
    assert found["mam"] == 0.75
    assert found["mlgm"] == pytest.approx((one["lgm"] + two["lgm"]) / 2)
    assert math.isfinite(one["lgm"])
    assert one["lgm"] > two["lgm"]


def test_perfect_is_1_nothing_is_0_and_order_is_no_matter() -> None:
    rng = random.Random(0)
    for share in (0.0, 1.0):
        links = [Link(str(n), "", part, share) for n in range(5) for part in ("what", "when", "where")]
        found = chains(links)
        assert found["mam"] == found["acc_at_iou"] == found["rec_at_iou"] == share
        assert found["by_chain"][""]["all_right"] == share
    assert chains([]) == chains([Link("a", "", "what", 1.0)]) == {}
    links = [Link(str(n % 7), str(n % 2), rng.choice(["what", "when"]), rng.random()) for n in range(60)]
    once, mixed = chains(links), chains(rng.sample(links, len(links)))
    assert once["mam"] == pytest.approx(mixed["mam"])
    assert 0 <= once["mam"] <= 1
    assert once["acc_at_iou"] == pytest.approx(mixed["acc_at_iou"])
    assert once["acc_at_iou"] <= once["rec_at_iou"]


def test_boxes_at_levels() -> None:
    assert boxes_at([0.2, 0.6])["at"] == {"0.1": 1.0, "0.3": 0.5, "0.5": 0.5, "0.7": 0.0, "0.9": 0.0}
    assert boxes_at([]) == {}


def group() -> list[Sample]:
    """What, when and where of one thing; and the question once more with its options turned."""
    seen = [Evidence(3, 7, "events", "a dog")]
    two = [
        Sample("what", "What?", "dog", 0, 9, seen, options=list(some), answer_index=some.index("dog"), group="g")
        for some in (["dog", "cat"], ["cat", "dog"])
    ]
    when = Sample("when", "When?", "From 3.0 to 7.0 seconds.", 0, 9, seen, group="g")
    where = Sample("where", "Where?", BOXES, 0, 9, seen, group="g")
    found = [*two, when, where]
    for n, sample in enumerate(found):
        sample.id = f"s{n}"
    return found


def test_samples_of_a_group_are_scored_as_one_chain() -> None:
    samples = group()
    assert [true_answer(one).form for one in samples] == ["option", "option", "stretch", "boxes"]
    assert item_key(samples[0]) == item_key(samples[1])
    assert len({item_key(one) for one in samples}) == 3
    replies = {
        "s0": Prediction("A"),
        "s1": Prediction("B"),
        "s2": Prediction("3 to 5 s"),
        "s3": Prediction('```json\n{"3": [0, 0, 10, 10], "5": [10, 0, 20, 10]}\n```'),
    }
    scored = items(samples, replies)
    assert [item.status for item in scored] == ["right", "right", "right"]
    found = score(scored)
    row = found["chains"]["by_chain"][""]
    assert (row["what"], row["when"], row["where"]) == (1.0, 0.5, 0.5)
    assert row["all_right"] == found["chains"]["acc_at_iou"] == 1.0
    assert found["boxes"]["mean_iou"] == found["mean_iou"] == 0.5
    nothing = score(items(samples, {}))["chains"]
    assert nothing["mam"] == nothing["mlgm"] == nothing["acc_at_iou"] == 0
