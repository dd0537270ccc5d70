"""Media as tars: the same bytes for the same files, found again from the rows, and never sent twice."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import webdataset
from hub_data import Call
from hub_server import HubServer
from inline import without_ray
from moody_stages import Filmed, Moody
from pusher import Pusher
from rough_stages import Plain

from vdata.pipelines.build import run_build
from vdata.pipelines.errors import UserError
from vdata.pipelines.settings.config import Config, Push
from vdata.pipelines.upload import packing
from vdata.pipelines.upload import push as pushing
from vdata.pipelines.upload.packing import COLUMN, PLACE, too_many
from vdata.pipelines.upload.tar_shards import TarMember, TarStream, in_shards
from vdata.schemas.arrow import samples_schema
from vdata.schemas.build_record import BuildRecord
from vdata.stages.labels.kinds.activitynet import Activitynet

NAME = "me/films"
VIDEOS = 12


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of twelve videos that were made, a file each, of which one was dropped afterwards."""
    home = tmp_path_factory.mktemp("films")
    said = {
        f"v{n:02}": {"duration": 9.0, "timestamps": [[0, 1]], "sentences": [f"{'Words ' * n}."]} for n in range(VIDEOS)
    }
    (home / "labels.json").write_text(json.dumps(said))
    (home / "v03.drops").touch()
    imports = [Activitynet(kind="activitynet", path=str(home / "labels.json"), lane="events")]
    stages = [Moody(folder=str(home)), Filmed(), Plain()]
    made = Config(labels=imports, stages=stages, output={"path": home / "out"}, cache=home / "cache")
    with pytest.MonkeyPatch.context() as patch:
        without_ray(patch)
        assert run_build(made, limit=None, address=None, overwrite=False) == 0
    return home / "out"


@pytest.fixture(scope="module")
def vdata(
    server: HubServer, out: Path, clean_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pusher]:
    pusher = Pusher(tmp_path_factory.mktemp("said"), clean_env)
    pusher.warm("push", str(out), "--repo", "me/warm")
    assert "me/warm" in server.repos
    yield pusher
    pusher.close()


def members(folder: Path, count: int, seed: int = 0) -> list[TarMember]:
    dice = random.Random(seed)
    found = []
    for number in range(count):
        name = f"{hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()}.mp4"
        data = dice.randbytes(dice.randint(0, 3000))
        (folder / name).write_bytes(data)
        found.append(TarMember(name, folder / name, len(data)))
    return found


def test_a_tar_is_read_as_it_would_lie_on_the_disk(tmp_path: Path) -> None:
    files = members(tmp_path, 9)
    long = TarMember("frames/" + "x" * 120 + "/00001.jpg", files[0].path, files[0].size)
    stream = TarStream([*files, long])
    whole = stream.read()
    assert (len(whole), stream.read(), stream.seek(-10, os.SEEK_END)) == (stream.size, b"", stream.size - 10)
    with tarfile.open(fileobj=io.BytesIO(whole)) as tar:
        found = {one.name: (tar.extractfile(one) or io.BytesIO()).read() for one in tar}
    assert found == {one.name: one.path.read_bytes() for one in [*files, long]}
    for name, (offset, size) in stream.places.items():
        assert whole[offset : offset + size] == found[name]
    dice = random.Random(1)
    for _ in range(200):
        start, size = dice.randrange(len(whole)), dice.randrange(5000)
        stream.seek(start)
        assert stream.read(size) == whole[start : start + size]
    os.utime(files[0].path, (1, 1))
    assert TarStream([*files, long]).read() == whole, "when a file was written does not count"
    files[3].path.write_bytes(b"")
    with pytest.raises(OSError, match="is shorter than it was"):
        TarStream(files).read()


