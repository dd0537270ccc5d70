"""A store like Amazon's for tests: moto's server behind a proxy that makes faults when it is told to.

The proxy lets one request at a time write to a key: moto checks ``If-None-Match`` and then writes, and of two threads
both might pass; of a real store's requests one does.
"""

from __future__ import annotations

import http.client
import logging
import os
import random
import re
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import pytest

KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIAcanary",
    "AWS_SECRET_ACCESS_KEY": "canarySECRET",
    "AWS_DEFAULT_REGION": "us-east-1",
    "NO_PROXY": "127.0.0.1",
    "no_proxy": "127.0.0.1",
}
_HOP = ("host", "connection", "transfer-encoding", "content-length")


@dataclass
class Faults:
    """What goes wrong, each with a probability of a request; by chance, from a seed."""

    refused: float = 0.0
    """It is answered with 500 and not done."""
    lost: float = 0.0
    """It is done, and the connection ends without an answer."""
    slow: float = 0.0
    """It waits ``delay`` seconds before it is done."""
    delay: float = 0.3
    ignores: float = 0.0
    """A condition (``If-None-Match``) is taken for absent."""
    lag: float = 0.0
    """Seconds for which a list does not have a key that was put."""
    only: str = ""
    """A regular expression that the method and the key must match, ``PUT lab/.*``."""
    seed: int = 0
    made: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """How many of each there were."""

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)

    def draw(self, method: str, key: str) -> str:
        if self.only and not re.match(self.only, f"{method} {key}"):
            return ""
        cast = self._dice.random()
        for name in ("refused", "lost", "slow", "ignores"):
            if cast < (share := getattr(self, name)):
                self.made[name] += 1
                return name
            cast -= share
        return ""


class ObjectStore:
    """A running store. ``url`` is its address, ``faults`` what goes wrong from now on."""

    def __init__(self) -> None:
        from moto.server import ThreadedMotoServer

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.faults = Faults()
        self.requests: list[tuple[str, str, int]] = []
        """The method, the key and the status of all that were answered."""
        self.put: dict[str, float] = {}
        self.writing: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._moto = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
        self._moto.start()
        self.behind = self._moto.get_host_and_port()[1]
        store = self

        class Handler(_Handler):
            of = store

        self._proxy = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._proxy.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._proxy.server_address[1]}"
        threading.Thread(target=self._proxy.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._proxy.shutdown()
        self._proxy.server_close()
        self._moto.stop()

    @contextmanager
    def failing(self, faults: Faults) -> Iterator[Faults]:
        self.faults = faults
        try:
            yield faults
        finally:
            self.faults = Faults()

    def bare(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        """The answer of the server behind."""
        connection = http.client.HTTPConnection("127.0.0.1", self.behind, timeout=60)
        try:
            connection.request(method, path, body=body or None, headers=dict(headers))
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    of: ObjectStore

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def _do(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        key = unquote(urlsplit(self.path).path).strip("/")
        fault = self.of.faults.draw(self.command, key)
        if fault == "refused":
            return self._answer(500, {}, b"<Error><Code>InternalError</Code><Message>a fault</Message></Error>")
        if fault == "slow":
            time.sleep(self.of.faults.delay)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
        if fault == "ignores":
            headers = {name: value for name, value in headers.items() if name.lower() != "if-none-match"}
        with self.of.writing[key]:
            status, found, data = self.of.bare(self.command, self.path, body, headers)
        if self.command == "PUT" and status == 200:
            self.of.put.setdefault(key, time.monotonic())
        if self.command == "DELETE":
            self.of.put.pop(key, None)
        self.of.requests.append((self.command, key, status))
        if fault == "lost":
            self.close_connection = True
            return None
        if "list-type=2" in self.path and self.of.faults.lag:
            data = self._without_new(key, data)
        return self._answer(status, found, data)

    def _without_new(self, bucket: str, data: bytes) -> bytes:
        now, lag = time.monotonic(), self.of.faults.lag
        text = data.decode()
        for found in re.findall(r"<Contents>.*?</Contents>", text, re.DOTALL):
            (name,) = re.findall(r"<Key>(.*?)</Key>", found, re.DOTALL)
            if now - self.of.put.get(f"{bucket}/{name}", -1e9) < lag:
                self.of.faults.made["lag"] += 1
                text = text.replace(found, "")
        return text.encode()

    def _answer(self, status: int, headers: Mapping[str, str], data: bytes) -> None:
        try:
            self.send_response(status)
            length = str(len(data))
            for name, value in headers.items():
                if name.lower() == "content-length" and self.command == "HEAD":
                    length = value
                elif name.lower() not in _HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", length)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)
        except OSError:  # who asked has gone
            self.close_connection = True

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _do  # noqa: N815


@pytest.fixture(scope="session")
def _store() -> Iterator[ObjectStore]:
    pytest.importorskip("s3fs")
    pytest.importorskip("moto.server")
    store = ObjectStore()
    yield store
    store.close()


@pytest.fixture
def object_store(_store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    """A store with an empty bucket ``lab``, whose address and keys are in the environment."""
    import s3fs

    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": _store.url}.items():
        monkeypatch.setenv(name, value)
    _store.faults = Faults()
    _store.bare("POST", "/moto-api/reset", b"", {})
    _store.put.clear()
    _store.requests.clear()
    signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=a/b/us-east-1/s3/aws4_request"}
    status, _, _ = _store.bare("PUT", "/lab", b"", signed)
    assert status == 200
    s3fs.S3FileSystem.clear_instance_cache()  # which holds clients that ask the stores of earlier tests
    return _store
