"""``vdata score``: perfect, random and wrong predictions; nothing leaves the denominator; errors are for people."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from records import write_record

from vdata.cli import run
from vdata.pipelines.evaluation.score import load_samples
from vdata.pipelines.storage.parts import write_table
from vdata.schemas import Media, Sample, Timeline
from vdata.schemas.arrow import samples_table
from vdata.scoring.items import Prediction, items, judge, score
from vdata.stages.haystack.hide import Hide

TASKS = [
    {"task": "retrieve", "name": "ret", "items": 1},
    {"task": "order", "name": "ord", "items": 1},
    {"task": "count", "name": "cnt", "items": 1},
    {"task": "chain", "name": "hop", "items": 1, "needle": {"show": "picture"}},
]
GRID = {"lengths": [30, 60, 120], "depths": [0, 0.5, 1.0]}
LETTERS = "ABCD"


def made(**settings: Any) -> list[Timeline]:
    stage = Hide.model_validate({"tasks": TASKS, **settings})
    pool = []
    for n in range(4):
        video = Timeline(f"v{n}.mp4", f"id{n}", 50.0 + n)
        video.media = Media(duration=50.0 + n, width=640, height=360, fps=25, frames=1250 + 25 * n, sha256=str(n))
        pool.append(video)
    plans = stage.gather([(video.id, stage.digest(video)) for video in pool])
    return [stage.apply(Timeline(f"haystack://{new}", new), plan) for of in plans.values() for new, plan in of.items()]


def bench(folder: Path, videos: list[Timeline]) -> list[Sample]:
    (folder / "data").mkdir(parents=True)
    write_table(samples_table(videos), folder / "data" / "train.parquet")
    write_record(folder)
    return load_samples(folder)


@pytest.fixture(scope="module")
def circular(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Sample]]:
    folder = tmp_path_factory.mktemp("bench") / "circular"
    return folder, bench(folder, made(circular=True, **GRID))


def predicted(path: Path, samples: list[Sample], reply: Callable[[Sample], str]) -> Path:
    path.write_text("".join(json.dumps({"id": one.id, "reply": reply(one)}) + "\n" for one in samples))
    return path


def right(sample: Sample) -> str:
    return LETTERS[sample.answer_index or 0]


def result(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.with_name(f"{path.stem}.score.json").read_text())
    return found


def test_perfect_predictions_are_all_right(
    tmp_path: Path, circular: tuple[Path, list[Sample]], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, samples = circular
    path = predicted(tmp_path / "perfect.jsonl", samples, lambda one: f"{right(one)}. {one.answer}")
    assert run(["score", str(folder), str(path)]) == 0
    found = result(path)
    assert found["overall"]["accuracy"] == found["mean_of_tasks"] == 1.0
    assert found["overall"]["items"] == len(samples) / 4 == 9 * 3 + 3 * 2  # a chain has no depth
    assert {row["accuracy"] for row in found["by_task"]} == {1.0}
    assert len(found["cells"]) == 9
    assert found["pairs"]["hop"]["both"] == 1.0
    printed = capsys.readouterr().out
    assert "33 items: 100.0% right" in printed
    assert "chance 0.4%" in printed


def test_wrong_predictions_are_all_wrong(tmp_path: Path, circular: tuple[Path, list[Sample]]) -> None:
    folder, samples = circular
    path = predicted(tmp_path / "wrong.jsonl", samples, lambda one: LETTERS[((one.answer_index or 0) + 1) % 4])
    assert run(["score", str(folder), str(path)]) == 0
    assert result(path)["overall"]["accuracy"] == 0.0


def test_one_wrong_rotation_makes_the_item_wrong(circular: tuple[Path, list[Sample]]) -> None:
    _, samples = circular
    given = {one.id: Prediction(right(one)) for one in samples}
    one = next(sample for sample in samples if sample.params["rotation"] == "2")
    given[one.id] = Prediction(LETTERS[((one.answer_index or 0) + 1) % 4])
    scored = items(samples, given)
    assert [item.right for item in scored].count(False) == 1
    assert score(scored)["overall"]["accuracy"] == pytest.approx(32 / 33)


def test_guesses_are_at_chance(tmp_path: Path) -> None:
    samples = bench(tmp_path / "bench", made(tasks=[{**task, "items": 40} for task in TASKS[:3]], **GRID))
    rng = random.Random(0)
    path = predicted(tmp_path / "random.jsonl", samples, lambda one: rng.choice(LETTERS))
    assert run(["score", str(tmp_path / "bench"), str(path)]) == 0
    overall = result(path)["overall"]
    assert overall["items"] == 1080
    assert overall["chance"] == 0.25
    assert overall["low"] <= 0.25 <= overall["high"]
    always = predicted(tmp_path / "always.jsonl", samples, lambda one: "A")
    assert run(["score", str(tmp_path / "bench"), str(always)]) == 0
    assert result(always)["overall"]["accuracy"] == pytest.approx(0.25, abs=0.005)  # letters are balanced


def test_what_is_not_an_answer_is_wrong_and_counted(
    tmp_path: Path, circular: tuple[Path, list[Sample]], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, samples = circular
    replies = {"0": "", "1": "I cannot tell.", "2": "The answer is A or the answer is B."}
    path = tmp_path / "odd.jsonl"
    lines = [
        json.dumps({"id": one.id, "reply": replies[one.params["rotation"]]})
        for one in samples
        if one.params["rotation"] in replies
    ]
    path.write_text("\n".join([*lines, json.dumps({"id": "somebody else", "reply": "A"}), lines[0], ""]))
    assert run(["score", str(folder), str(path)]) == 0
    overall = result(path)["overall"]
    assert (overall["items"], overall["accuracy"], overall["empty"]) == (33, 0.0, 33)
    printed = capsys.readouterr().out
    assert "33 of 132 questions have no prediction: they count as wrong." in printed
    assert "1 predictions are for no question" in printed
    assert "1 questions have several predictions" in printed
    turns = [turn.status for item in items(samples, {}) for turn in item.turns]
    assert set(turns) == {"missing"}


@pytest.mark.parametrize(
    ("sample", "reply", "status"),
    [
        (Sample("what", "What?", "a red ball", 0, 9), "It is a red ball.", "right"),
        (Sample("what", "What?", "a red ball", 0, 9), "It is a red balloon.", "wrong"),
        (Sample("what", "What?", "a red ball", 0, 9), " ", "empty"),
        (Sample("when", "When?", "3 to 7 s", 0, 9), "From 3.5 to 7 seconds", "right"),
        (Sample("when", "When?", "3 to 7 s", 0, 9), "0:00 to 0:02", "wrong"),
        (Sample("when", "When?", "3 to 7 s", 0, 9), "At the start.", "unreadable"),
        (Sample("so", "So?", "yes", 0, 9, options=["yes", "no"], answer_index=0), "Yes, it is.", "right"),
        (Sample("so", "So?", "no", 0, 9, options=["yes", "no"], answer_index=1), "Yes, no, maybe", "wrong"),
        (
            Sample("c", "?", "It goes up.", 0, 9, params={"candidates": '["It goes up.", "It goes down."]'}),
            "The lift is red. It goes up.",
            "right",
        ),
        (
            Sample("c", "?", "It goes up.", 0, 9, params={"candidates": '["It goes up.", "It goes down."]'}),
            "It goes up. It goes down.",
            "unreadable",
        ),
    ],
)
def test_open_answers(sample: Sample, reply: str, status: str) -> None:
    assert judge(sample, Prediction(reply)).status == status


def test_a_judge_and_a_failure_are_heard() -> None:
    sample = Sample("what", "What?", "a red ball", 0, 9)
    assert judge(sample, Prediction("a crimson sphere", mark=True)).status == "right"
    assert judge(sample, Prediction("a red ball", mark=False)).status == "wrong"
    assert judge(sample, Prediction(failure="teacher_error")).status == "failed"


def test_the_pictures_can_be_looked_at(tmp_path: Path, circular: tuple[Path, list[Sample]]) -> None:
    folder, samples = circular
    path = predicted(
        tmp_path / "half.jsonl", samples, lambda one: right(one) if one.params.get("depth") != "0" else "none"
    )
    assert run(["score", str(folder), str(path)]) == 0
    cells = {(cell["length"], cell["depth"]): cell["accuracy"] for cell in result(path)["cells"]}
    assert {accuracy for (_, depth), accuracy in cells.items() if depth == 0} == {0.0}
    assert {accuracy for (_, depth), accuracy in cells.items() if depth > 0} == {1.0}
    picture = Image.open(tmp_path / "half.heatmap.png").convert("RGB")
    colours = picture.getcolors(1 << 20) or []
    share = {colour: count / (picture.width * picture.height) for count, colour in colours}
    assert share[(178, 24, 43)] > 0.05  # a row of failures, red
    assert share[(26, 152, 80)] > 0.1  # two rows of success, green
    assert Image.open(tmp_path / "half.tasks.png").width > 400


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("{", "x.jsonl:1: is no JSON"),
        ('["A"]', "x.jsonl:1: a prediction is"),
        ('{"id": "a", "reply": 3}', "x.jsonl:1: reply and failure must be text"),
        ('{"id": "a", "reply": "A"}', "none of its ids is in the benchmark (the first is 'a')"),
    ],
)
def test_a_file_that_is_no_predictions(
    tmp_path: Path, circular: tuple[Path, list[Sample]], capsys: pytest.CaptureFixture[str], lines: str, says: str
) -> None:
    (tmp_path / "x.jsonl").write_text(lines)
    assert run(["score", str(circular[0]), str(tmp_path / "x.jsonl")]) == 2
    assert says in capsys.readouterr().err


def test_a_folder_that_is_no_benchmark(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["score", str(tmp_path), str(tmp_path / "x.jsonl")]) == 2
    assert "is no finished build of vdata" in capsys.readouterr().err


def test_several_predictions_side_by_side(
    tmp_path: Path, circular: tuple[Path, list[Sample]], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, samples = circular
    weak = predicted(tmp_path / "weak.jsonl", samples, lambda one: right(one) if one.task == "cnt" else "A")
    strong = predicted(tmp_path / "strong.jsonl", samples, right)
    assert run(["score", str(folder), str(weak), str(strong), "--out", str(tmp_path / "all")]) == 0
    said = capsys.readouterr().out
    assert {path.name for path in (tmp_path / "all").iterdir()} >= {
        *("weak.score.json", "strong.score.json", "comparison.json", "comparison.png")
    }  # fmt: skip
    found = json.loads((tmp_path / "all" / "comparison.json").read_text())
    first, second = found["overall"]
    items = len(samples) // 4
    counts = sum(one.task == "cnt" for one in samples) // 4
    assert (first["name"], second["name"], first["items"]) == ("weak", "strong", items)
    assert first["accuracy"] == pytest.approx(counts / items)
    assert (second["only_this"], second["only_first"]) == (items - counts, 0)
    assert found["by_task"]["cnt"][1]["difference"] == 0.0
    assert f"strong less weak: {100 * second['difference']:+.1f} points" in said
    assert "p < 0.001: a difference." in said
    Image.open(tmp_path / "all" / "comparison.png").verify()


def test_two_files_of_one_name_are_told_apart(
    tmp_path: Path, circular: tuple[Path, list[Sample]], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, samples = circular
    paths = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        paths.append(str(predicted(tmp_path / name / "replies.jsonl", samples, right)))
    assert run(["score", str(folder), *paths]) == 0
    assert f"{paths[1]} less {paths[0]}: +0.0 points" in capsys.readouterr().out
    assert run(["score", str(folder), *paths, "--out", str(tmp_path / "out")]) == 2
    assert "replies is the name of several files" in capsys.readouterr().err


def test_scores_by_attributes_places_and_evidence(
    tmp_path: Path, circular: tuple[Path, list[Sample]], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, samples = circular
    path = tmp_path / "named.jsonl"
    rows = [
        {
            "id": one.id,
            "reply": right(one),
            "stretches": [[e.start, e.end] for e in one.evidence],
            "frames": [25 * e.start for e in one.evidence],
            "fps": 25,
        }
        for one in samples
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    clues = predicted(tmp_path / "clues.jsonl", samples, right)
    asked = ["score", str(folder), str(path), "--by", "rotation", "--by", "end:60", "--clues", str(clues)]
    assert run(asked) == 0
    found = result(path)
    assert found["clues"]["mean_iou"] == found["clues"]["rec_at_iou"] == found["moments"]["f1"] == 1.0
    assert found["clue_recovery"]["crr"] == found["chains"]["acc_at_iou"] == 1.0
    assert [row["end"] for row in found["by_end"]] == ["< 60", "≥ 60"]
    printed = capsys.readouterr().out
    assert "CRR 100.0%" in printed
    assert "≥ 60" in printed
    assert run(["score", str(folder), str(path), "--by", "rotatoin"]) == 2
    assert "rotation" in capsys.readouterr().err
    assert run(["score", str(folder), str(path), "--by", "end:9,3"]) == 2
    assert "numbers that rise" in capsys.readouterr().err


def test_a_stream_is_scored_by_the_time_of_the_question(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    video = Timeline("v.mp4", "v", 240.0)
    for n, second in enumerate((10.0, 30.0, 50.0, 90.0, 150.0, 200.0)):
        asked = Sample("now", f"What now, after {second:g} s?", "A", 0, second, options=["x", "y"], answer_index=0)
        asked.id, asked.seen_start, asked.seen_end = f"q{n}", 0.0, second
        video.samples.append(asked)
    folder = tmp_path / "stream"
    samples = bench(folder, [video])
    path = predicted(tmp_path / "replies.jsonl", samples, lambda one: "A" if (one.seen_end or 0) < 100 else "B")
    assert run(["score", str(folder), str(path), "--by", "seen_end:60,120"]) == 0
    rows = [(row["seen_end"], row["items"], row["accuracy"]) for row in result(path)["by_seen_end"]]
    assert rows == [("< 60", 3, 1.0), ("60 – 120", 1, 1.0), ("≥ 120", 2, 0.0)]
    assert "60 – 120" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"frames": [3]}, "fps"),
        ({"frames": [3], "fps": 25, "times": [1]}, "not both"),
        ({"times": "3"}, "lists of numbers"),
        ({"stretches": [[5, 3]]}, "not before its start"),
        ({"stretches": [5]}, "lists of numbers"),
    ],
)
def test_places_that_are_none_are_refused(
    tmp_path: Path,
    circular: tuple[Path, list[Sample]],
    capsys: pytest.CaptureFixture[str],
    row: dict[str, Any],
    told: str,
) -> None:
    folder, samples = circular
    path = tmp_path / "bad.jsonl"
    path.write_text(json.dumps({"id": samples[0].id, "reply": "A", **row}) + "\n")
    assert run(["score", str(folder), str(path)]) == 2
    said = capsys.readouterr().err
    assert f"{path.name}:1" in said.replace("\n", "")
    assert told in " ".join(said.split())
