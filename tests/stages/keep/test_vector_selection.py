"""Distinct and diverse: planted near-duplicates, exact counts, the same rows in any order, and what a reject says."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from exact_embedder import vector
from pydantic import ValidationError

from vdata.rules.neighbours.vector_source import VectorPiece, VectorSource
from vdata.schemas import Span, Timeline
from vdata.schemas.vectors import pack, unpack
from vdata.stages.keep.keep import Keep

THINGS = ["red cup", "green bowl with rice", "blue door", "yellow kite above trees", "white horse", "black cat asleep"]


def video(name: str, texts: Sequence[str], **values: Sequence[float]) -> Timeline:
    """A span of a second for each text, with the vector of its words; none for an empty text."""
    made = Timeline(f"{name}.mp4", name, float(len(texts)))
    spans = [Span(n, n + 1, text) for n, text in enumerate(texts)]
    for n, span in enumerate(spans):
        span.vector = pack(vector("text", span.text)) if span.text else None
        span.values = {key: numbers[n] for key, numbers in values.items()}
    made.put("shots", spans)
    return made


def decided(stage: Keep, videos: Sequence[Timeline], folder: Path | None = None) -> dict[str, list[tuple[Any, ...]]]:
    """What the rejects of each video say, after a pass over *videos* and another that acts."""
    digests = [(one.id, json.loads(json.dumps(stage.digest(one)))) for one in videos]

    def pieces() -> Any:
        for one in videos:
            found = [(n, span.vector) for n, span in enumerate(one.lane("shots")) if span.vector]
            if found:
                yield VectorPiece([(one.id, n) for n, _ in found], unpack([numbers for _, numbers in found]))

    stage.know_vectors(VectorSource(pieces), folder)
    verdicts = json.loads(json.dumps(stage.gather(iter(digests))))
    told = {}
    for one in videos:
        stage.apply(one, verdicts.get(one.id))
        told[one.id] = [(said.start, said.reason, said.value, said.threshold, said.detail) for said in one.rejects]
    return told


def planted() -> list[Timeline]:
    """Twelve videos: each thing stands in two of them, in other words of the same order of nothing."""
    turned = [" ".join(text.split()[::-1]) for text in THINGS]
    return [video(f"v{n}", [text], beauty=[n]) for n, text in enumerate([*THINGS, *turned])]


@pytest.mark.parametrize("folder", [True, False])
def test_planted_near_duplicates_are_found_and_nothing_else(folder: bool, tmp_path: Path) -> None:
    stage = Keep.model_validate({"of": "shots", "distinct": {"distance": 0.02, "by": "beauty"}})
    told = decided(stage, planted(), tmp_path if folder else None)
    detail = "like span 0 of v6, which is better by beauty; compared with 12 spans of shots"
    assert told["v0"] == [(0, "alike", 0.0, 0.02, detail)]
    assert {name for name, said in told.items() if said} == {f"v{n}" for n in range(6)}, "the most beautiful stay"


def test_the_worst_stay_where_they_are_asked_for_and_a_hash_decides_otherwise() -> None:
    worst = Keep.model_validate({"of": "shots", "distinct": {"distance": 0.02, "by": "beauty", "best": "lowest"}})
    assert {name for name, said in decided(worst, planted()).items() if said} == {f"v{n}" for n in range(6, 12)}
    drawn = Keep.model_validate({"of": "shots", "distinct": {"distance": 0.02}})
    gone = {int(name[1:]) % 6 for name, said in decided(drawn, planted()).items() if said}
    assert gone == set(range(6)), "one of each pair"


@pytest.mark.parametrize("choice", [{"distinct": {"distance": 0.3}}, {"diverse": {"count": 9}}])
def test_the_same_rows_in_any_order(choice: dict[str, Any]) -> None:
    draw = np.random.default_rng(4)
    words = [f"w{n}" for n in range(14)]
    texts = [[" ".join(draw.choice(words, 3)) for _ in range(3)] for _ in range(12)]
    stage = Keep.model_validate({"of": "shots", **choice})
    told = decided(stage, [video(f"v{n}", each) for n, each in enumerate(texts)])
    other = decided(stage, [video(f"v{n}", texts[n]) for n in draw.permutation(12)])
    assert told == other
    gone = sum(map(len, told.values()))
    assert gone == 36 - 9 if "diverse" in choice else 0 < gone < 36


def test_the_diverse_are_one_of_each_kind_first() -> None:
    many = [video(f"v{n}", [f"{text} {'again ' * (n // 6 % 2)}"]) for n, text in enumerate(THINGS * 4)]
    told = decided(Keep.model_validate({"of": "shots", "diverse": {"share": 0.25}}), many)
    kept = [int(name[1:]) % 6 for name, said in told.items() if not said]
    assert sorted(kept) == list(range(6))
    (start, reason, value, limit, detail) = next(said[0] for said in told.values() if said)
    assert (start, reason) == (0, "not_diverse")
    assert 0 <= value <= limit < 0.5
    assert "of 24 spans of shots none is farther from what is kept than" in detail


def test_within_each_video_nothing_is_gathered() -> None:
    stage = Keep.model_validate({"of": "shots", "distinct": {"distance": 0.02, "per": "video", "by": "beauty"}})
    assert not stage.gathers()
    one = video("v", ["red cup", "blue door", "cup red"], beauty=[1, 1, 2])
    stage.run(one)
    assert [span.text for span in one.lane("shots")] == ["blue door", "cup red"]
    assert one.rejects[0].detail.endswith("compared with 3 spans of shots of this video")


@pytest.mark.parametrize(("unstated", "reasons"), [("drop", ["vector_not_stated"]), ("keep", [])])
def test_spans_without_a_vector_are_said(unstated: str, reasons: list[str]) -> None:
    stage = Keep.model_validate({"of": "shots", "diverse": {"count": 5}, "unstated": unstated})
    told = decided(stage, [video("a", ["red cup", ""]), video("b", ["blue door"])])
    assert [said[1] for said in told["a"]] == reasons
    assert told["b"] == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"distinct": {"distance": 0}}, "greater than 0"),
        ({"distinct": {"best": "lowest"}}, "best has no effect without by"),
        ({"diverse": {}}, "give count or share"),
        ({"diverse": {"count": 2}, "top": {"by": "x", "count": 1}}, "top and diverse: give one"),
        ({"of": None, "distinct": {}}, "distinct: only spans have vectors"),
    ],
)
def test_settings_that_are_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Keep.model_validate({"of": "shots", **settings})


def test_where_vectors_come_from_is_left_out_of_what_goes_to_workers() -> None:
    stage = Keep.model_validate({"of": "shots", "distinct": {}})
    stage.know_vectors(VectorSource(lambda: []), None)
    state: Callable[[], dict[str, Any]] = stage.__getstate__
    assert state()["__pydantic_private__"]["_vectors"] is None
    assert stage.vectors_read() == {"shots"}
