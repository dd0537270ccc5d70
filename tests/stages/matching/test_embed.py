"""Embed lays vectors on spans: of their frames, or of their text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from exact_embedder import vector
from pydantic import ValidationError

from vdata.schemas import Failed, Media, Span, Timeline
from vdata.schemas.vectors import cosine, pack
from vdata.stages.matching.embed import Embed
from vdata.stages.matching.match import Match


@pytest.fixture(scope="module")
def colours(make_videos: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Timeline:
    """5 s of red, 5 of green, 5 of blue, with the shots."""
    path: Path = make_videos.variable(tmp_path_factory.mktemp("colours") / "c.mp4")
    video = Timeline("c.mp4", "c", 15.0, Media(sha256="c", duration=15.0, fps=25.0), path=str(path))
    video.put("shots", [Span(0, 5), Span(5, 10), Span(10, 15)])
    video.put("captions", [Span(0, 5, "red"), Span(5, 10), Span(10, 15, label="blue")])
    return video


def test_of_frames(colours: Timeline, embedded: Callable[..., Timeline], exact: Any) -> None:
    teacher = exact()
    video = embedded(Embed(look={"count": 2, "size": 64}), colours, teacher)
    assert len(teacher.asked) == 6
    found = [span.vector for span in video.lane("shots")]
    said = [pack(vector("text", word)) for word in ("red", "green", "blue")]
    assert all(cosine(found[n] or b"", said[n]) > 0.9 for n in range(3))
    assert video.report == {"vectors": 3}


def test_of_text_spans_without_any_have_none(colours: Timeline, embedded: Callable[..., Timeline]) -> None:
    video = embedded(Embed(of="captions", what="text"), colours)
    assert [span.vector and cosine(span.vector, pack(vector("text", "blue"))) for span in video.lane("captions")] == [
        pytest.approx(0, abs=1e-3),
        None,
        pytest.approx(1, abs=1e-3),
    ]


def test_a_span_whose_vector_does_not_come_is_said(
    colours: Timeline, embedded: Callable[..., Timeline], exact: Any
) -> None:
    some = exact(lambda request: request.turns[0].parts[0] == "red")
    colours.rejects.clear()
    video = embedded(Embed(of="captions", what="text"), colours, some)
    assert [(one.kind, one.reason, one.start) for one in video.rejects] == [("failed", "teacher_error", 0.0)]
    with pytest.raises(Failed, match="no"):
        embedded(Embed(of="captions", what="text"), colours, exact(lambda request: True))


def test_a_grid_is_refused() -> None:
    with pytest.raises(ValidationError, match="each frame has a vector of its own"):
        Embed(look={"columns": 2})


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        (Embed(of="captions", what="text"), "embed: 2 of 3 texts"),
        (Match(look={"count": 1, "size": 64}), "match: 2 of 3 texts"),
        (Match(mode="align", every=5, size=64, into="placed"), "match: 2 of 3 texts"),
        (Match(mode="curves", concepts=["red", "a very green one"], every=5, size=64), "match: 1 of 2 texts"),
    ],
)
def test_texts_that_are_cut_are_counted_and_said(
    stage: Any, said: str, colours: Timeline, embedded: Callable[..., Timeline], exact: Any
) -> None:
    texts = ("red", "green, and much more of it", "blue, and much more of it")
    colours.put("captions", [Span(5.0 * n, 5.0 * n + 5, text) for n, text in enumerate(texts)])
    video = embedded(stage, colours, exact(most=9))
    told = stage.summary(video.report).splitlines()[-1]
    rest = "are longer than the embedder reads: their ends count for nothing. Shorten them, or take a model that reads "
    assert told == f"{said} {rest}more."
    whole = stage.summary(embedded(stage, colours, exact()).report)
    assert "longer" not in whole