@pytest.mark.slow
def test_groups_keep_their_size_and_most_of_them_stay_when_a_file_goes() -> None:
    dice = random.Random(3)
    files = [TarMember(f"{dice.getrandbits(96):024x}.mp4", Path("x"), dice.randint(1, 1000)) for _ in range(3000)]
    groups = in_shards(files, 50_000)
    assert [one for group in groups for one in group] == sorted(files, key=lambda one: one.name)
    assert max(TarStream(group).size for group in groups) <= 50_000 + 1024
    assert len(groups) < 4 * sum(TarStream(group).size for group in groups) / 50_000
    assert in_shards(reversed(files), 50_000) == groups
    for gone in dice.sample(files, 20):
        again = in_shards([one for one in files if one is not gone], 50_000)
        kept = sum(group in again for group in groups)
        assert kept >= 0.8 * len(groups), "what is packed already is not packed in another way"
    large = TarMember("large.mp4", Path("x"), 10**9)
    assert [large] in in_shards([*files, large], 50_000)
    assert in_shards([], 10) == []


def loaded(name: str, code: str, env: dict[str, str], tmp_path: Path) -> tuple[dict[str, list[dict[str, Any]]], bytes]:
    """The rows that ``load_dataset`` finds on the Hub, by config, and the *data* that *code* reads, in one process."""
    whole = (
        "import datasets, json, sys\n"
        "rows = {one: datasets.load_dataset(sys.argv[1], one, split='train').to_list()"
        " for one in ('default', 'timelines')}\n"
        "json.dump(rows, open(sys.argv[2], 'w'))\n"
        f"{code}\nsys.stdout.buffer.write(data)\n"
    )
    env = {**env, "HF_HUB_CACHE": str(tmp_path / "hub"), "HF_DATASETS_CACHE": str(tmp_path / "cache")}
    args = [sys.executable, "-c", whole, name, str(tmp_path / "rows.json")]
    data = subprocess.run(args, env=env, check=True, capture_output=True).stdout
    return json.loads((tmp_path / "rows.json").read_text()), data


def test_what_is_pushed_as_tars_is_loaded_with_the_place_of_each_file(
    hub: HubServer, vdata: Pusher, out: Path, clean_env: dict[str, str], tmp_path: Path
) -> None:
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    films = {f"media/{path.name}": path.read_bytes() for path in (out / "media").iterdir()}
    assert len(films) == VIDEOS - 1
    ended = vdata("push", str(out), "--repo", NAME, "--media", "tar", "--shard-gb", "0.000001", "--tag", "v1.0")
    assert ended.status == 0, ended.text
    head = hub.repos[NAME].head().files
    tars = {name: hub.content(head[name]) for name in head if name.startswith("media/")}
    size = sum(map(len, films.values()))
    told = f"11 media files ({size / 1000:.1f} kB) in {len(tars)} tars of up to 1e-06 GB."
    assert ended.text.startswith(told)
    generation = json.loads((out / "build.json").read_text())["generation"]
    assert list(tars) == [f"media/{generation}-{number:05}.tar" for number in range(len(tars))]
    assert 2 < len(tars) <= 11
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    record = BuildRecord.from_json(hub.content(head["build.json"]))
    assert {name: one.sha256 for name, one in (record.tars or {}).items()} == {
        name: hashlib.sha256(data).hexdigest() for name, data in tars.items()
    }
    assert sum(one.rows for one in (record.tars or {}).values()) == 11

    card = hub.content(head["README.md"]).decode()
    assert "filter by the column `state`" in card, "the rest of the card is as it was"
    code = re.search(r"```python\n(import datasets, huggingface_hub\n.*?)```", card, re.DOTALL)
    assert code is not None
    assert len(code[1].strip().splitlines()) == 5, "three lines, and the import"
    found, data = loaded(NAME, code[1], clean_env, tmp_path)
    assert data == films[found["default"][0]["video"]]
    for config, rows in found.items():
        own = datasets.load_dataset(str(out), config, split="train", cache_dir=str(tmp_path / "local")).to_list()
        places = [row.pop(COLUMN) for row in rows]
        assert rows == json.loads(json.dumps(own))
        for row, of in zip(rows, places, strict=True):
            name = row["uri" if config == "timelines" else "video"]
            assert [one["file"] for one in of] == ([name] if name in films else []), "v03 was dropped before"
            for one in of:
                assert tars[one["tar"]][one["offset"] : one["offset"] + one["size"]] == films[name]
                assert f"media/{one['member']}" == name

    (tmp_path / "tars").mkdir()
    for name, data in tars.items():
        (tmp_path / "tars" / Path(name).name).write_bytes(data)
    shards = sorted(map(str, (tmp_path / "tars").iterdir()))
    assert films == {
        f"media/{one['__key__']}.mp4": one["mp4"] for one in webdataset.WebDataset(shards, shardshuffle=False)
    }

    hub.forget()
    again = vdata("push", str(out), "--repo", NAME, "--media", "tar", "--shard-gb", "0.000001", "--tag", "v1.0")
    assert (again.status, hub.received) == (0, 0)
    assert "Nothing to push" in again.text
    assert vdata("push", str(out), "--repo", NAME).status == 0, "as files again, since they are few"
    assert {name for name in hub.repos[NAME].head().files if name.startswith("media/")} == films.keys()
    assert hub.repos[NAME].find("v1.0") is not None


