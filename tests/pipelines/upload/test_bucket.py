"""Pushing to an S3-compatible store: s3fs against moto's server, cut off at every call."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import EndpointConnectionError
from records import make_record

from vdata.cli import run
from vdata.pipelines.dataset.publish import publish
from vdata.pipelines.errors import UserError
from vdata.pipelines.settings.config import Push
from vdata.pipelines.upload.push import check_push
from vdata.schemas.arrow import REJECTS, SAMPLES, timelines_schema
from vdata.schemas.ids import make_id

s3fs = pytest.importorskip("s3fs")
moto_server = pytest.importorskip("moto.server")

URL = "s3://lab/sets/demo"
Tree = dict[str, str]


def data_set(out: Path, word: str, rows: int) -> Path:
    """A published build whose samples are *rows* questions with *word*."""
    generation = make_id(word)[:8]
    columns = {field.name: [None] * rows for field in SAMPLES} | {"question": [f"{word} {n}?" for n in range(rows)]}
    samples = pa.table({field.name: pa.array(columns[field.name], field.type) for field in SAMPLES}, schema=SAMPLES)
    tables = [("samples", SAMPLES, samples), ("timelines", timelines_schema([]), None), ("rejects", REJECTS, None)]
    files: dict[str, Any] = {}
    for name, schema, table in tables:
        written = publish(out, name, schema, [] if table is None else [table], generation)
        files |= written.files
    record = make_record(generation=generation, files=files, kept=1, inputs=1, samples=rows)
    (out / "build.json").write_bytes(record.to_json())
    path = f"data/train-*-{generation}.parquet"
    (out / "README.md").write_text(
        f"---\nconfigs:\n- config_name: default\n  data_files: [{{split: train, path: {path}}}]\n---\n# {word}\n"
    )
    return out


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = moto_server.ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def store(address: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The store, with an empty bucket ``lab``."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    keys = {
        "AWS_ACCESS_KEY_ID": "AKIAcanary",
        "AWS_SECRET_ACCESS_KEY": "canarySECRET",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for name, value in {**keys, "AWS_ENDPOINT_URL": address, "NO_PROXY": "127.0.0.1"}.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    found = s3fs.S3FileSystem(use_listings_cache=False)
    if found.exists("lab"):
        found.rm("lab", recursive=True)
    found.mkdir("lab")
    return found


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An older data set, and a newer one with media."""
    home = tmp_path_factory.mktemp("sets")
    older, newer = data_set(home / "older", "cat", 3), data_set(home / "newer", "bird", 40)
    for out, clip in ((older, "old.mp4"), (newer, "new.mp4")):
        (out / "media").mkdir()
        (out / "media" / clip).write_bytes(clip.encode() * 100)
    return older, newer


def local(folder: Path) -> Tree:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def remote(store: Any, url: str = URL) -> Tree:
    home = url.removeprefix("s3://")
    found = {path.removeprefix(f"{home}/"): store.cat_file(path) for path in store.find(home)}
    return {name: hashlib.sha256(data).hexdigest() for name, data in sorted(found.items())}


def push(out: Path, *more: str, url: str = URL) -> int:
    return run(["push", str(out), "--repo", url, *more])


