"""What the words alone tell of the answers of computed questions: `world_questions` (VideoReasonBench) and STAIR.

    python benchmarks/words_alone.py [--seeds 101 102 103 104] [--plays 40] [--graphs 250] [--only stair]

Questions are made of the first half of the seeds, and of the other half; nothing in vdata was tuned on these seeds,
nor on the scene graphs, whose people, things and relations are the benchmark's own, some far more frequent than others.
A guesser that never sees a video learns from the first half with the answers: how often an option was right for its
task, and for its question, where it stood, how large it was among the others. On the other half it takes the option
that these together speak for most. Printed for each task: questions, what random answers have right, what the guesser
has right. As a check of the guesser itself, it is set to questions of the same graphs whose wrong options are drawn at
random (`drawn`): there the prior shows.

Exits 1 when the guesser is more than 0.03 above chance over all questions of a system, when it is above chance in a
task by more than 3.3 standard errors, or when it is not above chance on the drawn options, by 0.05.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from vdata.rules.worlds.world import WORLDS
from vdata.schemas import Sample, Span, Timeline, make_id
from vdata.schemas.input_video import ROW
from vdata.stages.instruct.by_rule.program_questions import ProgramQuestions
from vdata.stages.simulation.simulate import Simulate
from vdata.stages.simulation.world_questions import WorldQuestions

LIMIT, ERRORS, SHOWN = 0.03, 3.3, 0.05
SMOOTH = 4.0
"""How many answers by chance each share is mixed with."""
PEOPLE = ("woman", "man", "child")
RELATIONS = ("carrying", "behind", "watching", "sitting on", "wiping", "beside")
THINGS = ("towel", "laptop", "broom", "sofa", "bag", "plate", "mirror", "shoe")
ACTIONS = ("folding a towel", "closing a window", "eating from a plate", "putting on a shoe", "lying down", "sweeping")


@dataclass(frozen=True, slots=True)
class Item:
    """A question with options, as one sees it who has the words alone."""

    task: str
    question: str
    options: tuple[str, ...]
    right: int

    def signs(self, n: int) -> list[tuple[object, ...]]:
        """What speaks for the option *n*."""
        option, sizes = self.options[n], [_size(one) for one in self.options]
        rank = sorted(sizes).index(sizes[n])
        return [
            ("option", self.task, option),
            ("question", self.question, option),
            ("place", self.task, len(self.options), n),
            ("rank", self.task, len(self.options), rank),
        ]


class Guesser:
    """Learns from *items* which options were right."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._shown, self._right, self._chance = Counter[object](), Counter[object](), defaultdict[object, float](float)
        for item in items:
            for n in range(len(item.options)):
                for sign in item.signs(n):
                    self._shown[sign] += 1
                    self._right[sign] += n == item.right
                    self._chance[sign] += 1 / len(item.options)

    def hit(self, item: Item) -> float:
        """The odds (0..1) that the guess is right; ties share them."""
        scores = [sum(map(self._weight, item.signs(n))) for n in range(len(item.options))]
        best = [n for n, score in enumerate(scores) if score > max(scores) - 1e-9]
        return (item.right in best) / len(best)

    def _weight(self, sign: object) -> float:
        shown, expected = self._shown[sign], self._chance[sign]
        if not shown:
            return 0.0
        chance = expected / shown
        return math.log((self._right[sign] + SMOOTH * chance) / (shown + SMOOTH) / chance)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[101, 102, 103, 104])
    parser.add_argument("--plays", type=int, default=40, help="videos of each world and way of showing, for a seed")
    parser.add_argument("--graphs", type=int, default=250, help="videos with scene graphs, for a seed")
    parser.add_argument("--only", choices=["worlds", "stair"], help="one of the two")
    given = parser.parse_args()
    if len(given.seeds) < 2:
        parser.error("--seeds: give two or more; the guesser learns from the first half")
    half = len(given.seeds) // 2
    learn, test = given.seeds[:half], given.seeds[half:]
    wrong: list[str] = []
    if given.only != "stair":
        known, asked = ([one for seed in some for one in worlds(given.plays, seed)] for some in (learn, test))
        wrong += table("worlds", known, asked)
    if given.only != "worlds":
        known, asked = ([one for seed in some for one in stair(given.graphs, seed)] for some in (learn, test))
        wrong += table("stair", known, asked)
        known, asked = (drawn(some) for some in (known, asked))
        chance, share = scores(Guesser(known), asked)
        print(f"{'drawn':<28} {len(asked):>6}  chance {chance:.3f}  guesser {share:.3f}")
        if share < chance + SHOWN:
            wrong.append(f"the guesser finds no prior in drawn options: {share:.3f}, chance {chance:.3f}")
    for line in wrong:
        print(f"over the limit: {line}")
    return 1 if wrong else 0


