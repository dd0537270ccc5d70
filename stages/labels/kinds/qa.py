"""Questions that exist: the rows of a benchmark, or of a training set, as samples."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field, field_validator

from ....rules.letters import ASK, LETTERS, with_letters
from ....rules.own_attributes import check_attributes
from ....schemas import Evidence, Message, Sample
from ....schemas.ids import seeded
from ....schemas.input_video import ImportedSample
from ....schemas.sample import IMPORTED
from ..label_import import ColumnFault, FileImporter, LabelError, Labelled
from ..own_rows import is_own, own_sample
from ..qa_columns import Column, QaColumns
from ..qa_rows import head_of, qa_rows
from ..qa_turns import Turns, read_turns, split_options
from ..qa_values import (
    Answers,
    Unusable,
    check_options,
    intervals_in,
    is_empty,
    is_letter,
    options_in,
    place_of,
    same_text,
    whole_number,
    without_letters,
)
from ..table_rows import cell
from ..text_rows import DOCUMENTS, text_name, text_span


class Qa(FileImporter):
    """Read questions with their answers (.jsonl, .json, .csv, .tsv, .parquet, or a .tar of .json) as samples.

    A row has a video, a question, an answer, and options where it is multiple choice; it may have a task, an id,
    stretches of time, which become the evidence, and a rationale. The question may also stand in a conversation, with
    its options as lettered lines. Rows that vdata itself has written give the samples that they were.
    """

    kind: Literal["qa"] = "qa"
    lane: str = "questions"
    """The lane on which the stretches are laid that questions rest on; the whole video where a row has none."""
    columns: dict[Column, str | list[str]] = Field(default_factory=dict)
    """Which column of the file has which meaning, for example {video: vid, options: [c1, c2, c3]}. Without it they are
    found by the names that benchmarks use: a0 …, option_A …, candidates, choices … ``context`` is a column with a text
    that the question is about, which is laid on the lane ``documents``; rows of one text are of one input then."""
    answers: Answers | None = None
    """What the answers are: letter, index or text. By default what fits each of them."""
    first_index: Literal[0, 1] | None = None
    """The number of the first option, where answers are numbers. By default what the numbers of the file tell: there is
    a 0 among them, or one as large as the number of options."""
    task: str = Field("qa", min_length=1)
    """The task of rows that name none."""
    attributes: list[str] = Field(default_factory=list)
    """Columns whose values the samples keep among their parameters, by the names of the columns: [level, source]."""

    @field_validator("attributes")
    @classmethod
    def _own(cls, attributes: list[str]) -> list[str]:
        check_attributes(attributes)
        return attributes

    @field_validator("columns")
    @classmethod
    def _lists(cls, columns: dict[Column, str | list[str]]) -> dict[Column, str | list[str]]:
        wrong = [meaning for meaning, name in columns.items() if isinstance(name, list) and meaning != "options"]
        if wrong:
            raise ValueError(f"{wrong[0]} is one column; only options may be a list of columns")
        return columns

    def lanes(self) -> set[str]:
        return {self.lane, DOCUMENTS} if "context" in self.columns else {self.lane}

    def measures(self) -> bool:
        return True  # the whole video, and what lies outside of it, is not known otherwise

    def column_faults(self, path: str) -> list[ColumnFault]:
        """What is wrong with the columns of the file *path* on this machine, as far as its first rows tell."""
        rows = head_of(path)
        return self._faults(rows) if rows else []

    def read(self, data: bytes) -> Iterator[Labelled]:
        rows = list(qa_rows(data, self.path))
        told = [row for _, row in rows if isinstance(row, dict)]
        if told and (faults := self._faults(told)):
            raise LabelError("\n".join(f"{self.path}: {fault.message} {fault.hint}" for fault in faults))
        reader = _RowReader(self, _columns(told, self), self.answers, self.first_index)
        reader.learn(told)
        videos: dict[str, Labelled] = {}
        for where, row in rows:
            if isinstance(row, str):
                videos.setdefault("", Labelled("")).fail(self.lane, where, row)
                continue
            try:
                name = reader.video(row)
            except Unusable as why:
                videos.setdefault("", Labelled("")).fail(self.lane, where, str(why), why.reason)
                continue
            found = videos.setdefault(name, Labelled(name))
            reader.lay_context(found, row)
            try:
                sample = reader.sample(row)
                self._check(sample)
            except Unusable as why:
                found.fail(self.lane, where, f"{_asked(row, reader)}{why}", why.reason, why.value, why.threshold)
                continue
            found.samples.append(ImportedSample(where, self.lane, sample))
            found.duration = found.duration or reader.duration(row)
            for lane in {self.lane, *(item.lane for item in sample.evidence)}:
                found.lanes.setdefault(lane, [])
        yield from videos.values()

    def _faults(self, rows: Sequence[dict[str, Any]]) -> list[ColumnFault]:
        columns = _columns(rows, self)
        listed = f"The columns are {', '.join(columns.columns)}."
        absent = columns.absent()
        faults = [
            ColumnFault(("columns", meaning), f"the file has no column {name}.", listed, name, columns.columns)
            for meaning, name in absent
        ]
        for n, name in enumerate(self.attributes):
            if name not in columns.columns:
                faults.append(
                    ColumnFault(("attributes", n), f"the file has no column {name}.", listed, name, columns.columns)
                )
        for meaning in columns.missing():
            if any(meaning == other for other, _ in absent):
                continue
            hint = f"{listed} Say which: columns: {{{meaning}: NAME}}."
            faults.append(ColumnFault((), f"no column of the file is known to be the {meaning}.", hint))
        return faults

    @staticmethod
    def _check(sample: Sample) -> None:
        """Raise Unusable unless there are a question and an answer, and options among which the answer is."""
        if not sample.question.strip():
            raise Unusable("no_question", "there is no question")
        if not sample.answer.strip():
            raise Unusable("no_answer", "there is no answer")
        if sample.options:
            check_options(sample.options)
            place = sample.answer_index
            if place is None or not 0 <= place < len(sample.options):
                raise Unusable("bad_index", f"the right option is number {place} of {len(sample.options)}", place)


@dataclass
class _RowReader:
    """Reads the rows of one file."""

    settings: Qa
    columns: QaColumns
    how: Answers | None
    first: int | None

    def learn(self, rows: Sequence[dict[str, Any]]) -> None:
        """Find out whether answers are numbers of options, and from which one they count.

        Raises:
            LabelError: they are, and the file does not tell.
        """
        if self.how in ("letter", "text") or self.columns.name("answer") is None:
            return
        numbers: list[tuple[int, int]] = []
        texts = others = 0
        for row in rows:
            answer = row.get(self.columns.name("answer") or "")
            try:
                options = self._options(row)
            except Unusable:
                continue
            if len(options) < 2 or is_empty(answer) or is_own(row):
                continue
            number = whole_number(answer)
            others += number is None
            texts += number is not None and same_text(cell(answer)) in map(same_text, options)
            numbers += [(number, len(options))] if number is not None else []
        if not numbers or (self.how is None and (others or texts == len(numbers))):
            return
        self.how = "index"
        zero, beyond = any(number == 0 for number, _ in numbers), any(number >= size for number, size in numbers)
        if self.first is None and zero != beyond:
            self.first = 0 if zero else 1
        if self.first is None:
            raise LabelError(
                f"{self.settings.path}: the answers are numbers from {min(numbers)[0]} to {max(numbers)[0]}, and "
                "nothing tells whether they count from 0 or from 1. Say which: first_index: 0 or first_index: 1."
            )

    def video(self, row: dict[str, Any]) -> str:
        """The name of the row's video."""
        value = self._cell(row, "video")
        if is_empty(value) and self.columns.talk is not None:
            value = read_turns(row.get(self.columns.talk)).video
        if isinstance(value, list):
            if len(value) > 1:
                raise Unusable("several_videos", f"the row names {len(value)} videos", len(value), 1)
            value = value[0] if value else None
        if is_empty(value) and (text := self._text(row, "context")):
            return text_name(text)
        if is_empty(value):
            raise Unusable("no_video", "no video is named")
        return cell(value).strip()

    def lay_context(self, found: Labelled, row: dict[str, Any]) -> None:
        """Put the text that the question of *row* is about on the lane of texts, once."""
        there = found.lanes.setdefault(DOCUMENTS, []) if self.columns.name("context") else []
        if (text := self._text(row, "context")) and all(text != span.text for span in there):
            there.append(text_span(text, len(there)))

    def duration(self, row: dict[str, Any]) -> float | None:
        """The length of the row's video in seconds, where it is told."""
        value = self._cell(row, "duration")
        try:
            length = float(value) if isinstance(value, int | float | str) and not is_empty(value) else 0.0
        except ValueError:  # "short" and the like
            return None
        return length if 0 < length < math.inf else None

    def sample(self, row: dict[str, Any]) -> Sample:
        """*row* as a sample. Its evidence, where it rests on the whole video, ends at infinity.

        Raises:
            Unusable: it cannot be one.
        """
        if is_own(row):
            return own_sample(row)
        turns = None
        if self.columns.name("question") is None and self.columns.talk is not None:
            turns = read_turns(row.get(self.columns.talk))
        options = turns.options if turns else self._options(row)
        options = without_letters(options)
        told = turns.answer if turns else self._cell(row, "answer")
        question = turns.question if turns else self._text(row, "question")
        if not options and is_letter(told):  # the question has them
            question, options = split_options(question)
        asked = question
        if turns is None and (split := split_options(question))[1]:  # what is asked shows its options as well
            question = split[0] if split[1] == options else question
        place = None
        if options:
            check_options(options)
            if is_empty(told):
                raise Unusable("no_answer", "there is no answer")
            place = place_of(told, options, None if turns else self.how, self.first)
        answer = options[place] if place is not None else cell(told).strip()
        if not options and is_letter(answer):
            raise Unusable("bad_letter", f"the answer is {answer!r}, and there are no options")
        rationale = turns.rationale if turns and turns.rationale else self._text(row, "rationale")
        own_id = self._text(row, "id")
        sample = Sample(
            self._text(row, "task") or self.settings.task,
            question,
            answer,
            0.0,
            math.inf,
            [Evidence(start, end, self.settings.lane, answer) for start, end in self._intervals(row, turns)],
            {"rule": "", **({"file_id": own_id} if own_id else {}), **self._attributes(row)},
            options,
            place,
            turns.messages if turns else _messages(question, asked, options, place, answer),
            rationale,
            IMPORTED,
        )
        group = self._text(row, "group")
        sample.group = "" if group == own_id else group
        if len(own_id) == 24 and all(sign in "0123456789abcdef" for sign in own_id):
            sample.id = own_id
        return sample

    def _attributes(self, row: dict[str, Any]) -> dict[str, str]:
        """The columns that the samples keep, as far as *row* has them."""
        told = {name: row.get(name) for name in self.settings.attributes}
        return {name: cell(value).strip() for name, value in told.items() if not is_empty(value)}

    def _options(self, row: dict[str, Any]) -> list[str]:
        if self.columns.several:
            return without_letters([cell(row.get(name)) for name in self.columns.several])
        return options_in(self._cell(row, "options"))

    def _intervals(self, row: dict[str, Any], turns: Turns | None) -> list[tuple[float, float]]:
        found = intervals_in(self._cell(row, "intervals"))
        start, end = self._cell(row, "start"), self._cell(row, "end")
        if turns is not None and is_empty(start):
            start, end = turns.start, turns.end
        if not found and not is_empty(start):
            found = (
                intervals_in([start, end]) if not is_empty(end) else [(intervals_in([start, start])[0][0], math.inf)]
            )
        return found or [(0.0, math.inf)]

    def _cell(self, row: dict[str, Any], meaning: Column) -> Any:
        name = self.columns.name(meaning)
        return row.get(name) if name is not None else None

    def _text(self, row: dict[str, Any], meaning: Column) -> str:
        value = self._cell(row, meaning)
        return "" if is_empty(value) or isinstance(value, list | dict) else cell(value).strip()


def _columns(rows: Sequence[dict[str, Any]], settings: Qa) -> QaColumns:
    return QaColumns(dict.fromkeys(name for row in rows for name in row), settings.columns)


def _messages(question: str, asked: str, options: list[str], place: int | None, answer: str) -> list[Message]:
    """The turns of a row that has none; *asked* is the question as the row has it, with its options or without."""
    if place is None:
        return [Message("user", question), Message("assistant", answer)]
    ask = seeded("qa", question, options).choice(ASK)
    return [
        Message("user", asked if asked != question else with_letters(question, options, ask)),
        Message("assistant", f"{LETTERS[place]}. {answer}"),
    ]


def _asked(row: dict[str, Any], reader: _RowReader) -> str:
    """The question of *row* for a reject, so that it can be found."""
    name = reader.columns.name("question")
    asked = cell(row.get(name)).strip() if name else ""
    return f"{asked[:120]!r}: " if asked else ""
