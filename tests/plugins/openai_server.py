"""A server that speaks OpenAI's chat protocol, for tests and benchmarks: scripted replies, seeded latency, faults.

In a thread of the test (``with Server(answer) as server: server.url``), or in a process of its own
(``with running(mean=0.2): …``, or ``python openai_server.py '{"mean": 0.2}'``, which prints its address).
Needs the standard library only.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import math
import random
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, Self

Body = dict[str, Any]
Answer = Callable[[Body], Any]
AT_ONCE = "OpenAI/"
"""How the client names itself that waits for each answer: the check before a build; builds use the other one."""
HTTP = {400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 429: "Too Many Requests", 503: "Unavailable"}


@dataclass
class Script:
    """What the server does."""

    answer: Answer | str | None = None
    """From a request's body to a text or to JSON; ``module:function``; None: made up from the request."""
    embed: Callable[[str, str], Any] | str | None = None
    """From ``text`` or ``image`` and the content to a vector, for ``/embeddings``; ``module:function``."""
    image_input: str = "messages"
    """How that takes pictures: ``messages``, ``objects`` or ``cohere``."""
    models: tuple[str, ...] = ("scripted",)
    key: str = ""
    """When set, other keys get 401."""
    mean: float = 0.0
    """Seconds until a reply, on average; lognormal."""
    sigma: float = 0.5
    """Of the logarithm: 0.5 is usual, 1.5 a long tail."""
    seed: int = 0
    faults: dict[str, float] = field(default_factory=dict)
    """The share of requests that meet each fault, drawn by the seed."""
    queue: list[str] = field(default_factory=list)
    """What the first requests meet, in order: ``ok`` or a fault."""
    capacity: int = 0
    """More requests than this at once get 429; 0: no limit."""
    formats: tuple[str, ...] = ("json_schema", "json_object")
    """Types of response_format that are understood; others meet ``unknown``."""
    sees: bool = True
    """Whether pictures are understood; else they meet ``unknown``."""
    probes: list[str] = field(default_factory=list)
    """What the first requests of the check before a build meet, in order: ``ok`` or a fault."""
    unknown: str = "400"
    """The fault that meets what is not understood."""
    explains: bool = True
    """Whether the server says what it does not understand."""


@dataclass
class Counters:
    """What the server saw."""

    calls: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    prompts: Counter[str] = field(default_factory=Counter)
    """How often each text was sent."""
    in_flight: int = 0
    most: int = 0
    connections: int = 0
    busy: float = 0.0
    """Seconds of requests in flight, added up."""
    busy_fed: float = 0.0
    """The same when the last request came."""
    first: float = 0.0
    fed: float = 0.0
    last: float = 0.0
    """When the first request came, the last one came, and the last reply went."""
    bodies: list[Body] = field(default_factory=list)
    probes: list[Body] = field(default_factory=list)
    """What the check before a build asked, which counts as nothing else."""
    keys: set[str] = field(default_factory=set)

    @property
    def mean(self) -> float:
        """Requests in flight on average, from the first one's arrival to the last one's reply."""
        return self.busy / max(1e-9, self.last - self.first)

    @property
    def mean_fed(self) -> float:
        """The same until the last request came: a straggler at the end does not count."""
        return self.busy_fed / max(1e-9, self.fed - self.first)

    def change(self, more: int) -> None:
        """One request more or less is in flight."""
        now = time.perf_counter()
        self.first = self.first or now
        self.busy += self.in_flight * (now - (self.last or now))
        self.in_flight += more
        self.most = max(self.most, self.in_flight)
        self.last = now
        if more > 0:
            self.fed, self.busy_fed = now, self.busy


class Closed(Exception):
    """The connection is to be closed."""