def test_a_push_holds_everything_and_is_not_repeated(
    store: Any, sets: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    _, out = sets
    before = local(out)
    store.pipe_file("lab/sets/demo2/theirs.txt", b"next door")
    assert push(out) == 0
    assert remote(store) == before == local(out)
    assert "All 6 files" in capsys.readouterr().out
    assert push(out) == 0
    said = capsys.readouterr()
    assert said.out == f"Nothing to push: {URL} holds this data set already.\n"
    assert "canary" not in said.out + said.err
    shard = next(name for name in before if name.startswith("data/"))
    with store.open(f"lab/sets/demo/{shard}", "rb") as file:
        assert pq.read_table(file).column("question").to_pylist() == [f"bird {n}?" for n in range(40)]
    assert store.cat_file("lab/sets/demo2/theirs.txt") == b"next door"


def cut(monkeypatch: pytest.MonkeyPatch, number: int) -> Callable[[], list[str]]:
    """From call *number* on the store cannot be reached. What is returned tells the calls that there were."""
    real = s3fs.S3FileSystem._call_s3
    calls: list[str] = []

    async def call(self: Any, method: str, *args: Any, **settings: Any) -> Any:
        calls.append(method)
        if len(calls) >= number:
            raise EndpointConnectionError(endpoint_url="http://gone")
        return await real(self, method, *args, **settings)

    monkeypatch.setattr(s3fs.S3FileSystem, "_call_s3", call)
    return lambda: calls


def whole(store: Any, *sets: Path) -> Path | None:
    """Which of *sets* the card there belongs to, whose files must all be there, unchanged."""
    there = remote(store)
    if "README.md" not in there:
        return None
    found = next(one for one in sets if local(one)["README.md"] == there["README.md"])
    shards = {name: sha256 for name, sha256 in local(found).items() if "/" in name}
    assert shards.items() <= there.items()
    return found


@pytest.mark.slow
@pytest.mark.parametrize("start", ["nothing", "older"])
def test_cut_off_at_any_call_and_gone_on(
    store: Any, sets: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, start: str, capsys: pytest.CaptureFixture[str]
) -> None:
    older, newer = sets
    before, seen = local(newer), []
    if start == "older":
        assert push(older) == 0
        store.pipe_file("lab/sets/demo/data/mine.txt", b"mine")
        store.copy("lab/sets/demo/", "lab/kept/", recursive=True)
    for number in range(1, 200):
        if store.exists("lab/sets"):
            store.rm("lab/sets", recursive=True)
        if start == "older":
            store.copy("lab/kept/", "lab/sets/demo/", recursive=True)
        with monkeypatch.context() as patch:
            calls = cut(patch, number)
            status = push(newer)
            if status == 0:
                assert len(calls()) < number
                break
        assert status == 1
        assert capsys.readouterr().err.endswith("is as it was; push again to go on.\n")
        seen.append(whole(store, older, newer))
        assert push(newer) == 0, number
        extra = {"data/mine.txt": hashlib.sha256(b"mine").hexdigest()} if start == "older" else {}
        assert remote(store) == before | extra
    assert seen[0] == (older if start == "older" else None)
    assert seen[-1] == newer
    assert seen == sorted(seen, key=lambda one: one == newer)  # once it is the new one, it stays
    assert local(newer) == before


def test_only_what_is_missing_is_sent(store: Any, sets: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    _, out = sets
    assert push(out) == 0
    shard = next(name for name in local(out) if name.startswith("data/"))
    size = (out / shard).stat().st_size
    store.pipe_file(f"lab/sets/demo/{shard}", b"?" * size)  # the same size, and not the same file
    sent = []
    real = s3fs.S3FileSystem._put_file

    async def put(self: Any, path: str, *rest: Any, **settings: Any) -> Any:
        sent.append(Path(path).relative_to(out).as_posix())
        return await real(self, path, *rest, **settings)

    monkeypatch.setattr(s3fs.S3FileSystem, "_put_file", put)
    s3fs.S3FileSystem.clear_instance_cache()
    assert push(out) == 0
    assert sent == [shard]
    assert remote(store) == local(out)


def test_another_data_set_is_not_replaced_unasked(
    store: Any, sets: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    older, newer = sets
    assert push(older) == 0
    record = json.loads(store.cat_file("lab/sets/demo/build.json"))
    record["config"]["videos"] = "elsewhere/*.mp4"
    store.pipe_file("lab/sets/demo/build.json", json.dumps(record).encode())
    before = remote(store)
    capsys.readouterr()
    assert push(newer) == 2
    assert "holds another data set" in (said := capsys.readouterr().err)
    assert "build.json" in said
    assert remote(store) == before
    assert push(newer, "--replace") == 0
    assert remote(store) == local(newer)


@pytest.mark.slow
def test_who_is_refused(
    store: Any, sets: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out = sets

    def said(status: int, *more: str, url: str = URL) -> str:
        capsys.readouterr()
        assert push(out, *more, url=url) == status
        text = capsys.readouterr().err
        assert len(text.splitlines()) == 1, text
        assert "canary" not in text
        return text

    assert "there is no such bucket" in said(2, url="s3://nowhere/demo")
    assert "a bucket has no revision" in said(2, "--revision", "v2")
    assert "its owner says who may see it" in said(2, "--public")
    assert "--repo: must be OWNER/NAME" in said(2, url="s3://lab")
    store.pipe_file("lab/sets/demo/essay.txt", b"text")
    store.pipe_file("lab/sets/demo/media/theirs.mp4", b"clip")
    assert "holds something that vdata did not make (essay.txt, media/theirs.mp4)" in said(2)
    with pytest.raises(UserError, match="vdata did not make"):  # before a build that is to be pushed there
        check_push(Push(repo=URL))
    check_push(Push(repo="s3://lab/empty"))
    assert push(out, "--replace") == 0
    kept = {name: hashlib.sha256(data).hexdigest() for name, data in {"essay.txt": b"text"}.items()}
    assert remote(store) == dict(
        sorted((local(out) | kept | {"media/theirs.mp4": hashlib.sha256(b"clip").hexdigest()}).items())
    )
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    s3fs.S3FileSystem.clear_instance_cache()
    monkeypatch.setattr(s3fs.S3FileSystem, "retries", 1)
    text = said(1)
    assert re.search(r"Could not connect to the endpoint URL.*push again to go on", text)
    s3fs.S3FileSystem.clear_instance_cache()
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    assert "there are no credentials" in said(2)
    s3fs.S3FileSystem.clear_instance_cache()
