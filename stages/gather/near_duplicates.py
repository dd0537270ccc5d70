"""Near-duplicates: keep one of the videos, or of the shots, that show the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field, PrivateAttr, field_validator

from ...schemas import Dropped, Signals, Span, Timeline
from ...schemas.lane_names import KnownLanes
from ...schemas.settings_model import OnlyWith
from ..stage import Gather, References

if TYPE_CHECKING:
    from ...video.signals.fingerprints import Fingerprint
    from ...video.signals.shared_pictures import Rule

AT_LEAST = 8
"""The number of pictures that are taken of a short video or shot."""


class NearDuplicates(Gather):
    """Keep one of the videos, or of the spans of a lane, that show the same; drop the others as ``near_duplicate``.

    A video is a near-duplicate when enough of its pictures are found in one video that is kept: by their difference
    hashes, in any order, or laid out alike at one pace, whichever part of the other picture they show. So a copy is
    found that was encoded anew, made smaller, brightened, written on, cut shorter, letterboxed, mirrored, played at 0.7
    to 1.4 times the pace, or cropped to 70 % of the width and height or more; one that was rotated, or is shown within
    another picture, is not. What changes must change in both: one camera at two times makes no copy. Plain pictures are
    not looked at.

    With ``against``, what other data sets have is dropped as ``leaked``: what ``vdata leaks`` would find. It counts as
    well how much of the other video is found in this one, and sees excerpts that were not cropped or mirrored.
    """

    version: ClassVar[str] = "3"
    reads: ClassVar[frozenset[str]] = frozenset({"signals"})

    of: str = Field("video", min_length=1)
    """What is compared: whole videos (``video``), or the spans of this lane, for example ``shots``."""
    keep: Literal["first", "longest", "largest"] = "first"
    """Which one is kept: the ``first`` in the order of the input, the ``longest``, or that with the ``largest``
    picture; among equals the first."""
    every: float = Field(1.0, gt=0)
    """Seconds from one compared picture to the next; a short video or span gives 8 all the same. Measured for 55 hours
    of video: 0.2 GB of memory and 2.5 minutes, which grow with the hours and their square; give 4 for thousands."""
    bits: int = Field(10, ge=0, le=15)
    """Bits of the hash, of 64, in which pictures that show the same may differ."""
    min_share: float = Field(0.6, gt=0, le=1)
    """Share of its pictures that must be found in one kept video for a video to be dropped."""
    min_frames: int = Field(3, ge=1)
    """A video or span with fewer pictures that can be compared is kept."""
    min_contrast: float = Field(6.0, ge=0)
    """Pictures with a lower standard deviation of luma (0..127.5) are not compared: black, plain, nearly dark."""
    mirror: bool = True
    """What was mirrored left to right is the same."""
    against: list[str] = Field(default=[])
    """Data sets that must not be met again, for example benchmarks: folders of finished builds or of videos. Every run
    looks whether they have changed."""
    min_seconds: Annotated[float, OnlyWith("against")] = Field(3.0, gt=0)
    """Seconds that a video must share with one of ``against`` to be dropped, at the same pace; ``min_share`` of either
    is enough as well."""

    _others: list[tuple[str, str, Any]] | None = PrivateAttr(None)

    @field_validator("against", mode="before")
    @classmethod
    def _one_or_many(cls, against: Any) -> Any:
        return [against] if isinstance(against, str) else against

    def __getstate__(self) -> dict[Any, Any]:
        """Leave out the pictures of the other data sets, which workers do not need."""
        return {**super().__getstate__(), "__pydantic_private__": {"_others": None}}

    def paths(self) -> dict[tuple[str | int, ...], str]:
        return {("against", n): path for n, path in enumerate(self.against)}

    def references(self) -> References | None:
        return References(self.against, self.rule(), self.know) if self.against else None

    def rule(self) -> Rule:
        """The rule by which a video shows the same as one of ``against``."""
        from ...video.signals.shared_pictures import Rule

        return Rule(min_share=self.min_share, min_seconds=self.min_seconds)

    def know(self, others: list[tuple[str, str, Fingerprint]]) -> None:
        """Keep the videos of ``against``, as (data set, uri, pictures), for ``gather``."""
        self._others = others

    def lanes_read(self) -> set[str]:
        return {"signals"} if self.of == "video" else {"signals", self.of}

    def names_laid(self) -> KnownLanes:
        return {}

    def digest(self, video: Timeline) -> Any:
        signals = video.frame_table("pictures are compared by")
        whole = Span(float(signals.time[0]), signals.end)
        spans = [whole] if self.of == "video" else video.lane(self.of)
        items: list[dict[str, Any]] = [
            {"span": span.id, "seconds": round(span.seconds, 1), **self._pictures(signals, span)} for span in spans
        ]
        if self.against:
            from ...video.signals.shared_pictures import strip

            for item, span in zip(items, [None] if self.of == "video" else video.lane(self.of), strict=True):
                item["strip"] = strip(signals, span, self.rule()).plain()
        media = video.media
        return {"uri": video.uri, "pixels": media.width * media.height if media else 0, "items": items}

    def _pictures(self, signals: Signals, span: Span) -> dict[str, Any]:
        """Of the pictures of *span* that are not plain the hashes, 16 hexadecimal digits each, and, twice as often,
        the layouts."""
        import numpy as np

        from ...video.signals.fingerprints import span_reel
        from ...video.signals.hash_search import are_telling, merge_neighbours

        shown = span_reel(signals, span, self.every / 2, self.min_contrast)
        step = min(self.every, span.seconds / AT_LEAST)
        if step <= 0:
            return {"hashes": "", "reel": shown.plain()}
        times = np.arange(span.start + step / 2, span.end, step)
        frames = np.unique(np.maximum(np.searchsorted(signals.time, times, side="right") - 1, 0))
        hashes = signals.dhash[frames]
        hashes = merge_neighbours(
            hashes[(signals.contrast[frames] >= self.min_contrast) & are_telling(hashes)], self.bits // 3
        )
        return {"hashes": bytes(hashes.astype(">u8").tobytes()).hex(), "reel": shown.plain()}

    def gather(self, digests: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        import numpy as np

        from ...video.signals.alike_pictures import Reel, Reels, laid_out_alike
        from ...video.signals.hash_search import doubles

        digests = list(digests)
        verdicts = self._leaked(digests)
        owners: list[tuple[str, str, str]] = []
        hashes: list[Any] = []
        reels: list[Reel] = []
        sizes: list[float] = []
        for video, digest in digests:
            for item in digest["items"]:
                owners.append((video, digest["uri"], item["span"]))
                leaked = item["span"] in verdicts.get(video, ())  # it is dropped, so that none can be like it
                hashes.append(np.frombuffer(bytes.fromhex("" if leaked else item["hashes"]), ">u8").astype(np.uint64))
                reels.append(Reel.of(item["reel"]))
                sizes.append({"first": 0.0, "longest": item["seconds"], "largest": digest["pixels"]}[self.keep])
        order = sorted(range(len(owners)), key=lambda n: (-sizes[n], n))
        ranks = [0] * len(order)
        for rank, n in enumerate(order):
            ranks[n] = rank
        found = doubles(
            hashes, ranks, self.bits, self.min_share, self.min_frames,
            lambda item, other: laid_out_alike(reels[item], reels[other]), Reels(reels, self.mirror).share,
        )  # fmt: skip
        for n, (kept, share) in sorted(found.items()):
            video, uri, span = owners[kept]
            verdicts.setdefault(owners[n][0], {})[owners[n][2]] = [round(share, 4), uri, video, span]
        return verdicts

    def _leaked(self, digests: list[tuple[str, Any]]) -> dict[str, Any]:
        """Verdicts on the items that are found in ``against``: for each the share that is found, and where."""
        if not self.against:
            return {}
        if self._others is None:
            raise RuntimeError("near_duplicates: know() was not called with the videos of against")
        from ...video.signals.alike_pictures import Reel
        from ...video.signals.fingerprints import Fingerprint, pairs
        from ...video.signals.shared_pictures import Strip

        owners = [(video, item) for video, digest in digests for item in digest["items"]]
        prints = [Fingerprint(Strip.of(item["strip"]), Reel.of(item["reel"])) for _, item in owners]
        best: dict[int, Any] = {}
        for pair in pairs(prints, [other for *_, other in self._others], self.rule()):
            share = max(pair.share, pair.other_share)
            if pair.one not in best or share > best[pair.one][0]:
                data, uri, _ = self._others[pair.other]
                (start, end), (begin, finish) = pair.here, pair.there
                where = f"{start:g} to {end:g} s like {begin:g} to {finish:g} s of {uri} in {data}"
                best[pair.one] = [share, where]
        verdicts: dict[str, Any] = {}
        for n, (share, where) in sorted(best.items()):
            video, item = owners[n]
            verdicts.setdefault(video, {})[item["span"]] = {"share": share, "where": where}
        return verdicts

    def apply(self, video: Timeline, verdict: Any) -> Timeline:
        """Drop the video or those of its spans that *verdict* names.

        Raises:
            Dropped: ``near_duplicate`` or ``leaked``, the whole video.
        """
        alike = verdict or {}
        for span in [None] if self.of == "video" else list(video.lane(self.of)):
            if (span.id if span else "") not in alike:
                continue
            match = alike[span.id if span else ""]
            if isinstance(match, dict):
                share, detail = match["share"], match["where"]
                if span is None:
                    raise Dropped("leaked", value=share, threshold=self.min_share, detail=detail)
                self.drop(video, self.of, span, "leaked", value=share, threshold=self.min_share, detail=detail)
                continue
            share, uri, kept, shot = match
            detail = f"like {shot} of {uri} ({kept})" if shot else f"like {uri} ({kept})"
            if span is None:
                raise Dropped("near_duplicate", value=share, threshold=self.min_share, detail=detail)
            self.drop(video, self.of, span, "near_duplicate", value=share, threshold=self.min_share, detail=detail)
        return video
