"""The questions about needles, in our words, and their options: drawn first, the right one chosen among them.

So no option is likelier than another for its letter, its length, its size or its place in a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from random import Random
from string import ascii_lowercase

from ...video.art import catalogue as pictures
from .hide_settings import Task
from .pool import Thing, a
from .word_list import NAMES, NOUNS

QUESTIONS = {
    "retrieve word": "For a moment, a caption over the video gives a secret word. Which word is it?",
    "retrieve picture insert": "For a moment, a picture that does not belong to the video is shown. What is on it?",
    "retrieve picture overlay": "For a moment, something is pasted over the video. What is it?",
    "retrieve clip": "A short clip from elsewhere was put into this video. What happens in it?",
    "order word": "Captions over the video give several secret words, one after the other. In which order?",
    "order picture insert": "Several pictures that do not belong to the video are shown in it. In which order?",
    "order picture overlay": "Several things are pasted over the video, one after the other. In which order?",
    "order clip": "Several short clips from elsewhere were put into this video. In which order?",
    "count word": "How many times does a caption over the video give a secret word?",
    "count picture insert": "Pictures that do not belong to the video are shown in it. How many of them show {thing}?",
    "count picture overlay": "Pictures of {things} are pasted over the video, at times several at once. "
    "How many are pasted in all?",
    "count clip": "Short clips from elsewhere were put into this video. In how many of them does this happen: {thing}",
    "attribute picture insert": "A picture of {thing} is shown in the video for a moment. What colour is the {class}?",
    "attribute picture overlay": "A picture of {thing} is pasted over the video. What colour is the {class}?",
    "chain picture insert": "Pictures with words on them are hidden in the video. Each names the picture to look for "
    "next. Begin with {thing} and follow them. What is on the last picture?",
    "chain colour": "Pictures with words on them are hidden in the video. Each names the picture to look for next. "
    "Begin with {thing} and follow them. What colour is the thing on the last picture?",
}
ANSWER = "Answer with the letter of the right option."
NEXT, LAST = "Next: {thing}", "This is the last one."
DECOYS = ("{word} is not the secret word.", "Do not remember {word}.", "{word} has nothing to do with it.")
"""Captions that give no secret word."""


def wording(task: Task, thing: str = "", group: str = "", kind: str = "") -> str:
    """The question of *task*; *thing* is named in it, *group* is its class."""
    needle = task.needle
    how = f" {'insert' if needle.inserted else 'overlay'}" if needle.show == "picture" else ""
    text = task.question or QUESTIONS[kind or f"{task.task} {needle.show}{how}"]
    many = pictures.plural(group) if group else ""
    for name, value in {"thing": thing, "things": many, "class": pictures.label(group)}.items():
        text = text.replace("{" + name + "}", value)
    return text


def written(task: Task) -> list[str]:
    """Every text that may be shown for *task*; names of drawings, which are English, stand as all their letters."""
    if task.task == "chain":
        return [NEXT.format(thing=ascii_lowercase), LAST]
    if task.needle.show != "word":
        return []
    captions = [task.needle.caption, *(DECOYS if task.distractors else ())]
    words = task.needle.words or [*NAMES, *NOUNS]
    return [caption.replace("{word}", word) for word in words for caption in captions]


def named(thing: Thing) -> str:
    """What is asked for when things of this class are counted: ``an apple``."""
    return thing.text if thing.clip is not None else a(pictures.label(thing.group)) if thing.group else thing.text


def apart(things: Sequence[Thing], count: int, rng: Random) -> list[Thing]:
    """*count* of *things*, of as many groups; fewer when there are fewer groups."""
    groups: dict[str, list[Thing]] = {}
    for thing in things:
        groups.setdefault(thing.group, []).append(thing)
    chosen = rng.sample(sorted(groups), min(count, len(groups)))
    return [rng.choice(groups[group]) for group in chosen]


def orders(texts: Sequence[str], count: int, rng: Random) -> list[tuple[list[int], str]]:
    """*count* different orders of *texts*, each as places in it and as an option."""
    every = list(permutations(range(len(texts))))
    return [
        (list(order), ", then ".join(texts[n] for n in order)) for order in rng.sample(every, min(count, len(every)))
    ]


def numbers(least: int, most: int, count: int, rng: Random) -> list[int]:
    """*count* numbers in a row that lie in *least* to *most* where there are so many, else from *least* on."""
    first = rng.randint(least, max(least, most - count + 1))
    return list(range(first, first + count))
