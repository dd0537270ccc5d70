"""Magic numbers: sentences hidden in a long text, at depths that are spread evenly, and questions for them (LWM)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

from ...rules.families.magic_numbers import HIDDEN
from ...rules.lazy_pattern import lazy
from ...schemas import Dropped, Evidence, Message, Sample, Span, Timeline, seeded
from ...schemas.lane_names import KnownLanes, LaneNames
from ..labels.text_rows import DOCUMENTS
from ..stage import Gather

_WORD = lazy(r"\S+")
_END = lazy(r"[.!?][\"'”’)\]]*(?=\s|$)|[。！？][”’）」]?")
"""Where a sentence ends."""
DIGITS = 7
CITIES = (
    *(
        "Accra",
        "Adelaide",
        "Algiers",
        "Antwerp",
        "Aarhus",
        "Auckland",
        "Baku",
        "Bamako",
        "Bergen",
        "Bilbao",
        "Bologna",
    ),
    *("Bordeaux", "Brisbane", "Bratislava", "Bristol", "Calgary", "Cardiff", "Casablanca", "Colombo", "Cusco", "Dakar"),
    *(
        "Denver",
        "Dhaka",
        "Dresden",
        "Dublin",
        "Durban",
        "Geneva",
        "Genoa",
        "Ghent",
        "Graz",
        "Hanoi",
        "Havana",
        "Helsinki",
    ),
    *("Izmir", "Jakarta", "Kampala", "Kathmandu", "Kigali", "Kyoto", "La Paz", "Lagos", "Leipzig", "Lima", "Lisbon"),
    *("Ljubljana", "Luanda", "Lusaka", "Malaga", "Manila", "Maputo", "Marseille", "Melbourne", "Montevideo", "Muscat"),
    *(
        "Nairobi",
        "Naples",
        "Osaka",
        "Oslo",
        "Perth",
        "Porto",
        "Quito",
        "Recife",
        "Riga",
        "Rotterdam",
        "San Juan",
        "Seville",
    ),
    *(
        "Sofia",
        "Tallinn",
        "Tampere",
        "Tbilisi",
        "Tunis",
        "Turin",
        "Utrecht",
        "Valencia",
        "Vienna",
        "Vilnius",
        "Yerevan",
    ),
)
ONE = (
    "What is the magic number for {cities}?",
    "Which magic number does the text give for {cities}?",
    "Somewhere in the text there is a magic number for {cities}. Which one?",
    "Find the magic number for {cities} in the text.",
    "The text names a magic number for {cities}. Give it.",
    "Give the magic number that belongs to {cities}.",
)
SEVERAL = (
    "What are the magic numbers for {cities}?",
    "Which magic numbers does the text give for {cities}?",
    "Somewhere in the text there are magic numbers for {cities}. Which ones?",
    "Find the magic numbers for {cities} in the text.",
    "The text names magic numbers for {cities}. Give them in this order.",
    "Give the magic numbers that belong to {cities}, in this order.",
)
FORM = " Answer with each city and its number."


@dataclass(frozen=True, slots=True)
class SentenceGap:
    """A place between two sentences: in the text number *text* at the character *at*, behind *words* words of all."""

    text: int
    at: int
    words: int


class MagicNumbers(Gather):
    """Hide sentences that give a number for a city in long texts, and ask for some of them, as LWM does.

    A sentence stands between two sentences of the text. Over all rows, the needle that is asked for first is equally
    often at each of the ``depths``; the others are anywhere. Numbers and cities are drawn, and do not stand in the text
    otherwise: nobody can know them who has not read it. The sentences are the lane ``needles``, and the evidence, from
    which the check ``answer`` reads the numbers again. ``paginate`` behind it makes a video of the text.
    """

    makes_samples: ClassVar[bool] = True

    of: str = Field(DOCUMENTS, min_length=1)
    """The lane of the texts."""
    into: str = Field("needles", min_length=1)
    """The lane of the sentences that are hidden."""
    needles: int = Field(1, ge=1, le=len(CITIES) // 2)
    """How many sentences are hidden in each row."""
    asked: list[Annotated[int, Field(ge=1)]] = Field([1], min_length=1)
    """A question for each: for how many of the numbers it asks. [1, 2]: one for one number, another for two."""
    depths: list[Annotated[float, Field(ge=0, le=1)]] = Field([n / 10 for n in range(11)], min_length=1)
    """Where the first needle that is asked for stands: shares of the words of all texts of a row."""

    @model_validator(mode="after")
    def _has_as_many(self) -> Self:
        if (most := max(self.asked)) > self.needles:
            raise ValueError(f"asked: {most} numbers cannot be asked for where needles hides {self.needles}")
        if len(set(self.asked)) < len(self.asked):
            raise ValueError("asked: each number of cities once")
        if self.into == self.of:
            raise ValueError(f"into: {self.of} is the lane of the texts: take another name")
        return self

    def lanes_read(self) -> set[str]:
        return {self.of}

    def lanes_written(self) -> set[str]:
        return {self.of, self.into}

    def names_laid(self) -> KnownLanes:
        needles = LaneNames.of(values={"depth"}, attrs={"number"}, own={"text", "label"})
        return {self.into: needles, self.of: None}

    def digest(self, video: Timeline) -> Any:
        """The seed.

        Raises:
            Dropped: ``too_few_sentences``: the texts have not so many places between two sentences.
        """
        gaps = list(_gaps(video.lane(self.of)))
        if len(gaps) < self.needles:
            detail = f"the lane {self.of} has {len(gaps)} places between sentences for {self.needles} needles"
            raise Dropped("too_few_sentences", detail=detail, value=float(len(gaps)), threshold=self.needles)
        return {"seed": video.seed}

    def gather(self, digests: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        """The depth of each row: all depths before one comes again."""
        told = list(digests)
        rng = seeded(self.key, told[0][1]["seed"] if told else 0, "depths")
        drawn: list[float] = []
        while len(drawn) < len(told):
            drawn += rng.sample(self.depths, len(self.depths))
        return {video: depth for (video, _), depth in zip(told, drawn, strict=False)}

    def apply(self, video: Timeline, verdict: Any) -> Timeline:
        """Hide the sentences, and ask for them."""
        rng, texts = video.random(self.key), video.lane(self.of)
        gaps = list(_gaps(texts))
        words = gaps[-1].words or 1
        first = min(gaps, key=lambda gap: abs(gap.words - float(verdict) * words))
        places = [first, *rng.sample([gap for gap in gaps if gap is not first], self.needles - 1)]
        cities, numbers = self._drawn(texts, rng)
        hidden = sorted(zip(places, cities, numbers, strict=True), key=lambda one: (one[0].text, one[0].at))
        spans: list[Span] = []
        for n, text in enumerate(texts):
            own = [one for one in hidden if one[0].text == n]
            spans += _hide(text, own, words)
        video.put(self.of, texts)
        video.put(self.into, spans)
        by_city = {span.label or "": span for span in video.lane(self.into)}
        for n, count in enumerate(self.asked):
            chosen = rng.sample(cities, count) if n else [cities[0], *rng.sample(cities[1:], count - 1)]
            self.add_samples(video, [self._sample(video, rng.sample(chosen, count), by_city, rng)])
        video.report["hidden"] = self.needles
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """A line like ``magic_numbers: 12 sentences hidden.``"""
        return f"{self.name()}: {totals['hidden']:.0f} sentences hidden." if totals.get("hidden") else None

    def _drawn(self, texts: list[Span], rng: Random) -> tuple[list[str], list[str]]:
        """Cities and numbers that do not stand in *texts*.

        Raises:
            Dropped: ``too_few_cities``: the texts name most of the cities.
        """
        known = "\n".join(text.text or "" for text in texts)
        folded = known.casefold()
        free = [city for city in CITIES if city.casefold() not in folded]
        if len(free) < self.needles:
            detail = "the texts name so many cities that too few are left to hide numbers for"
            raise Dropped("too_few_cities", detail=detail, value=float(len(free)), threshold=self.needles)
        numbers: list[str] = []
        while len(numbers) < self.needles:
            number = str(rng.randrange(10 ** (DIGITS - 1), 10**DIGITS))
            if number not in known and number not in numbers:
                numbers.append(number)
        return rng.sample(free, self.needles), numbers

    def _sample(self, video: Timeline, cities: list[str], spans: dict[str, Span], rng: Random) -> Sample:
        told = [spans[city] for city in cities]
        named = cities[0] if len(cities) == 1 else f"{', '.join(cities[:-1])} and {cities[-1]}"
        question = rng.choice(ONE if len(cities) == 1 else SEVERAL).format(cities=named)
        question += FORM if len(cities) > 1 else ""
        numbers = [span.attrs["number"] for span in told]
        answer = numbers[0] if len(told) == 1 else "; ".join(map("{}: {}".format, cities, numbers))
        params = {"cities": json.dumps(cities, ensure_ascii=False), "needles": str(self.needles)}
        params |= {"depth": f"{told[0].values['depth']:.3f}", "duration": f"{video.seconds:g}"}
        evidence = [Evidence(span.start, span.end, self.into, span.words, span.id) for span in told]
        start, end = min(span.start for span in told), max(span.end for span in told)
        messages = [Message("user", question), Message("assistant", answer)]
        return Sample("magic_number", question, answer, start, end, evidence, params, messages=messages)


def _gaps(texts: list[Span]) -> Iterator[SentenceGap]:
    """The places before, between and behind the sentences of *texts*, in order."""
    before = 0
    for n, span in enumerate(texts):
        text = span.text or ""
        ends = sorted({0, *(found.end() for found in _END.finditer(text)), len(text)}) if text.strip() else []
        at = 0
        for end in ends:
            before += len(_WORD.findall(text[at:end]))
            at = end
            yield SentenceGap(n, end, before)


def _hide(text: Span, hidden: list[tuple[SentenceGap, str, str]], words: int) -> list[Span]:
    """Put the sentences of *hidden* into *text*, and say where they are: by words, as pages are laid out."""
    written, at, found = "", 0, []
    for gap, city, number in hidden:
        said, whole = HIDDEN.format(city=city, number=number), text.text or ""
        written += whole[at : gap.at]
        written += f" {said}" if written else f"{said} "
        at = gap.at
        found.append((said, city, number, gap.words / words, len(_WORD.findall(written))))
    text.text = written + (text.text or "")[at:]
    total = len(_WORD.findall(text.text)) or 1
    spans = []
    for said, city, number, depth, end in found:
        first, last = (text.start + text.seconds * n / total for n in (end - len(_WORD.findall(said)), end))
        values, attrs = {"depth": round(depth, 6)}, {"number": number}
        place = round(first, 6), round(last, 6)
        spans.append(Span(place[0], place[1], said, city, source="planned", values=values, attrs=attrs))
    return spans
