"""A data set's repository on the Hugging Face Hub, and what its errors mean for people."""

from __future__ import annotations

import json
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from io import BufferedIOBase
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ...schemas import clean
from ...schemas.build_record import RECORD, BuildRecord
from ..dataset.finished import CARD, File, parse_record
from ..errors import UserError
from ..tool_progress import each, step

if TYPE_CHECKING:
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete
    from huggingface_hub.hf_api import RepoFile

T = TypeVar("T")
KIND = "dataset"
TOKENS = "https://huggingface.co/settings/tokens"
SIGNED = "Pushed with vdata"
"""In the description of every commit that is made here."""
WAITS = (1.0, 4.0)
"""Seconds before a call that met a passing fault is made again."""
GROUP_FILES, GROUP_THREADS, GROUP_BYTES = 256, 5, 2 * 10**9
"""Files of which the client asks the Hub at a time, and sends at a time; bytes of a group of files that are sent."""
LONGEST_WAIT = 330.0
"""The Hub counts requests in windows of 300 seconds."""


class PushFailed(Exception):
    """The push did not come to its end, for a reason that may be gone later; pushing again goes on.

    *wait* is the number of seconds that the Hub asks for.
    """

    def __init__(self, text: str, wait: float = 0.0) -> None:
        super().__init__(text)
        self.wait = wait


class Missing(UserError):
    """There is no such repository or revision, or the token may not see it."""


@dataclass(slots=True)
class State:
    """What a repository holds at one revision."""

    revision: str = ""
    """The commit; empty when there is no repository."""
    private: bool = True
    branch: bool = True
    """Whether the branch that is pushed to is there."""
    files: dict[str, RepoFile] = field(default_factory=dict)
    record: BuildRecord | None = None
    """The build.json there, when vdata wrote it."""

    def lacks(self, files: dict[str, File]) -> list[str]:
        """Those of *files* that are not there with the same content."""
        known = each(list(files.items()), "files compared")
        return [name for name, file in known if not _same(file, self.files.get(name))]


def _same(file: File, there: RepoFile | None) -> bool:
    if there is None or there.size != file.size:
        return False
    return bool(there.lfs.sha256 == file.sha256 if there.lfs else there.blob_id == file.blob_id())


