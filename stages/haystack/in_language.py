"""Questions about needles in another language: what is hidden, where, and which options there are stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...rules.in_english import QUESTION
from ...rules.language_words import Language, slots_in, wrong_slots
from ...rules.letters import LETTERS, with_letters
from ...schemas import Message, Sample
from .hide_settings import Task

THEN = ", then "
"""What stands between the things of an order in English."""


def check_words(language: Language, tasks: Iterable[Task]) -> None:
    """Check that *language* has a question for each of *tasks*.

    Raises:
        ValueError: says which it lacks, or what is wrong with one.
    """
    own = language.needles.questions
    for task in tasks if not language.english else ():
        if task.needle.show == "picture" and not task.needle.pictures:
            why = "drawn pictures have names in English only: hide words, clips, or pictures of your own"
            raise ValueError(f"language: {task.title}: {why}")
        key = _key(task)
        if task.question or key not in own:
            if not task.question:
                raise ValueError(f"language {language.name} has no question for {key} (needles.questions)")
            continue
        slots = slots_in(task.wording())
        if why := wrong_slots(own[key], slots, [slots]):
            raise ValueError(f"language.needles.questions.{key}: {why}")


def put_in(sample: Sample, task: Task, language: Language) -> None:
    """Put the question of *sample*, which *task* has made in English, its options and its answer in *language*."""
    if language.english:
        return
    english, words = sample.question, language.needles
    if not task.question:
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(task.wording()))
        found = re.fullmatch(pattern, english)
        sample.question = words.questions[_key(task)].format(**(found.groupdict() if found else {}))
    if task.task == "order":
        sample.options = [option.replace(THEN, words.then) for option in sample.options]
        sample.answer = sample.answer.replace(THEN, words.then)
    place, said = sample.answer_index, sample.answer
    if place is not None:
        said = f"{LETTERS[place]}. {said}"
    asked = with_letters(sample.question, sample.options, words.answer) if sample.options else sample.question
    sample.messages = [Message("user", asked), Message("assistant", said)]
    sample.params = {**sample.params, **language.params, QUESTION: english}


def _key(task: Task) -> str:
    """The key of the question of *task* in a language."""
    long = f"{task.task} {'insert' if task.needle.inserted else 'overlay'}"
    return f"{task.needle.show}.{long if long in task.needle.kind.questions else task.task}"
