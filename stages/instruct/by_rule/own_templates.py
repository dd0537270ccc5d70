"""Questions by rule in a config's own words: what an entry of the setting tasks that is a template may hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from string import Formatter
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from ....rules.family import find_families
from ....rules.lane_kinds import fold
from ....rules.letters import LETTERS
from ....rules.number_bins import NumberBins, read_bins
from ....rules.own_attributes import check_attributes
from ....rules.template_slots import NUMBERS, PLACES, contents, lane_named, slot_fault, slots_of
from ....schemas.settings_model import Misfits, Settings
from ..questions_words import FAMILIES
from .asked_places import Moment

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Faults = list[tuple[tuple[str | int, ...], str]]
OPTIONS = 4
"""Options of an item, unless the settings say how many, or all there are is given in a list or as bins."""


class TemplateOptions(Settings):
    """Where the wrong options come from: one of ``from``, ``list``, ``antonyms`` and ``bins``."""

    model_config = ConfigDict(populate_by_name=True)

    source: Literal["same_lane", "other_videos"] | None = Field(None, alias="from")
    """``same_lane``: what the answer would be for other spans of the lane; ``other_videos``: for spans of it in other
    videos. Never one that would be true of a span that shares time with the one asked about."""
    listed: list[Text] = Field([], alias="list")
    """All possible answers: [indoors, outdoors]. What is not among them is not asked."""
    antonyms: dict[Text, Text | list[Text]] = Field({})
    """Words with their opposites, in both directions: {left: right, opens: [closes, locks]}. A wrong option is the
    answer with such words exchanged."""
    bins: list[float] | list[Text] | dict[Text, tuple[float | None, float | None]] = Field([])
    """Stretches of a number, of which the answer is one: bounds [0, 5, 10]; texts ["0 to 5", "5 to 10"]; or names with
    bounds, {few: [0, 5], many: [5, null]}."""
    besides: list[Text] = Field([])
    """Wrong options that every item has besides, with ``antonyms``: [not sure]."""
    count: int | None = Field(None, ge=2, le=len(LETTERS))
    """Options of an item, the right one included, at most; by default 4, or all of a list or of bins."""
    order: Literal["balanced", "given"] = "balanced"
    """``balanced``: in each video each letter is right equally often; ``deal_letters`` deals them over all videos.
    ``given``: in the order of the list or of the bins, as steps of a scale are read, from bad to excellent."""

    def most(self) -> int:
        """How many options an item has at most."""
        return self.count or (len(LETTERS) if self.listed or self.bins else OPTIONS)

    def least(self) -> int:
        """How many wrong options an item must have: one where all possible ones are given, else two."""
        return 2 if self.source else 1

    def number_bins(self) -> NumberBins | None:
        """The stretches of ``bins``, where there are any."""
        return read_bins(self.bins) if self.bins else None

    def opposites(self) -> list[tuple[str, str]]:
        """The pairs of ``antonyms``."""
        return [
            (word, other)
            for word, others in self.antonyms.items()
            for other in ([others] if isinstance(others, str) else others)
        ]


def _long(given: object) -> object:
    """The long form of options: of their source alone, or of a list."""
    if isinstance(given, str):
        if given in ("list", "antonyms", "bins"):
            raise ValueError(f"{given} needs its entries: write options: {{{given}: …}}")
        return {"from": given}
    return {"list": given} if isinstance(given, list) else given


class Template(Settings):
    """A question by rule in your own words, made from each span of a lane, or from the facts about each video."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    """What the task is called."""
    of: Annotated[str, StringConstraints(min_length=1)] | None
    """The lane whose spans are asked about; null: the video, by its attributes."""
    ask: Annotated[list[Text], BeforeValidator(lambda given: [given] if isinstance(given, str) else given)] = Field(
        min_length=1
    )
    """Questions, one of them by chance, with slots: {label}, {text}, {value:NAME}, {attr:NAME}, {lane:NAME} (what that
    lane says meanwhile), {score}, {start}, {end}, {when}, {duration}. If the question or the answer says where the span
    is ({start}, {end}, {when}), the sample is shown with the whole video, else with the span alone. ``<region>`` stands
    for the thing that the span's boxes point out, and says where it is."""
    answer: Text
    """The answer, with the same slots: "{label}"."""
    moment: Moment | None = None
    """With ``at``, which spans are asked about: each that is over by then (``past``, by default), the ``last`` of them,
    what goes on ``now``, which the words of a span must hold of throughout, or the ``next`` one, which comes later.
    ``due``: to tell the next one when it comes, as the question asks; the reply has its time then."""
    options: Annotated[TemplateOptions, BeforeValidator(_long)] | None = None
    """Multiple choice; by default the question is open. ``same_lane`` and ``other_videos`` stand for {from: …}, a list
    for {list: …}."""
    attributes: dict[str, Text] = Field(default_factory=dict)
    """What the samples keep among their parameters, with the same slots: {level: "{attr:level}", set: LSVQ}. One whose
    slots are empty is left out."""

    @model_validator(mode="after")
    def _can_be_filled(self) -> Self:
        check_attributes(self.attributes)
        faults = [*self._slot_faults(), *self._option_faults(), *self._moment_faults()]
        if self.name in find_families() or self.name in FAMILIES:
            faults.append((("name",), f"{self.name} is a task that is there already; name yours otherwise"))
        if faults:
            raise Misfits(faults)
        return self

    def bins(self) -> NumberBins | None:
        """The stretches of a number, of which the answer is one."""
        return self.options.number_bins() if self.options is not None else None

    def lanes(self) -> set[str]:
        """The lanes that it reads: that of its spans, and those whose words its slots name."""
        slots = [slot for text in (*self.ask, self.answer) for slot in slots_of(text)]
        return ({self.of} if self.of else set()) | {lane for slot in slots if (lane := lane_named(slot))}

    def params(self) -> dict[str, str]:
        """What, with the evidence, determines the answer."""
        bins = self.bins()
        told = {"template": self.answer, "slots": "\n".join(contents(slots_of(self.answer)))}
        return told if bins is None else {**told, "bins": bins.dump()}

    def _slot_faults(self) -> Faults:
        texts: list[tuple[tuple[str | int, ...], str]] = [(("ask", n), text) for n, text in enumerate(self.ask)]
        slots: dict[tuple[str | int, ...], list[str]] = {}
        faults: Faults = []
        kept = [(("attributes", name), text) for name, text in self.attributes.items()]
        for key, text in [*texts, (("answer",), self.answer), *kept]:
            try:
                slots[key] = slots_of(text)
            except ValueError as error:
                faults.append((key, f"{error} in {text!r}; write {{{{ and }}}} for braces of your own"))
                continue
            faults += [
                (key, f"{fault}, in {text!r}") for slot in slots[key] if (fault := slot_fault(slot, not self.of))
            ]
        answer = slots.get(("answer",))
        if answer is None or faults or self.moment == "due":  # when it is said is the answer
            return faults
        if not answer:
            return [(("answer",), "holds no slot, so that it would be the same for every span")]
        for key, text in texts:
            if _told(answer) <= _told(slots[key]):
                faults.append((key, f"the answer {self.answer!r} stands in the question {text!r}"))
        return faults

    def _moment_faults(self) -> Faults:
        """What cannot be known at the moment that is asked about."""
        shut = {"now": {"end", "when"}, "next": {*PLACES, "duration"}, "due": {*PLACES, "duration"}}
        faults: Faults = []
        for key, texts in {"ask": self.ask, "answer": [self.answer]}.items():
            for n, text in enumerate(texts):
                with suppress(ValueError):  # said with the slots
                    for slot in set(slots_of(text)) & shut.get(self.moment or "past", set()):
                        at = (key, n) if key == "ask" else (key,)
                        faults.append((at, f"{{{slot}}} is not known yet with moment: {self.moment}, in {text!r}"))
        if self.moment == "due" and self.options is not None:
            faults.append((("options",), "have no effect with moment: due, whose question says what to reply"))
        return faults

    def _option_faults(self) -> Faults:
        one = self.options
        if one is None:
            return []
        keys = {"from": one.source, "list": one.listed, "antonyms": one.antonyms, "bins": one.bins}
        given = [key for key, value in keys.items() if value]
        if len(given) != 1:
            there = f"got {' and '.join(given)}" if given else "got none"
            return [(("options",), f"takes one of from, list, antonyms and bins, {there}")]
        try:
            slots = slots_of(self.answer)
        except ValueError:  # said with the answer
            return []
        if one.besides and not one.antonyms:
            return [(("options", "besides"), "stands beside antonyms alone")]
        if one.order == "given" and not (one.listed or one.bins):
            return [(("options", "order"), "given is the order of a list or of bins")]
        if one.source == "same_lane" and self.of is None:
            return [(("options",), "same_lane has no other spans for a template about the whole video")]
        if one.source == "other_videos" and PLACES & set(slots):
            return [(("options",), f"times of other videos are no options for {self.answer!r}")]
        check = {"list": self._list_faults, "antonyms": self._antonym_faults, "bins": self._bin_faults}.get(given[0])
        return check(one, slots) if check else []

    def _list_faults(self, one: TemplateOptions, slots: Sequence[str]) -> Faults:
        folded = [fold(text) for text in one.listed]
        if len(folded) < 2 or len(set(folded)) < len(folded):
            return [(("options", "list"), "give two or more, each once")]
        if len(folded) > len(LETTERS):
            return [(("options", "list"), f"{len(folded)} are more than the {len(LETTERS)} letters of an item")]
        pieces = [(re.escape(_dense(literal)), name) for literal, name, _, _ in Formatter().parse(self.answer)]
        pattern = "".join(literal + (".+" if name is not None else "") for literal, name in pieces)
        if not any(re.fullmatch(pattern, _dense(text)) for text in one.listed):
            return [(("options", "list"), f"none of these can be the answer {self.answer!r}")]
        return []

    def _antonym_faults(self, one: TemplateOptions, slots: Sequence[str]) -> Faults:
        same = [word for word, other in one.opposites() if fold(word) == fold(other)]
        faults: Faults = [(("options", "antonyms", word), "is no opposite of itself") for word in same]
        if len(one.besides) + 2 > one.most():
            faults.append((("options", "besides"), f"leaves no room for a wrong option among {one.most()}"))
        return faults

    def _bin_faults(self, one: TemplateOptions, slots: Sequence[str]) -> Faults:
        faults: Faults = []
        if len(slots) != 1 or self.answer != f"{{{slots[0]}}}" or slots[0].partition(":")[0] not in NUMBERS:
            wanted = ", ".join("{" + slot + "}" for slot in ("value:NAME", "score", "duration", "start", "end"))
            faults.append((("answer",), f"bins need one number for an answer: {wanted}; got {self.answer!r}"))
        try:
            bins = read_bins(one.bins)
        except ValueError as error:
            return [*faults, (("options", "bins"), str(error))]
        if len(bins.bins) > len(LETTERS):
            faults.append((("options", "bins"), f"are more than the {len(LETTERS)} letters of an item"))
        return faults + [(("options", "bins"), fault) for fault in bins.faults()]


def _told(slots: Sequence[str]) -> set[str]:
    """What *slots* tell: a stretch tells its start and its end."""
    return {one for slot in slots for one in (["start", "end"] if slot == "when" else [slot])}


def _dense(text: str) -> str:
    """*text* for comparing, without spaces."""
    return fold(text).replace(" ", "")


def entry_tag(entry: Any) -> str:
    """Whether an entry of ``tasks`` is the name of a task or a template, for pydantic."""
    return "name" if isinstance(entry, str) else "template"
