"""Archives and tables in an S3-compatible store: what is asked of it, and that a changed one is noticed."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vdata.pipelines.inputs.attach import attach
from vdata.pipelines.inputs.sources import find_sources
from vdata.schemas import Timeline
from vdata.schemas.input_video import Source
from vdata.video.decode import members, source, unpacked

s3fs: Any = pytest.importorskip("s3fs", reason="needs the extra s3")
moto_server = pytest.importorskip("moto.server")
LARGE = 1_500_000


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = moto_server.ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def store(address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": address,
        "NO_PROXY": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(unpacked, "_places", [tmp_path / "unpacked"])
    members._known.clear()
    s3fs.S3FileSystem.clear_instance_cache()
    found = s3fs.S3FileSystem(use_listings_cache=False)
    if found.exists("lab"):
        found.rm("lab", recursive=True)
    found.mkdir("lab")
    return found


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The bytes of each range that is fetched."""
    sizes: list[int] = []
    real = s3fs.core._fetch_range

    def counted(*args: Any, **settings: Any) -> bytes:
        data: bytes = real(*args, **settings)
        sizes.append(len(data))
        return data

    monkeypatch.setattr(s3fs.core, "_fetch_range", counted)
    return sizes


def shard(first: int, count: int = 3, fill: int = 0) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as made:
        for n in range(first, first + count):
            for name, data in [(f"{n}.mp4", bytes([n + fill]) * LARGE), (f"{n}.json", b'{"n": %d}' % n)]:
                info = tarfile.TarInfo(name)
                info.size = len(data)
                made.addfile(info, io.BytesIO(data))
    return file.getvalue()


def content(one: Source) -> bytes:
    return b"".join(source.blocks(one.path))


def test_shards_in_a_bucket_are_listed_by_ranges_and_once(store: Any, fetched: list[int]) -> None:
    for n in range(2):
        store.pipe_file(f"lab/sets/{n:03d}.tar", shard(3 * n))
    for item in ("s3://lab/sets/{000..001}.tar", "s3://lab/sets/*.tar", "s3://lab/sets"):
        found = find_sources(item)
        assert [one.uri for one in found] == [f"tar://{n}.mp4::s3://lab/sets/{n // 3:03d}.tar" for n in range(6)]
    assert len(fetched) <= 2 * 8  # a request for each pair of members, and the ends
    assert sum(fetched) < 2 * 3 * LARGE / 4
    listed = len(fetched)
    members._known.clear()  # as in another process of this machine
    assert len(find_sources("s3://lab/sets")) == 6
    assert len(fetched) == listed
    assert content(found[4]) == bytes([4]) * LARGE
    assert sum(fetched[listed:]) < LARGE + (1 << 20)  # what is fetched ahead
    video = Timeline(found[4].uri, "id", 2.0)
    attach(video, found[4])
    assert video.attrs == {"n": "4"}


def test_a_changed_shard_is_noticed(store: Any) -> None:
    store.pipe_file("lab/0.tar", shard(0))
    store.pipe_file("lab/1.tar", shard(3))
    before = {one.uri: one.fingerprint for one in find_sources("s3://lab/*.tar")}
    store.pipe_file("lab/1.tar", shard(3, fill=9))
    store.invalidate_cache()
    s3fs.S3FileSystem.clear_instance_cache()
    after = find_sources("s3://lab/*.tar")
    changed = [one for one in after if one.fingerprint != before[one.uri]]
    assert [one.uri for one in changed] == [f"tar://{n}.mp4::s3://lab/1.tar" for n in (3, 4, 5)]
    assert content(changed[0]) == bytes([12]) * LARGE


def test_parquet_in_a_bucket_is_listed_without_its_videos(store: Any, fetched: list[int], tmp_path: Path) -> None:
    cells = [bytes([n]) * LARGE for n in range(8)]
    table = pa.table({"video": pa.array(cells, pa.binary()), "title": [f"T{n}" for n in range(8)]})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=2, use_dictionary=False, compression="none")
    store.put_file(str(tmp_path / "a.parquet"), "lab/data/train-0.parquet")
    found = find_sources("s3://lab/data")
    assert [(one.uri, one.attrs) for one in found] == [
        (f"parquet://{n}/video::s3://lab/data/train-0.parquet", {"title": f"T{n}"}) for n in range(8)
    ]
    assert sum(fetched) < LARGE / 2
    assert [content(one) for one in found[2:4]] == cells[2:4]
    assert sorted(path.stat().st_size for path in (tmp_path / "unpacked").glob("[!.]*")) == [LARGE, LARGE]
