"""Embedders over real HTTP: what is sent, how it is joined, what is kept, and what is said when it goes wrong."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from exact_embedder import vector
from hypothesis import given
from hypothesis import strategies as st
from openai_server import Server, embedded

from vdata.pipelines.teachers.asker import Asker
from vdata.pipelines.teachers.kinds.embedder import Embedder
from vdata.pipelines.teachers.local_embedder import Encoders
from vdata.pipelines.teachers.make import make_teachers
from vdata.schemas import Frames, Reply, Request
from vdata.schemas.vectors import cosine, mean, pack, unpack


def ask(
    server: Server, cache: Path | None, *requests: Request, in_turn: bool = False, **settings: Any
) -> tuple[list[Reply], Asker]:
    """The replies, and who asked. *in_turn*: each is waited for before the next is asked."""
    made: list[Asker] = []

    async def go() -> list[Reply]:
        one = Embedder(model="scripted", base_url=[server.url], **{"retries": 1, **settings})
        teacher = make_teachers({"eyes": one}, cache)["eyes"]
        made.append(teacher)
        try:
            if in_turn:
                return [reply for request in requests for reply in await teacher.ask([request])]
            return await teacher.ask(requests)
        finally:
            await teacher.close()

    return asyncio.run(go()), made[0]


def texts(*words: str) -> list[Request]:
    return [Request.of(one, purpose="match") for one in words]


def picture(file: Path, time: float) -> Request:
    return Request.of(Frames(str(file), "content of " + file.name, (time,), 64), purpose="match")


@pytest.fixture(scope="module")
def colours(make_videos: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """5 s of red, 5 of green, 5 of blue."""
    path: Path = make_videos.variable(tmp_path_factory.mktemp("colours") / "c.mp4")
    return path


def test_texts_go_together_and_each_is_kept_by_itself(tmp_path: Path) -> None:
    words = [f"word number {n}" for n in range(10)]
    with Server(embed=vector) as server:
        first, teacher = ask(server, tmp_path, *texts(*words), batch_size=4)
        sizes = [len(embedded(body)) for body in server.counters.bodies]
        assert (sum(sizes), max(sizes)) == (10, 4), "how they come together is a matter of time"
        assert all(body["encoding_format"] == "float" for body in server.counters.bodies)
        again, cached = ask(server, tmp_path, *texts("another one", *words[::-1]), batch_size=4)
        assert [body["input"] for body in server.counters.bodies[len(sizes) :]] == [["another one"]], (
            "the others were kept"
        )
    for text, reply in zip(words, first, strict=True):
        assert unpack([reply.vector])[0] @ unpack([pack(vector("text", text))])[0] == pytest.approx(1, abs=2e-3)
    assert [one.vector for one in again[1:]] == [one.vector for one in first[::-1]]
    spent = teacher.spend.purposes["match"]
    assert spent.calls == 10
    assert spent.tokens_in == sum(len(word) // 4 for word in words), "the tokens of a request are shared out"
    assert cached.spend.purposes["match"].saved_calls == 10
    kept = list((tmp_path / "replies").glob("*/*"))
    assert len(kept) == 11
    assert {path.stat().st_size - 32 for path in kept} == {len(_line(kept[0])) + 1 + 2 * len(vector("text", "a"))}


def _line(path: Path) -> bytes:
    return path.read_bytes()[32:].partition(b"\n")[0]


@pytest.mark.parametrize("image_input", ["messages", "objects", "cohere"])
def test_pictures_are_sent_as_servers_take_them(colours: Path, image_input: str) -> None:
    asked = [picture(colours, time) for time in (2.0, 7.0, 12.0)]
    with Server(embed=vector, image_input=image_input) as server:
        replies, _ = ask(server, None, *asked, *texts("red", "green", "blue"), image_input=image_input)
        sizes = sorted(len(embedded(body)) for body in server.counters.bodies)
    assert sizes == ([1, 1, 1, 3] if image_input == "messages" else [3, 3])
    seen, said = replies[:3], replies[3:]
    near = [[cosine(one.vector, other.vector) for other in said] for one in seen]
    assert np.argmax(near, axis=1).tolist() == [0, 1, 2]
    assert min(near[n][n] for n in range(3)) > 0.9


def test_one_bad_text_costs_no_other() -> None:
    with Server(embed=vector) as server:
        replies, _ = ask(server, None, *texts("one", "two", "POISON", "four", "five"))
    assert [one.failure for one in replies] == ["", "", "teacher_error", "", ""]
    assert "the input is too long" in replies[2].detail


def test_a_picture_that_cannot_be_read_costs_no_other(colours: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"no video")
    asked = [picture(colours, 2.0), picture(bad, 1.0)]
    with Server(embed=vector, image_input="objects") as server:
        replies, _ = ask(server, None, *asked, image_input="objects")
    assert replies[0].ok
    assert "what is shown cannot be read" in replies[1].detail


def test_a_model_of_texts_that_is_shown_a_picture_says_what_to_do(colours: Path) -> None:
    with Server(embed=vector, sees=False) as server:
        ((reply,), _), ((stated,), _) = (
            ask(server, None, picture(colours, 2.0), **more) for more in ({}, {"images": True})
        )
    assert "this server takes no image_url" in reply.detail
    assert "write images: false" in reply.detail
    assert "write images: false" not in stated.detail


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("hollow", "the endpoint answered with 0 embeddings to 2 items"),
        ("length", "the endpoint answered with 1 embeddings to 2 items"),
        ("garbage", "the endpoint answered with no embeddings"),
        ("500", "HTTP 500: scripted 500"),
    ],
)
def test_an_answer_that_is_none(fault: str, said: str) -> None:
    with Server(embed=vector, faults={fault: 1.0}) as server:
        replies, _ = ask(server, None, *texts("a", "b"), retries=0)
    assert all(said in one.detail for one in replies)


def test_a_fault_that_passes_is_tried_again() -> None:
    with Server(embed=vector, queue=["429", "closed"]) as server:
        replies, teacher = ask(server, None, *texts("a", "b"), retries=3)
    assert all(one.ok for one in replies)
    assert teacher.errors["HTTP 429"] == 2


@pytest.mark.parametrize("bad", [[0.0, 0.0], [float("nan"), 1.0], [], "AAA"])
def test_a_vector_that_points_nowhere_is_none(bad: Any, tmp_path: Path) -> None:
    with Server(embed=lambda kind, text: bad if text == "odd" else [3.0, 4.0]) as server:
        replies, _ = ask(server, tmp_path, *texts("odd", "good"))
    assert replies[0].failure == "refused"
    assert unpack([replies[1].vector])[0].tolist() == pytest.approx([0.6, 0.8], abs=1e-3)
    assert len(list((tmp_path / "replies").glob("*/*"))) == 1, "what is no vector is not kept"


def test_vectors_of_another_length_are_refused() -> None:
    with Server(embed=lambda kind, text: [1.0] * len(text)) as server:
        replies, _ = ask(server, None, *texts("abc", "abcd"), retries=0, batch_size=1, concurrency=1)
    assert sorted(one.failure for one in replies) == ["", "teacher_error"]
    assert any("after" in one.detail for one in replies)


def test_base64_dimensions_and_more_keys(tmp_path: Path) -> None:
    import base64

    def packed(kind: str, text: str) -> str:
        return base64.b64encode(np.array([3, 4], "<f4").tobytes()).decode()

    with Server(embed=packed) as server:
        more: dict[str, Any] = {"dimensions": 2, "extra_body": {"encoding_format": "base64", "user": "me"}}
        replies, _ = ask(server, None, *texts("a"), **more)
        (body,) = server.counters.bodies
    assert body == {"model": "scripted", "input": ["a"], "dimensions": 2, "encoding_format": "base64", "user": "me"}
    assert unpack([replies[0].vector])[0].tolist() == pytest.approx([0.6, 0.8], abs=1e-3)


def test_a_budget_ends_it_and_a_recording_replays_it(tmp_path: Path) -> None:
    from vdata.pipelines.teachers.kinds.replay import Replay
    from vdata.pipelines.teachers.teacher_errors import BudgetReached

    record = tmp_path / "r.jsonl"
    with Server(embed=vector) as server:
        replies, _ = ask(server, None, *texts("a", "b"), record=record)
        with pytest.raises(BudgetReached, match="3 of 3 calls"):
            ask(server, None, *texts("a", "b", "c", "d"), budget={"calls": 3})

    async def replay() -> list[Reply]:
        teacher = make_teachers({"eyes": Replay(path=record)}, None)["eyes"]
        return await teacher.ask(texts("b", "a"))

    assert [one.vector for one in asyncio.run(replay())] == [one.vector for one in replies[::-1]]


def test_what_determines_a_vector_is_its_key() -> None:
    base: dict[str, Any] = {"model": "m", "base_url": ["http://a/v1"]}
    of_text = texts("a")[0]
    same: list[dict[str, Any]] = [{"batch_size": 4}, {"concurrency": 2}, {"image_quality": 50}, {"price": {"input": 1}}]
    other: list[dict[str, Any]] = [{"model": "n"}, {"dimensions": 64}, {"extra_body": {"task": "q"}}]
    known = Embedder(**base).identity(of_text)
    assert {Embedder(**{**base, **more}).identity(of_text) for more in same} == {known}
    assert len({known, *(Embedder(**{**base, **more}).identity(of_text) for more in other)}) == 4


numbers = st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=40).filter(lambda found: any(found))


@given(numbers)
def test_packed_vectors_have_unit_length_and_their_direction(found: list[float]) -> None:
    one = unpack([pack(found)])[0]
    assert np.linalg.norm(one) == pytest.approx(1, abs=5e-3)
    exact = np.array(found, float) / np.abs(found).max()
    assert one @ (exact / np.linalg.norm(exact)) == pytest.approx(1, abs=5e-3)
    assert cosine(pack(found), pack([-number for number in found])) == pytest.approx(-1, abs=1e-2)


def test_means_and_lengths() -> None:
    one, other = pack([1, 0]), pack([0, 1])
    assert unpack([mean([one, other])])[0].tolist() == pytest.approx([0.7071, 0.7071], abs=1e-3)
    with pytest.raises(ValueError, match="zeros"):
        mean([one, pack([-1, 0])])
    with pytest.raises(ValueError, match="vectors of 2 and 3 numbers"):
        cosine(one, pack([1, 0, 0]))


def sentence(rng: np.random.Generator, size: int) -> str:
    return " ".join(f"word{n}" for n in rng.integers(0, 500, size // 7))


def test_texts_that_a_server_cuts_without_a_word_are_found_out(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    sizes = [210, 300, 900, 1500, 2000, 500, 1250, 4000, 950]
    words = [sentence(rng, size) for size in sizes]
    with Server(embed=lambda kind, text: vector(kind, text[:1000])) as server:
        replies, teacher = ask(server, tmp_path, *texts(*words), in_turn=True)
        extra = len(server.counters.bodies) - len(words)
        again, _ = ask(server, tmp_path, *texts(*words))
        assert len(server.counters.bodies) - len(words) == extra, "kept with the vectors"
    told = [len(word) for word, one in zip(words, replies, strict=True) if one.cut]
    assert told == [len(word) for word in words if len(word) > 1250], "those whose last fifth was not read"
    assert [one.cut for one in again] == [one.cut for one in replies]
    assert extra == 5, "a few texts tell"
    assert teacher.spend.purposes["match"].tokens_in > sum(len(word) // 4 for word in words)


def test_a_server_that_reads_all_or_refuses_cuts_nothing() -> None:
    rng = np.random.default_rng(1)
    words = [sentence(rng, size) for size in (300, 600, 2000)]
    with Server(embed=vector) as server:
        replies, _ = ask(server, None, *texts(*words, "short"), batch_size=2)
        asked = len([text for body in server.counters.bodies for text in embedded(body)])
    assert [one.cut for one in replies] == [False] * 4
    assert 5 <= asked <= 7
    with Server(embed=vector) as server:  # it refuses what is asked with another end
        replies, _ = ask(server, None, *texts(f"{sentence(rng, 900)} NOSIOP"))
        assert (len(server.counters.bodies), [one.cut for one in replies]) == (2, [False])


class Local:
    """Stands in for a library: words by hash, colours of pictures; the texts that came at a time are noted."""

    def __init__(self, sees: bool) -> None:
        self.batches: list[int] = []
        self.sees = sees

    def __call__(self, model: str, device: str) -> Any:
        assert (model, device) == ("a/folder", "cpu")
        return Encoders(
            self.texts, self.pictures if self.sees else None, lambda items: ["long" in one for one in items]
        )

    def texts(self, items: Any) -> Any:
        self.batches.append(len(items))
        if "POISON" in items:
            raise RuntimeError("too long\nfor the model")
        return np.array([vector("text", one) for one in items], np.float32)

    def pictures(self, items: Any) -> Any:
        self.batches.append(len(items))
        means = np.array([np.asarray(one).reshape(-1, 3).mean(axis=0) for one in items])
        return np.eye(3)[means.argmax(axis=1)]


def ask_local(local: Local, monkeypatch: pytest.MonkeyPatch, *requests: Request, **settings: Any) -> list[Reply]:
    from vdata.pipelines.teachers import local_embedder

    monkeypatch.setitem(local_embedder.LOADERS, "open_clip", local)
    monkeypatch.setattr(local_embedder, "_device", lambda: "cpu")
    monkeypatch.setattr(
        "ray.is_initialized", lambda: False
    )  # else an actor of Ray's, which other tests left running, loads it

    async def go() -> list[Reply]:
        one = Embedder(model="a/folder", library="open_clip", retries=0, **settings)
        teacher = make_teachers({"eyes": one}, None)["eyes"]
        try:
            return await teacher.ask(requests)
        finally:
            await teacher.close()

    return asyncio.run(go())


def test_a_model_that_is_loaded_here(colours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    local, words = Local(sees=True), [f"word {n}" for n in range(5)]
    replies = ask_local(local, monkeypatch, *texts(*words), batch_size=4)
    assert local.batches == [4, 1]
    assert [one.vector for one in replies] == [pack(vector("text", word)) for word in words]
    short = ask_local(local, monkeypatch, *texts("red green"), dimensions=2)
    assert unpack([short[0].vector])[0].tolist() == pytest.approx([0.7071, 0.7071], abs=1e-3)
    seen = ask_local(local, monkeypatch, *(picture(colours, time) for time in (12.0, 2.0, 7.0)))
    assert [unpack([one.vector])[0].argmax() for one in seen] == [2, 0, 1]
    assert local.batches[-1] == 3


def test_texts_that_a_model_loaded_here_cuts_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    replies = ask_local(Local(sees=True), monkeypatch, *texts("a long text", "short"))
    assert [one.cut for one in replies] == [True, False]


def test_what_a_model_that_is_loaded_here_does_not_take(colours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replies = ask_local(Local(sees=False), monkeypatch, *texts("one", "POISON", "two"), picture(colours, 2.0))
    assert [one.failure for one in replies] == ["", "teacher_error", "", "teacher_error"]
    assert replies[1].detail == "RuntimeError: too long for the model"
    assert "the model takes no pictures: write images: false" in replies[3].detail


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from vdata.pipelines.teachers import local_embedder
    from vdata.schemas import MissingExtra

    monkeypatch.setattr(local_embedder, "find_spec", lambda name: None if name == "sentence_transformers" else 1)
    with pytest.raises(MissingExtra, match=r"needs sentence-transformers, which is not .*vdata-toolkit\[embed\]"):
        Embedder(model="m", library="sentence_transformers").check()
    Embedder(model="m", library="open_clip").check()
    assert Embedder(model="m", library="open_clip").loads() == "m"
    assert Embedder(model="m").loads() == ""
