"""People's votes on two videos: which is the better, by each criterion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from ....rules.pair_verdicts import CRITERION_NAME, TIE, VOTES, VoteAttr
from ....schemas import make_id
from ..label_import import TO_THE_END, FileImporter, LabelError, Labelled
from ..table_rows import cell, read_rows

Column = Literal["video_a", "video_b", "winner", "criterion", "prompt", "voter", "model_a", "model_b"]
USUAL: dict[str, tuple[str, ...]] = {
    "video_a": ("video_a", "video_1", "video0", "video_left", "left"),
    "video_b": ("video_b", "video_2", "video1", "video_right", "right"),
    "winner": ("winner", "preference", "verdict", "vote", "choice"),
    "criterion": ("criterion", "aspect", "dimension"),
    "prompt": ("prompt", "caption"),
    "voter": ("voter", "annotator", "worker", "user"),
    "model_a": ("model_a", "model_1"),
    "model_b": ("model_b", "model_2"),
}
"""The columns that are taken for each meaning when the YAML does not name one."""
SAID: dict[str, str] = {
    **dict.fromkeys(("a", "a is better", "video_a", "model_a", "left", "first", "1"), "a"),
    **dict.fromkeys(("b", "b is better", "video_b", "model_b", "right", "second", "2"), "b"),
    **dict.fromkeys(("tie", "same", "equal", "draw", "both", "neither", "0"), TIE),
    **{"same good": "same_good", "same bad": "same_bad", "tie (bothbad)": "same_bad"},
}
"""What votes are called, in lower case: a, b, or the word of a tie."""


class Votes(FileImporter):
    """Read votes (.jsonl, .json, .csv, .tsv, .parquet): which of two videos is the better; the stage ``voted_pairs``
    makes samples of them.

    A row is one vote on ``video_a`` and ``video_b``: ``winner`` is a, b or a tie, in the words of the file; there may
    be a ``criterion``, the ``prompt`` from which both were made, the ``voter``, and the models that made them. video_a
    counts as the one that was shown first. Both videos have a span of the lane for each vote.
    """

    kind: Literal["votes"] = "votes"
    lane: str = VOTES
    """The lane on which the votes are laid."""
    columns: dict[Column, str] = Field(default_factory=dict)
    """Which column of the file has which meaning, for example {video_a: path_left, winner: vote}."""
    criteria: list[str] = Field(default_factory=list)
    """Columns that each hold the winner by one criterion, in the place of one for the winner: [motion, looks]."""
    winners: dict[str, str] = Field(default_factory=dict)
    """What the words of the file mean, where they are others: {L: a, R: b, "both fine": same_good}. What is neither a
    nor b is the word of a tie."""

    @model_validator(mode="after")
    def _one_winner(self) -> Self:
        if self.criteria and {"winner", "criterion"} & set(self.columns):
            raise ValueError("criteria: each of these columns has a winner; leave winner and criterion out of columns")
        return self

    def read(self, data: bytes) -> Iterator[Labelled]:
        videos: dict[str, Labelled] = {}
        columns: dict[str, None] = {}
        for number, row in read_rows(data, self.path):
            where = f"row {number}"
            if isinstance(row, str):
                videos.setdefault("", Labelled("")).fail(self.lane, where, row)
                continue
            if not columns.keys() >= row.keys():
                columns |= dict.fromkeys(row)
                names = self._names(columns)
            told = {meaning: cell(row.get(column)).strip() for meaning, column in names.items()}
            a, b = told["video_a"], told["video_b"]
            if not a or not b:
                videos.setdefault("", Labelled("")).fail(self.lane, where, "does not name two videos", "no_video")
                continue
            found = videos.setdefault(a, Labelled(a)), videos.setdefault(b, Labelled(b))
            if a == b:
                found[0].fail(self.lane, where, f"{a} is compared with itself", "compared_with_itself")
                continue
            votes = {column: cell(row.get(column)).strip() for column in self.criteria}
            for criterion, said in votes.items() or [(told.get("criterion", ""), told["winner"])]:
                if said or not votes:  # who said nothing by one of several criteria did not vote on it
                    self._lay(found, told, criterion, said, where)
        yield from videos.values()

    def _names(self, columns: Iterable[str]) -> dict[str, str]:
        """The one of *columns* for each meaning.

        Raises:
            LabelError: one is lacking without which there is no vote.
        """
        there = set(columns)
        names = {}
        for meaning, usual in USUAL.items():
            wanted = (self.columns[meaning],) if meaning in self.columns else usual
            if column := next((name for name in wanted if name in there), None):
                names[meaning] = column
        needed = ["video_a", "video_b", *([] if self.criteria else ["winner"])]
        lacking = [name for name in needed if name not in names]
        absent = [name for name in self.criteria if name not in there]
        if lacking or absent:
            what = f"no column {(lacking or absent)[0]}"
            raise LabelError(
                f"{self.path}: {what}. The columns are {', '.join(sorted(there))}. Say which has this meaning: "
                f"columns: {{{(lacking or ['winner'])[0]}: NAME}}."
            )
        return names

    def _lay(
        self, found: tuple[Labelled, Labelled], told: Mapping[str, str], criterion: str, said: str, where: str
    ) -> None:
        """Lay one vote on both of its videos, or say why it is none."""
        word = self.winners.get(said) or SAID.get(said.casefold().replace("_", " ")) or SAID.get(said.casefold())
        name = criterion.strip().casefold().replace(" ", "_").replace("-", "_")
        if word is None:
            known = "a, b and tie; say what it means: winners: {WORD: a}"
            found[0].fail(self.lane, where, f"the winner {said!r} is none of {known}", "no_winner")
            return
        if name and not CRITERION_NAME.fullmatch(name):
            found[0].fail(self.lane, where, f"{criterion!r} cannot be the name of a criterion", "bad_criterion")
            return
        verdict = word if word in ("a", "b") else TIE
        vote = make_id("vote", self.path, where, name)
        for side, one in zip(("a", "b"), found, strict=True):
            attrs: dict[VoteAttr, str] = {
                "vote": vote,
                "side": side,
                "criterion": name,
                "word": "" if word in ("a", "b", TIE) else word,
                "prompt": told.get("prompt", ""),
                "voter": told.get("voter", ""),
                "model": told.get(f"model_{side}", ""),
            }
            kept = {key: value for key, value in attrs.items() if value}
            one.add(self.lane, 0.0, TO_THE_END, where, label=verdict, attrs=kept)
