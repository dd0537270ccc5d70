"""The connections under the openai client: which are taken, and what their errors are called."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from asking import KEY, ask, settings, without_aiohttp
from openai_server import Server

from vdata.pipelines.teachers import client
from vdata.pipelines.teachers.client import broken, connections
from vdata.pipelines.teachers.kinds.openai import OpenAI
from vdata.pipelines.teachers.make import make_teachers
from vdata.schemas import Request

PLUGINS = str(Path(__file__).parents[2] / "plugins")
REQUEST = Request.of("What happens?")
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
ASKER = """
import asyncio, sys
if {blocked}:
    sys.modules["aiohttp"] = None  # whoever imports it gets an ImportError
from vdata.pipelines.teachers.make import make_teachers
from vdata.schemas import Request
from vdata.pipelines.teachers.kinds.openai import OpenAI

async def main():
    teacher = make_teachers({{"t": OpenAI(model="scripted", base_url=[sys.argv[1]])}}, None)["t"]
    asking = asyncio.ensure_future(teacher.ask([Request.of(f"What happens in part {{n}}?") for n in range(30)]))
    if {given_up}:
        await asyncio.sleep(0.3)
        asking.cancel()
    else:
        print(sum(reply.ok for reply in await asking), type(teacher.backend._http).__mro__[1].__module__)
    await teacher.close()

asyncio.run(main())
"""


@pytest.fixture(params=["aiohttp", "httpx"])
def over(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Over which connections to ask."""
    if request.param == "httpx":
        monkeypatch.setattr(openai, "DefaultAioHttpClient", without_aiohttp)
    return str(request.param)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The process's environment, without proxies."""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


def kind(made: OpenAI) -> str:
    async def go() -> str:
        http = connections(made)
        await http.aclose()
        return "aiohttp" if isinstance(http, openai.DefaultAioHttpClient) else "httpx"

    return asyncio.run(go())


def test_aiohttp_is_taken_where_it_is_and_httpx_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    made = settings("http://one/v1")
    assert kind(made) == "aiohttp"
    monkeypatch.setattr(client, "getproxies", lambda: {"all": "socks5://127.0.0.1:1080"})
    assert kind(made) == "httpx"


@pytest.mark.parametrize("blocked", [False, True])
@pytest.mark.parametrize("given_up", [False, True])
def test_nothing_is_left_open_with_and_without_the_extra(blocked: bool, given_up: bool) -> None:
    code = ASKER.format(blocked=blocked, given_up=given_up)
    with Server(mean=30.0 if given_up else 0.01) as server:
        command = [sys.executable, "-X", "dev", "-c", code, server.url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    heard = [line for line in done.stderr.splitlines() if "nclosed" in line or "never" in line or "Traceback" in line]
    assert (done.returncode, heard) == (0, []), done.stderr
    count, module = (done.stdout or "30 ").split(" ", 1)
    assert count == "30"
    assert given_up or ("aiohttp" in module) == (not blocked)


def test_in_an_actor_of_ray(ray: None) -> None:
    import ray as running

    class Asking:
        async def ask(self, url: str) -> list[bool]:
            teacher = make_teachers({"t": OpenAI(model="scripted", base_url=[url])}, None)["t"]
            many = await asyncio.gather(*(teacher.ask([Request.of(f"part {n}")]) for n in range(50)))
            await teacher.close()
            return [reply.ok for replies in many for reply in replies]

    with Server(mean=0.02) as server:
        actor: Any = running.remote(Asking).options(num_cpus=0).remote()
        assert running.get(actor.ask.remote(server.url), timeout=600) == [True] * 50
        running.kill(actor)
    assert server.counters.most > 10


def test_proxies_of_the_environment(over: str, environment: pytest.MonkeyPatch) -> None:
    made = settings("http://nowhere.invalid/v1", retries=0)
    with Server() as server:
        environment.setenv("HTTP_PROXY", server.url.removesuffix("/v1"))
        (through,) = ask(made, [REQUEST]).replies
        environment.setenv("NO_PROXY", "nowhere.invalid")
        (past,) = ask(made, [REQUEST]).replies
    assert through.detail == "HTTP 404: no such path: http://nowhere.invalid/v1/chat/completions"
    assert past.detail.startswith("http://nowhere.invalid/v1: nothing answers there (")
    assert (through.failure, past.failure) == ("teacher_error", "teacher_error")


def test_a_connection_that_is_not_taken_is_a_time_out(over: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "CONNECT", 0.3)
    with full() as url:
        (reply,) = ask(settings(url, retries=0, timeout=60.0), [REQUEST]).replies
    says = f"{url}: no connection within 0.3 s. Is the server up, and the address right?"
    assert (reply.failure, reply.detail) == ("teacher_timeout", says)


def test_a_reply_that_stops_coming_is_a_time_out(over: str) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    with saying(head, wait=60.0) as url:
        (reply,) = ask(settings(url, retries=0, timeout=0.3), [REQUEST]).replies
    assert reply.failure == "teacher_timeout"
    assert reply.detail.startswith(f"{url}: no reply within 0.3 s.")


@pytest.mark.parametrize(
    "said",
    [
        b"hello\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        f"Authorization: Bearer {KEY}\r\n\r\n".encode(),
    ],
)
def test_what_is_no_http_is_an_error_and_does_not_tell_the_key(said: bytes, over: str) -> None:
    with saying(said) as url:
        (reply,) = ask(settings(url, retries=1), [REQUEST]).replies
    assert reply.failure == "teacher_error"
    assert reply.detail.startswith(f"{url}: no whole reply came (")
    assert reply.detail.endswith("). The server's log may say why. (tried 2 times)")
    assert KEY not in reply.detail


def test_a_certificate_that_is_not_known(over: str) -> None:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed: self-signed certificate")
    raised: BaseException
    if over == "aiohttp":
        aiohttp = pytest.importorskip("aiohttp")
        raised = aiohttp.ClientConnectorCertificateError(None, error)
    else:
        raised = type("ConnectError", (Exception,), {"__module__": "httpcore"})("handshake")
    raised.__cause__ = error
    trouble = broken(raised, "https://one/v1", 9.0, str)
    assert trouble.detail == (
        "https://one/v1: no secure connection (certificate verify failed: self-signed certificate). "
        "Is https:// right, and is the certificate known here?"
    )
    assert (trouble.timeout, trouble.overload, trouble.again) == (False, False, True)


@contextlib.contextmanager
def full() -> Iterator[str]:
    """The address of a server that accepts nobody: its queue is full."""
    with contextlib.ExitStack() as stack:
        waiting = stack.enter_context(socket.socket())
        waiting.bind(("127.0.0.1", 0))
        waiting.listen(0)
        for _ in range(4):
            one = stack.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(waiting.getsockname())
        yield f"http://127.0.0.1:{waiting.getsockname()[1]}/v1"


@contextlib.contextmanager
def saying(answer: bytes, wait: float = 0.0) -> Iterator[str]:
    """The address of a server that answers *answer* whatever it is asked, and hangs up after *wait* seconds."""
    ended = threading.Event()

    def serve(listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection:
                    connection.recv(1 << 16)
                    connection.sendall(answer)
                    ended.wait(wait)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        ended.set()
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(60)
