"""Pack: texts one after the other, up to a length or a number."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from random import Random
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from ...rules.lane_kinds import fold
from ...rules.lazy_pattern import lazy
from ...schemas import Dropped, Failed, Span, Timeline, make_id, seeded
from ...schemas.lane_names import KnownLanes
from ...schemas.settings_model import OnlyWith, Without
from ..haystack.moved import MovedPart
from ..joining import Joining
from ..labels.text_rows import DOCUMENTS
from ..verify.mentions import content

_WORD = lazy(r"\S+")
Bounds = tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]]


@dataclass(frozen=True, slots=True)
class TextPart:
    """A text of the input *id*, or the words *begin* to *end* of it: the span number *index* of *lane*."""

    id: str
    lane: str
    index: int
    begin: int
    end: int
    whole: int
    """Words of the whole text."""

    @property
    def words(self) -> int:
        return self.end - self.begin


class Pack(Joining):
    """Put texts together, one after the other: documents up to a number of words, captions in a row.

    A text takes a second of the new input; one that is longer than the most ``words`` is cut into several. What lies on
    a text moves with it, and so do questions about it, which are asked of the whole then. Each text says by attributes
    where it stands: ``number`` (from 1), ``first`` (at first) and ``last`` (at last), where it is that, and
    ``earlier``, the label of the one before it. The inputs end here; what is in no pack is a reject with its reason.
    """

    of: str = Field(DOCUMENTS, min_length=1)
    """The lane of the texts."""
    together: Literal["all", "input"] = "all"
    """Texts of ``all`` inputs are put together, or only those of one ``input``."""
    order: Literal["given", "random"] = "given"
    """As they come in, or drawn by the seed."""
    words: Annotated[Bounds | None, Without("count")] = None
    """The least and the most words of a pack: [20000, 24000]. It is filled until the next text does not fit."""
    count: Annotated[Bounds | None, Without("words")] = None
    """The least and the most texts of a pack, of which a number is drawn: [3, 8]. Without this and ``words``, all texts
    are one pack."""
    sets: int = Field(1, ge=1)
    """In how many packs each text is put; in a ``random`` order they are others each time."""
    filler: str = ""
    """A lane whose texts, of other inputs, are put between them by chance, as distractors: those that have no word in
    common with them but words such as "the", so that nothing else is told of what is asked about."""
    fill: Annotated[tuple[int, int], OnlyWith("filler")] = (1, 4)
    """The least and the most of these for each pack."""
    into: Annotated[str, OnlyWith("filler")] = Field("parts", min_length=1)
    """The lane of all texts, fillers among them."""

    variants: Annotated[str, OnlyWith(together="input")] = ""
    """The attribute that says in what the texts of an input differ: they are one sentence with several values of it,
    their labels. Each must hold its own label and no other's, and be the same otherwise; else the input is a reject."""

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        for key, bounds in (("words", self.words), ("count", self.count), ("fill", self.fill)):
            if bounds is not None and bounds[0] > bounds[1]:
                raise ValueError(f"{key}: the least, {bounds[0]}, is more than the most, {bounds[1]}")
        if self.sets > 1 and self.order == "given":
            raise ValueError("sets: several packs of the same texts in the same order would be the same; order: random")
        if self.filler and self.into == self.of:
            raise ValueError(f"into: {self.of} is the lane of the texts: take another name")
        return self

    def lanes_read(self) -> set[str]:
        return {self.of, *([self.filler] if self.filler else [])}

    def lanes_written(self) -> set[str]:
        return {self.of, *([self.into] if self.filler else [])}

    def names_laid(self) -> KnownLanes:
        return dict.fromkeys(self.lanes_written())

    def digest(self, video: Timeline) -> Any:
        """How many words each text of *video* has.

        Raises:
            Dropped: ``no_text``: the lane has none; ``not_variants``.
        """
        lanes = (self.of, *([self.filler] if self.filler else []))
        sizes = {lane: [len(_WORD.findall(span.text or "")) for span in video.lane(lane)] for lane in lanes}
        if not any(sizes[self.of]) and not any(sizes.get(self.filler, ())):
            raise Dropped("no_text", detail=f"no span of the lane {self.of} has a text")
        if self.variants and (why := _difference(video.lane(self.of), self.variants)):
            raise Dropped("not_variants", detail=why)
        told = {lane: [sorted(content(one.text or "")) for one in video.lane(lane)] for lane in lanes if self.filler}
        return {"sizes": sizes, "told": told, "split": video.attrs.get("split", ""), "seed": video.seed}

    def gather(self, digests: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        """A plan for each pack, and one with its problem for texts that are in none."""
        groups: dict[tuple[str, ...], list[TextPart]] = {}
        others: dict[str, list[TextPart]] = {}
        told: dict[tuple[str, str, int], frozenset[str]] = {}
        seed = 0
        for video, one in digests:
            seed, split = one["seed"], one["split"]
            for lane, texts in one["told"].items():
                told |= {(video, lane, index): frozenset(text) for index, text in enumerate(texts)}
            key: tuple[str, ...] = (split, video) if self.together == "input" else (split,)
            for index, size in enumerate(one["sizes"][self.of]):
                groups.setdefault(key, []).extend(self._cut(TextPart(video, self.of, index, 0, size, size)))
            for index, size in enumerate(one["sizes"].get(self.filler, ())):
                if size:
                    others.setdefault(split, []).append(TextPart(video, self.filler, index, 0, size, size))
        plans: dict[str, dict[str, Any]] = {}
        for group, parts in groups.items():
            for turn in range(self.sets):
                rng = seeded(self.key, seed, group, turn)
                some = rng.sample(parts, len(parts)) if self.order == "random" else parts
                for pack, problem in self._packs(some, rng):
                    known = [] if problem else _strange(pack, others.get(group[0], []), told)
                    plan = {
                        "parts": [asdict(part) for part in self._filled(pack, known, rng)],
                        "turn": turn,
                        "problem": problem,
                    }
                    plans.setdefault(pack[0].id, {})[make_id(self.key, json.dumps(plan, sort_keys=True))] = plan
        return plans

    def made_of(self, plan: Any) -> list[str]:
        return list(dict.fromkeys(part["id"] for part in plan["parts"])) if not plan["problem"] else []

    def compose(self, video: Timeline, plan: Any, parts: Mapping[str, Timeline]) -> Timeline:
        """Lay the texts of *plan* on the new row *video*, with what lies on them.

        Raises:
            Dropped: ``too_few_texts``, ``too_few_words``: they fill no pack.
        """
        if plan["problem"]:
            raise Dropped(**plan["problem"])
        told = [TextPart(**part) for part in plan["parts"]]
        places = [n for n, part in enumerate(told) if part.lane == self.of]
        lanes: dict[str, list[Span]] = {self.of: [], **({self.into: []} if self.filler else {})}
        video.duration = round(sum(part.words / part.whole for part in told), 6)
        start, earlier = 0.0, ""
        for n, part in enumerate(told):
            source = parts[part.id]
            span = source.lane(part.lane)[part.index]
            begin, finish = (
                round(span.start + span.seconds * words / part.whole, 6) for words in (part.begin, part.end)
            )
            move = MovedPart(source, video, n + 1, begin, finish, start)
            end = round(start + part.words / part.whole, 6)
            attrs = {**span.attrs, "number": str(n + 1)}
            own = replace(span, start=start, end=end, text=_words(span.text or "", part), values=dict(span.values))
            own.id = make_id(video.id, n + 1, span.id)
            if part.lane == self.of:
                attrs |= {"earlier": earlier} if earlier else {}
                attrs |= {"first": "at first"} if n == places[0] else {}
                attrs |= {"last": "at last"} if n == places[-1] else {}
                earlier = span.label or ""
                for lane, moved in move.lanes().items():
                    if lane not in (self.of, self.filler):
                        lanes.setdefault(lane, []).extend(moved)
                move.ids[span.id] = own.id
                self._move_samples(video, move)
                lanes[self.of].append(replace(own, attrs=attrs))
            if self.filler:
                lanes[self.into].append(replace(own, attrs=attrs, id=make_id(video.id, self.into, own.id)))
            start = end
        for lane, spans in lanes.items():
            video.put(lane, spans)
        video.attrs["packed"] = str(len(told))
        video.report |= {"packs": 1, "texts": len(told), "words": sum(part.words for part in told)}
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """A line like ``pack: 3 packs of 40 texts, 21,300 words each; 2 questions left out (the rejects say why).``"""
        if not (packs := totals.get("packs")):
            return f"{self.name()}: no pack was filled; the rejects say why." if totals else None
        left = f"; {totals['left']:.0f} questions left out (the rejects say why)" if totals.get("left") else ""
        words = totals["words"] / packs
        return f"{self.name()}: {packs:.0f} packs of {totals['texts']:.0f} texts, {words:,.0f} words each{left}."

    def _cut(self, part: TextPart) -> Iterator[TextPart]:
        """*part*, or parts of it that are no longer than a pack; none where it has no word."""
        most = self.words[1] if self.words else part.words or 1
        for begin in range(0, part.words, most):
            yield replace(part, begin=begin, end=min(begin + most, part.words))

    def _packs(self, parts: list[TextPart], rng: Random) -> Iterator[tuple[list[TextPart], dict[str, Any] | None]]:
        """*parts* in packs, each with the problem for which it is none."""
        pack: list[TextPart] = []
        wanted = rng.randint(*self.count) if self.count else len(parts)
        for part in parts:
            if pack and self.words and sum(one.words for one in pack) + part.words > self.words[1]:
                yield pack, self._problem(pack)
                pack = []
            pack.append(part)
            if self.count and len(pack) == wanted:
                yield pack, None
                pack, wanted = [], rng.randint(*self.count)
        if pack:
            yield pack, self._problem(pack)

    def _problem(self, pack: list[TextPart]) -> dict[str, Any] | None:
        words = sum(one.words for one in pack)
        if self.words and words < self.words[0]:
            detail = f"{len(pack)} texts have {words} words together, and no more would fit"
            return {"reason": "too_few_words", "detail": detail, "value": float(words), "threshold": self.words[0]}
        if self.count and len(pack) < self.count[0]:
            detail = f"{len(pack)} texts are left"
            return {"reason": "too_few_texts", "detail": detail, "value": len(pack), "threshold": self.count[0]}
        return None

    def _filled(self, pack: list[TextPart], known: list[TextPart], rng: Random) -> list[TextPart]:
        """*pack* with some of the fillers *known* at places that are drawn."""
        told = list(pack)
        if not known:
            return told
        for part in rng.sample(known, min(rng.randint(*self.fill), len(known))):
            told.insert(rng.randint(0, len(told)), part)
        return told

    def _move_samples(self, video: Timeline, move: MovedPart) -> None:
        for sample in move.source.samples:
            cited = min((item.start for item in sample.evidence), default=sample.start)
            if not move.begin <= cited < move.finish:
                continue
            try:
                video.samples.append(move.sample(sample, whole=True))
            except Failed as failure:
                place = Span(move.at(sample.start), move.at(sample.end))
                detail = f"{sample.question[:120]!r} of {move.source.uri}: {failure.detail}"
                self.reject(video, self.of, place, failure.reason, detail=detail)
                video.report["left"] = video.report.get("left", 0) + 1


def _difference(spans: list[Span], named: str) -> str:
    """In what *spans* differ besides their labels; empty where they are variants of one text."""
    if len({fold(span.attrs.get(named, "")) for span in spans}) > 1:
        return f"they differ in several things: {', '.join(repr(span.attrs.get(named, '')) for span in spans)}"
    labels = [fold(span.label or "") for span in spans]
    if twice := [label for n, label in enumerate(labels) if not label or label in labels[:n]]:
        return f"{twice[0]!r} is the value of two" if twice[0] else "one has no value"
    rests = []
    for span, label in zip(spans, labels, strict=True):
        held = [one for one in labels if f" {one} " in f" {fold(span.text or '')} "]
        if held != [label]:
            return f"{span.text!r} holds {', '.join(map(repr, held)) or 'none of the values'}, not {span.label!r} alone"
        rests.append(content(span.text or "") - content(span.label or ""))
    if odd := [span.text for span, rest in zip(spans, rests, strict=True) if rest != rests[0]]:
        return f"{odd[0]!r} says something else than {spans[0].text!r}"
    return ""


def _strange(
    pack: list[TextPart], others: list[TextPart], told: Mapping[tuple[str, str, int], frozenset[str]]
) -> list[TextPart]:
    """Those of *others* that are of other inputs than *pack*, and have no word of content in common with it."""
    own = {part.id for part in pack}
    words = frozenset[str]().union(*(told.get((part.id, part.lane, part.index), ()) for part in pack))
    return [one for one in others if one.id not in own and not words & told[one.id, one.lane, one.index]]


def _words(text: str, part: TextPart) -> str:
    """The words of *part* in *text*, as they stand there."""
    if part.words == part.whole:
        return text
    found = [match.span() for match in _WORD.finditer(text)][part.begin : part.end]
    return text[found[0][0] : found[-1][1]]
