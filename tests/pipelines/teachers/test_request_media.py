"""What a teacher is shown: real clips as data URIs."""

from __future__ import annotations

import asyncio
import base64
import io
import os
import threading
import wave
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from asking import ask
from openai_server import Server, pictures

from vdata.pipelines.teachers import picture_encoder
from vdata.pipelines.teachers.request_media import Held, Make, RequestMedia
from vdata.schemas import Failed, Frames, Request, Sound
from vdata.video.decode.frames import fetch


def decoded(uri: str) -> Any:
    kind, _, data = uri.partition(";base64,")
    assert kind.startswith("data:image/")
    picture: Any = cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_COLOR)
    return picture[..., ::-1]


@pytest.fixture(scope="module")
def bikes(clips: Path) -> Frames:
    return Frames(str(clips / "bikes.mp4"), "a" * 64, (0.5, 2.0, 4.0, 6.0, 8.0), size=160)


def changed(frames: Frames, **fields: Any) -> Frames:
    from dataclasses import replace

    return replace(frames, **fields)


def test_frames_reach_the_server_in_order(bikes: Frames) -> None:
    with Server() as server:
        asked = ask(server, [Request.of("Before", bikes, "after", system="You watch.")])
    assert asked.replies[0].ok
    content = server.counters.bodies[0]["messages"][1]["content"]
    assert [part["type"] for part in content] == ["text", *["image_url"] * 5, "text"]
    shown = [decoded(uri) for uri in pictures(server.counters.bodies[0])]
    assert {picture.shape for picture in shown} == {(68, 160, 3)}
    for picture, wanted in zip(shown, picture_encoder.load(bikes), strict=True):
        assert np.abs(picture.astype(int) - wanted).mean() < 5


def test_a_grid_is_one_picture(bikes: Frames) -> None:
    alone, (grid,) = picture_encoder.load(bikes), picture_encoder.load(changed(bikes, columns=2))
    assert grid.shape == (3 * 68 + 2 * 4, 2 * 160 + 4, 3)
    assert (grid[72:140, :160] == alone[2]).all()
    assert (grid[144:, 164:] == 0).all()  # the sixth cell is empty
    assert (picture_encoder.load(changed(bikes, columns=9))[0]).shape == (68, 5 * 160 + 4 * 4, 3)


def test_each_edit_spoils_and_is_always_the_same(bikes: Frames) -> None:
    right = np.stack(picture_encoder.load(bikes)).astype(int)
    for edit in ("shuffled", "blurred", "tiny", "recoloured"):
        spoilt = np.stack(picture_encoder.load(changed(bikes, edit=edit))).astype(int)
        assert spoilt.shape == right.shape
        assert np.abs(spoilt - right).mean() > 3, edit
        assert (np.stack(picture_encoder.load(changed(bikes, edit=edit))) == spoilt).all()
    mixed = picture_encoder.load(changed(bikes, edit="shuffled"))
    order = picture_encoder.order(bikes)
    assert sorted(order) == [0, 1, 2, 3, 4] != order
    assert all((mixed[n] == right[order[n]]).all() for n in range(5))
    assert picture_encoder.order(changed(bikes, times=(1.0, 2.0))) == [1, 0]
    assert picture_encoder.order(changed(bikes, times=(1.0,))) == [0]


def test_tiny_pictures_hold_next_to_nothing(bikes: Frames) -> None:
    (tiny,) = picture_encoder.load(changed(bikes, times=(2.0,), edit="tiny"))
    (plain,) = picture_encoder.load(changed(bikes, times=(2.0,)))
    assert cv2.Laplacian(tiny, cv2.CV_64F).var() < cv2.Laplacian(plain, cv2.CV_64F).var() / 10


def test_the_longest_side_counts_and_nothing_is_enlarged() -> None:
    assert picture_encoder.shrink(np.zeros((400, 100, 3), np.uint8), 200).shape == (200, 50, 3)
    assert picture_encoder.shrink(np.zeros((90, 160, 3), np.uint8), 512).shape == (90, 160, 3)
    assert picture_encoder.shrink(np.zeros((2000, 1, 3), np.uint8), 20).shape == (20, 1, 3)


