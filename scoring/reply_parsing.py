"""What a reply says: which option, which number, which stretch of time. None when it cannot be told."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from ..rules.letters import LETTERS

_ALONE = re.compile(r"\W*([A-Ja-j])\W*")
_BRACKETED = re.compile(r"\[\[\s*\(?([A-J])\)?\s*\]\]")
"""As MMR-V has replies end: ``[[B]]``."""
_LEADS = re.compile(r"\s*(?:[(\[{]\s*([A-J])\s*[)\]}]|\**([A-J])\**\s*[.):,\]]|\**([A-J])\**\s*(?:\n|$))")
_SAYS = re.compile(
    r"(?:answer|option|choice|choose|pick|select|letter)\b(?:\s+(?:is|would be|must be|should be|option|letter))*"
    r"\s*[:=]?\s*[\"'“(\[*]*([A-J])(?![A-Za-z’'])",
    re.IGNORECASE,
)
_SAYS_ELSEWHERE = re.compile(
    r"(?:(?i:\b(?:respuesta|opción|réponse|option|antwort|lösung)\b(?:\s+(?:es|est|ist|correcta|correcte|la|le|die))*)"
    r"|(?:答案|选项|选择|选)(?:应该|应当|应)?[是为]?)\s*[:：]?\s*[\"'“„«(（\[*\u00a0]*([A-J])(?![A-Za-z’'])"
)
"""The same in Spanish, French, German and Chinese: ``Respuesta: B``, ``答案是B``."""
_THINKING = re.compile(r"<think>.*?(?:</think>|$)", re.DOTALL)
_ANSWER = re.compile(r"<answer>(.*?)</answer>", re.DOTALL)
_CLOCK = re.compile(r"(?<![\d:.])(?:(\d+):)?(\d{1,2}):(\d{2}(?:\.\d+)?)(?![\d:])")

_BOX = re.compile(
    r"(?P<time>(?:\d+:)*\d+(?:\.\d+)?)\s*(?:s|sec|seconds?|%|>)?\s*[\"']?\s*"
    r"(?:[:=]|,\s*[\"'](?:box|bbox|bbox_2d)[\"']\s*:)\s*"
    r"[\[(]\s*(?P<box>-?\d+(?:\.\d+)?(?:\s*,\s*-?\d+(?:\.\d+)?){3})\s*[\])]"
)
"""A time and its box: ``"12": [1, 2, 3, 4]``, ``At 12.0 seconds: [1, 2, 3, 4]``, ``{"time": 12, "bbox": [1, …]}``."""
_LONE_BOX = re.compile(r"[\[(]\s*(-?\d+(?:\.\d+)?(?:\s*,\s*-?\d+(?:\.\d+)?){3})\s*[\])]")
"""A box, with or without a time."""


def without_thinking(reply: str) -> str:
    """*reply* without its ``<think>`` part; only what stands in ``<answer>`` where there is such a part."""
    spoken = _THINKING.sub("", reply).strip()
    found = _ANSWER.findall(spoken)
    return found[-1].strip() if found else spoken


def option_of(reply: str, options: Sequence[str]) -> int | None:
    """The place of the option that *reply* names by letter or by its text; None for none, or for more than one.

    A letter counts when it stands in double brackets, as nothing else counts then, or else alone, when it leads
    (``B.``, ``(B)``) or is declared (``the answer is B``); the one of ``A red ball`` is an article. Of options that
    contain one another, the longest that is there counts.
    """
    text = without_thinking(reply)
    if not text:
        return None
    if (alone := _ALONE.fullmatch(text)) and (place := LETTERS.index(alone[1].upper())) < len(options):
        return place
    by_letter = {LETTERS.index(letter) for letter in _letters(text)}
    by_letter = {place for place in by_letter if place < len(options)}
    if len(by_letter) == 1:
        return by_letter.pop()
    if by_letter:
        return None
    by_text = _named(plain(text), [plain(option) for option in options])
    return by_text.pop() if len(by_text) == 1 else None


def _letters(text: str) -> set[str]:
    """The letters that *text* has in double brackets, or else leads with, or else declares."""
    if ended := set(_BRACKETED.findall(text)):
        return ended
    if led := _LEADS.match(text):
        return {next(letter for letter in led.groups() if letter)}
    said = {letter.upper() for letter in _SAYS.findall(text) if letter != "a"}
    return said or set(_SAYS_ELSEWHERE.findall(text))


def _named(text: str, options: Sequence[str]) -> set[int]:
    """The places of *options* that occur in *text* as whole words, and not only within a longer one that does."""
    found = {}
    for place, option in enumerate(options):
        before, after = "" if _joined(option[:1]) else r"(?<!\w)", "" if _joined(option[-1:]) else r"(?!\w)"
        starts = re.finditer(rf"{before}(?={re.escape(option)}{after})", text) if option else ()
        found[place] = [(match.start(), match.start() + len(option)) for match in starts]
    every = [spot for spots in found.values() for spot in spots]

    def within(spot: tuple[int, int]) -> bool:
        return any(other != spot and other[0] <= spot[0] and spot[1] <= other[1] for other in every)

    return {place for place, spots in found.items() if any(not within(spot) for spot in spots)}


def _joined(letter: str) -> bool:
    """Whether *letter* is of a script that writes words without spaces between them."""
    return "\u3040" <= letter <= "\u9fff"


def plain(text: str) -> str:
    """*text* in lower case, without accents, punctuation and articles, for comparison."""
    text = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    text = re.sub(r"[^\w\s.:]|[.:](?!\d)|(?<!\d)[.:]", " ", text)
    return " ".join(word for word in text.split() if word not in ("a", "an", "the"))


def order_of(reply: str) -> list[int]:
    """The whole numbers in the last line of *reply* that has any, each once, in the order in which they come."""
    lines = [re.findall(r"\d+", line) for line in without_thinking(reply).splitlines()]
    found: list[str] = next((numbers for numbers in reversed(lines) if numbers), [])
    return list(dict.fromkeys(map(int, found)))


def number_of(text: str) -> float | None:
    """The number that *text* is, and nothing besides."""
    return float(text) if re.fullmatch(r"\s*-?\d+(?:\.\d+)?\s*", text) else None


def yes_or_no(reply: str) -> str | None:
    """``yes`` or ``no``, whichever word comes in *reply*; None when both or neither do."""
    found = {"yes": "yes", "true": "yes", "no": "no", "not": "no", "false": "no"}
    words = re.findall(r"[a-z]+", without_thinking(reply).casefold())
    if words and words[0] in found:
        return found[words[0]]
    told = {found[word] for word in words if word in found}
    return told.pop() if len(told) == 1 else None


def span_of(reply: str) -> tuple[float, float] | None:
    """The first two times in *reply*, in seconds (12.5, 1:02, 0:01:02.5), as start and end; None when there are fewer,
    or when the end comes before the start."""
    times = times_of(reply)
    return (times[0], times[1]) if len(times) > 1 and times[0] <= times[1] else None


def spans_of(reply: str) -> list[tuple[float, float]]:
    """The times in *reply* two by two, as starts and ends, in their order; a last one alone, and a stretch whose end
    comes before its start, are left out."""
    times = times_of(reply)
    return [(start, end) for start, end in zip(times[::2], times[1::2], strict=False) if start <= end]


def times_of(reply: str) -> list[float]:
    """The times in *reply*, in seconds (12.5, 1:02, 0:01:02.5), in their order."""
    text = without_thinking(reply)
    times: list[tuple[int, float]] = []
    for match in _CLOCK.finditer(text):
        hours, minutes, seconds = (float(part or 0) for part in match.groups())
        times.append((match.start(), hours * 3600 + minutes * 60 + seconds))
    rest = _CLOCK.sub(lambda match: " " * len(match[0]), text)
    times += [(match.start(), float(match[0])) for match in re.finditer(r"\d+(?:\.\d+)?", rest)]
    return [time for _, time in sorted(times)]


def boxes_of(reply: str) -> dict[float, tuple[float, float, float, float]]:
    """The boxes in *reply* by their time in seconds: left, top, right, bottom; of two at one time the later counts."""
    found: dict[float, tuple[float, float, float, float]] = {}
    for match in _BOX.finditer(without_thinking(reply)):
        left, top, right, bottom = map(float, match["box"].split(","))
        seconds = 0.0
        for part in match["time"].split(":"):
            seconds = seconds * 60 + float(part)
        found[seconds] = (left, top, right, bottom)
    return found


def box_of(reply: str) -> tuple[float, float, float, float] | None:
    """The last box in *reply*, of whatever time: left, top, right, bottom."""
    found = _LONE_BOX.findall(without_thinking(reply))
    if not found:
        return None
    left, top, right, bottom = map(float, found[-1].split(","))
    return left, top, right, bottom


def before_boxes(reply: str) -> str:
    """What stands in *reply* before its first box and the time of it."""
    text = without_thinking(reply)
    found = _BOX.search(text) or _LONE_BOX.search(text)
    return text[: found.start()] if found else text
