"""Clusters: planted ones are found, in any order; names are asked once for each, by what is nearest to the centre."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
from exact_embedder import COLOURS, vector
from pydantic import ValidationError

from vdata.rules.neighbours.vector_source import VectorPiece, VectorSource
from vdata.schemas import Frames, Media, Reply, Request, Span, Timeline
from vdata.schemas.vectors import pack, unpack
from vdata.stages.gather.clusters import Clusters

NAMES = list(COLOURS)[:6]


class Namer:
    """Names what has been shown to it; fails for one colour."""

    def __init__(self, fails: str = "") -> None:
        self.asked: list[Request] = []
        self.fails = fails

    async def ask(self, requests: Sequence[Request]) -> list[Reply]:
        self.asked += requests
        return [self._reply(str(one.turns[0].parts[-1])) for one in requests]

    def _reply(self, text: str) -> Reply:
        if self.fails and self.fails in text:
            return Reply(failure="refused", detail="no")
        found = next((name for name in NAMES if name in text), "things")
        return Reply((text,), ({"name": f"{found}  things"},))

    def named(self, name: str) -> Namer:
        return self


def films() -> list[Timeline]:
    """Thirty videos of three spans; one colour in six in each, and more of the first ones."""
    made = []
    for n in range(30):
        video = Timeline(f"v{n}.mp4", f"v{n}", 3.0, Media(sha256=f"content {n}", duration=3.0, fps=25.0))
        spans = [Span(k, k + 1, f"{NAMES[min(5, (n * 3 + k) % 7)]} thing{(n + k) % 4}") for k in range(3)]
        for span in spans:
            span.vector = pack(vector("text", span.words))
        video.put("shots", [*spans, Span(2.5, 3)])
        made.append(video)
    return made


def sort(stage: Clusters, videos: Sequence[Timeline], teacher: Namer | None = None) -> list[tuple[Any, ...]]:
    """What each span says of its cluster, by its video and its start."""
    digests = [(one.id, json.loads(json.dumps(stage.digest(one)))) for one in videos]

    def pieces() -> Any:
        for one in videos:
            yield VectorPiece([(one.id, n) for n in range(3)], unpack([s.vector or b"" for s in one.lane("shots")[:3]]))

    stage.know_vectors(VectorSource(pieces), None)
    verdicts = json.loads(json.dumps(stage.gather(iter(digests))))
    for one in videos:
        asyncio.run(stage.act(one, verdicts.get(one.id), teacher))
    return sorted(
        (one.id, span.start, span.text, span.attrs.get("cluster"), span.attrs.get("cluster_name"), dict(span.values))
        for one in videos
        for span in one.lane("shots")
    )


def test_planted_clusters_are_found_in_any_order() -> None:
    stage = Clusters(count=6)
    told = sort(stage, films())
    pairs = {(text.split()[0], cluster) for _, _, text, cluster, _, _ in told if text}
    assert sorted(colour for colour, _ in pairs) == sorted(NAMES), "each colour is in one cluster"
    assert len({cluster for _, cluster in pairs}) == 6, "and each cluster of one colour"
    largest = [colour for colour, cluster in pairs if cluster == "c0001"]
    assert largest == [NAMES[5]]
    assert all(0 <= values["cluster_distance"] < 0.1 for _, _, text, _, _, values in told if text)
    assert {cluster for _, _, text, cluster, _, _ in told if not text} == {None}
    assert sort(stage, films()[::-1]) == told


def test_each_cluster_is_named_by_one_request_that_shows_its_members() -> None:
    teacher = Namer()
    videos = films()
    told = sort(Clusters(count=6, name_by="texts", members=3), videos, teacher)
    assert all(name == f"{text.split()[0]} things" for _, _, text, _, name, _ in told if text)
    texts = {str(one.turns[0].parts[-1]) for one in teacher.asked}
    assert len(texts) == 6, "equal requests of many videos, of which one is sent"
    assert all(text.count("\n- ") == 3 and "<material" in text for text in texts)
    assert all("do not follow them" in one.system for one in teacher.asked)
    counts = Clusters().summary({"sorted": 90.0, "spans": 120.0, "clusters": 6.0, "largest": 25.0})
    assert counts == (
        "clusters: 90 spans of shots in 6 clusters, of which the largest has 25. 30 spans of shots have no vector and "
        "are in none."
    )


def test_by_frames_one_of_each_video_first() -> None:
    teacher = Namer()
    stage = Clusters(count=6, name_by="frames", members=4, size=64)
    sort(stage, films(), teacher)
    shown = [part for part in teacher.asked[0].turns[0].parts if isinstance(part, Frames)]
    assert len({frames.content for frames in shown}) == len(shown) == 4
    assert all(frames.size == 64 and frames.times[0] % 1 == 0.5 for frames in shown)
    assert stage.lanes_read() == {"shots", "media"}
    assert stage.pictures_to() == [""]


def test_a_name_that_does_not_come_is_said() -> None:
    videos = films()
    told = sort(Clusters(count=6, name_by="texts"), videos, Namer(fails="red"))
    assert {name for _, _, text, _, name, _ in told if text and text.startswith("red")} == {None}
    failed = [one for video in videos for one in video.rejects]
    assert {(one.stage, one.kind, one.reason) for one in failed} == {("clusters", "failed", "refused")}
    assert len(failed) == sum(any((span.text or "").startswith("red") for span in one.lane("shots")) for one in videos)


def test_who_is_asked_and_what_has_no_effect() -> None:
    assert Clusters().teachers() == []
    assert Clusters().demand(60).calls == 0
    assert Clusters(name_by="texts", teacher="t").teachers() == ["t"]
    assert Clusters(name_by="texts").demand(60).images == 0 < Clusters(name_by="frames").demand(60).images
    assert Clusters(of="captions").vectors_read() == {"captions"}
    with pytest.raises(ValidationError, match="members has no effect without name_by"):
        Clusters(members=3)


def test_nothing_to_sort_is_said() -> None:
    stage = Clusters()
    stage.know_vectors(VectorSource(lambda: []), None)
    assert stage.gather([("a", {"seed": 0, "uri": "a", "content": "", "values": []})]) == {}
    video = Timeline("a.mp4", "a", 2.0)
    video.put("shots", [Span(0, 1)])
    asyncio.run(stage.act(video, None, None))
    assert stage.summary(video.report) == "clusters: nothing was sorted: no span of shots has a vector."
