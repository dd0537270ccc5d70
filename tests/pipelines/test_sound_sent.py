"""Builds that send the sound of stretches: what the server hears, what is checked before, what it costs."""

from __future__ import annotations

import base64
import html
import io
import json
import re
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from asking import FakeClock, ask, settings
from inline import without_ray
from openai_server import Server
from sound_films import RATE

from vdata.cli import run
from vdata.pipelines.teachers.call_size import CallSize, size_of
from vdata.pipelines.teachers.endpoint import Endpoint
from vdata.pipelines.teachers.messages import rough_tokens
from vdata.pipelines.teachers.reply_parser import Raw
from vdata.pipelines.teachers.request_media import RequestMedia
from vdata.pipelines.teachers.spend import Spend
from vdata.pipelines.teachers.teacher_settings import Budget, Price
from vdata.schemas import Request, Sound

TONES = (440, 880, 1320, 1760)
"""Hz, each for two seconds."""
SPANS = [[0, 2], [2, 4], [3, 7], [5.5, 6]]
CONFIG = """
videos: {folder}/in
labels: [{{kind: activitynet, path: {folder}/labels.json, lane: events}}]
teachers: {{ear: {{kind: openai, model: scripted, base_url: "{url}", hears: true, price: {{input: 10, output: 0}}}}}}
stages:
  - probe
  - caption: {{of: events, look: {{count: 1, size: 32}}, sound: true}}
output: {{path: {folder}/out}}
cache: {folder}/cache
"""
Say = pytest.CaptureFixture[str]


def tones(pitches: tuple[int, ...] = TONES) -> Any:
    time = np.arange(2 * len(pitches) * RATE) / RATE
    pitch = np.repeat(pitches, 2 * RATE)
    return (np.sin(2 * np.pi * pitch * time) * 0.4).astype(np.float32)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(answer=lambda _: "A tone is heard all the while.") as server:
        yield server


@pytest.fixture
def config(tmp_path: Path, server: Server, sound_film: Any) -> Path:
    (tmp_path / "in").mkdir()
    sound_film("in/tones.mkv", tones(), seconds=8.0)
    said = {"tones": {"duration": 8.0, "timestamps": SPANS, "sentences": [f"part {n}" for n in range(len(SPANS))]}}
    (tmp_path / "labels.json").write_text(json.dumps(said))
    path = tmp_path / "my.yaml"
    path.write_text(CONFIG.format(folder=tmp_path, url=server.url))
    return path


def sounds(server: Server) -> list[bytes]:
    """The WAV files that the server was sent, in the order of their length and content."""
    found = []
    for body in server.counters.bodies:
        for part in body["messages"][-1]["content"]:
            if part["type"] == "input_audio":
                assert part["input_audio"]["format"] == "wav"
                found.append(base64.b64decode(part["input_audio"]["data"]))
    return found


def heard(data: bytes) -> Any:
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16000, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


def pitches(samples: Any, step: float = 0.25) -> list[int]:
    """The loudest pitch of each quarter of a second, Hz, to the nearest tone."""
    size = int(16000 * step)
    found = []
    for at in range(0, len(samples) - size + 1, size):
        peak = np.abs(np.fft.rfft(samples[at : at + size])).argmax() * 16000 / size
        found.append(min(TONES, key=lambda tone: abs(tone - peak)))
        assert abs(found[-1] - peak) <= 4
    return found