class Repo:
    """The data set *name* on the Hub, as the user whose token is found; commits go to *branch*."""

    def __init__(self, name: str, branch: str) -> None:
        """
        Raises:
            UserError: there is no token.
        """
        from huggingface_hub import HfApi, get_token

        token = get_token()
        if not token:
            raise UserError(
                f"{name}: there is no token for the Hugging Face Hub. Log in with `hf auth login`, "
                f"or set HF_TOKEN to a token that may write ({TOKENS})."
            )
        if not re.fullmatch(r"[!-~]+", token):
            raise UserError("HF_TOKEN: holds characters that no token has. Copy it again.")
        self.name, self.branch, self._token = name, branch, token
        self.api = HfApi(token=token, library_name="vdata")
        self.host = str(self.api.endpoint)
        if "/" not in name:
            self.name = f"{self.ask(self.api.whoami)['name']}/{name}"

    @property
    def url(self) -> str:
        """Where people look at it."""
        return f"{self.host}/datasets/{self.name}" + ("" if self.branch == "main" else f"/tree/{self.branch}")

    def look(self) -> State:
        """What is there now."""
        try:
            info = self.ask(self.api.repo_info, self.name, repo_type=KIND)
        except Missing:
            return State()
        state = State(str(info.sha), bool(info.private))
        if self.branch != "main":
            try:
                branch = self.ask(self.api.repo_info, self.name, repo_type=KIND, revision=self.branch)
                state.revision = str(branch.sha)
            except Missing:
                state.branch = False
        state.files = self.tree(state.revision)
        if RECORD in state.files:
            state.record = parse_record(self.read(RECORD, state.revision))
        return state

    def make(self, *, private: bool) -> None:
        """Make the repository, with nothing of ours in it."""
        self.ask(self.api.create_repo, self.name, repo_type=KIND, private=private, exist_ok=True)

    def fork(self, revision: str) -> None:
        """Make the branch; it begins at *revision*."""
        self.ask(
            self.api.create_branch, self.name, branch=self.branch, revision=revision, repo_type=KIND, exist_ok=True
        )

    def tags(self) -> dict[str, str]:
        """The commit of each tag, by name."""
        refs = self.ask(self.api.list_repo_refs, self.name, repo_type=KIND)
        return {ref.name: ref.target_commit for ref in refs.tags}

    def tag(self, name: str, revision: str) -> None:
        """Give *revision* the tag *name*."""
        self.ask(self.api.create_tag, self.name, tag=name, revision=revision, repo_type=KIND, exist_ok=True)

    def tree(self, revision: str) -> dict[str, RepoFile]:
        """Every file at *revision*, by path."""
        from huggingface_hub.hf_api import RepoFile

        def listed() -> dict[str, RepoFile]:
            found: dict[str, RepoFile] = {}
            entries = self.api.list_repo_tree(self.name, recursive=True, revision=revision, repo_type=KIND)
            with step("files listed") as one:
                for entry in entries:
                    if isinstance(entry, RepoFile):
                        found[entry.path] = entry
                        one.add()
            return found

        return self.ask(listed)

    def read(self, path: str, revision: str) -> bytes:
        """The content of a small file."""
        with tempfile.TemporaryDirectory() as cache:
            found = self.ask(
                self.api.hf_hub_download, self.name, path, repo_type=KIND, revision=revision, cache_dir=cache
            )
            return Path(str(found)).read_bytes()

    def card_was_edited(self, revision: str) -> bool:
        """Whether the last change of the card was not made by vdata."""

        def last() -> dict[str, str]:
            entries = self.api.get_paths_info(self.name, [CARD, RECORD], expand=True, revision=revision, repo_type=KIND)
            commits = {entry.path: getattr(entry, "last_commit", None) for entry in entries}
            return {path: commit.oid for path, commit in commits.items() if commit}

        commits = self.ask(last)
        if commits.get(CARD) == commits.get(RECORD):
            return False
        history = self.ask(self.api.list_repo_commits, self.name, repo_type=KIND, revision=revision)
        by = {commit.commit_id: commit.message for commit in history}
        return SIGNED not in by.get(commits.get(CARD, ""), "")

    def check_card(self, card: File) -> None:
        """Let the Hub check the metadata of *card*.

        Raises:
            UserError: with what the Hub says.
        """
        from huggingface_hub.utils import (  # type: ignore[attr-defined]
            build_hf_headers,
            get_session,
            hf_raise_for_status,
        )

        asked = {"content": (card.data or b"").decode(), "repoType": KIND}
        headers = build_hf_headers(token=self._token)

        def wrong() -> str:
            answer = get_session().post(f"{self.host}/api/validate-yaml", json=asked, headers=headers)
            if answer.status_code == 400:
                return _errors(answer.text)
            hf_raise_for_status(answer)
            return ""

        if message := self.ask(wrong):
            raise UserError(f"{card.path}: the Hub does not take its metadata: {self._line(message)} Change it there.")

    def upload(
        self, additions: Sequence[CommitOperationAdd], sizes: Mapping[str, int], sent: Callable[[int], object]
    ) -> list[str]:
        """Send the content of large files; what is there already is not sent again. Nothing can be seen of it yet.

        *sent* is told, group by group, how many bytes are there, by the *sizes* of the files.

        Returns:
            The files that a .gitignore of the repository would keep out of a commit.
        """
        streams = [one for one in additions if isinstance(one.path_or_fileobj, BufferedIOBase)]
        files = [one for one in additions if one not in streams]  # Xet takes no streams
        for some in chain(_groups(files, sizes), _groups(streams, sizes)):
            try:
                self.api.preupload_lfs_files(self.name, some, repo_type=KIND, revision=self.branch, free_memory=False)
            except Exception as error:
                raise self._plain(error) from error
            sent(sum(sizes[one.path_in_repo] for one in some))
        return [one.path_in_repo for one in additions if getattr(one, "_should_ignore", False)]

    def commit(
        self, operations: Sequence[CommitOperationAdd | CommitOperationDelete], parent: str, title: str, text: str
    ) -> str:
        """Make one commit of *operations* on top of *parent*, or none. Returns its id."""
        try:
            made = self.api.create_commit(
                self.name,
                list(operations),
                commit_message=title,
                commit_description=f"{text}\n\n{SIGNED}.",
                repo_type=KIND,
                revision=self.branch,
                parent_commit=parent,
            )
        except Exception as error:
            raise self._plain(error) from error
        return str(made.oid)

    def ask(self, call: Callable[..., T], *args: Any, **settings: Any) -> T:
        """Make a call that may be made twice, patiently."""
        for wait in (*WAITS, None):
            try:
                return call(*args, **settings)
            except Exception as error:
                plain = self._plain(error)
                if wait is None or not isinstance(plain, PushFailed) or plain.wait > LONGEST_WAIT:
                    raise plain from error
                time.sleep(max(wait, plain.wait))
        raise AssertionError

    def _plain(self, error: BaseException) -> Exception:
        """*error*, of the Hub's client, as one line for people."""
        from huggingface_hub.errors import HFValidationError

        if isinstance(error, HFValidationError):
            return UserError(f"{self.name}: cannot be the name of a repository. {self._line(str(error))}")
        chain = list(_causes(error))
        http = next((one for one in chain if getattr(one, "response", None) is not None), None)
        if http is None:
            first, text = type(chain[-1]).__name__, self._line(str(chain[-1]))
            outside = any(isinstance(one, OSError) or type(one).__module__.startswith("httpx") for one in chain)
            return PushFailed(
                f"{self.host}: cannot be reached: {text or first}" if outside else f"{self.name}: {first}: {text}"
            )
        response: Any = getattr(http, "response", None)
        code = int(response.status_code)
        message = self._line(getattr(http, "server_message", None) or response.headers.get("X-Error-Message") or "")
        what = f"{code}: {message}" if message else str(code)
        if code == 401:
            return UserError(
                f"{self.host}: does not take the token ({what}). Log in again with `hf auth login`, "
                f"or set HF_TOKEN to a token that may write ({TOKENS})."
            )
        if code == 403:
            owner = self.name.partition("/")[0]
            room = re.search(r"storage|limit|quota|plan\b", message, re.IGNORECASE)
            hint = "" if room else f" The token must have the right to write to {owner} ({TOKENS})."
            return UserError(f"{self.name}: the Hub does not allow it ({what}).{hint}")
        if code == 404:
            return Missing(f"{self.name}: is not there, or the token may not see it ({what}).")
        if code == 412:
            return PushFailed(f"{self.name}: was changed by somebody else meanwhile; nothing was pushed. Push again.")
        if code >= 500 or code in (408, 409, 425, 429):
            return PushFailed(f"{self.name}: the Hub answers {what}", _wait(response.headers))
        return UserError(f"{self.name}: the Hub refuses it ({what}).")

    def _line(self, text: str) -> str:
        line = " ".join(clean(text.replace(self._token, "[token]")).split())
        return line if len(line) <= 300 else f"{line[:300]} …"


