"""What a file is that is no video, by its first bytes: asked of files whose ending is not that of a video."""

from __future__ import annotations

from ...schemas.input_video import Source
from .local import failed, is_video

LOOK = 512
_BEGINS = (
    (b"%PDF", "a PDF document"),
    (b"PK\3\4", "a ZIP (or a document of an office program)"),
    (b"\x1f\x8b", "packed with gzip"),
    (b"BZh", "packed with bzip2"),
    (b"\xfd7zXZ", "packed with xz"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"ID3", "sound alone"),
    (b"fLaC", "sound alone"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"\x7fELF", "a program"),
)
ADVICE = {
    "text": "a list of videos ends in .txt, .jsonl or .csv",
}


def note_not_a_video(source: Source) -> Source:
    """*source*, with a problem when it is a local file that is plainly something else."""
    if source.problem is None and source.path and not is_video(source.path):
        what = what_is(source.path)
        if what:
            advice = next((text for word, text in ADVICE.items() if word in what), "")
            source.problem = failed("not_a_video", f"it is {what}{f'; {advice}' if advice else ''}")
    return source


def what_is(path: str) -> str:
    """What the file *path* is, when that is plainly no video; else empty."""
    try:
        with open(path, "rb") as file:
            head = file.read(LOOK)
    except OSError:  # the probe says so
        return ""
    for begin, what in _BEGINS:
        if head.startswith(begin):
            return what
    if not head:
        return ""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    return "a text" if _is_text(head) else ""


def _is_text(head: bytes) -> bool:
    if any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head):
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4  # a letter that is cut in two
    return not head.startswith((b"YUV4MPEG", b"#EXTM3U"))
