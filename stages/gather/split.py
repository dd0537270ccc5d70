"""Split: train, validation and test by video, with what shows the same on one side."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from ...schemas import Dropped, Failed, Timeline, make_id
from ...schemas.lane_names import KnownLanes
from ..stage import Gather

SPLIT = "split"
"""The attr of a video that says which split it is in."""
SPLITS = ("train", "validation", "test")
"""The splits in order: one that is held out more strictly comes later."""
NAMES = {"train": "train", "training": "train", "validation": "validation", "valid": "validation", "val": "validation",
         "dev": "validation", "eval": "validation", "test": "test", "testing": "test"}  # fmt: skip
"""The names by which manifests call the splits."""


class Split(Gather):
    """Put every video, with all its samples, into train, validation or test; what shows the same goes to one side.

    Two videos belong together when most of either is found in the other (cropped, mirrored or at another pace, too, as
    in ``near_duplicates``), when they share a stretch of pictures, or when they agree in an attr of the manifest
    (``group_by``), and so does all that is linked by such pairs. Made videos belong together when they were made of the
    same video. Pictures are compared where the frame table is: put ``scan``, or a stage that needs it, before this one;
    videos without it are split by their id alone.

    A group's side is drawn from a hash of the seed and of one of its members (of its attr, if it has one), never from
    how many there are: a video that is added goes to a side of its own draw, and no other moves, unless it shows the
    same as others: then its group may be drawn anew (with odds of one in its size), and groups that it links become
    one. Removing a video undoes just that. Shares are met on the whole, by a few videos only roughly. A change of the
    seed draws all anew; when one share is changed, videos move to or from that split alone.

    A video whose manifest has an attr ``split`` keeps it, and its group follows it.
    """

    version: ClassVar[str] = "2"
    renamed: ClassVar[Mapping[str, str]] = {"together": "group_by"}

    uses: ClassVar[frozenset[str]] = frozenset({"signals"})

    train: float = Field(0.9, ge=0)
    """Share of the videos; the three are divided by their sum."""
    validation: float = Field(0.05, ge=0)
    """Share of the videos for validation."""
    test: float = Field(0.05, ge=0)
    """Share of the videos for testing."""
    group_by: str = ""
    """An attr of the manifest, for example ``channel``: videos that agree in it go to one side."""
    conflicts: Literal["drop", "keep"] = "drop"
    """What becomes of a video that belongs together with one that the manifest puts into a more strictly held-out
    split (test before validation before train) than its own: ``drop`` it as ``split_conflict``, or ``keep`` it, which
    is a leak."""
    every: float = Field(0.5, gt=0)
    """Seconds from one compared picture to the next; a short video gives 8 all the same. Measured for 55 hours of
    video: 0.2 GB of memory and 2 minutes, which grow with the hours and with their square; give 2 for thousands."""
    bits: int = Field(7, ge=0, le=15)
    """Bits of the hash, of 64, in which pictures that show the same may differ; 8 and more take six times as long."""
    min_share: float = Field(0.6, gt=0, le=1)
    """Share of its pictures that must be found in another video for a video to belong to that."""
    min_seconds: float = Field(3.0, gt=0)
    """Two videos belong together when so many seconds of both show the same at the same pace: shots that both have."""
    min_contrast: float = Field(6.0, ge=0)
    """Pictures with a lower standard deviation of luma (0..127.5) are not compared: black, plain, nearly dark."""

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.train + self.validation + self.test:
            raise ValueError("train, validation and test are all 0: give one of them a share")
        return self

    def names_laid(self) -> KnownLanes:
        return {}

    def digest(self, video: Timeline) -> Any:
        """What is needed to tell with which videos this one belongs together.

        Raises:
            Failed: ``unknown_split``: its manifest names a split that is none of train, validation and test.
        """
        named = video.attrs.get(SPLIT, "").strip()
        if named and named.lower() not in NAMES:
            raise Failed("unknown_split", f"the manifest says split: {named}; call it train, validation or test")
        facts: dict[str, Any] = {"seed": video.seed, "uri": video.uri, "split": NAMES.get(named.lower(), "")}
        if self.group_by and video.attrs.get(self.group_by):
            facts["together"] = video.attrs[self.group_by]
        if pieces := sorted({span.attrs.get("content", "") for span in video.lane("pieces")} - {""}):
            facts["made_of"] = pieces
        elif video.media is not None and video.media.sha256:
            facts["content"] = video.media.sha256
        if video.signals is not None and len(video.signals):
            from ...video.signals.fingerprints import fingerprint

            facts["print"] = fingerprint(video.signals, None, self._rule()).plain()
        return facts

    def _rule(self) -> Any:
        from ...video.signals.shared_pictures import Rule

        return Rule(self.every, self.bits, self.min_share, self.min_seconds, 3, self.min_contrast)

    def gather(self, digests: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        from ...video.signals.shared_pictures import groups

        facts = list(digests)
        where = groups(len(facts), [*self._named_links(facts), *self._alike_links(facts)])
        members: dict[int, list[int]] = {}
        for n, group in enumerate(where):
            members.setdefault(group, []).append(n)
        verdicts: dict[str, Any] = {}
        for places in members.values():
            verdicts |= self._verdicts([facts[n] for n in places])
        return verdicts

    def _named_links(self, facts: Sequence[tuple[str, Any]]) -> list[tuple[int, int]]:
        """Pairs that agree in the attr, or in what they were made of."""
        first: dict[tuple[str, str], int] = {}
        links = []
        for n, (_, one) in enumerate(facts):
            names = [("together", one["together"])] if "together" in one else []
            names += [
                ("content", content) for content in one.get("made_of", [one["content"]] if "content" in one else [])
            ]
            links += [(first.setdefault(name, n), n) for name in names]
        return links

    def _alike_links(self, facts: Sequence[tuple[str, Any]]) -> list[tuple[int, int]]:
        """Pairs that show the same."""
        from ...video.signals.fingerprints import Fingerprint, pairs

        shown = [n for n, (_, one) in enumerate(facts) if "print" in one]
        prints = [Fingerprint.of(facts[n][1]["print"]) for n in shown]
        return [(shown[pair.one], shown[pair.other]) for pair in pairs(prints, None, self._rule())]

    def _verdicts(self, group: list[tuple[str, Any]]) -> dict[str, Any]:
        """For each video of *group* its split, and the split and video with which it is in conflict."""
        declared = {one["split"] for _, one in group if one["split"]}
        side = max(declared, key=SPLITS.index) if declared else self._draw(group)
        verdicts = {}
        for video, one in group:
            verdict: dict[str, Any] = {"split": one["split"] or side}
            if len(group) > 1:
                verdict["group"] = "first" if video == group[0][0] else "member"
            if verdict["split"] != side:
                other = next(name["uri"] for _, name in group if name["split"] == side)
                verdict["conflict"] = [side, other]
            verdicts[video] = verdict
        return verdicts

    def _draw(self, group: list[tuple[str, Any]]) -> str:
        """The side that is drawn for *group*, by the least hash of its attrs, or of its ids when it has none.

        Weighted rendezvous hashing (Thaler and Ravishankar 1998).
        """
        seed = group[0][1]["seed"]
        attrs = {one["together"] for _, one in group if "together" in one}
        keys = [make_id(seed, self.group_by, attr) for attr in attrs] or [make_id(seed, video) for video, _ in group]
        least = min(keys)
        shares = [(name, getattr(self, name)) for name in SPLITS if getattr(self, name)]
        return min(shares, key=lambda one: -math.log((int(make_id(one[0], least), 16) + 1) / 16**24) / one[1])[0]

    def apply(self, video: Timeline, verdict: Any) -> Timeline:
        """Note the split in the attr ``split``.

        Raises:
            Dropped: ``split_conflict``.
        """
        placed = verdict or {"split": "train"}
        if "conflict" in placed:
            side, other = placed["conflict"]
            detail = (
                f"the manifest puts it into {placed['split']}, and {other}, which belongs together with it, into {side}"
            )
            if self.conflicts == "drop":
                raise Dropped("split_conflict", detail=detail)
        video.attrs[SPLIT] = placed["split"]
        counts = {placed["split"]: 1.0, "groups": float(placed.get("group") == "first")}
        counts |= {"grouped": float("group" in placed), "leaks": float("conflict" in placed)}
        video.report = {**video.report, **{name: count for name, count in counts.items() if count}}
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        if not totals:
            return None
        counts = ", ".join(f"{name} {int(totals.get(name, 0))}" for name in SPLITS)
        line = f"split: {counts} videos"
        if grouped := int(totals.get("grouped", 0)):
            count = int(totals.get("groups", 0))
            line += f"; {grouped} of them in {count} group{'' if count == 1 else 's'} that belong together"
        if leaks := int(totals.get("leaks", 0)):
            line += f"; {leaks} kept in conflict with a split that is held out more strictly: a leak"
        if empty := [name for name in SPLITS if getattr(self, name) and not totals.get(name)]:
            line += f"; {' and '.join(empty)} got none: each group is drawn for itself, so few may all fall on one side"
        return f"{line}."