def test_the_server_hears_the_stretches_and_nothing_else(
    config: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_ray(monkeypatch)
    assert run(["build", str(config)]) in (0, 1)
    sent = {len(samples) / 16000: samples for samples in map(heard, sounds(server)) if len(samples) != 2 * 16000}
    assert sorted(sent) == [0.5, 4.0]
    assert pitches(sent[0.5]) == [1320] * 2
    assert pitches(sent[4.0]) == [880] * 4 + [1320] * 8 + [1760] * 4, "3 to 7 s"
    whole = sorted(pitches(samples) for samples in map(heard, sounds(server)) if len(samples) == 2 * 16000)
    assert whole == [[440] * 8, [880] * 8]
    kinds = [[part["type"] for part in body["messages"][-1]["content"]] for body in server.counters.bodies]
    assert kinds == [["text", "image_url", "input_audio"]] * 4


def test_the_page_plays_what_is_sent(config: Path, server: Server, tmp_path: Path, capsys: Say) -> None:
    page = tmp_path / "p.html"
    assert run(["prompts", str(config), "--html", str(page), "--all"]) == 0
    capsys.readouterr()
    text = page.read_text()
    played = re.findall(r'<audio controls preload="metadata" src="data:audio/wav;base64,([^"]+)">', text)
    lengths = sorted(len(heard(base64.b64decode(html.unescape(one)))) / 16000 for one in played)
    assert lengths == [0.5, 2.0, 2.0, 4.0]
    assert "media-src data:" in text
    assert "1 picture, 4.0 s of sound" in text
    assert run(["prompts", str(config)]) == 0
    out = capsys.readouterr().out
    assert "[the sound of tones.mkv from 0 to 2 s, 64 kB of WAV]" in out
    assert "25 a second of sound (8.5 s)" in out
    (row,) = [line.split() for line in out.splitlines() if line.startswith("caption.describe ")]
    assert int(row[6].replace(",", "")) > 4 * 256 + 8.5 * 25
    assert server.counters.calls == 0


def test_the_plan_counts_sound(config: Path, capsys: Say) -> None:
    assert run(["plan", str(config)]) == 0
    out = capsys.readouterr().out
    assert re.search(r"ear: about 1 calls, 1 images, 8 s of sound, ", out), out
    assert "(at 256 tokens an image, 25 a second of sound and 4 s a call;" in out
    assert run(["plan", str(config), "--set", "caption.sound=false"]) == 0
    out = capsys.readouterr().out
    assert "of sound" not in out
    assert "(at 256 tokens an image and 4 s a call;" in out
    part = {"type": "input_audio", "input_audio": {"data": "A" * (4 * 32000 * 4 // 3)}}
    assert rough_tokens([{"role": "user", "content": [part]}]) == pytest.approx(100, abs=5)


def test_a_teacher_that_does_not_hear_is_a_mistake_of_check(config: Path, capsys: Say) -> None:
    config.write_text(config.read_text().replace("hears: true, ", ""))
    assert run(["check", str(config)]) == 2
    said = capsys.readouterr().err
    assert "stages.caption.sound: sends sound to the teacher ear, which does not say that it hears." in said
    assert "set teachers.ear.hears: true; else leave sound out." in said
    assert run(["check", str(config), "--set", "caption.sound=false"]) == 0


def test_a_refusal_of_sound_says_what_to_do() -> None:
    shown = Request.of("What?", Sound("a.mkv", "a" * 64, 0.0, 1.0))
    for request, hint in ((shown, True), (Request.of("What?"), False)):
        with Server(queue=["400"]) as server, patch("vdata.pipelines.teachers.sound_encoder.encode", lambda _: ("",)):
            (reply,) = ask(server, [request]).replies
        assert reply.failure == "teacher_error"
        assert reply.detail.startswith("HTTP 400")
        assert ("if this model does not hear, take `sound: true` out of the stage" in reply.detail) == hint


def test_sound_may_have_a_price_of_its_own() -> None:
    price = settings("http://127.0.0.1:9/v1", price={"input": 2, "output": 8, "sound": 40}, batch=True).paid()
    assert (price.input, price.output, price.sound) == (1, 4, 20), "half of it in batches"
    assert price.dollars(1000, 100, 300) == pytest.approx((700 * 1 + 300 * 20 + 100 * 4) / 1e6)
    assert Price(input=2).dollars(1000, 0, 300) == pytest.approx(2000 / 1e6)
    answer = {
        "choices": [{"message": {"content": "A tone."}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 900, "completion_tokens": 7, "prompt_tokens_details": {"audio_tokens": 250}},
    }
    raw = Endpoint(settings("http://127.0.0.1:9/v1"), FakeClock(), RequestMedia())._frame(answer, "m", 0)
    assert (raw.tokens_in, raw.tokens_out, raw.tokens_sound) == (900, 7, 250)
    assert Raw(**raw.as_kept()) == raw
    assert "tokens_sound" not in Raw("A text.").as_kept(), "replies without sound are kept as they were"
    spend = Spend("ear", Budget(), price)
    spend.add("caption", raw.tokens_in, raw.tokens_out, raw.tokens_sound)
    assert spend.total().dollars == pytest.approx((650 * 1 + 250 * 20 + 7 * 4) / 1e6)
    heard = Request.of("What?", Sound("a.mkv", "a" * 64, 1.0, 5.0))
    assert size_of(heard, 400) == CallSize(50 + 2 + 100, 100, 0, 400), "a budget holds requests with sound back too"
