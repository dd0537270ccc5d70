"""Voted pairs: of people's votes on two videos, samples that ask which of them is the better."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self

from pydantic import Field, model_validator

from ....rules.pair_verdicts import (
    OVERALL,
    TIE,
    VOTES,
    CriterionName,
    JudgedPair,
    Order,
    PairVerdict,
    Winner,
    majority,
    tie_word,
)
from ....schemas import Evidence, Medium, Span, Timeline, seeded
from ....schemas.lane_names import KnownLanes
from ....schemas.sample import IMPORTED
from ...stage import Gather
from ..asked_for import add
from ..clip_preference import clip_preference

Vote = list[str]
"""Which vote it is, a or b, the criterion, the verdict, the word of a tie, who voted, the model, the prompt."""
SPLIT = "split"
WHY = {
    "other_video_missing": "{count} votes on it and a video that is no input, or was dropped",
    "other_split": "{count} votes on it and a video of another split",
}
FLIPPED: dict[str, Winner] = {"a": "b", "b": "a", "tie": "tie"}


class VotedPairs(Gather):
    """Make of people's votes (labels of the kind ``votes``) the samples that ask which of two videos is the better.

    All votes on two videos by one criterion are one sample, on the row of one of them, with both as ``media``; which
    stands first is drawn by chance. More than half of the votes decide (``agree``); all of them stay with the sample,
    and `vdata export --format verdicts` writes them for `vdata arena`: who was shown first is the video_a of the vote.
    Videos of two splits are not compared.
    """

    version: ClassVar[str] = "2"
    makes_samples: ClassVar[bool] = True
    reads: ClassVar[frozenset[str]] = frozenset({"media"})

    of: str = Field(VOTES, min_length=1)
    """The lane of the votes."""
    criteria: dict[CriterionName, str] = Field(default_factory=dict)
    """What each criterion means, or the question: {motion: "how natural what moves looks", looks: "Which one looks
    better?"}; by default its name."""
    ties: dict[CriterionName, str] = Field({TIE: "neither is better"})
    """The words for no winner, each with what it means: {same_good: "both are good", same_bad: "both are bad"}."""
    name_by: str = ""
    """The column of the manifest that says who competes, like the model that made the video; by default what the votes
    say, or else the names of the videos."""
    min_votes: int = Field(1, ge=1)
    """Fewer votes on two videos by a criterion are too few."""
    agree: float = Field(0.5, ge=0, lt=1)
    """More than this share of the votes must say the same."""

    @model_validator(mode="after")
    def _known_words(self) -> Self:
        if taken := sorted({"a", "b"} & set(self.ties)):
            raise ValueError(f"ties: {taken[0]} says who is better; name it otherwise")
        return self

    def lanes_read(self) -> set[str]:
        return {*self.reads, self.of}

    def names_laid(self) -> KnownLanes:
        return {}

    def digest(self, video: Timeline) -> Any:
        """The votes on *video*, and what must be known of it on the row of the other one."""
        votes = [_vote(span) for span in video.lane(self.of) if span.attrs.get("vote")]
        name = video.attrs.get(self.name_by, "") if self.name_by else ""
        known = {"uri": video.uri, "seconds": video.seconds, "split": video.attrs.get(SPLIT, ""), "name": name}
        return {**known, "seed": video.seed, "votes": votes} if votes else None

    def gather(self, digests: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        """For each video the pairs of which it is the first, with the other and the votes; and how many are lost."""
        known = {video: digest for video, digest in digests if digest}
        sides: dict[str, dict[str, tuple[str, Vote]]] = {}
        for video, digest in known.items():
            for vote in digest["votes"]:
                sides.setdefault(vote[0], {})[vote[1]] = (video, vote)
        verdicts: dict[str, Any] = {}
        pairs: dict[tuple[str, str], list[tuple[str, Vote, Vote]]] = {}
        for both in sides.values():
            there = [video for video, _ in both.values()]
            reason = "other_video_missing" if len(both) < 2 else ""
            if not reason and known[there[0]]["split"] != known[there[1]]["split"]:
                reason = "other_split"
            if reason:
                lost = verdicts.setdefault(there[0], {"pairs": [], "lost": {}})["lost"]
                lost[reason] = lost.get(reason, 0) + 1
                continue
            (first, vote), (second, other) = both["a"], both["b"]
            pairs.setdefault((min(first, second), max(first, second)), []).append((first, vote, other))
        for (one, two), cast in sorted(pairs.items()):
            a, b = seeded(known[one]["seed"], self.key, one, two).sample([one, two], 2)  # which is first in the sample
            votes = [_turned(vote, "ab" if first == a else "ba") for first, vote, _ in cast]
            models = [_model(a == first, vote, other) for first, vote, other in cast]
            rival = {key: known[b][key] for key in ("uri", "seconds", "name")}
            plan = {"rival": rival, "votes": votes, "models": next((two for two in models if all(two)), ["", ""])}
            plan["prompt"] = next((vote[7] for _, vote, _ in cast if vote[7]), "")
            verdicts.setdefault(a, {"pairs": [], "lost": {}})["pairs"].append(plan)
        return verdicts

    def apply(self, video: Timeline, verdict: Any) -> Timeline:
        found = verdict or {"pairs": [], "lost": {}}
        for reason, count in sorted(found["lost"].items()):
            self._lose(video, reason, WHY[reason].format(count=count), count)
        for plan in found["pairs"]:
            self._settle(video, plan)
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """``voted_pairs: 12 votes on 4 pairs by a criterion; of 11 that name a winner 6 name the one shown first.``"""
        if not (votes := int(totals.get("votes", 0))):
            return f"{self.name()}: there is no vote in {self.of} whose two videos are here."
        won, first = int(totals.get("won", 0)), int(totals.get("first", 0))
        told = f"; of {won} that name a winner {first} name the one that was shown first" if won else ""
        return f"{self.name()}: {votes} votes on {totals['judged']:.0f} pairs by a criterion{told}."

    def _settle(self, video: Timeline, plan: Mapping[str, Any]) -> None:
        """The samples of one pair, a criterion each; what the votes do not settle is rejected."""
        rival, pair = plan["rival"], self._pair(video, plan)
        media = Medium("clip", "", 0.0, video.seconds), Medium("clip", rival["uri"], 0.0, rival["seconds"] or 0.0)
        spans = {span.attrs.get("vote", ""): span.id for span in video.lane(self.of)}
        for name in dict.fromkeys(one.criterion for one in pair.verdicts):
            said = [one for one in pair.verdicts if one.criterion == name]
            counts = {"judged": 1, "votes": len(said), "won": sum(one.verdict != TIE for one in said)}
            counts["first"] = sum(one.verdict == one.order[0] for one in said)
            for key, count in counts.items():
                add(video, key, count)
            pair.settled[name], share = majority(said, self.agree)
            if pair.settled[name] == TIE and (word := tie_word(said, list(self.ties))):
                pair.words[name] = word
            told = f"{name}: {_counted(said)}, beside {rival['uri']}"
            if len(said) < self.min_votes:
                self._lose(video, "too_few_votes", told, len(said), self.min_votes)
                continue
            if not pair.settled[name]:
                self._lose(video, "votes_disagree", told, share, self.agree)
                continue
            cast = next(one["vote"] for one in plan["votes"] if one["criterion"] == name)
            cited = [Evidence(0.0, video.seconds, self.of, _counted(said), spans.get(cast, ""))]
            rng, about = video.random(self.key, rival["uri"], name), self.criteria.get(name, "")
            sample = clip_preference(pair, name, about, self.ties, cited, media, rng, IMPORTED)
            if sample is None:
                words = ", ".join(sorted({one.word or TIE for one in said if one.verdict == TIE}))
                detail = f"{told}; the votes call the tie {words}, and ties has {', '.join(self.ties)}"
                self._lose(video, "tie_without_word", detail)
                continue
            self.add_samples(video, [sample])

    def _pair(self, video: Timeline, plan: Mapping[str, Any]) -> JudgedPair:
        """Who competes, and all votes on the two."""
        rival = plan["rival"]
        uris = [video.uri, rival["uri"]]
        own = video.attrs.get(self.name_by, "") if self.name_by else ""
        stated = [own, rival["name"]]
        names = stated if all(stated) else plan["models"] if all(plan["models"]) else uris
        verdicts = [PairVerdict(one["criterion"], one["order"], one["verdict"], one["word"]) for one in plan["votes"]]
        return JudgedPair(names[0], names[1], verdicts=verdicts, videos=uris, prompt=plan["prompt"])

    def _lose(
        self, video: Timeline, reason: str, detail: str, value: float | None = None, threshold: float | None = None
    ) -> None:
        whole = Span(0.0, video.seconds)
        self.reject(video, self.of, whole, reason, value=value, threshold=threshold, detail=detail)


def _vote(span: Span) -> Vote:
    told = [span.attrs.get(name, "") for name in ("vote", "side", "criterion")]
    return [*told, span.label or "", *(span.attrs.get(name, "") for name in ("word", "voter", "model", "prompt"))]


def _turned(vote: Vote, order: Order) -> dict[str, str]:
    """*vote* by the names of the pair: its own a was the pair's a (``ab``), or b."""
    verdict = vote[3] if order == "ab" else FLIPPED[vote[3]]
    return {"vote": vote[0], "criterion": vote[2] or OVERALL, "order": order, "verdict": verdict, "word": vote[4]}


def _model(first: bool, vote: Vote, other: Vote) -> list[str]:
    """The models of the pair's a and b."""
    return [vote[6], other[6]] if first else [other[6], vote[6]]


def _counted(said: Iterable[PairVerdict]) -> str:
    """``a 3, b 1, tie 1``"""
    counts = Counter[str](one.verdict for one in said)
    return ", ".join(f"{name} {counts[name]}" for name in ("a", "b", TIE) if counts[name])
