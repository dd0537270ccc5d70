"""A server that speaks the API of the Hugging Face Hub, for tests: data sets with their history, large files, faults.

What the client (huggingface_hub) and ``datasets`` ask of the Hub to make a repository, commit to it, list it and
download from it, with the status codes, headers and messages of the Hub's documentation. Everything is in memory::

    with HubServer() as hub:
        hub.url                              # for HF_ENDPOINT
        hub.meddle = cut_at(7, "closed")     # the 7th call, and all that follow it, find the connection closed
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from hub_api import SIGNED, Hub, Meddle
from hub_data import Answer, Asked, Call, Json, Refused


class Cut(Exception):
    """The connection is to be closed without an answer."""


def cut_at(number: int, how: str, *, when: str = "before", victim: Callable[[], None] | None = None) -> Meddle:
    """From call *number* on every call ends ``closed`` or with a ``500``; *victim* is called at that call."""

    def meddle(call: Call, moment: str) -> None:
        if call.number < number or moment != when:
            return
        if victim is not None:
            victim()
        if how == "closed":
            raise Cut
        raise Refused(500, "Internal Error - We're working hard to fix this as soon as possible!")

    return meddle


class HubServer(Hub):
    """A Hub at an address of this machine."""

    def __init__(self) -> None:
        super().__init__()
        hub = self

        class Handler(_Handler):
            server_hub = hub

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.away = f"http://localhost:{self.server.server_port}"
        """The store of large files is another host: the client must not send its token there."""

    def __enter__(self) -> HubServer:
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


NAME = r"(?P<repo>[^/]+/[^/]+)"
ROUTES: list[tuple[str, str, str]] = [
    ("GET", r"/api/whoami-v2", "whoami"),
    ("POST", r"/api/repos/create", "create"),
    ("POST", r"/api/validate-yaml", "validate"),
    ("GET", rf"/api/datasets/{NAME}", "info"),
    ("GET", rf"/api/datasets/{NAME}/revision/([^/]+)", "info"),
    ("GET", rf"/api/datasets/{NAME}/tree/([^/]+)", "tree"),
    ("GET", rf"/api/datasets/{NAME}/tree/([^/]+)/(.+)", "tree"),
    ("POST", rf"/api/datasets/{NAME}/paths-info/([^/]+)", "paths"),
    ("GET", rf"/api/datasets/{NAME}/commits/([^/]+)", "history"),
    ("GET", rf"/api/datasets/{NAME}/refs", "refs"),
    ("POST", rf"/api/datasets/{NAME}/branch/([^/]+)", "branch"),
    ("POST", rf"/api/datasets/{NAME}/tag/([^/]+)", "tag"),
    ("POST", rf"/api/datasets/{NAME}/preupload/([^/]+)", "preupload"),
    ("POST", rf"/api/datasets/{NAME}/commit/([^/]+)", "commit"),
    ("POST", rf"/datasets/{NAME}\.git/info/lfs/objects/batch", "batch"),
    ("POST", rf"/datasets/{NAME}\.git/verify", "verify"),
    ("GET", rf"/api/datasets/{NAME}/xet-write-token/([^/]+)", "xet_token"),
    ("PUT", r"/store/([0-9a-f]{64})", "put"),
    ("POST", r"/store/([0-9a-f]{64})/complete", "complete"),
    ("GET", r"/store/([0-9a-f]{64})", "get"),
    ("GET", rf"/datasets/{NAME}/resolve/([^/]+)/(.+)", "resolve"),
]
UNCOUNTED = {"/api/agent-harnesses"}
"""What the client asks once a day, whatever it is used for."""


class _Handler(BaseHTTPRequestHandler):
    server_hub: HubServer
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._serve()

    do_HEAD = do_POST = do_PUT = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass

    def _serve(self) -> None:
        hub, address = self.server_hub, urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "chunked" in (self.headers.get("Transfer-Encoding") or ""):
            body = b"".join(self._chunks())
        if address.path in UNCOUNTED:
            self._send(Answer(404, {}))
            return
        with hub.lock:
            call = Call(len(hub.calls) + 1, self.command, unquote(address.path))
            hub.calls.append(call)
            try:
                hub.meddle(call, "before")
                answer = self._answer(call, address.path, address.query, body)
                hub.meddle(call, "after")
            except Cut:
                self.close_connection = True
                return
            except Refused as refused:
                answer = Answer(refused.status, {"error": refused.message}, refused.headers)
            except Answer as raised:
                answer = raised
        try:
            self._send(answer)
        except OSError:  # the client is gone
            self.close_connection = True

    def _answer(self, call: Call, path: str, query: str, body: bytes) -> Answer:
        hub = self.server_hub
        method = "GET" if self.command == "HEAD" else self.command
        for wanted, pattern, name in ROUTES:
            found = re.fullmatch(pattern, path)
            if wanted != method or found is None:
                continue
            if path.startswith("/store/") and (self.headers.get("Authorization") or SIGNED not in query):
                raise Refused(400, "Only one auth mechanism allowed; use the signature")
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            if token not in {*hub.users, ""}:
                raise Refused(401, "Invalid credentials in Authorization header")
            fields = {key: one[0] for key, one in parse_qs(query).items()}
            asked = Asked(call, token, fields, self.headers, body)
            if not token and name in ("whoami", "create"):
                raise Refused(401, "Invalid username or password.")
            arguments: list[Any] = [unquote(one) for one in found.groups() if one is not None]
            if "repo" in found.groupdict():
                arguments[0] = hub.repo(asked, found["repo"])
            answer = getattr(hub, name)(asked, *arguments)
            if isinstance(answer, list):
                return self._page(answer, path, fields)
            return answer if isinstance(answer, Answer) else Answer(200, answer)
        raise Refused(404, f"the test server knows no {self.command} {path}")

    def _page(self, entries: list[Json], path: str, fields: dict[str, str]) -> Answer:
        at, size = int(fields.get("cursor", 0)), self.server_hub.page
        data = json.dumps(entries[at : at + size]).encode()
        if self.command == "POST" or at + size >= len(entries):
            return Answer(200, data if self.command != "POST" else json.dumps(entries).encode())
        rest = "&".join(f"{key}={quote(value)}" for key, value in {**fields, "cursor": str(at + size)}.items())
        return Answer(200, data, {"Link": f'<{self.server_hub.url}{path}?{rest}>; rel="next"'})

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline(), 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        kind = "application/json" if "ETag" not in answer.headers else "application/octet-stream"
        for key, value in {"Content-Type": kind, "X-Request-Id": "test-1", **answer.headers}.items():
            self.send_header(key, value)
        if "Content-Length" not in answer.headers:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()