def test_a_push_that_is_killed_sends_no_tar_twice(hub: HubServer, vdata: Pusher, out: Path) -> None:
    args = ("push", str(out), "--repo", NAME, "--media", "tar", "--shard-gb", "0.000001")
    assert vdata(*args).status == 0
    tars = {
        one.sha256: len(hub.content(one)) for name, one in hub.repos[NAME].head().files.items() if name.endswith(".tar")
    }
    hub.restore(({}, {}))
    sent: list[str] = []

    def kill(call: Call, moment: str) -> None:
        oid = call.path.rpartition("/")[2]
        if oid in tars and moment == "after":
            sent.append(oid)
            if len(sent) == 3:
                vdata.kill()

    hub.meddle = kill
    assert vdata(*args).status == -9
    assert NAME not in hub.repos or not [name for name in hub.repos[NAME].head().files if name.startswith("media/")]
    there = {oid for oid in tars if oid in hub.store}
    assert there >= set(sent)
    hub.forget()
    again: list[str] = []
    hub.meddle = lambda call, moment: again.append(call.path.rpartition("/")[2]) if moment == "before" else None
    assert vdata(*args).status == 0
    assert not set(again) & there
    assert hub.received <= sum(size for oid, size in tars.items() if oid not in there) + 100_000
    assert {one.sha256 for name, one in hub.repos[NAME].head().files.items() if name.endswith(".tar")} == set(tars)