def test_pictures_are_fetched_once_for_all_who_show_them(bikes: Frames, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[Any] = []

    def counted(*args: Any, **more: Any) -> Any:
        fetched.append(args)
        return fetch(*args, **more)

    monkeypatch.setattr(picture_encoder, "fetch", counted)
    with Server(queue=["500", "429"]) as server:
        asked = ask(server, [Request.of(bikes, f"What happens in part {n}?", samples=2) for n in range(5)])
    assert all(reply.ok for reply in asked.replies)
    assert len(fetched) == 1


def test_what_is_kept_is_bounded(bikes: Frames) -> None:
    async def go() -> int:
        media = RequestMedia(keep=60_000)
        for n in range(10):
            await media.pictures(changed(bikes, times=(n / 2,)), "png", 0)
        kept = sum(len(uri) for uris in media._kept.values() for uri in uris)
        assert kept == media._size
        media.close()
        return kept

    assert 0 < asyncio.run(go()) <= 60_000


class Nodes:
    """Tasks on nodes that come and go; each is done when it is let."""

    def __init__(self) -> None:
        self.places, self.begun, self.most = 0, 0, 0
        self.let = asyncio.Event()

    async def make(self, make: Make) -> tuple[Held, ...]:
        self.begun += 1
        self.most = max(self.most, self.begun)
        await self.let.wait()
        self.begun -= 1
        return ()


def test_as_many_tasks_are_begun_as_there_are_places_by_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)

    async def go() -> list[int]:
        nodes, gone, found = Nodes(), threading.Event(), []
        media = RequestMedia(patience=600)
        media.use(nodes)

        def wait() -> tuple[str, ...]:
            gone.wait(60)
            return ()

        async def ask(first: int, count: int) -> None:
            asked.extend(asyncio.create_task(media._once(n, wait)) for n in range(first, first + count))
            await asyncio.sleep(0.01)

        asked: list[asyncio.Task[Any]] = []
        await ask(0, 5)  # one is in the thread
        found.append(nodes.begun)
        nodes.places = 3  # two nodes join
        await ask(5, 1)
        found.append(nodes.begun)
        nodes.places = 1  # and go
        nodes.let.set()
        await asyncio.sleep(0.01)
        nodes.let.clear()
        nodes.most = 0
        await ask(6, 5)
        found.append(nodes.most)
        gone.set()
        nodes.let.set()
        await asyncio.gather(*asked)
        media.close()
        return found

    assert asyncio.run(go()) == [0, 3, 1]


@pytest.mark.parametrize("form", ["png", "webp"])
def test_other_formats(bikes: Frames, form: str) -> None:
    uri = picture_encoder.encode(changed(bikes, times=(2.0,)), form, 90)[0]
    assert uri.startswith(f"data:image/{form};base64,")
    assert decoded(uri).shape == (68, 160, 3)


def test_a_stretch_of_sound_is_sent_as_wav(tmp_path: Path, clips: Path) -> None:
    path = _film_with_tone(tmp_path / "tone.mp4")
    with Server() as server:
        asked = ask(server, [Request.of(Sound(str(path), "b" * 64, 1.0, 1.5), "What is heard?")])
        assert asked.replies[0].ok
    part = server.counters.bodies[0]["messages"][0]["content"][0]
    assert (part["type"], part["input_audio"]["format"]) == ("input_audio", "wav")
    with wave.open(io.BytesIO(base64.b64decode(part["input_audio"]["data"]))) as heard:
        assert (heard.getframerate(), heard.getnchannels(), heard.getnframes()) == (16000, 1, 8000)
        samples = np.frombuffer(heard.readframes(8000), np.int16)
    spectrum = np.abs(np.fft.rfft(samples))
    assert spectrum.argmax() * 2 == pytest.approx(880, abs=4)  # the second tone
    with Server() as server:
        silent = ask(server, [Request.of(Sound(str(path), "b" * 64, 50.0, 51.0), "What is heard?")])
    assert silent.failures == ["teacher_error"]
    assert "no_sound" in silent.replies[0].detail


def test_too_much_sound_is_refused() -> None:
    from vdata.pipelines.teachers.sound_encoder import encode

    with pytest.raises(Failed, match="sound_too_long"):
        encode(Sound("film.mp4", "b" * 64, 0.0, 3600.0))


def _film_with_tone(path: Path) -> Path:
    """Two seconds: 440 Hz, then 880 Hz."""
    import av

    time = np.arange(2 * 16000) / 16000
    tone = (np.sin(2 * np.pi * np.where(time < 1, 440, 880) * time) * 8000).astype(np.int16)
    with av.open(str(path), "w") as target:
        film = target.add_stream("mpeg4", rate=10)
        film.width, film.height, film.pix_fmt = 64, 48, "yuv420p"
        sound = target.add_stream("aac", rate=16000, layout="mono")
        for _ in range(20):
            target.mux(film.encode(av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")))
        for start in range(0, len(tone), 1024):
            frame = av.AudioFrame.from_ndarray(tone[None, start : start + 1024], format="s16", layout="mono")
            frame.sample_rate, frame.pts = 16000, start
            target.mux(sound.encode(frame))
        target.mux(film.encode())
        target.mux(sound.encode())
    return path
