"""Scan: the one decoding pass, which gives a table of per-frame signals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field, PrivateAttr

from ...schemas import Span, Timeline
from ...schemas.signal_table import Signals
from ...video.decode import sandbox, source
from ..stage import Stage
from .detectors.detector import Feed

SPARE = 60.0
"""Seconds that every video may take, whatever its length."""
MOST = 20
"""Stretches of damaged pictures that are told one by one."""
WORDS = {
    "damaged": "damaged pictures",
    "missing": "missing pictures",
    "early": "pictures before the first keyframe",
    "undecodable": "packets that cannot be decoded",
    "misread": "damaged places of a container",
    "retimed": "wrong times",
    "bytes_missing": "bytes too few or too many",
    "gaps": "gaps",
}
"""What is counted in the summary, and how it is said there."""
WHOLE = {
    "missing": ("missing_pictures", "pictures fewer than the file says or than its packets should give"),
    "early": ("begins_within_group", "pictures before the first keyframe cannot be shown: the file begins without it"),
    "undecodable": ("undecodable_packets", "packets cannot be decoded"),
    "misread": ("misread_container", "places where the container's structure makes no sense"),
    "retimed": ("wrong_times", "frames with a wrong time, which were put between those before and after"),
    "bytes_missing": ("wrong_size", "bytes fewer than the container says"),
}
"""Faults without a place: reason and detail."""
LESS_EXACT = "share of the frames that were left out, as the settings say; motion and freezes are less exact"


class Scan(Stage):
    """Decode a video once and measure every frame: change, light, sharpness, motion, colours, hashes.

    The times are those a player shows: seconds from the start of the container, from PTS, rising. All later media
    stages are arithmetic on this table.
    """

    reads: ClassVar[frozenset[str]] = frozenset({"media"})
    writes: ClassVar[frozenset[str]] = frozenset({"signals"})
    decodes: ClassVar[bool] = True
    needs_file: ClassVar[Literal["", "pictures", "sound"]] = "pictures"
    version: ClassVar[str] = "7"

    frames: Literal["all", "reference", "guided"] = "all"
    """Which frames are decoded. ``reference``: those of H.264 and HEVC from which other frames are made, and those
    between them where sizes tell of another picture; ``guided``: of these only the keyframes, in groups of pictures in
    which neither sizes nor the keyframes tell of a change. Every frame keeps its row and its time; what is not decoded
    is filled in. Hard cuts stay within a frame, as a rule; motion, freezes and single frames (flashes) are less exact,
    and so is what they are measured from. Where nothing can be left out (other codecs for ``reference``, AVI,
    interlaced video, detectors that see every frame) the result and the cost are those of ``all``."""
    loop_filter: bool = False
    """Decode with the codec's deblocking filter. Without it a scan costs about a fifth less and finds the same cuts,
    but the blocks of heavily compressed video count as sharpness: turn it on where that matters, for ``min_sharpness``
    of quality or ``sharpest`` of keyframes."""
    min_decoded: float = Field(0.95, ge=0, le=1)
    """Fail a video of which less than this share of its declared duration can be decoded."""
    max_corrupt: float = Field(0.05, ge=0, le=1)
    """Fail a video with a larger share of pictures that are damaged or missing, of packets that cannot be decoded, or
    of frames without a usable time. Up to there it is kept, and what is wrong stands in its rejects."""
    max_pixels: int = Field(8192 * 4320, ge=1)
    """Refuse to decode larger pictures, whatever the header said."""
    slowest: float = Field(10, gt=0)
    """Seconds that a second of video may take; a minute is added."""
    timeout: float = Field(60, gt=0)
    """Seconds without a packet decoded after which decoding counts as hung; it is tried twice."""
    max_memory: int = Field(2048, ge=256)
    """MiB of memory that decoding may take."""

    _fed: tuple[Feed, ...] = PrivateAttr(())

    def run(self, video: Timeline) -> Timeline:
        """Lay ``signals`` on *video*.

        Raises:
            Failed: ``no_frames``, ``truncated``, ``corrupt``, ``unsupported`` …, or ``decoder_crashed``,
                ``decoder_timeout``, ``decoder_out_of_memory``.
        """
        assert video.media is not None
        expected = max(video.media.duration, video.media.bytes * 8 / 1e6)
        with source.reachable(video.file) as uri:
            video.signals = sandbox.call(
                "vdata.video.signals.scanner:scan",
                uri,
                self.max_pixels,
                self.loop_filter,
                self.min_decoded,
                self.max_corrupt,
                [tuple(one) for one in self._fed],
                "all" if self._fed or video.media.interlaced else self.frames,
                seconds=SPARE + self.slowest * expected,
                mib=self.max_memory,
                silence=self.timeout,
            )
        return self._told(video)

    def cache_key(self, video: Timeline) -> str | None:
        """The hash of the content."""
        return video.media.sha256 if video.media else None

    def cache_settings(self) -> str:
        exact = {"frames"} if self.frames == "all" else set()  # tables that were kept before there was a choice count
        own = self.model_dump_json(exclude={"slowest", "timeout", "max_memory"} | exact)
        return own + "".join(one.key for one in self._fed)

    def feeding(self, feeds: Sequence[Feed]) -> Scan:
        """A scan that hands every frame to *feeds* as well, for stages after it that need what they find."""
        fed = {one.key: one for one in feeds}
        scan = self.model_copy()
        scan._fed = tuple(fed[key] for key in sorted(fed))
        return scan

    def freeze(self, video: Timeline) -> bytes:
        """The table as a compressed Arrow stream."""
        from ...video.signals.signal_stream import to_bytes

        assert video.signals is not None
        return to_bytes(video.signals)

    def thaw(self, video: Timeline, data: bytes) -> None:
        from ...video.signals.signal_stream import from_bytes

        video.signals = from_bytes(data)
        self._told(video)

    def summary(self, totals: dict[str, float]) -> str | None:
        """A line like ``scan: faults in 3 videos: damaged pictures 12, missing pictures 2 (see the rejects)``."""
        parts = []
        if looked := int(totals.get("sparse_videos", 0)):
            share, whole = 100 * totals["decoded_frames"] / totals["all_frames"], int(totals.get("whole_videos", 0))
            parts.append(f"frames: {self.frames} decoded {share:.0f} % of the frames of {_videos(looked)}")
            if whole:
                parts.append(f"in {_videos(whole)} no frame could be left out")
        counts = ", ".join(f"{word} {totals[name]:.0f}" for name, word in WORDS.items() if totals.get(name))
        if videos := int(totals.get("faulty_videos", 0)):
            parts.append(f"faults in {_videos(videos)}: {counts} (see the rejects)")
        return f"{self.name()}: {'; '.join(parts)}" if parts else None

    def _told(self, video: Timeline) -> Timeline:
        """Say on the row what is wrong with the file, though not so much that it fails."""
        signals = video.signals
        assert signals is not None
        faults = faults_of(signals)
        for reason, start, end, value, detail in faults:
            self.reject(video, "signals", Span(start, end), reason, value=value, detail=detail)
        if faults:
            video.report = {"faulty_videos": 1.0, "gaps": float(len(signals.gaps))}
            video.report |= {name: abs(count) for name, count in signals.faults.items() if name in WORDS}
        if self.frames != "all":
            count = len(signals)
            decoded = count if signals.measured is None else int(signals.measured.sum())
            video.report = {"sparse_videos": 1.0, "all_frames": float(count), "decoded_frames": float(decoded)} | (
                video.report or {}
            )
            if decoded == count:
                video.report["whole_videos"] = 1.0
            else:
                span = Span(float(signals.time[0]), signals.end)
                self.reject(video, "signals", span, "not_decoded", value=1 - decoded / count, detail=LESS_EXACT)
        return video


def _videos(count: int) -> str:
    return f"{count} video{'s' if count != 1 else ''}"


def faults_of(signals: Signals) -> list[tuple[str, float, float, float, str]]:
    """Reason, start, end (seconds), value and detail of each fault; only so many stretches of a kind by themselves."""
    found: list[tuple[str, float, float, float, str]] = []
    start, end = float(signals.time[0]), signals.end
    for begin, over, count in signals.damaged[:MOST]:
        found.append(("damaged_pictures", begin, over, count, "as the decoder says, up to the next keyframe"))
    if rest := signals.damaged[MOST:]:
        count = sum(count for _, _, count in rest)
        found.append(("damaged_pictures", rest[0][0], rest[-1][1], count, f"in {len(rest)} more stretches"))
    for begin, over in signals.gaps:
        words = "seconds without a new picture, where pictures else come evenly: some are missing, or nothing moved"
        found.append(("gap", begin, over, over - begin, words))
    for name, (reason, words) in WHOLE.items():
        if number := signals.faults.get(name):
            found.append((reason, start, end, number, words if number > 0 else "bytes more than the container says"))
    return found