def _groups(
    additions: Sequence[CommitOperationAdd], sizes: Mapping[str, int]
) -> Iterator[Sequence[CommitOperationAdd]]:
    """*additions* in groups that take as many requests as all together do, and of large files not very long each."""
    group: list[CommitOperationAdd] = []
    for one in additions:
        group.append(one)
        size = sum(sizes[one.path_in_repo] for one in group)
        if len(group) == GROUP_FILES or (len(group) >= GROUP_THREADS and size >= GROUP_BYTES):
            yield group
            group = []
    if group:
        yield group


def _causes(error: BaseException | None) -> Sequence[BaseException]:
    """*error* and what it came from, outermost first."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def _wait(headers: Any) -> float:
    """Seconds that ``Retry-After`` or ``RateLimit`` ask for."""
    after = str(headers.get("Retry-After", "")).strip()
    limit = re.search(r"\br=0;t=(\d+)", str(headers.get("RateLimit", "")).replace(" ", ""))
    return float(after) if after.isdigit() else float(limit[1]) + 1 if limit else 0.0


def _errors(text: str) -> str:
    """What the Hub says of a card's metadata, in a line."""
    with suppress(ValueError, KeyError, TypeError):
        text = "; ".join(str(one["message"]) for one in json.loads(text)["errors"])
    return text or "it does not say why"
