"""Lists of paths and addresses, pages of video sites, and files that are no videos."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from vdata.pipelines.inputs.not_videos import what_is
from vdata.pipelines.inputs.pages import is_page
from vdata.pipelines.inputs.sources import SourceError, find_sources
from vdata.schemas.input_video import Source
from vdata.video.decode import source

PAGES = [
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    "youtube.com/shorts/abc",
    "https://youtu.be/dQw4w9WgXcQ",
    "https://www.bilibili.com/video/BV1xx411c7mD",
    "https://vimeo.com/76979871",
    "https://player.vimeo.com/video/76979871",
    "https://www.tiktok.com/@who/video/1",
    "https://m.youtube.com/watch?v=x",
]


def problems(sources: Sequence[Source]) -> dict[str, str]:
    return {one.uri: one.problem.reason for one in sources if one.problem is not None}


@pytest.mark.parametrize("page", PAGES)
def test_pages_of_video_sites_are_told_apart(page: str, tmp_path: Path) -> None:
    assert is_page(page)
    with pytest.raises(SourceError) as error:
        find_sources(page, base=tmp_path)
    said = str(error.value)
    assert said.startswith(f"{page}: is a page of a video site. vdata downloads nothing from them. Fetch the videos")
    assert "yt-dlp or video2dataset" in said
    assert "\n" not in said


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/youtube.com/a.mp4",
        "https://notyoutube.com/watch",
        "videos/youtube.com/a.mp4",
        "https://files.vimeo.com/a.mp4",
        "s3://youtube.com/watch",
        "a.mp4",
        "https://[broken",
    ],
)
def test_other_addresses_are_no_pages(address: str) -> None:
    assert not is_page(address)


def test_a_list_of_pages_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "links.txt").write_text("\n".join(PAGES))
    with pytest.raises(SourceError) as error:
        find_sources("links.txt", base=tmp_path)
    assert str(error.value) == (
        f"links.txt: all 8 of its videos are pages of video sites ({', '.join(PAGES[:3])} and 5 more). vdata downloads "
        "nothing from them. Fetch the videos with yt-dlp or video2dataset, as far as the site's terms and the videos' "
        "licences allow it, and give the folder or the tars that they write as videos."
    )


def test_a_list_holds_paths_and_comments_and_each_line_ends_as_an_input(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists/a.mp4").write_bytes(b"a")
    (tmp_path / "lists/b.docx").write_bytes(b"PK\3\4rest")
    lines = ["# of mine", "", "a.mp4", " b.docx ", "gone.mp4", PAGES[0], str(tmp_path / "lists/a.mp4")]
    (tmp_path / "lists/l.txt").write_text("\r\n".join(lines))
    found = find_sources("lists/l.txt", base=tmp_path)
    assert [one.uri for one in found if one.problem is None] == ["lists/a.mp4"]
    assert problems(found) == {"lists/b.docx": "not_a_video", "lists/gone.mp4": "not_found", PAGES[0]: "video_page"}
    assert all(one.attrs == {} for one in found)


def test_an_empty_list_is_said(tmp_path: Path) -> None:
    (tmp_path / "l.txt").write_text("# nothing\n")
    with pytest.raises(SourceError, match=r"l\.txt: the manifest has no rows"):
        find_sources("l.txt", base=tmp_path)


@pytest.mark.parametrize(
    ("name", "head", "what"),
    [
        ("a.jpg", b"\xff\xd8\xff\xe0", ""),
        ("a.pdf", b"%PDF-1.7", "a PDF document"),
        ("a.docx", b"PK\3\4", "a ZIP (or a document of an office program)"),
        ("a.md", "grüße".encode(), "a text"),
        ("a.html", b"\n<!DOCTYPE html><html>", "a web page"),
        ("a.bin", b"\x00\x01\x02", ""),
        ("a", b"\x1a\x45\xdf\xa3", ""),
        ("a.y", b"YUV4MPEG2 W1", ""),
    ],
)
def test_what_a_file_is_that_is_no_video(tmp_path: Path, name: str, head: bytes, what: str) -> None:
    (tmp_path / name).write_bytes(head)
    assert what_is(str(tmp_path / name)) == what
    found = find_sources(name, base=tmp_path)
    assert problems(found) == ({name: "not_a_video"} if what else {})


class Quiet(SimpleHTTPRequestHandler):
    """A server of files that counts what it is asked, and answers ranges."""

    asked: list[tuple[str, int]]

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        data, span = path.read_bytes(), self.headers.get("Range", "")
        start, _, end = span.removeprefix("bytes=").partition("-")
        part = data[int(start) : int(end) + 1 if end else None] if span else data
        self.asked.append((path.name, len(part)))
        self.send_response(206 if span else 200)
        self.send_header("Content-Length", str(len(part)))
        self.send_header("Accept-Ranges", "bytes")
        if span:
            self.send_header("Content-Range", f"bytes {start}-{int(start) + len(part) - 1}/{len(data)}")
        self.send_header("Content-Type", "text/html" if path.suffix == ".html" else "application/octet-stream")
        self.send_header("ETag", f'"{hash(data)}"')
        self.end_headers()
        self.wfile.write(part)


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Path, list[tuple[str, int]]]]:
    """The address of a server, its folder, and what it was asked: names and bytes."""
    pytest.importorskip("aiohttp")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    home = tmp_path / "web"
    home.mkdir()
    asked: list[tuple[str, int]] = []
    handler = type("Handler", (Quiet,), {"asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *args: handler(*args, directory=str(home)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", home, asked
    server.shutdown()
    server.server_close()


def test_a_list_of_addresses(web: tuple[str, Path, list[tuple[str, int]]], tmp_path: Path) -> None:
    address, home, _ = web
    (home / "a.mp4").write_bytes(b"video a")
    (home / "page.html").write_text("<html>")
    (tmp_path / "l.txt").write_text(f"{address}/a.mp4\n{address}/gone.mp4\n{address}/page.html\n")
    found = find_sources("l.txt", base=tmp_path)
    assert problems(found) == {f"{address}/gone.mp4": "not_found", f"{address}/page.html": "not_a_video"}
    assert b"".join(source.blocks(found[0].path)) == b"video a"


def test_a_tar_behind_an_address_is_listed_by_a_request_for_each_member(
    web: tuple[str, Path, list[tuple[str, int]]], tmp_path: Path
) -> None:
    import io
    import tarfile

    address, home, asked = web
    with tarfile.open(home / "a.tar", "w") as made:
        for n in range(4):
            info = tarfile.TarInfo(f"{n}.mp4")
            info.size = 2_000_000
            made.addfile(info, io.BytesIO(bytes([n]) * info.size))
    found = find_sources(f"{address}/a.tar", base=tmp_path)
    assert [one.uri for one in found] == [f"tar://{n}.mp4::{address}/a.tar" for n in range(4)]
    assert len(asked) <= 3 * 4
    assert sum(size for _, size in asked) < 1_000_000
    listed = len(asked)
    with source.open_bytes(found[2].path) as file:
        file.seek(1_000_000)
        assert file.read(3) == b"\2\2\2"
    assert len(asked) > listed
