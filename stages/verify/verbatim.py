"""Whether an answer without quotation marks repeats a line of speech or of screen text word by word."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Literal

from ...rules.lane_kinds import fold
from ...rules.lazy_pattern import lazy
from ...rules.negations import is_negative

MOST_OF = 0.6
"""The share of a line's words that an answer must repeat to be a quotation of it."""
_EXTRA = 3
"""Words of its own, besides those that introduce a quotation, with which an answer still is nothing but one."""
_TOKEN = lazy(r"[^\W_]+(?:['’][^\W_]+)*")
_INTRODUCING_TEXT = (
    "a an and the it is are was were there here this that these what which one you we i he she they someone somebody "
    "voice voices speaker speakers man woman person narrator presenter host line lines sentence word words text texts "
    "caption captions subtitle subtitles title sign label banner board plate screen on onscreen in at of by can could "
    "may be being been to see seen hear hears heard read reads reading say says said saying tell tells told state "
    "states stated appear appears shown show shows display displays displayed visible transcript transcription quote "
    "quoted spoken written lettering letters writing wording message following then exact exactly namely with as "
    "bears spells out up reads utters uttered remarks adds audio dialogue ocr clearly simply just"
)
_INTRODUCING = frozenset(_INTRODUCING_TEXT.split())
"""Words with which a quotation is introduced or closed."""
_BOUND = lazy(r"[:\n\"“”«»`*>\[\](){}|=]|(?:^|\s)['‘]|['’](?:\s|$)|\s[-–—•]|[-–—•]\s|[.!?…]")


def repeats(answer: str, line: str, alike: Callable[[str, str], bool]) -> Literal["same", "other", ""]:
    """Whether *answer* repeats *line*, or repeats it with another word, another order or without its "not".

    ``""``: it is no repetition of it, or may end or begin elsewhere. *alike* says of two words, folded, whether they
    are to be taken for one.
    """
    from difflib import SequenceMatcher

    tokens = list(_TOKEN.finditer(answer))
    words = fold(line).split()
    said = [_known(fold(token[0]).replace(" ", ""), words, alike) for token in tokens]
    runs = [run for run in SequenceMatcher(None, said, words, autojunk=False).get_matching_blocks() if run.size]
    kept = sum(run.size for run in runs)
    if len(words) < 2 or not runs or kept < min(MOST_OF * len(words), len(words) - 1) or kept < 1:
        return ""
    first, last = runs[0], runs[-1]
    begin, end = first.a, last.a + last.size
    own = [word for at, word in enumerate(said) if not begin <= at < end and word not in _INTRODUCING]
    if len(own) > _EXTRA:
        return ""
    for one, two in pairwise(runs):
        left_out = words[one.b + one.size : two.b]
        added = said[one.a + one.size : two.a]
        if added or any(map(is_negative, left_out)):
            return "other"
    matched = {at for run in runs for at in range(run.b, run.b + run.size)}
    lost = [word for at, word in enumerate(words) if at not in matched]
    missing, rest = words[: first.b], words[last.b + last.size :]
    if any(map(is_negative, missing[-1:])) and (begin == 0 or not is_negative(said[begin - 1])):
        return "other"

    def joined(n: int) -> bool:
        return not _BOUND.search(answer[tokens[n - 1].end() : tokens[n].start()])

    def foreign(word: str, place: list[str]) -> bool:
        return word in lost or (bool(place) and word not in _INTRODUCING)

    if begin > 0 and joined(begin) and foreign(said[begin - 1], missing):
        return "other"
    if end < len(said) and joined(end) and foreign(said[end], rest):
        return "other"
    return "" if lost else "same"


def _known(word: str, words: list[str], alike: Callable[[str, str], bool]) -> str:
    return word if word in words else next((other for other in words if alike(word, other)), word)
