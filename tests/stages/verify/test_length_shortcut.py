"""Lengths that tell the right option over all samples, though none of them does by itself."""

from vdata.schemas import Sample, Timeline
from vdata.stages.verify.checks.options import OptionsCheck
from vdata.stages.verify.finding import Facts
from vdata.stages.verify.length_shortcut import count_lengths, told_lengths
from vdata.stages.verify.verify import Verify


def item(right: str, *wrong: str) -> Sample:
    return Sample("what", "What is it?", right, 0.0, 1.0, options=[right, *wrong], answer_index=0)


def test_always_the_longest_is_told_though_none_is_far_longer() -> None:
    samples = [item("a cat on a mat", "a dog", "a cow", "a hen") for _ in range(8)]
    checked = OptionsCheck().check(samples[0], Facts(Timeline("a")))
    assert checked is not None
    assert checked.outcome == "pass"
    totals = count_lengths(samples)
    assert told_lengths(totals).startswith("the right option is the longest in 8 of 8 (2 by chance): balance lengths")
    summary = Verify().summary({"samples": 8.0, **totals})
    assert summary is not None
    assert "the right option is the longest in 8 of 8" in summary
    shortest = count_lengths(item("a cat", "a dog and", "a cow and", "a hen and") for _ in range(8))
    assert told_lengths(shortest).startswith("the right option is the shortest in 8 of 8")


def test_what_chance_gives_is_not_told() -> None:
    turns = [
        ["a cat on a mat", "a dog", "a cow!", "two hens"][n:] + ["a cat on a mat", "a dog", "a cow!", "two hens"][:n]
        for n in range(4)
    ]
    assert told_lengths(count_lengths(item(*turn) for turn in turns * 5)) == ""
    assert told_lengths(count_lengths([item("a cat", "a dog", "a cow")] * 20)) == "", "equal lengths tell nothing"
    assert told_lengths({}) == ""