@pytest.mark.usefixtures("here")
def test_tars_are_made_of_more_files_than_the_hub_takes(
    hub: HubServer, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(packing, "ENTRIES", 10)
    assert pushing.run_push(out, Push(repo=NAME), say=said.append) == 0
    assert said[0].startswith("11 media files (")
    assert "in 1 tar of up to 5 GB (11 entries in media/, where the Hub takes 10 in a folder)." in said[0]
    assert [name for name in hub.repos[NAME].head().files if name.startswith("media/")] == [
        f"media/{json.loads((out / 'build.json').read_text())['generation']}-00000.tar"
    ]
    monkeypatch.setattr(packing, "LARGEST_STREAM", 100)
    with pytest.raises(UserError, match=r"in a tar that is made while it is sent\."):
        pushing.run_push(out, Push(repo=NAME), say=said.append)
    monkeypatch.setattr(packing, "LARGEST", 200)
    with pytest.raises(UserError, match=r"the Hub takes 0 in a file\."):
        pushing.run_push(out, Push(repo=NAME, media="files"), say=said.append)


def test_the_limits_of_the_hub() -> None:
    assert too_many([f"media/{n}.mp4" for n in range(10_000)]) == ""
    assert too_many(f"media/{n}.mp4" for n in range(10_001)).startswith("10,001 entries in media/")
    assert too_many(f"media/{n}/1.jpg" for n in range(10_001)).startswith("10,001 entries in media/")
    assert too_many(f"media/{n % 100}/{n}" for n in range(25_001)).startswith(
        "25,001 files, where the Hub takes 25,000"
    )
    assert too_many(f"media/{n % 100}/{n}" for n in range(100_001)).startswith(
        "100,001 files, where the Hub takes 100,"
    )


def test_clips_and_pictures_of_a_sample_have_their_places(tmp_path: Path) -> None:
    row: dict[str, Any] = {field.name: None for field in samples_schema("frames")}
    row |= {"video": "a.mp4", "frames": [{"file": f"media/v/{n}.jpg", "time": float(n)} for n in range(2)]}
    table = pa.Table.from_pylist([row, {**row, "frames": []}], samples_schema("frames"))
    pq.write_table(table, tmp_path / "in.parquet")
    places = {f"media/v/{n}.jpg": ("media/g-00000.tar", f"v/{n}.jpg", 512 * n, 3) for n in range(2)}
    schema = table.schema.append(pa.field(COLUMN, pa.list_(PLACE)))
    found = packing._with_places(table, schema, places).column(COLUMN).to_pylist()
    assert found[1] == []
    assert [(one["file"], one["member"], one["offset"]) for one in found[0]] == [
        ("media/v/0.jpg", "v/0.jpg", 0), ("media/v/1.jpg", "v/1.jpg", 512),
    ]  # fmt: skip


def test_a_bucket_takes_files(vdata: Pusher, out: Path) -> None:
    ended = vdata("push", str(out), "--repo", "s3://b/films", "--media", "tar")
    assert ended.status == 2
    assert "a bucket takes any number of files" in ended.text


@pytest.mark.usefixtures("here")
def test_a_data_set_of_lanes_alone_is_pushed_and_read(
    hub: HubServer, clean_env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_ray(monkeypatch)
    said = {name: {"duration": 9.0, "timestamps": [[0, 1]], "sentences": [f"In {name}."]} for name in ("a", "b")}
    (tmp_path / "labels.json").write_text(json.dumps(said))
    (tmp_path / "b.drops").touch()
    imports = [Activitynet(kind="activitynet", path=str(tmp_path / "labels.json"), lane="captions")]
    stages = [Moody(folder=str(tmp_path)), Filmed()]
    made = Config(labels=imports, stages=stages, output={"path": tmp_path / "out"}, cache=tmp_path / "cache")
    assert run_build(made, limit=None, address=None, overwrite=False) == 0
    lines: list[str] = []
    assert pushing.run_push(tmp_path / "out", Push(repo="me/lanes", media="tar", tag="v1"), say=lines.append) == 0
    head = hub.repos["me/lanes"].head()
    assert head.title.startswith("1 timeline, build ")
    assert 'datasets.load_dataset("me/lanes", "timelines", split="train", revision="v1")' in lines[-1]
    card = hub.content(head.files["README.md"]).decode()
    code = re.search(r"```python\n(import datasets, huggingface_hub\n.*?)```", card, re.DOTALL)
    assert code is not None
    whole = (
        f"{code[1]}\nassert row['lane_captions'][0]['text'] == 'In a.', row\nimport sys; sys.stdout.buffer.write(data)"
    )
    env = {**clean_env, "HF_HUB_CACHE": str(tmp_path / "hub"), "HF_DATASETS_CACHE": str(tmp_path / "hf")}
    read = subprocess.run([sys.executable, "-c", whole], env=env, check=True, capture_output=True).stdout
    assert read == next((tmp_path / "out" / "media").iterdir()).read_bytes()