class Server:
    """Faults: ``429``, ``429:2`` (Retry-After: 2), ``429:date:3`` (as a date 3 s ahead), ``500``, ``400``, ``401``,
    ``slow`` (10 s), ``closed``, ``cut`` (half of the body), ``garbage`` (no JSON), ``hollow`` (no choices), ``empty``,
    ``refusal``, ``filter``, ``sorry``, ``length``, ``badjson``.
    """

    def __init__(self, script: Script | None = None, *, keep: bool = True, **settings: Any) -> None:
        """*keep*: remember every request's body."""
        self.script = script or Script(**settings)
        self.counters = Counters()
        self.keep = keep
        self.url = ""
        self._random = random.Random(self.script.seed)
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        answer = self.script.answer
        if isinstance(answer, str):
            module, _, name = answer.partition(":")
            answer = getattr(importlib.import_module(module), name)
        self._answer: Answer = answer or made_up
        embed = self.script.embed
        if isinstance(embed, str):
            module, _, name = embed.partition(":")
            embed = getattr(importlib.import_module(module), name)
        self._embed = embed

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self.serve())

    async def serve(self, port: int = 0) -> None:
        """Serve until ``_end`` is set."""
        self._end = asyncio.Event()
        server = await asyncio.start_server(self._connection, "127.0.0.1", port, limit=1 << 26)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        self._started.set()
        await self._end.wait()
        server.close()
        for task in asyncio.all_tasks():
            if task is not asyncio.current_task():
                task.cancel()
        await asyncio.sleep(0)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.counters.connections += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, Closed, asyncio.CancelledError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode("latin-1").split("\r\n")
                method, path, _ = first.split(" ", 2)
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
                data = await reader.readexactly(int(headers.get("content-length", 0)))
                await self._request(method, path, headers, data, writer)
        writer.close()

    async def _request(
        self, method: str, path: str, headers: dict[str, str], data: bytes, writer: asyncio.StreamWriter
    ) -> None:
        key = headers.get("authorization", "").removeprefix("Bearer ")
        self.counters.keys.add(key)
        if path == "/counters":
            shown = {**vars(self.counters), "mean": self.counters.mean, "mean_fed": self.counters.mean_fed}
            shown |= {"bodies": [], "probes": [], "keys": []}
            self._send(writer, 200, shown)
        elif self.script.key and key != self.script.key:
            self._send(writer, 401, error(f"Incorrect API key provided: {key}", "invalid_api_key"))
        elif method == "GET" and path == "/v1/models":
            models = [{"id": name, "object": "model", "created": 0, "owned_by": "tests"} for name in self.script.models]
            self._send(writer, 200, {"object": "list", "data": models})
        elif method == "POST" and path in self._paths() and headers.get("user-agent", "").startswith(AT_ONCE):
            self._probed(json.loads(data), writer)
        elif method == "POST" and path in self._paths():
            await self._chat(json.loads(data), writer)
        else:
            self._send(writer, 404, error(f"no such path: {path}"))
        await writer.drain()

    async def _chat(self, body: Body, writer: asyncio.StreamWriter) -> None:
        counters = self.counters
        fate = self._fate(body)
        counters.calls += 1
        counters.outcomes[fate.split(":")[0]] += 1
        counters.prompts[texts(body)] += 1
        counters.change(1)
        if self.keep:
            counters.bodies.append(body)
        try:
            await asyncio.sleep(10 if fate == "slow" else self.latency())
            self._meet(fate, body, writer)
        finally:
            counters.change(-1)

    def _probed(self, body: Body, writer: asyncio.StreamWriter) -> None:
        """Answer to the check before a build."""
        self.counters.probes.append(body)
        drawn = self.script.probes.pop(0) if self.script.probes else ""
        fate = drawn or (self.script.unknown if self._unknown(body) else "ok")
        if fate != "ok":
            self._meet(fate, body, writer)
        else:  # as from all endpoints at once
            choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Red."}}
            vectors = {"data": [{"embedding": [1.0]}], "embeddings": {"float": [[1.0]]}}
            self._send(writer, 200, {"choices": [choice], **vectors})

    def _fate(self, body: Body) -> str:
        if self.script.queue:
            return self.script.queue.pop(0)
        if self.script.capacity and self.counters.in_flight >= self.script.capacity:
            return "429"
        if self._unknown(body):
            return self.script.unknown
        draw = self.draw()
        for fault, share in self.script.faults.items():
            draw -= share
            if draw < 0:
                return fault
        return "ok"

    def _unknown(self, body: Body) -> str:
        """What of *body* the server does not understand."""
        if "response_format" in body and (kind := body["response_format"]["type"]) not in self.script.formats:
            return f"this server has no response_format of type {kind}"
        return "this server takes no image_url" if not self.script.sees and pictures(body) else ""

    def draw(self) -> float:
        """What decides about the next request's fault."""
        return self._random.random()

    def latency(self) -> float:
        """Seconds until the next reply. Drawn after ``draw``, request by request."""
        script = self.script
        if not script.mean:
            return 0.0
        return self._random.lognormvariate(math.log(script.mean) - script.sigma**2 / 2, script.sigma)

    def _meet(self, fate: str, body: Body, writer: asyncio.StreamWriter) -> None:
        kind, _, more = fate.partition(":")
        if kind.isdigit():
            extra = ""
            if more:
                date = more.startswith("date:")
                when = formatdate(time.time() + float(more[5:]), usegmt=True) if date else more
                extra = f"Retry-After: {when}\r\n"
            words = (self._unknown(body) if self.script.explains else "") or f"scripted {kind}"
            self._send(writer, int(kind), error(words), extra)
            return
        if kind == "closed":
            raise Closed
        if kind == "garbage":
            self._send(writer, 200, "<html>Bad gateway</html>")
            return
        if self._embed is not None and not ("messages" in body and "encoding_format" not in body):
            self._send(writer, *self._vectors(kind, body), cut=kind == "cut")
            return
        self._send(writer, 200, self.completion(kind, body), cut=kind == "cut")

    def _paths(self) -> set[str]:
        vectors = "/v1/embed" if self.script.image_input == "cohere" else "/v1/embeddings"
        return {"/v1/chat/completions", *([vectors] if self._embed is not None else ())}

    def _vectors(self, kind: str, body: Body) -> tuple[int, Any]:
        """The status and the answer to a request for vectors; ``hollow``: without any, ``length``: of one too few."""
        items = embedded(body)
        if any(content == "POISON" for _, content in items):
            return 400, error("the input is too long")
        assert callable(self._embed)
        found = [self._embed(*item) for item in items]
        found = [] if kind == "hollow" else found[:-1] if kind == "length" else found
        used = sum(len(content) // 4 if sort == "text" else 100 for sort, content in items)
        if self.script.image_input == "cohere":
            return 200, {"embeddings": {"float": found}, "meta": {"billed_units": {"input_tokens": used}}}
        data = [{"object": "embedding", "index": n, "embedding": one} for n, one in enumerate(found)]
        usage = {"prompt_tokens": used, "total_tokens": used}
        return 200, {"object": "list", "data": data[::-1], "model": body["model"], "usage": usage}

    def completion(self, kind: str, body: Body) -> dict[str, Any]:
        """The chat completion of a request that meets *kind*."""
        answer = self._answer(body) if kind in ("ok", "slow", "cut", "length", "badjson") else ""
        text = answer if isinstance(answer, str) else json.dumps(answer)
        choice: dict[str, Any] = {"index": 0, "finish_reason": "stop"}
        message: dict[str, Any] = {"role": "assistant", "content": text}
        match kind:
            case "refusal":
                message |= {"content": None, "refusal": "That is against the rules."}
            case "filter":
                choice["finish_reason"] = "content_filter"
            case "sorry":
                message["content"] = "I'm sorry, but I can't assist with that request."
            case "length":
                message["content"], choice["finish_reason"] = text[: len(text) // 2], "length"
            case "badjson":
                message["content"] = text[: max(1, len(text) - 2)] if text.startswith("{") else "{" + text
        used = {"prompt_tokens": tokens(body), "completion_tokens": len(text) // 4}
        choices = [] if kind == "hollow" else [{**choice, "message": message}]
        whole = {"id": "1", "object": "chat.completion", "created": 0, "model": body["model"], "choices": choices}
        return {**whole, "usage": {**used, "total_tokens": sum(used.values())}}

    def _send(
        self, writer: asyncio.StreamWriter, status: int, what: Any, extra: str = "", *, cut: bool = False
    ) -> None:
        data = what.encode() if isinstance(what, str) else json.dumps(what).encode()
        kind = "text/html" if isinstance(what, str) else "application/json"
        head = f"HTTP/1.1 {status} {HTTP.get(status, 'OK')}\r\nContent-Type: {kind}\r\n{extra}"
        writer.write(f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + (data[: len(data) // 2] if cut else data))
        if cut:
            raise Closed


def error(message: str, code: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": "scripted", "param": None, "code": code}}


def texts(body: Body) -> str:
    """All text of a request's messages."""
    if "messages" not in body:
        return "\n".join(content for sort, content in embedded(body) if sort == "text")
    parts = [message["content"] for message in body["messages"]]
    return "\n".join(
        part if isinstance(part, str) else "\n".join(inner.get("text", "") for inner in part) for part in parts
    )


def pictures(body: Body) -> list[str]:
    """The data URIs of a request."""
    if "messages" not in body:
        return [content for sort, content in embedded(body) if sort == "image"]
    parts = [
        part for message in body["messages"] if isinstance(message["content"], list) for part in message["content"]
    ]
    return [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]


def embedded(body: Body) -> list[tuple[str, str]]:
    """What a request for vectors is about: ``text`` or ``image``, and the text or the data URI."""
    if "messages" in body:
        (message,) = body["messages"]
        return [("image", part["image_url"]["url"]) for part in message["content"]]
    given = body.get("input", [*body.get("texts", ()), *({"image": one} for one in body.get("images", ()))])
    return [("text", one) if isinstance(one, str) else ("image", one["image"]) for one in given]


def tokens(body: Body) -> int:
    return len(texts(body)) // 4 + 100 * len(pictures(body))


def made_up(body: Body) -> Any:
    """A reply that depends on the request alone; with a response_format one that fits its schema."""
    held = body.get("response_format")
    if held is not None:
        schema = held["json_schema"]["schema"]
        return fitting(schema, schema)
    return f"Reply to {len(texts(body))} characters and {len(pictures(body))} pictures: {texts(body)[-40:]}"


def fitting(schema: Any, root: Any) -> Any:
    """The smallest value that fits *schema*."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return fitting(root["$defs"][name], root)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if "anyOf" in schema:
        return fitting(schema["anyOf"][0], root)
    match schema.get("type"):
        case "object":
            return {key: fitting(inner, root) for key, inner in schema.get("properties", {}).items()}
        case "array":
            return [fitting(schema.get("items", {}), root)] * max(1, schema.get("minItems", 1))
        case "integer" | "number":
            return schema.get("minimum", 0)
        case "boolean":
            return True
        case "null":
            return None
    return "word " * max(1, math.ceil(schema.get("minLength", 0) / 5))


@contextlib.contextmanager
def running(**script: Any) -> Iterator[str]:
    """The address of a server in a process of its own."""
    child = subprocess.Popen([sys.executable, __file__, json.dumps(script)], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        yield child.stdout.readline().strip()
    finally:
        child.kill()
        child.wait()


def counters(url: str) -> dict[str, Any]:
    """The counters of the server at *url*."""
    with urllib.request.urlopen(url.removesuffix("/v1") + "/counters", timeout=10) as answer:
        seen: dict[str, Any] = json.load(answer)
    return seen


async def main() -> None:
    server = Server(Script(**json.loads(sys.argv[1] if len(sys.argv) > 1 else "{}")), keep=False)
    serving = asyncio.create_task(server.serve())
    while not server.url:
        await asyncio.sleep(0.01)
    print(server.url, flush=True)
    await serving


if __name__ == "__main__":
    asyncio.run(main())
