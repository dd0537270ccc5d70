"""What a Hub holds: data sets with their history, and large files; and how it is asked and answers. For hub_server."""

from __future__ import annotations

import hashlib
import json
import re
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

Json = dict[str, Any]


@dataclass(frozen=True)
class Blob:
    """A file's content, as git or as the store of large files knows it."""

    size: int
    oid: str
    """Of git."""
    sha256: str = ""
    """For a large file; else empty."""
    data: bytes = b""
    """Of a small one."""


@dataclass(frozen=True)
class Commit:
    """One revision: all files, and who changed each last."""

    oid: str
    title: str
    text: str
    files: dict[str, Blob]
    last: dict[str, str]
    """The commit that changed a file last."""
    at: float


@dataclass
class Repo:
    """A data set."""

    name: str
    private: bool
    commits: list[Commit] = field(default_factory=list)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def find(self, revision: str) -> Commit | None:
        oid = self.branches.get(revision) or self.tags.get(revision, revision)
        return next((commit for commit in self.commits if commit.oid == oid), None)

    def head(self, branch: str = "main") -> Commit:
        commit = self.find(branch)
        assert commit is not None
        return commit

    def add(self, branch: str, files: dict[str, Blob], title: str, text: str = "") -> Commit:
        """Commit: the branch then holds *files*."""
        parent = self.find(branch)
        seed = f"{self.name} {branch} {title} {len(self.commits)}"
        oid = hashlib.sha1(seed.encode(), usedforsecurity=False).hexdigest()
        before, last = (parent.files, parent.last) if parent else ({}, {})
        last = {path: last[path] if before.get(path) == blob else oid for path, blob in files.items()}
        commit = Commit(oid, title, text, files, last, 1_700_000_000 + 60.0 * len(self.commits))
        self.commits.append(commit)
        self.branches[branch] = oid
        return commit


@dataclass(frozen=True)
class Call:
    """A request, numbered from 1."""

    number: int
    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.number} {self.method} {self.path}"


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: str, code: str = "", **headers: str) -> None:
        self.status, self.message, self.headers = status, message, {"X-Error-Message": message, **headers}
        if code:
            self.headers["X-Error-Code"] = code


@dataclass
class Asked:
    """A request."""

    call: Call
    token: str
    query: dict[str, str]
    headers: Any
    body: bytes

    def json(self) -> Json:
        found: Json = json.loads(self.body or b"{}")
        return found

    def form(self) -> Json:
        """JSON, or the fields of a form."""
        if "json" in (self.headers.get("Content-Type") or ""):
            return self.json()
        return {key: found if key == "paths" else found[0] for key, found in parse_qs(self.body.decode()).items()}


class Answer(Exception):
    """An answer with a status and headers of its own; raised, or returned."""

    def __init__(self, status: int, body: Json | bytes, headers: dict[str, str] | None = None) -> None:
        self.status, self.headers = status, headers or {}
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()


def blob(data: bytes) -> Blob:
    """A small file, or a large one by its name's rule, in git."""
    return Blob(len(data), hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest(), "", data)


def large(sha256: str, size: int) -> Blob:
    """A file of the store, to which git keeps a pointer."""
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n".encode()
    return Blob(size, blob(pointer).oid, sha256)


def entry(commit: Commit, repo: Repo, path: str, expand: bool) -> Json:
    found = commit.files[path]
    entry: Json = {"type": "file", "oid": found.oid, "size": found.size, "path": path}
    if found.sha256:
        entry["lfs"] = {"oid": found.sha256, "size": found.size, "pointerSize": 134}
    if expand:
        last = repo.head(commit.last[path])
        entry["lastCommit"] = {"id": last.oid, "title": last.title, "date": date(last.at)}
        entry["securityFileStatus"] = {"status": "safe", "avScan": {"status": "safe"}, "pickleImportScan": None}
    return entry


def ranged(call: Asked, data: bytes, headers: dict[str, str]) -> Answer:
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", call.headers.get("Range") or "")
    headers = {**headers, "Accept-Ranges": "bytes"}
    if not found:
        return Answer(200, data, headers)
    if found[1]:
        start, end = int(found[1]), min(int(found[2] or len(data) - 1), len(data) - 1)
    else:
        start, end = max(0, len(data) - int(found[2])), len(data) - 1
    if start >= len(data):
        raise Refused(416, "Range not satisfiable", **{"Content-Range": f"bytes */{len(data)}"})
    return Answer(206, data[start : end + 1], {**headers, "Content-Range": f"bytes {start}-{end}/{len(data)}"})


def date(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(at))
