"""A small benchmark with every form of answer, and replies to it of every sort."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from vdata.cli import run
from vdata.schemas import Evidence, Message, Sample, Timeline

LONG = "<think>\nIt may be A.\n\nOr B.\n</think>\n"


def _asked(name: str, task: str, question: str, answer: str, **more: object) -> Sample:
    params = {key: str(value) for key, value in more.items()}
    cited = [Evidence(1.0, 2.0, "needles", "a needle", f"n-{name}")]
    turns = [Message("user", f"{name}: {question}"), Message("assistant", answer)]
    return Sample(task, question, answer, 0.0, 60.0, cited, params, messages=turns)


def _choice(sample: Sample, options: list[str], group: str = "") -> Sample:
    sample.options, sample.answer_index, sample.group = options, options.index(sample.answer), group
    lines = [f"{letter}. {option}" for letter, option in zip("ABCD", options, strict=False)]
    sample.messages[0].content = "\n".join([sample.messages[0].content, *lines, "Which option is right?"])
    return sample


def benchmark() -> tuple[list[Timeline], list[str | None]]:
    """Two videos with their samples, and for each sample in order a reply; None: there is none."""
    said: list[tuple[Sample, str | None]] = []
    for n, (length, depth) in enumerate([(30, 0), (30, 100), (60, 0), (60, 100)]):
        for turn, options in enumerate((["a cup", "an apple", "a pear"], ["an apple", "a pear", "a cup"])):
            one = _asked(
                f"r{n}{turn}", "ret", "What is pasted?", "an apple", length=length, depth=depth, kind="retrieval"
            )
            replies = [("B", "A."), (f"{LONG}The answer is B", "(A) an apple"), ("C", "A"), ("An apple.", "no idea")]
            said.append((_choice(one, options, f"g{n}"), replies[n][turn]))
    for n, reply in enumerate(["From 10 to 20 seconds", "0:12 - 0:18", "at 50 s", "from 0:40 to 0:50", ""]):
        said.append((_asked(f"m{n}", "moment", "When?", "From 10.0 to 20.0 seconds.", time_format="seconds"), reply))
    for n, reply in enumerate(["2, 1, 3", "The order is:\n1, 2, 3", "2 1", "none"]):
        said.append((_asked(f"o{n}", "scene_order", "In which order?", "2, 1, 3"), reply))
    for n, reply in enumerate(["Yes, it is.", "no", "perhaps"]):
        said.append((_choice(_asked(f"y{n}", "yesno", "Is it red?", "yes"), ["yes", "no"]), reply))
    for n, reply in enumerate(["There are 4 of them.", "5", f"{LONG}<answer>4</answer>"]):
        said.append((_asked(f"c{n}", "count", "How many?", "4"), reply))
    captions = json.dumps(["A dog runs.", "A cat sleeps."])
    for n, reply in enumerate(["I see that a cat sleeps.", "a dog runs", "Nothing."]):
        said.append((_asked(f"w{n}", "which", "What happens?", "A cat sleeps.", candidates=captions), reply))
    videos = [Timeline("clips/a.mp4", "0a" * 12, 60.0), Timeline("media/b.mp4", "1b" * 12, 60.0)]
    half = len(said) // 2
    videos[0].samples = [sample for sample, _ in said[:half]]
    videos[1].samples = [sample for sample, _ in said[half:]]
    return videos, [reply for _, reply in said]


def scored(stored: Callable[[Path, Iterable[Timeline]], Path], film: bytes = b"film") -> dict[str, float]:
    """Store the benchmark as ``bench`` in the working folder, with its replies in pred.jsonl and its films, score it.

    Returns:
        The measures that a harness is to have, by name.
    """
    videos, replies = benchmark()
    stored(Path("bench"), videos)
    for name in ("videos/clips/a.mp4", "bench/media/b.mp4"):
        Path(name).parent.mkdir(parents=True)
        Path(name).write_bytes(film)
    samples = [sample for video in videos for sample in video.samples]
    rows = [{"id": sample.id, "reply": reply} for sample, reply in zip(samples, replies, strict=True)]
    Path("pred.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert run(["score", "bench", "pred.jsonl"]) == 0
    score = json.loads(Path("pred.score.json").read_text())
    found = {"accuracy": score["overall"]["accuracy"]}
    found |= {"mean_of_tasks": score["mean_of_tasks"], "mean_iou": score["mean_iou"]}
    found |= {f"accuracy_{row['task']}": row["accuracy"] for row in score["by_task"]}
    for name in ("length", "depth"):
        found |= {f"accuracy_{name}_{row[name]}": row["accuracy"] for row in score[f"by_{name}"] if row[name]}
    return found


def replies() -> dict[str, str]:
    """The replies in pred.jsonl by the id of the sample."""
    return {row["id"]: row["reply"] for row in map(json.loads, Path("pred.jsonl").read_text().splitlines())}
