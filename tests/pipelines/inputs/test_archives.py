"""Videos in tars and ZIPs: how they are listed, what lies beside them, and what cannot be read."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

from vdata.pipelines.inputs.attach import attach
from vdata.pipelines.inputs.sources import SourceError, find_sources, same_content
from vdata.schemas import Timeline
from vdata.schemas.input_video import Source
from vdata.schemas.uri import locate
from vdata.stages.labels.kinds.chapters import Chapters
from vdata.stages.labels.kinds.subtitles import Subtitles
from vdata.video.decode import members, source

CUES = b"1\n00:00:00,100 --> 00:00:00,900\nhello there\n"


def tar(path: Path, files: dict[str, bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as made:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))
    return path


def packed(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return path


def uris(sources: Sequence[Source]) -> list[str]:
    return [one.uri for one in sources]


def content(one: Source) -> bytes:
    return b"".join(source.blocks(one.path))


def laid(one: Source, seconds: float = 2.0) -> Timeline:
    video = Timeline(one.uri, "id", seconds)
    attach(video, one)
    return video


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    """Three shards of two videos each, with what WebDataset has beside them."""
    for shard in range(3):
        files = {}
        for key in (f"{2 * shard:04d}", f"{2 * shard + 1:04d}"):
            files[f"{key}.mp4"] = f"video {key}".encode() * 999
            files[f"{key}.json"] = json.dumps({"title": f"Of {key}", "views": int(key), "none": None}).encode()
            files[f"{key}.txt"] = f"a caption of {key}\n".encode()
        tar(tmp_path / f"shards/{shard:03d}.tar", files)
    return tmp_path


@pytest.mark.parametrize("item", ["shards/{000..002}.tar", "shards", "shards/*.tar", "shards/00{0,1,2}.tar"])
def test_shards_are_named_by_braces_folder_or_pattern(shards: Path, item: str) -> None:
    found = find_sources(item, base=shards)
    assert uris(found) == [f"tar://{n:04d}.mp4::shards/{n // 2:03d}.tar" for n in range(6)]
    assert [content(one) for one in found] == [f"video {n:04d}".encode() * 999 for n in range(6)]
    assert [content(one) for one in found] == [
        b"".join(source.blocks(locate(one.uri, shards))) for one in found
    ]  # a later pass knows the uri alone
    assert (found[3].name, found[3].size) == ("shards/001.tar/0003.mp4", 9 * 999 + 999)


def test_what_lies_beside_a_video_becomes_its_attrs_in_the_worker(
    shards: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = find_sources("shards/000.tar", base=shards)
    assert [one.attrs for one in found] == [{}, {}]
    video = laid(found[1])
    assert video.attrs == {"title": "Of 0001", "views": "1", "caption": "a caption of 0001"}
    assert [(span.label, span.text, span.score) for span in video.lane("labels")] == [
        ("title", "Of 0001", None),
        ("views", "1", 1.0),
        ("caption", "a caption of 0001", None),
    ]


def test_sidecars_and_attrs_of_importers_are_found_in_a_tar(tmp_path: Path) -> None:
    told = json.dumps({"description": "0:00 One\n0:01 Two", "caption": "in the keys"}).encode()
    tar(tmp_path / "a.tar", {"d/v.mp4": b"x" * 9, "d/v.json": told, "d/v.txt": b"in the text", "d/v.en.srt": CUES})
    (one,) = find_sources("a.tar", [Subtitles(language="en"), Chapters()], tmp_path)
    video = laid(one)
    assert [span.text for span in video.lane("speech")] == ["hello there"]
    assert [span.text for span in video.lane("chapters")] == ["One", "Two"]
    assert video.attrs["caption"] == "in the keys"
    assert video.attrs["caption_of_file"] == "in the text"
    assert video.rejects == []


def test_keys_that_cannot_be_read_are_a_reject_and_the_video_goes_on(tmp_path: Path) -> None:
    tar(tmp_path / "a.tar", {"v.mp4": b"x", "v.json": b"{"})
    video = laid(find_sources("a.tar", base=tmp_path)[0])
    ((reject),) = video.rejects
    assert (reject.reason, reject.kind) == ("bad_metadata", "failed")
    assert reject.detail.startswith("v.json: v.json:1: not valid JSON")
    assert video.attrs == {}


def test_samples_of_an_export_of_ours_are_no_attrs(tmp_path: Path) -> None:
    told = json.dumps({"video": "a.mp4", "duration": 2.0, "samples": [{"question": "?"}]}).encode()
    tar(tmp_path / "000000.tar", {"v.mp4": b"x", "v.json": told})
    assert laid(find_sources("000000.tar", base=tmp_path)[0]).attrs == {}


def test_names_with_dots_are_matched_as_files_first_and_then_as_webdataset_does(tmp_path: Path) -> None:
    tar(
        tmp_path / "a.tar",
        {"v1.2.mp4": b"1", "v1.2.json": b'{"n": 1}', "v2.small.mp4": b"22", "v2.json": b'{"n": 2}', "w.mp4": b"333"},
    )
    assert [laid(one).attrs for one in find_sources("a.tar", base=tmp_path)] == [{"n": "1"}, {"n": "2"}, {}]


def test_members_are_listed_by_their_headers_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tar(tmp_path / "a.tar", {f"{n}.mp4": b"0" * 3_000_000 for n in range(5)})
    read = 0

    class Counting(io.FileIO):
        def read(self, size: int = -1) -> bytes:  # type: ignore[override]
            nonlocal read
            data = super().read(size) or b""
            read += len(data)
            return data

    monkeypatch.setattr(members, "open_plain", lambda path, ahead: Counting(path))
    assert len(find_sources("a.tar", base=tmp_path)) == 5
    assert 5 * 512 <= read < 10_000


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_is_read_by_its_directory(tmp_path: Path, method: int) -> None:
    files = {"clips/b.mp4": b"b" * 5_000_000, "clips/a.mp4": b"a" * 70, "__MACOSX/a.mp4": b"", "clips/a.txt": b"words"}
    packed(tmp_path / "a.zip", files, method)
    found = find_sources("a.zip", base=tmp_path)
    assert uris(found) == ["zip://clips/a.mp4::a.zip", "zip://clips/b.mp4::a.zip"]
    assert [content(one) for one in found] == [files["clips/a.mp4"], files["clips/b.mp4"]]
    assert laid(found[0]).attrs == {"caption": "words"}


@pytest.mark.parametrize(
    ("item", "fits"),
    [
        ("zip://clips/a.mp4::a.zip", ["clips/a.mp4"]),
        ("zip://clips::a.zip", ["clips/a.mp4", "clips/b.mp4"]),
        ("zip://*/b.*::a.zip", ["clips/b.mp4"]),
        ("zip://::a.zip", ["c.mp4", "clips/a.mp4", "clips/b.mp4"]),
        ("zip://clips/{a,b}.mp4::*.zip", ["clips/a.mp4", "clips/b.mp4"]),
    ],
)
def test_members_are_named_as_fsspec_chains_them(tmp_path: Path, item: str, fits: list[str]) -> None:
    packed(tmp_path / "a.zip", {"clips/a.mp4": b"a", "clips/b.mp4": b"b", "c.mp4": b"c", "clips/a.txt": b"t"})
    assert uris(find_sources(item, base=tmp_path)) == [f"zip://{name}::a.zip" for name in fits]


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("zip://x", "zip://x: names no archive. Write zip://MEMBER::ARCHIVE, for example zip://clip.mp4::videos.zip"),
        ("tar://clip.mp4", "tar://clip.mp4: names no archive. Write tar://MEMBER::ARCHIVE"),
        ("zip://no.mp4::a.zip", "a.zip: holds no video no.mp4. It holds: 2 .mp4, 1 .txt."),
        ("tar://a.mp4::gone.tar", "{base}/gone.tar: no such file."),
        ("tar://a.mp4::s3://user:word@bucket/a.tar", "s3://…@bucket: leave the password out of the URL"),
        ("tar://a.mp4::nope://bucket/a.tar", "nope://bucket/a.tar: Protocol not known: nope."),
        ("texts.tar", "texts.tar: holds no video. It holds: 2 .txt, 1 .pdf."),
        ("false.tar", "{base}/false.tar: is no tar"),
        ("false.zip", "{base}/false.zip: is no ZIP"),
        ("a.tar.gz", "a.tar.gz: cannot be read without unpacking all of it. Unpack it, or pack it again"),
        ("shards/{000..001.tar", "shards/{{000..001.tar: there is no such file or folder."),
        ("shards/{000..003}.tar", "shards/003.tar: there is no such file or folder."),
        ("shards/{1..100001}.tar", "shards/{{1..100001}}.tar: stands for more than 100,000 names."),
    ],
)
def test_what_cannot_be_read_is_said(shards: Path, item: str, message: str) -> None:
    packed(shards / "a.zip", {"a.mp4": b"a", "b.mp4": b"b", "a.txt": b"t"})
    tar(shards / "texts.tar", {"a.txt": b"a", "b.txt": b"b", "c.pdf": b"c"})
    (shards / "false.tar").write_bytes(b"no tar at all" * 99)
    (shards / "false.zip").write_bytes(b"no zip at all" * 99)
    (shards / "a.tar.gz").write_bytes(b"\x1f\x8b")
    with pytest.raises(SourceError) as error:
        find_sources(item, base=shards)
    assert str(error.value).startswith(message.format(base=shards))


def test_a_file_whose_name_has_braces_is_itself(tmp_path: Path) -> None:
    (tmp_path / "a{1,2}.mp4").write_bytes(b"x")
    assert uris(find_sources("a{1,2}.mp4", base=tmp_path)) == ["a{1,2}.mp4"]


@pytest.mark.parametrize("end", [5 * 512 + 100, 7 * 512, 7 * 512 + 300])
def test_a_tar_that_breaks_off_is_said_and_read_as_far_as_it_goes(tmp_path: Path, end: int) -> None:
    whole = tar(tmp_path / "a.tar", {f"{n}.mp4": bytes([n]) * 600 for n in range(3)}).read_bytes()
    (tmp_path / "a.tar").write_bytes(whole[:end])  # each member: a header and two blocks
    found = find_sources("a.tar", base=tmp_path)
    problems = {one.uri: one.problem for one in found if one.problem is not None}
    assert list(problems) == ["a.tar#"]
    assert problems["a.tar#"].reason == "damaged_archive"
    assert "it breaks off after" in problems["a.tar#"].detail
    assert uris(found)[1] == "tar://0.mp4::a.tar"


def test_members_that_cannot_be_read_still_end_as_rows(tmp_path: Path) -> None:
    packed(tmp_path / "a.zip", {"a.mp4": b"a" * 99, "b::c.mp4": b"b"})
    data = bytearray((tmp_path / "a.zip").read_bytes())
    entry = data.index(b"PK\1\2")
    data[entry + 8] |= 1  # the flag of encryption
    (tmp_path / "a.zip").write_bytes(data)
    found = find_sources("a.zip", base=tmp_path)
    assert {one.uri: one.problem.reason for one in found if one.problem} == {
        "zip://a.mp4::a.zip": "unreadable",
        "zip://b::c.mp4::a.zip": "unsafe_name",
    }


def test_a_changed_archive_changes_the_fingerprints_of_its_members(shards: Path) -> None:
    before = {one.uri: one.fingerprint for one in find_sources("shards", base=shards)}
    tar(shards / "shards/001.tar", {"0002.mp4": b"another", "0003.mp4": b"and another"})
    after = {one.uri: one.fingerprint for one in find_sources("shards", base=shards)}
    assert {uri for uri in before if before[uri] != after[uri]} == {
        "tar://0002.mp4::shards/001.tar",
        "tar://0003.mp4::shards/001.tar",
    }


def test_the_same_content_in_two_archives_is_found(tmp_path: Path) -> None:
    tar(tmp_path / "a.tar", {"a.mp4": b"same", "c.mp4": b"diff"})
    packed(tmp_path / "b.zip", {"b.mp4": b"same"}, zipfile.ZIP_DEFLATED)
    found = same_content(find_sources(["a.tar", "b.zip"], base=tmp_path))
    assert {one.uri: one.problem.detail for one in found if one.problem} == {
        "zip://b.mp4::b.zip": "the same content as tar://a.mp4::a.tar"
    }


def test_links_in_a_tar_lead_to_what_they_name_and_no_further(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as made:
        info = tarfile.TarInfo("d/a.mp4")
        info.size = 3
        made.addfile(info, io.BytesIO(b"abc"))
        for name, kind, target in [
            ("d/soft.mp4", tarfile.SYMTYPE, "a.mp4"),
            ("hard.mp4", tarfile.LNKTYPE, "d/a.mp4"),
            ("out.mp4", tarfile.SYMTYPE, "/etc/passwd"),
        ]:
            link = tarfile.TarInfo(name)
            link.type, link.linkname = kind, target
            made.addfile(link)
    found = find_sources("a.tar", base=tmp_path)
    assert {one.uri: content(one) for one in found} == {
        f"tar://{name}::a.tar": b"abc" for name in ("d/a.mp4", "d/soft.mp4", "hard.mp4")
    }


def test_a_manifest_may_name_archives_and_members(shards: Path) -> None:
    rows = [
        {"uri": "shards/000.tar", "licence": "CC0"},
        {"uri": "tar://0002.mp4::shards/001.tar"},
        {"uri": "tar://no.mp4::shards/001.tar"},
    ]
    (shards / "list.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = find_sources("list.jsonl", base=shards)
    assert {one.uri: one.attrs for one in found} == {
        "tar://0000.mp4::shards/000.tar": {"licence": "CC0"},
        "tar://0001.mp4::shards/000.tar": {"licence": "CC0"},
        "tar://0002.mp4::shards/001.tar": {},
        "tar://no.mp4::shards/001.tar": {},
    }
    assert [one.problem.reason for one in found if one.problem] == ["not_found"]


def test_a_video_in_an_archive_is_probed_and_scanned_where_it_lies(tmp_path: Path, make_videos: ModuleType) -> None:
    from vdata.stages.media.probe import Probe
    from vdata.stages.media.scan import Scan

    film = make_videos.plain(tmp_path / "film.mp4", 30)
    tar(tmp_path / "a.tar", {"x.txt": b"first", "film.mp4": film.read_bytes()})
    packed(tmp_path / "d.zip", {"film.mp4": film.read_bytes()}, zipfile.ZIP_DEFLATED)
    packed(tmp_path / "s.zip", {"film.mp4": film.read_bytes()})
    ids = set()
    for place in (str(film), *(f"{kind}://film.mp4::{tmp_path}/{name}" for kind, name in [
        ("tar", "a.tar"), ("zip", "d.zip"), ("zip", "s.zip")
    ])):  # fmt: skip
        video = Scan().run(Probe().run(Timeline(place, "")))
        assert video.signals is not None
        assert len(video.signals) == 30
        ids.add(video.id)
    assert len(ids) == 1
