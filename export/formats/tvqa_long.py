"""Goldfish's TVQA-long: questions of clips that are asked of the episode, in the rows of TVQA."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from ...rules.family import hull
from ...schemas.uri import inner_name
from ..format import ExportItem, Format, Unsupported
from ..talk import one_choice

COLUMNS = ("show", "season", "episode")


class TvqaLong(Format):
    """TVQA-long (Goldfish): question, a0 …, answer_idx, vid_name, ts, show, season, episode, and video; a JSON list.

    ``vid_name`` is the clip that the question was asked of, ``ts`` the stretch of it in seconds, as in TVQA; ``video``
    the episode that the clips were joined to (stage ``join``, by show, season and episode).
    """

    name = "tvqa_long"

    def row(self, item: ExportItem) -> Any:
        sample, right = one_choice(item)
        known = sample.params
        cited = hull(sample.evidence) if sample.evidence else None
        if cited is None:
            raise Unsupported("no_evidence")
        clip, start = known.get("part_uri", item.source_uri or item.uri), float(known.get("part_start", 0))
        return {
            "question": sample.question,
            **{f"a{n}": option for n, option in enumerate(sample.options)},
            "answer_idx": right,
            "vid_name": PurePosixPath(inner_name(clip)).stem,
            "ts": f"{cited.start - start:.2f}-{cited.end - start:.2f}",
            **{name: known.get(name, "") for name in COLUMNS},
            "video": item.video,
        }
