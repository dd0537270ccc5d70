"""What the Hub answers: users and their rights, repositories, commits, large files. Over HTTP in hub_server."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

from hub_data import Answer, Asked, Blob, Call, Commit, Json, Refused, Repo, blob, date, entry, large, ranged

EMPTY = b"*.parquet filter=lfs diff=lfs merge=lfs -text\n"
LARGE = (".parquet", ".tar", ".mp4", ".mkv", ".webm", ".wav", ".zip")
LICENCES = ("apache-2.0", "cc-by-4.0", "mit", "other")
PART = 4096
"""Bytes in a part of an upload in parts."""
SIGNED = "X-Signature=s3cr3t"
"""Addresses of the store carry a signature; a token sent there is refused."""

Meddle = Callable[[Call, str], None]
"""Called with "before" and "after" for each call (after: it is done, and not answered); may raise Cut or Refused."""


class Hub:
    """Everything in memory. *users* are tokens with the name they belong to and the owners that they may write to."""

    url = away = ""

    def __init__(self) -> None:
        self.users: dict[str, tuple[str, set[str]]] = {"hf_me": ("me", {"me", "team"}), "hf_read": ("me", set())}
        self.repos: dict[str, Repo] = {}
        self.store: dict[str, bytes] = {}
        """Large files, by SHA-256."""
        self.parts: dict[str, dict[int, bytes]] = {}
        self.calls: list[Call] = []
        self.received = 0
        """Bytes of large files that were uploaded."""
        self.meddle: Meddle = lambda call, moment: None
        self.multipart_from = 1 << 60
        """Larger files are uploaded in parts."""
        self.page = 1000
        """Entries in a page of a listing."""
        self.quota = 1 << 60
        """Bytes that private repositories may hold."""
        self.ignored: set[str] = set()
        """Files that a .gitignore leaves out."""
        self.xet: Path | None = None
        """The folder of a store of chunks, for hf_xet, which then is taken at its word about what it holds."""
        self.lock = threading.RLock()

    def snapshot(self) -> tuple[dict[str, Repo], dict[str, bytes]]:
        """What it holds, to go back to with *restore*."""
        return copy.deepcopy(self.repos), dict(self.store)

    def restore(self, snapshot: tuple[dict[str, Repo], dict[str, bytes]]) -> None:
        """Hold what it held, forget the calls, and let all that come pass."""
        self.repos, self.store = copy.deepcopy(snapshot[0]), dict(snapshot[1])
        self.parts.clear()
        self.forget()

    def forget(self) -> None:
        """Forget the calls, and let all that come pass."""
        self.calls, self.received = [], 0
        self.meddle = lambda call, moment: None

    def make(self, name: str, files: dict[str, bytes] | None = None, *, private: bool = True) -> Repo:
        """A repository as the Hub makes it, with *files* in a second commit."""
        repo = self.repos[name] = Repo(name, private)
        repo.add("main", {".gitattributes": blob(EMPTY)}, "initial commit")
        if files:
            repo.add("main", {**repo.head().files, **{path: blob(data) for path, data in files.items()}}, "by hand")
        return repo

    def content(self, found: Blob) -> bytes:
        return self.store[found.sha256] if found.sha256 else found.data

    # What is answered

    def whoami(self, call: Asked) -> Json:
        name, owners = self.users[call.token]
        orgs = [{"name": owner, "type": "org"} for owner in sorted(owners - {name})]
        return {"type": "user", "name": name, "orgs": orgs, "auth": {"type": "access_token"}}

    def create(self, call: Asked) -> Json:
        body = call.json()
        owner = body.get("organization") or self.users[call.token][0]
        name = f"{owner}/{body['name']}"
        if owner not in self.users[call.token][1]:
            raise Refused(403, f'You don\'t have the rights to create a dataset under the namespace "{owner}"')
        if name in self.repos:
            raise Refused(409, "You already created this dataset repo", url=f"{self.url}/datasets/{name}")
        self.make(name, private=body.get("visibility") == "private" or bool(body.get("private")))
        return {"url": f"{self.url}/datasets/{name}", "name": name}

    def validate(self, call: Asked) -> Json:
        found = re.match(r"---\n(.*?)\n---", call.json()["content"], re.DOTALL)
        licence = re.search(r"^license: (.*)$", found[1] if found else "", re.MULTILINE)
        if licence and licence[1] not in LICENCES:
            message = f'"license" must be one of [{", ".join(LICENCES)}]'
            raise Answer(400, {"errors": [{"message": message}], "warnings": []})
        return {"errors": [], "warnings": []}

    def info(self, call: Asked, repo: Repo, revision: str = "main") -> Json:
        commit = self.revision(repo, revision)
        return {
            "_id": "0" * 24,
            "id": repo.name,
            "sha": commit.oid,
            "private": repo.private,
            "gated": False,
            "disabled": False,
            "tags": [],
            "downloads": 0,
            "likes": 0,
            "lastModified": date(commit.at),
            "createdAt": date(repo.commits[0].at),
            "siblings": [{"rfilename": path} for path in sorted(commit.files)],
        }

    def tree(self, call: Asked, repo: Repo, revision: str, below: str = "") -> list[Json]:
        commit = self.revision(repo, revision)
        deep = call.query.get("recursive", "").lower() in ("1", "true")
        expand = call.query.get("expand", "").lower() in ("1", "true")
        home = f"{below}/" if below else ""
        entries: dict[str, Json] = {}
        for path in sorted(commit.files):
            if not path.startswith(home):
                continue
            folders = path[len(home) :].split("/")[:-1]
            for depth in range(len(folders)):
                name = home + "/".join(folders[: depth + 1])
                if deep or depth == 0:
                    entries.setdefault(name, {"type": "directory", "oid": "0" * 40, "size": 0, "path": name})
            if deep or not folders:
                entries[path] = entry(commit, repo, path, expand)
        if below and not entries:
            raise Refused(404, f"{below} does not exist on {revision}", "EntryNotFound")
        return list(entries.values())

    def paths(self, call: Asked, repo: Repo, revision: str) -> list[Json]:
        commit = self.revision(repo, revision)
        body = call.form()
        asked = body["paths"] if isinstance(body["paths"], list) else [body["paths"]]
        expand = str(body.get("expand", "")).lower() in ("1", "true")
        found = [entry(commit, repo, path, expand) for path in asked if path in commit.files]
        folders = {path for path in asked if any(name.startswith(f"{path}/") for name in commit.files)}
        return found + [{"type": "directory", "oid": "0" * 40, "size": 0, "path": path} for path in sorted(folders)]

    def history(self, call: Asked, repo: Repo, revision: str) -> list[Json]:
        end = repo.commits.index(self.revision(repo, revision))
        return [
            {"id": one.oid, "title": one.title, "message": one.text, "authors": [{"user": "me"}], "date": date(one.at)}
            for one in reversed(repo.commits[: end + 1])
        ]

    def refs(self, call: Asked, repo: Repo) -> Json:
        branches = [
            {"name": name, "ref": f"refs/heads/{name}", "targetCommit": oid} for name, oid in repo.branches.items()
        ]
        tags = [{"name": name, "ref": f"refs/tags/{name}", "targetCommit": oid} for name, oid in repo.tags.items()]
        return {"branches": branches, "converts": [], "tags": tags, "pullRequests": []}

    def tag(self, call: Asked, repo: Repo, revision: str) -> Json:
        self.may_write(call, repo)
        name = call.json()["tag"]
        if name in repo.tags:
            raise Refused(409, f"Tag {name} exists already")
        repo.tags[name] = self.revision(repo, revision).oid
        return {}

    def branch(self, call: Asked, repo: Repo, name: str) -> Json:
        self.may_write(call, repo)
        if name in repo.branches:
            raise Refused(409, f"Reference {name} exists already")
        repo.branches[name] = self.revision(repo, call.json().get("startingPoint", "main")).oid
        return {}

    def preupload(self, call: Asked, repo: Repo, revision: str) -> Json:
        self.may_write(call, repo)
        commit = self.revision(repo, revision)
        files = []
        for file in call.json()["files"]:
            there = commit.files.get(file["path"])
            mode = "lfs" if file["path"].endswith(LARGE) or file["size"] > 10 * 2**20 else "regular"
            oid = (there.sha256 or there.oid) if there else None
            ignore = file["path"] in self.ignored
            files.append({"path": file["path"], "uploadMode": mode, "shouldIgnore": ignore, "oid": oid})
        return {"files": files, "commitOid": commit.oid}

    def batch(self, call: Asked, repo: Repo) -> Json:
        self.may_write(call, repo)
        objects = []
        for one in call.json()["objects"]:
            if sum(map(len, self.store.values())) + one["size"] > self.quota and one["oid"] not in self.store:
                raise Refused(403, "Private repository storage limit reached, please upgrade your plan to increase it.")
            answer: Json = {"oid": one["oid"], "size": one["size"], "authenticated": True}
            if one["oid"] not in self.store:
                verify = {"href": f"{self.url}/datasets/{repo.name}.git/verify"}
                answer["actions"] = {"upload": self._way(one["oid"], one["size"]), "verify": verify}
            objects.append(answer)
        multi = any("header" in one.get("actions", {}).get("upload", {}) for one in objects)
        return {"transfer": "multipart" if multi else "basic", "objects": objects}

    def _way(self, oid: str, size: int) -> Json:
        place = f"{self.away}/store/{oid}"
        if size < self.multipart_from:
            return {"href": f"{place}?{SIGNED}"}
        header = {f"{n + 1:05}": f"{place}?part={n + 1}&{SIGNED}" for n in range((size + PART - 1) // PART)}
        return {"href": f"{place}/complete?{SIGNED}", "header": {"chunk_size": str(PART), **header}}

    def put(self, call: Asked, oid: str) -> Answer:
        self.received += len(call.body)
        if "part" in call.query:
            self.parts.setdefault(oid, {})[int(call.query["part"])] = call.body
        else:
            self._keep(oid, call.body)
        return Answer(200, b"", {"ETag": f'"{hashlib.md5(call.body, usedforsecurity=False).hexdigest()}"'})

    def complete(self, call: Asked, oid: str) -> Json:
        parts = self.parts.pop(oid, {})
        self._keep(oid, b"".join(parts[one["partNumber"]] for one in call.json()["parts"]))
        return {}

    def _keep(self, oid: str, data: bytes) -> None:
        if hashlib.sha256(data).hexdigest() != oid:
            raise Refused(400, "The content does not have the hash that was announced")
        self.store[oid] = data

    def xet_token(self, call: Asked, repo: Repo, revision: str) -> Json:
        if self.xet is None:
            raise Refused(404, "Xet is not enabled for this repository")
        self.may_write(call, repo)
        return {"accessToken": "xet", "exp": int(time.time()) + 3600, "casUrl": f"local://{self.xet}"}

    def verify(self, call: Asked, repo: Repo) -> Json:
        body = call.json()
        if len(self.store.get(body["oid"], b"")) != body["size"]:
            raise Refused(404, "The object is not there")
        return {}

    def commit(self, call: Asked, repo: Repo, branch: str) -> Json:
        self.may_write(call, repo)
        lines = [json.loads(line) for line in call.body.splitlines()]
        header = lines[0]["value"]
        parent = self.revision(repo, branch)
        if header.get("parentCommit", parent.oid) != parent.oid:
            raise Refused(412, "A commit has happened since. Please refresh and try again.")
        files = dict(parent.files)
        for line in lines[1:]:
            kind, value = line["key"], line["value"]
            if kind == "file":
                files[value["path"]] = blob(base64.b64decode(value["content"]))
            elif kind == "lfsFile":
                if value["oid"] not in self.store and self.xet is None:
                    raise Refused(400, f"LFS pointer pointed to a file that does not exist: {value['path']}")
                files[value["path"]] = large(value["oid"], value["size"])
            elif files.pop(value["path"], None) is None:
                raise Refused(404, f"A file with this name doesn't exist: {value['path']}", "EntryNotFound")
        made = repo.add(branch, files, header["summary"], header.get("description", ""))
        return {
            "success": True,
            "commitOid": made.oid,
            "commitUrl": f"{self.url}/datasets/{repo.name}/commit/{made.oid}",
        }

    def resolve(self, call: Asked, repo: Repo, revision: str, path: str) -> Answer:
        commit = self.revision(repo, revision)
        found = commit.files.get(path)
        if found is None:
            raise Refused(404, "Entry not found", "EntryNotFound")
        headers = {"X-Repo-Commit": commit.oid, "ETag": f'"{found.oid}"'}
        if not found.sha256:
            return ranged(call, found.data, headers)
        headers |= {"X-Linked-Size": str(found.size), "X-Linked-Etag": f'"{found.sha256}"'}
        return Answer(302, b"", {**headers, "Location": f"{self.away}/store/{found.sha256}?{SIGNED}"})

    def get(self, call: Asked, oid: str) -> Answer:
        if oid not in self.store:
            raise Refused(404, "NoSuchKey")
        return ranged(call, self.store[oid], {"ETag": f'"{oid}"'})

    # Who may, and what is there

    def revision(self, repo: Repo, revision: str) -> Commit:
        commit = repo.find(revision)
        if commit is None:
            raise Refused(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return commit

    def repo(self, call: Asked, name: str) -> Repo:
        repo = self.repos.get(name)
        own = bool(call.token) and name.split("/")[0] in ({self.users[call.token][0]} | self.users[call.token][1])
        if repo is None or (repo.private and not own):
            status, message = (404, "Repository not found") if call.token else (401, "Invalid username or password.")
            raise Refused(status, message, "RepoNotFound")
        return repo

    def may_write(self, call: Asked, repo: Repo) -> None:
        if not call.token or repo.name.split("/")[0] not in self.users[call.token][1]:
            raise Refused(403, "Forbidden: you must use a write token to upload to a repository.")
