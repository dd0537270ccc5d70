"""A server that speaks OpenAI's batch protocol, for tests: files, batches, their states, their ends, and faults.

``with BatchServer(answer) as server:``; what a batch does is said by ``ends``, what calls of the API meet by ``meets``.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

from openai_server import Closed, Server, error

OVER = frozenset({"completed", "failed", "expired", "cancelled"})


@dataclass
class Stored:
    """A file."""

    name: str
    purpose: str
    data: bytes


@dataclass
class Held:
    """A batch, and what it is to come to."""

    shown: dict[str, Any]
    end: str
    lines: list[dict[str, Any]] = field(default_factory=list)


class BatchServer(Server):
    """
    ``ends``: of the batches, in order, else they are completed: ``completed``, ``expired:2`` (two lines done),
    ``cancelled:2``, ``failed:code:message`` or ``failed:code:message:3`` (line 3 is to blame), ``never``.
    Lines meet the faults of ``Server`` (``queue``): ``500`` or ``400:max_tokens`` go to the error file.
    ``meets``: what calls find in the place of an answer, in order, by ``upload``, ``create``, ``see``, ``list``,
    ``content``: a status, ``closed``, ``garbage`` (HTML), ``lost`` (done, and the connection closed), or ``ok``.
    """

    def __init__(
        self,
        *,
        seconds: float = 0.0,
        ends: list[str] | None = None,
        meets: dict[str, list[str]] | None = None,
        most_lines: int = 50_000,
        most_bytes: int = 200_000_000,
        most_queued: int = 0,
        metadata: bool = True,
        **script: Any,
    ) -> None:
        """
        Args:
            seconds: that a batch takes.
            most_queued: lines of all batches that may wait at once; more are refused as by the limit of tokens.
            metadata: whether it keeps them.
        """
        super().__init__(**script)
        self.seconds, self.ends, self.meets = seconds, ends or [], meets or {}
        self.most_lines, self.most_bytes, self.most_queued, self.metadata = (
            most_lines,
            most_bytes,
            most_queued,
            metadata,
        )
        self.files: dict[str, Stored] = {}
        self.made: dict[str, Held] = {}
        self.asked: Counter[str] = Counter()
        """How often each request, by custom_id, was put into a batch that was not refused."""
        self.sizes: list[int] = []
        """Lines of each such batch."""
        self.api: Counter[str] = Counter()
        self.heard: Callable[[str], object] = str
        """Called with ``upload``, ``create`` … when that is done, and before it is answered."""

    def finish(self) -> None:
        """Let every batch that runs ``never`` to its end go on."""
        for held in self.made.values():
            held.end = "completed" if held.end == "never" else held.end

    async def _request(
        self, method: str, path: str, headers: dict[str, str], data: bytes, writer: asyncio.StreamWriter
    ) -> None:
        place, _, query = path.partition("?")
        key = headers.get("authorization", "").removeprefix("Bearer ")
        if not place.startswith(("/v1/files", "/v1/batches")) or (self.script.key and key != self.script.key):
            await super()._request(method, path, headers, data, writer)
            return
        self.counters.keys.add(key)
        what, _, name = place.removeprefix("/v1/").partition("/")
        verb = self._verb(method, what, name)
        self.api[verb] += 1
        fate = self.meets[verb].pop(0) if self.meets.get(verb) else "ok"
        if fate == "closed":
            raise Closed
        if fate == "garbage":
            self._send(writer, 200, "<html>Bad gateway</html>")
        elif fate.isdigit():
            self._send(writer, int(fate), error(f"scripted {fate}"))
        else:
            answer = self._answer_of(verb, name.partition("/")[0], headers, data, query)
            self.heard(verb)
            if fate == "lost":
                raise Closed
            if isinstance(answer, bytes):
                head = f"HTTP/1.1 200 OK\r\nContent-Type: application/jsonl\r\nContent-Length: {len(answer)}\r\n\r\n"
                writer.write(head.encode() + answer)
            else:
                self._send(writer, answer.pop("status_code", 200), answer)
        await writer.drain()

    @staticmethod
    def _verb(method: str, what: str, name: str) -> str:
        if what == "files":
            if not name:
                return "upload"
            return "delete" if method == "DELETE" else "content" if name.endswith("/content") else "file"
        if not name:
            return "create" if method == "POST" else "list"
        return "cancel" if name.endswith("/cancel") else "see"

    def _answer_of(self, verb: str, name: str, headers: dict[str, str], data: bytes, query: str) -> Any:
        match verb:
            case "upload":
                return self._upload(headers, data)
            case "create":
                return self._create(json.loads(data))
            case "list":
                return self._list({key: one[0] for key, one in parse_qs(urlsplit("?" + query).query).items()})
            case "see" | "cancel":
                if name not in self.made:
                    return {**error(f"No batch found with id '{name}'."), "status_code": 404}
                if verb == "cancel" and self.made[name].shown["status"] not in OVER:
                    self.made[name].end = "cancelled:0"
                return dict(self.made[name].shown)
        if name not in self.files:
            return {**error(f"No such File object: {name}"), "status_code": 404}
        if verb == "delete":
            del self.files[name]
            return {"id": name, "object": "file", "deleted": True}
        return self.files[name].data if verb == "content" else self._file(name)

    def _upload(self, headers: dict[str, str], data: bytes) -> dict[str, Any]:
        if len(data) > self.most_bytes + 10_000:
            return {**error("the file is too large"), "status_code": 413}
        whole = BytesParser().parsebytes(b"Content-Type: " + headers["content-type"].encode() + b"\r\n\r\n" + data)
        parts: list[Any] = list(whole.get_payload())
        fields = {part.get_param("name", header="content-disposition"): part for part in parts}
        sent = fields["file"]
        return self._store(
            sent.get_filename() or "", str(fields["purpose"].get_payload()), bytes(sent.get_payload(decode=True))
        )

    def _store(self, name: str, purpose: str, data: bytes) -> dict[str, Any]:
        key = f"file-{len(self.files) + self.api['delete'] + self.api['stored']}"
        self.api["stored"] += 1
        self.files[key] = Stored(name, purpose, data)
        return self._file(key)

    def _file(self, key: str) -> dict[str, Any]:
        one = self.files[key]
        return {
            "id": key,
            "object": "file",
            "bytes": len(one.data),
            "created_at": int(time.time()),
            "filename": one.name,
            "purpose": one.purpose,
            "status": "processed",
        }

    def _create(self, given: dict[str, Any]) -> dict[str, Any]:
        file = self.files.get(given["input_file_id"])
        if file is None or file.purpose != "batch":
            return {**error(f"No such File object: {given['input_file_id']}"), "status_code": 400}
        if given["completion_window"] != "24h" or given["endpoint"] != "/v1/chat/completions":
            return {**error("no such window or endpoint"), "status_code": 400}
        name = f"batch_{len(self.made)}"
        shown = {
            "id": name,
            "object": "batch",
            "endpoint": given["endpoint"],
            "input_file_id": given["input_file_id"],
            "completion_window": "24h",
            "status": "validating",
            "created_at": int(time.time()),
            "metadata": given.get("metadata") if self.metadata else None,
            "errors": None,
            "output_file_id": None,
            "error_file_id": None,
        }
        self.made[name] = Held(shown, self.ends.pop(0) if self.ends else "completed")
        self._task = asyncio.get_running_loop().create_task(self._work(self.made[name], file.data))
        return dict(shown)

    def _list(self, query: dict[str, str]) -> dict[str, Any]:
        names = list(reversed(self.made))
        start = names.index(query["after"]) + 1 if "after" in query else 0
        some = names[start : start + int(query.get("limit", 20))]
        found = [dict(self.made[name].shown) for name in some]
        return {"object": "list", "data": found, "has_more": start + len(some) < len(names)}

    def _refusal(self, held: Held, data: bytes) -> list[dict[str, Any]]:
        """Why the batch is refused."""
        if held.end.startswith("failed"):
            _, code, message, *line = held.end.split(":")
            return [{"code": code, "message": message, "line": int(line[0]) if line else None, "param": None}]
        if len(data) > self.most_bytes:
            return [{"code": "file_too_large", "message": "200 MB", "line": None}]
        held.lines = [json.loads(line) for line in data.splitlines()]
        ids = [line["custom_id"] for line in held.lines]
        if len(ids) > self.most_lines:
            return [{"code": "too_many_lines", "message": "50,000", "line": None}]
        if len(set(ids)) < len(ids) or any(len(one) > 64 for one in ids):
            return [{"code": "duplicate_custom_id", "message": "custom_id", "line": 1}]
        if any(line["method"] != "POST" or line["url"] != "/v1/chat/completions" for line in held.lines):
            return [{"code": "mismatched_url", "message": "url", "line": 1}]
        waiting = sum(len(one.lines) for one in self.made.values() if one.shown["status"] not in OVER)
        if self.most_queued and waiting > self.most_queued:
            return [{"code": "token_limit_exceeded", "message": "Enqueued token limit reached", "line": None}]
        return []

    async def _work(self, held: Held, data: bytes) -> None:
        shown = held.shown
        if faults := self._refusal(held, data):
            held.lines = []
            shown |= {"status": "failed", "errors": {"object": "list", "data": faults}, "failed_at": int(time.time())}
            return
        self.sizes.append(len(held.lines))
        self.asked.update(line["custom_id"] for line in held.lines)
        shown["status"] = "in_progress"
        await asyncio.sleep(self.seconds)
        while held.end == "never":
            await asyncio.sleep(0.01)
        shown["status"] = "finalizing"
        await asyncio.sleep(0)
        status, _, many = held.end.partition(":")
        done = int(many) if many else len(held.lines)
        good, bad = list[dict[str, Any]](), list[dict[str, Any]]()
        for line in held.lines[:done]:
            self.counters.calls += 1
            if self.keep:
                self.counters.bodies.append(line["body"])
            kind, _, words = self._fate(line["body"]).partition(":")
            row: dict[str, Any] = {"id": f"r{self.counters.calls}", "custom_id": line["custom_id"], "error": None}
            failed = kind.isdigit()
            body = error(words or f"scripted {kind}") if failed else self.completion(kind, line["body"])
            row["response"] = {"status_code": int(kind) if failed else 200, "request_id": "q", "body": body}
            (bad if failed else good).append(row)
        for line in held.lines[done:]:
            why = {"code": f"batch_{status}", "message": f"This request could not be executed: {status}."}
            bad.append({"id": "r", "custom_id": line["custom_id"], "response": None, "error": why})
        for key, rows in (("output_file_id", good[::-1]), ("error_file_id", bad)):  # in any order
            if rows:
                lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
                shown[key] = self._store(f"{shown['id']}_{key}.jsonl", "batch_output", lines)["id"]
        shown |= {"status": status, f"{status}_at": int(time.time())}