def table(system: str, known: Sequence[Item], asked: Sequence[Item]) -> list[str]:
    """Print what the guesser has right of each task; what is over the limit."""
    guesser, wrong = Guesser(known), []
    tasks: dict[str, list[Item]] = defaultdict(list)
    for item in asked:
        tasks[item.task].append(item)
    for task, some in sorted(tasks.items()):
        chance, share = scores(guesser, some)
        print(f"{system + ' ' + task:<28} {len(some):>6}  chance {chance:.3f}  guesser {share:.3f}")
        if share - chance > ERRORS * math.sqrt(chance * (1 - chance) / len(some)):
            wrong.append(f"{system} {task}: {share:.3f}, chance {chance:.3f}")
    chance, share = scores(guesser, asked)
    print(f"{system:<28} {len(asked):>6}  chance {chance:.3f}  guesser {share:.3f}")
    if share - chance > LIMIT:
        wrong.append(f"{system}: {share:.3f}, chance {chance:.3f}")
    return wrong


def scores(guesser: Guesser, items: Sequence[Item]) -> tuple[float, float]:
    """What random answers, and what the guesser has right of *items*."""
    chance = sum(1 / len(item.options) for item in items) / len(items)
    return chance, sum(map(guesser.hit, items)) / len(items)


def worlds(plays: int, seed: int) -> list[Item]:
    """Questions about *plays* videos of each world, shown at the start and at the end."""
    kinds = sorted(WORLDS.find())
    given = [{"kind": kind, "count": plays, "moves": 7, "shown": shown} for kind in kinds for shown in ("start", "end")]
    simulate, ask = Simulate.model_validate({"worlds": given}), WorldQuestions()
    items = []
    for name in simulate.rows_of_its_own():
        video = Timeline(f"haystack://{name}", make_id(name), attrs={ROW: name}, seed=seed)
        items += seen(ask.run(simulate.run(video)).samples)
    return items


def stair(count: int, seed: int) -> list[Item]:
    """Questions about *count* scene graphs."""
    ask, videos = ProgramQuestions(per_video=8), [graph(n, seed) for n in range(count)]
    verdicts = ask.gather([(video.id, ask.digest(video)) for video in videos])
    return [item for video in videos for item in seen(ask.apply(video, verdicts.get(video.id)).samples)]


def seen(samples: Iterable[Sample]) -> list[Item]:
    """*samples* with options as items; the world that a question is about stands with its task."""
    return [
        Item(
            " ".join(filter(None, (one.task, one.params.get("world")))),
            one.question,
            tuple(one.options),
            one.answer_index,
        )
        for one in samples
        if one.options and one.answer_index is not None
    ]


def graph(n: int, seed: int) -> Timeline:
    """A video of 40 s with the lanes relations and actions."""
    rng = Random(f"words alone {seed} {n}")
    video = Timeline(f"{seed}-{n}.mp4", make_id("words alone", seed, n), 40.0, seed=seed)
    common = [1 / (k + 1) for k in range(len(THINGS))]
    told = [
        f"{rng.choices(PEOPLE, (6, 3, 1))[0]} | {rng.choice(RELATIONS)} | {rng.choices(THINGS, common)[0]}"
        for _ in range(rng.randint(4, 10))
    ]
    video.put("relations", [_span(rng, text) for text in told])
    video.put("actions", [_span(rng, f"woman | {one}") for one in rng.sample(ACTIONS, rng.randint(1, 4))])
    return video


def drawn(items: Sequence[Item]) -> list[Item]:
    """*items* about things, with wrong options from all things at random, as one would draw them."""
    made, rng = [], Random(7)
    for item in items:
        answer = item.options[item.right]
        if answer in THINGS:
            options = rng.sample([answer, *rng.sample([one for one in THINGS if one != answer], 3)], 4)
            made.append(Item(item.task, item.question, tuple(options), options.index(answer)))
    return made


def _span(rng: Random, text: str) -> Span:
    start = round(rng.uniform(0, 34), 1)
    return Span(start, min(40.0, round(start + rng.uniform(0.6, 12), 1)), text)


def _size(option: str) -> float:
    return float(option) if option.isdigit() else 1000.0 + len(option)


if __name__ == "__main__":
    sys.exit(main())
