"""Sending files to the Hub: in groups, so that it can be told how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from io import BufferedReader, BytesIO
from typing import Any

import pytest
from huggingface_hub import CommitOperationAdd

from vdata.pipelines.upload import hub
from vdata.pipelines.upload.hub import Repo


class Client:
    """What takes the files, in the place of the Hub's client."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []

    def preupload_lfs_files(self, name: str, additions: Sequence[CommitOperationAdd], **settings: Any) -> None:
        self.groups.append([one.path_in_repo for one in additions])


def upload(additions: Sequence[CommitOperationAdd], sizes: dict[str, int]) -> tuple[list[list[str]], list[int]]:
    """The groups in which *additions* are sent, and the bytes that are told after each."""
    repo, told = Repo.__new__(Repo), list[int]()
    repo.name, repo.branch = "me/demo", "main"
    repo.api = client = Client()  # type: ignore[assignment]
    assert repo.upload(additions, sizes, told.append) == []
    return client.groups, told


def files(*names: str) -> list[CommitOperationAdd]:
    return [CommitOperationAdd(name, b"x") for name in names]


def test_small_files_go_together_up_to_what_one_request_asks_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "GROUP_FILES", 3)
    names = [f"media/{n}.mp4" for n in range(7)]
    groups, told = upload(files(*names), dict.fromkeys(names, 10))
    assert groups == [names[:3], names[3:6], names[6:]]
    assert told == [30, 30, 10]


def test_large_files_go_in_groups_that_keep_all_threads_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "GROUP_THREADS", 2)
    sizes = {f"data/{n}.parquet": size for n, size in enumerate([3 * 10**9, 10**9, 5, 10**9, 10**9, 10**9])}
    groups, told = upload(files(*sizes), sizes)
    assert [len(group) for group in groups] == [2, 3, 1]
    assert (sum(told), told[0]) == (sum(sizes.values()), 4 * 10**9)


def test_streams_go_apart_from_files() -> None:
    stream = CommitOperationAdd("tars/0.tar", BufferedReader(BytesIO(b"tar")))
    groups, told = upload([*files("a"), stream, *files("b")], {"a": 1, "tars/0.tar": 3, "b": 2})
    assert groups == [["a", "b"], ["tars/0.tar"]]
    assert told == [3, 3]


def test_nothing_is_asked_for_nothing() -> None:
    assert upload([], {}) == ([], [])
