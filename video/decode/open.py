"""Opening a video with libav, called in a child process only: what may be opened, and names for what goes wrong."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator
from typing import Any

import av

from ...schemas import Failed
from .source import local_path, named_errors, open_bytes

VIDEO_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,gif,apng,webp,mxf,nut,wtv,rm,dv,ivf,"
    "h264,hevc,vvc,av1,obu,m4v,mjpeg,yuv4mpegpipe,h263,vc1,dirac,cavsvideo,bink,smk,roq,swf,nsv"
)
STILL_FORMATS = "png_pipe,jpeg_pipe,bmp_pipe,tiff_pipe,webp_pipe"
"""A file with one picture, which is read as bytes: ``image2`` takes names for patterns, and would open other files."""
JPEG = b"\xff\xd8\xff"
"""How a JPEG begins, and so does a stream of them, which is known by the ending of its name."""
JPEG_STREAMS = (".mjpeg", ".mjpg")
AUDIO_FORMATS = "mp3,wav,flac,aac,ac3,eac3,dts,amr,aiff,caf,au,ape,tta,w64,mka"
"""Known so that a sound file gets its true reason. Playlists (hls, dash, concat) are in neither list on purpose:
they would make libav open other files."""
MAGIC = {4: (b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip"), 8: (b"AVI ",)}
MAGIC_0 = (
    *(b"\x1a\x45\xdf\xa3", b"FLV", b"OggS", b"\x00\x00\x01", b"G@", b"0&\xb2u", b"GIF8"),
    *(JPEG, b"\x89PNG\r\n", b"BM", b"II*\0", b"MM\0*"),
)
UNSUPPORTED = (
    av.error.DecoderNotFoundError,
    av.error.PatchWelcomeError,
    av.error.NotImplementedError,
    av.error.ExperimentalError,
)

logging.getLogger("libav").addHandler(logging.NullHandler())
logging.getLogger("libav").propagate = False


@contextlib.contextmanager
def open_video(uri: str, max_pixels: int, *, header: bool = False) -> Iterator[tuple[Any, Any]]:
    """The container and its video stream, set to decode in one thread; pictures over *max_pixels* are refused.

    Opening decodes the first pictures to see what they are; with *header* alone it does not.

    Raises:
        Failed: ``not_a_video``, ``no_video_stream``, ``unsupported``, ``truncated`` or ``corrupt``.
    """
    av.logging.set_level(av.logging.ERROR)  # so that errors are counted; nobody listens to their words
    av.logging.set_skip_repeated(False)
    options = {
        "max_pixels": str(max_pixels),
        "protocol_whitelist": "file",
        "format_whitelist": f"{VIDEO_FORMATS},{STILL_FORMATS},{AUDIO_FORMATS}",
    }
    if header:
        options |= {"codec_whitelist": "none", "probesize": "32", "analyzeduration": "0"}
    with contextlib.ExitStack() as stack:
        with named_errors(uri):
            file = stack.enter_context(open_bytes(uri))
            still = file.read(len(JPEG)) == JPEG and not uri.lower().endswith(JPEG_STREAMS)
            file.seek(0)
        path = local_path(uri)
        plain = path is not None and _is_utf8(path)
        try:
            container = av.open(
                f"file:{path}" if plain else file,
                format="jpeg_pipe" if still else None,
                options=options,
                metadata_errors="replace",
            )
        except av.error.FFmpegError as error:
            raise _explain(error, uri, file) from None
        stack.enter_context(container)
        stream = _video_stream(container, uri, file)
        stream.codec_context.thread_count = 1
        stream.codec_context.options = {"max_pixels": str(max_pixels)}
        try:
            yield container, stream
        except av.error.FFmpegError as error:
            raise _explain(error, uri, file) from None


def _video_stream(container: Any, uri: str, file: Any) -> Any:
    pictures = [s for s in container.streams.video if not s.disposition & s.disposition.attached_pic]
    if not pictures:
        if container.format.name.startswith("mov") and _mp4_is_cut(file):
            raise Failed("truncated", f"{uri}: the file ends within its index")
        kinds = ", ".join(sorted({s.type for s in container.streams})) or "no stream"
        raise Failed("no_video_stream", f"{uri}: has {kinds} only")
    stream = next((s for s in pictures if s.disposition & s.disposition.default), pictures[0])
    if stream.codec_context is None:
        raise Failed("unsupported", f"{uri}: this build of libav has no decoder for its video")
    return stream


def _explain(error: Exception, uri: str, file: Any) -> Exception:
    """The one Failed for each meaning of PyAV's many exceptions."""
    text = f"{uri}: {getattr(error, 'strerror', None) or error}"
    if isinstance(error, av.error.MemoryError):
        return MemoryError(text)
    if isinstance(error, UNSUPPORTED):
        return Failed("unsupported", text)
    if isinstance(error, av.error.EOFError):
        return Failed("truncated", f"{uri}: the file ends before its first picture")
    with named_errors(uri):
        file.seek(0)
        head = file.read(12)
    if not (head.startswith(MAGIC_0) or any(head[at:].startswith(words) for at, words in MAGIC.items())):
        return Failed("not_a_video", f"{uri}: no video format that libav knows")
    if head[4:8] in MAGIC[4] and _mp4_is_cut(file):
        return Failed("truncated", f"{uri}: the file ends within a box, and its index is missing")
    return Failed("corrupt", text)


def _mp4_is_cut(file: Any) -> bool:
    """Whether the last top-level box of an MP4 file claims more bytes than there are, or the index never comes."""
    end, at, index = file.seek(0, os.SEEK_END), 0, False
    while at + 8 <= end:
        file.seek(at)
        head = file.read(16)
        size = int.from_bytes(head[:4], "big")
        index |= head[4:8] == b"moov"
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        if size == 0:
            size = end - at
        if size < 8:
            return False
        at += size
    return at != end or not index


def _is_utf8(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
