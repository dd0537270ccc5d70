"""Whatever an endpoint says, a reply is kept or fails with a plain reason, soon and in bounded memory.

The server speaks bytes: each fault is written to the connection as it is.
"""

from __future__ import annotations

import gzip
import json
import re
import socket
import struct
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openai
import pyarrow.parquet as pq
import pytest
from asking import Asked, ask, settings, without_aiohttp
from inline import without_ray
from rough_stages import Inquire, Plain

from vdata.pipelines.build import run_build
from vdata.pipelines.settings.config import Config
from vdata.pipelines.teachers.endpoint_check import check
from vdata.schemas import Request
from vdata.stages.labels.kinds.activitynet import Activitynet

PLAIN = Request.of("What happens?", purpose="caption")
FORMED = Request.of(
    "Who is there?",
    schema={"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
    purpose="caption",
)
USAGE = {"prompt_tokens": 7, "completion_tokens": 3}
SLOW = 8.0
"""Seconds that a case may take: it is tried twice, with a time-out of half a second."""


def chat(content: Any = "A dog runs.", /, *, usage: Any = USAGE, message: Any = None, **more: Any) -> dict[str, Any]:
    said = {"role": "assistant", "content": content} if message is None else message
    choice = {"index": 0, "finish_reason": "stop", "message": said}
    return {"id": "1", "object": "chat.completion", "model": "scripted", "choices": [choice], "usage": usage, **more}


def http(
    body: bytes | str | dict[str, Any] | list[Any],
    status: str = "200 OK",
    kind: str = "application/json",
    **headers: str,
) -> bytes:
    data = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(data)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + data


def odd(usage: str) -> bytes:
    return http(json.dumps(chat()).replace(json.dumps(USAGE), usage))


def chunked(*chunks: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + b"".join(chunks)


def bomb(size: int) -> bytes:
    return http(gzip.compress(b'{"a": "' + b" " * size + b'"}', 1), Content_Encoding="gzip")


WHOLE = http(chat())
HALF = WHOLE[: len(WHOLE) - 30]
DEEP = "[" * 200_000 + "]" * 200_000

KEPT = "A dog runs."
CASES: dict[str, tuple[bytes | list[bytes], str, str]] = {
    # name: what the server writes, how the reply fails ("": it is kept), and with which words
    "usage negative": (odd('{"prompt_tokens": -5000, "completion_tokens": -1}'), "", KEPT),
    "usage in words": (odd('{"prompt_tokens": "many", "completion_tokens": "few"}'), "", KEPT),
    "usage 1e400": (odd('{"prompt_tokens": 1e400, "completion_tokens": 1e308}'), "", KEPT),
    "usage NaN": (odd('{"prompt_tokens": NaN, "completion_tokens": -Infinity}'), "", KEPT),
    "usage null": (odd("null"), "", KEPT),
    "usage a list": (odd("[7, 3]"), "", KEPT),
    "usage of lists": (odd('{"prompt_tokens": [], "completion_tokens": {}}'), "", KEPT),
    "usage true": (odd('{"prompt_tokens": true}'), "", KEPT),
    "another model": (http(chat(model="someone-else-7b")), "", KEPT),
    "no model": (http(chat(model=["x"])), "", KEPT),
    "finish is a number": (http(chat() | {"choices": [{"message": {"content": KEPT}, "finish_reason": 7}]}), "", KEPT),
    "refusal is a list": (http(chat(message={"content": KEPT, "refusal": [1]})), "", KEPT),
    "role of a user": (http(chat(message={"role": "user", "content": KEPT})), "", KEPT),
    "extra choices": (http(chat() | {"choices": [*chat()["choices"], {"message": None}, 7]}), "", KEPT),
    "content in parts": (http(chat([{"type": "text", "text": "A dog "}, {"text": "runs."}, {"image": 1}])), "", KEPT),
    "wrong content type": (http(chat(), kind="text/html"), "", KEPT),
    "a byte order mark": (http(b"\xef\xbb\xbf" + json.dumps(chat()).encode()), "", KEPT),
    "a byte order mark in text": (http(b"\xef\xbb\xbf" + json.dumps(chat()).encode(), kind="text/plain"), "", KEPT),
    "gzip": (http(gzip.compress(json.dumps(chat()).encode()), Content_Encoding="gzip"), "", KEPT),
    "half characters": (http(chat("A dog \ud800runs.\x00\x1b[2J")), "", "A dog \ufffdruns."),
    "status 201": (http(chat(), "201 Created"), "", KEPT),
    "empty choices": (http(chat() | {"choices": []}), "teacher_error", "no chat completion"),
    "choices null": (http(chat() | {"choices": None}), "teacher_error", "no chat completion"),
    "choices of words": (http(chat() | {"choices": ["A dog"]}), "teacher_error", "no chat completion"),
    "content null": (http(chat(None)), "empty", "the reply has no text"),
    "content a number": (http(chat(17)), "teacher_error", "no chat completion"),
    "tool calls": (
        http(chat(message={"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "rm"}}]})),
        "empty",
        "the reply has no text",
    ),
    "200 with an error": (http({"error": {"message": "out of memory"}}), "teacher_error", "answered with an error"),
    "200 with a page": (http("<html>Log in</html>", kind="text/html"), "teacher_error", "no chat completion"),
    "200 with a list": (http([1, 2]), "teacher_error", "no chat completion"),
    "200 with nothing": (http(b""), "teacher_error", ""),
    "204": (http(b"", "204 No Content"), "teacher_error", ""),
    "bad UTF-8": (http(b'{"choices": "\xff\xfe\x80"}'), "teacher_error", ""),
    "truncated JSON": (http(json.dumps(chat())[:-20]), "teacher_error", ""),
    "a pit of brackets": (http(DEEP), "teacher_error", "nested too deeply"),
    "a pit in the choices": (http('{"choices": ' + DEEP + "}"), "teacher_error", "nested too deeply"),
    "a body of 40 MB": (http(b'{"a": "' + b" " * 40_000_000 + b'"}'), "teacher_error", "longer than 16 MiB"),
    "a gzip bomb": (bomb(400_000_000), "teacher_error", "longer than 16 MiB"),
    "gzip cut off": (
        http(gzip.compress(json.dumps(chat()).encode())[:-12], Content_Encoding="gzip"), "teacher_error", "unpack",
    ),
    "gzip that is none": (http(chat(), Content_Encoding="gzip"), "teacher_error", "cannot be unpacked"),
    "brotli unasked": (http(chat(), Content_Encoding="br"), "teacher_error", "which was not asked for"),
    "broken chunks": (chunked(b"zz\r\n{}\r\n"), "teacher_error", "no whole reply came"),
    "chunks cut off": (chunked(b"ff\r\n{"), "teacher_error", "no whole reply came"),
    "a body cut off": (HALF, "teacher_error", "no whole reply came"),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.6\r\n", "teacher_error", "no whole reply came"),
    "nothing at all": (b"", "teacher_error", "no whole reply came"),
    "a reset in the middle": ([HALF, b"RESET"], "teacher_error", "no whole reply came"),
    "huge headers": (http(chat(), X_Long="x" * 300_000), "teacher_error", "no whole reply came"),
    "a slow drip": ([bytes([byte]) for byte in WHOLE], "teacher_timeout", "no reply within 0.5 s"),
    "a server that waits": ([HALF, b"WAIT"], "teacher_timeout", "no reply within 0.5 s"),
    "429 after -5": (http("slow", "429 Too Many", Retry_After="-5"), "teacher_error", "HTTP 429: slow (tried 2"),
    "429 after a word": (http("slow", "429 Too Many", Retry_After="soon"), "teacher_error", "HTTP 429: slow (tried 2"),
    "429 after a date": (
        http("slow", "429 Too Many", Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"), "teacher_error", "HTTP 429: slow",
    ),
    "429 after no date": (
        http("slow", "429 Too Many", Retry_After="Wed, 99 Oct 0000 07:28:00 -0000"), "teacher_error", "HTTP 429: slow",
    ),
    "429 after a year": (http("slow", "429 Too Many", Retry_After="31536000"), "teacher_error", "HTTP 429: slow"),
    "429 after 1e400": (http("slow", "429 Too Many", Retry_After="1e400"), "teacher_error", "HTTP 429: slow"),
    "401": (http({"error": {"message": "who?"}}, "401 Unauthorized"), "teacher_error", "HTTP 401: who?"),
    "403": (http("no", "403 Forbidden"), "teacher_error", "HTTP 403: no"),
    "404": (http("<html>none</html>", "404 Not Found", "text/html"), "teacher_error", "HTTP 404"),
    "413": (http("", "413 Too Large"), "teacher_error", "HTTP 413: no message"),
    "400 of brackets": (http(DEEP, "400 Bad Request"), "teacher_error", "HTTP 400"),
    "500 of 40 MB": (http(b"x" * 40_000_000, "500 Oh"), "teacher_error", "longer than 16 MiB"),
    "502": (http("<html>gateway</html>", "502 Bad Gateway", "text/html"), "teacher_error", "HTTP 502"),
    "529": (http({"error": "busy"}, "529 Overloaded"), "teacher_error", "HTTP 529"),
    "a status of 999": (http("x", "999 What"), "teacher_error", ""),
}  # fmt: skip


class Bytes:
    """A server that writes *said* to each request, piece by piece, and counts the requests by their first line."""

    def __init__(self, said: bytes | list[bytes] | Callable[[str], bytes]) -> None:
        self.said, self.lines = said, list[str]()
        self.bodies: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self.over = threading.Event()

    def __enter__(self) -> Bytes:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.listener.close()

    def _serve(self) -> None:
        while not self.over.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        try:
            with connection:
                self._read(connection)
                said = self.said(self.lines[-1]) if callable(self.said) else self.said
                for piece in [said] if isinstance(said, bytes) else said:
                    if piece == b"RESET":
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        return
                    if piece == b"WAIT":
                        self.over.wait(3)
                        return
                    connection.sendall(piece)
                    if len(piece) == 1 and self.over.wait(0.02):
                        return
        except OSError:  # the client has had enough
            return

    def _read(self, connection: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65536) or b"\r\n\r\n"
        head, _, body = data.partition(b"\r\n\r\n")
        length = int(found[1]) if (found := re.search(rb"(?i)content-length: (\d+)", head)) else 0
        while len(body) < length:
            body += connection.recv(65536) or b" " * length
        self.lines.append(head.split(b"\r\n")[0].decode())
        self.bodies.append(body)


@pytest.fixture(params=["aiohttp", "httpx"])
def over(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "httpx":
        monkeypatch.setattr(openai, "DefaultAioHttpClient", without_aiohttp)
    return str(request.param)


def asked(server: Bytes, *requests: Request, **more: Any) -> Asked:
    return ask(settings(server.url, **{"retries": 1, "timeout": 0.5, "format_retries": 0, **more}), list(requests))


@pytest.fixture
def bounded() -> Iterator[None]:
    """Half a minute is not taken, nor are hundreds of megabytes."""
    begun = time.monotonic()
    tracemalloc.start()
    yield
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 160 * 2**20
    assert time.monotonic() - begun < SLOW


def told(name: str, asked: Asked, failure: str, says: str) -> None:
    (reply,) = asked.replies
    assert reply.failure == failure, (name, reply.detail)
    if failure:
        assert says in reply.detail, (name, reply.detail)
        assert len(reply.detail) < 1500
        assert reply.texts == ()
    else:
        assert reply.texts == (says,)
    totals = asked.totals
    assert all(isinstance(totals[key], int) and totals[key] >= 0 for key in ("tokens_in", "tokens_out", "calls"))
    assert 0 <= totals["dollars"] < 1


@pytest.mark.parametrize("name", CASES)
@pytest.mark.usefixtures("bounded")
def test_a_fault_is_kept_or_a_teacher_error(name: str) -> None:
    said, failure, says = CASES[name]
    with Bytes(said) as server:
        told(name, asked(server, PLAIN), failure, says)


@pytest.mark.parametrize(
    "name", ["a gzip bomb", "gzip cut off", "broken chunks", "a reset in the middle", "a slow drip", "huge headers",
             "a byte order mark", "gzip", "brotli unasked", "a pit of brackets"]
)  # fmt: skip
@pytest.mark.usefixtures("bounded")
def test_the_same_without_aiohttp(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai, "DefaultAioHttpClient", without_aiohttp)
    said, failure, says = CASES[name]
    with Bytes(said) as server:
        told(name, asked(server, PLAIN), failure, says)


@pytest.mark.parametrize(
    ("content", "failure"),
    [
        (DEEP, "bad_reply"),
        ('{"name": ' + "[" * 3000 + "]" * 3000 + "}", "bad_reply"),
        ('{"name": 1' + "0" * 5000 + "}", "bad_reply"),
        ('{"name": 1e400}', "bad_reply"),
        ("{}" * 200_000, "bad_reply"),
        ('{"name": "' + "x" * 2_000_000 + '"}', "bad_reply"),
        ('{"name": "Ann", "name": "Bob"}', ""),
        ("\ufeff" + '{"name": "Ann"}', ""),
    ],
    ids=range(8),
)
@pytest.mark.usefixtures("bounded")
def test_a_bomb_in_the_reply_itself(content: str, failure: str) -> None:
    with Bytes(http(chat(content))) as server:
        (reply,) = asked(server, FORMED, timeout=3.0).replies
    assert reply.failure == failure, reply.detail[:200]
    assert len(reply.detail) < 21_000


# Redirects


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 Temporary", "308 Permanent"])
def test_a_redirect_elsewhere_is_refused_and_said(status: str, over: str) -> None:
    with Bytes(http(chat())) as other:
        target = f"http://127.0.0.1:{other.port}/v1/chat/completions?token=abc"
        with Bytes(http("", status, Location=target)) as server:
            (reply,) = asked(server, PLAIN, retries=3).replies
    assert reply.failure == "teacher_error"
    place = f"http://127.0.0.1:{other.port}/v1/chat/completions?token=…"
    assert (
        f"HTTP {status[:3]}: the endpoint sends requests on to {place}, which the config does not name" in reply.detail
    )
    assert (len(server.lines), other.lines) == (1, []), "no prompt went there, and it is not tried again"


@pytest.mark.parametrize(
    "target", ["https://127.0.0.1:{port}/v1/chat/completions", "//evil.example/v1", "ftp://x/y",
               "http://127.0.0.1:{port}.evil.example/v1", "http://evil.example", "http://[", ""]
)  # fmt: skip
def test_odd_places_are_no_place_of_ours(target: str) -> None:
    def said(line: str) -> bytes:
        return http("", "307 Temporary", Location=target.format(port=server.port))

    with Bytes(said) as server:
        (reply,) = asked(server, PLAIN).replies
    assert reply.failure == "teacher_error"
    assert "HTTP 307" in reply.detail
    assert {line.split()[1] for line in server.lines} == {"/v1/chat/completions"}


def test_a_redirect_on_the_same_host_and_port_is_followed(over: str) -> None:
    def said(line: str) -> bytes:
        return http(chat()) if "/v2/" in line else http("", "307 Temporary", Location="/v2/chat/completions")

    with Bytes(said) as server:
        (reply,) = asked(server, PLAIN).replies
    assert (reply.failure, reply.texts) == ("", (KEPT,))
    assert [line.split()[:2] for line in server.lines] == [
        ["POST", "/v1/chat/completions"],
        ["POST", "/v2/chat/completions"],
    ]
    assert server.bodies[0] == server.bodies[1]


def test_a_circle_of_redirects_ends() -> None:
    with Bytes(http("", "307 Temporary", Location="/v1/chat/completions")) as server:
        (reply,) = asked(server, PLAIN).replies
    assert reply.failure == "teacher_error"
    assert len(server.lines) == 6


def test_the_check_of_an_endpoint_follows_nowhere() -> None:
    with Bytes(http({"data": []})) as other, Bytes(http("", "307 T", Location=f"{other.url}/models")) as server:
        check(settings(server.url), "m")
    assert other.lines == []


@pytest.mark.parametrize("body", [DEEP, '{"data": null}', '{"data": [1]}', "x"])
def test_odd_lists_of_models_are_passed_over(body: str) -> None:
    with Bytes(http(body)) as server:
        check(settings(server.url), "m")


@pytest.mark.parametrize("packed", [True, False])
def test_a_list_of_models_is_read_as_far_as_a_reply_may_be_long(packed: bool) -> None:
    size = 60 * 2**20
    tracemalloc.start()
    with Bytes(
        bomb(size) if packed else chunked(*(b"100000\r\n" + b" " * 2**20 + b"\r\n" for _ in range(60)))
    ) as server:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        check(settings(server.url), "m")
        most = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert most < 45 * 2**20
    assert len(server.lines) == 1


def test_the_model_that_answered_is_on_the_row_and_on_the_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_ray(monkeypatch)
    (tmp_path / "l.json").write_text(json.dumps({"v": {"duration": 9.0, "timestamps": [[0, 1]], "sentences": ["a"]}}))
    labels = [Activitynet(kind="activitynet", path=str(tmp_path / "l.json"), lane="events")]
    with Bytes(http(chat(model="someone-else-7b"))) as server:
        config = Config(
            labels=labels,
            stages=[Inquire(), Plain(of="replies")],
            teachers={"watcher": settings(server.url)},
            output={"path": tmp_path / "out"},
            cache=tmp_path / "cache",
        )
        for how in (False, True):  # the second time from the cache of replies
            assert run_build(config, limit=None, address=None, overwrite=how) == 0
            (row,) = pq.read_table(next((tmp_path / "out" / "timelines").glob("*.parquet"))).to_pylist()
            assert {"name": "answered_by:watcher", "value": "someone-else-7b"} in row["attrs"]
            card = (tmp_path / "out" / "README.md").read_text()
            assert "Not the model that watcher names, but someone-else-7b answered for 1 video." in card
    assert sum(line.startswith("POST") for line in server.lines) == 1
