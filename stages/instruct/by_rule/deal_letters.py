"""Deal letters: put options in another order, so that over the whole data set each letter is right equally often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from ....rules.letters import dealt
from ....schemas import Sample, Timeline, make_id
from ...stage import Gather
from ..asked_for import add
from .existing_options import keeps_its_order, with_options


class DealLetters(Gather):
    """Deal the letters of multiple choice evenly over all videos: of each task, and of each number of options.

    Stages that make options deal letters within each video: where a video has one question of a task, which letter is
    right is chance, and may fall unevenly. Here the questions of all videos have turns, the videos in an order drawn by
    their ids, and of as many turns as there are options each letter is right in one. Put it last, behind what drops
    samples. A sample keeps its id. What stays as it is: options of which all rotations are asked, or several questions
    of one group; those whose words speak of letters or of other options; steps of a scale in their order.
    """

    makes_samples: ClassVar[bool] = True

    def digest(self, video: Timeline) -> Any:
        return {"seed": video.seed, "counts": dict(sorted(Counter(map(_key, _dealt(video))).items()))}

    def gather(self, digests: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        """For each video, by task and number of options, how many questions have their turn before its first."""
        known = [(video, told) for video, told in digests if told["counts"]]
        turns: Counter[str] = Counter()
        found: dict[str, Any] = {}
        for video, told in sorted(known, key=lambda one: make_id(self.key, one[1]["seed"], one[0])):
            found[video] = {key: turns[key] for key in told["counts"]}
            turns.update(told["counts"])
        return {video: found[video] for video, _ in known}

    def apply(self, video: Timeline, verdict: Any) -> Timeline:
        turns: dict[str, int] = dict(verdict or {})
        again = {id(sample) for sample in _dealt(video)}
        add(video, "dealt", len(again))
        add(video, "kept", sum(bool(sample.options) and id(sample) not in again for sample in video.samples))
        video.samples = [self._turned(video, one, turns) if id(one) in again else one for one in video.samples]
        return video

    def summary(self, totals: Mapping[str, float]) -> str | None:
        """A line like ``deal_letters: the letters of 54 samples were dealt over all videos; 8 stay as they are.``"""
        made, kept = (int(totals.get(name, 0)) for name in ("dealt", "kept"))
        if not made and not kept:
            return f"{self.name()}: no sample has options."
        stay = f"; {kept} with options {'stays' if kept == 1 else 'stay'} as they are" if kept else ""
        what = f"{made} sample{'' if made == 1 else 's'}"
        return f"{self.name()}: the letters of {what} were dealt over all videos{stay}."

    def _turned(self, video: Timeline, sample: Sample, turns: dict[str, int]) -> Sample:
        """*sample* with the right option at the place of its turn; the wrong ones stay in their order."""
        key, size, right = _key(sample), len(sample.options), sample.answer_index or 0
        turn = turns.get(key, 0)
        turns[key] = turn + 1
        place = dealt(turn, size, self.key, video.seed, key)
        wrong = [option for n, option in enumerate(sample.options) if n != right]
        options = [*wrong[:place], sample.options[right], *wrong[place:]]
        return replace(with_options(sample, options, sample.group), id=sample.id)


def _dealt(video: Timeline) -> list[Sample]:
    """The samples of *video* whose letters are dealt."""
    return [
        sample
        for sample in video.samples
        if len(sample.options) > 1
        and sample.answer_index is not None
        and not sample.rejected
        and not keeps_its_order(sample)
    ]


def _key(sample: Sample) -> str:
    return f"{sample.task}/{len(sample.options)}"
