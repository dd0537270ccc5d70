"""How many words a text has, in any script: limits in words mean about the same everywhere."""

from __future__ import annotations

from .lazy_pattern import lazy

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Thai, Lao, Burmese, Khmer, Japanese kana and Chinese characters: written without spaces between words."""
_MARKS = "\u3000-\u303f\uff01-\uff0f\uff1a-\uff1f"
"""Their punctuation."""
WORD = f"[{_UNSPACED}]{{1,2}}|[^\\s{_UNSPACED}{_MARKS}]+"
"""A word, as a regular expression of Python and of RE2."""
_WORD = lazy(WORD)


def word_count(text: str) -> int:
    """The words of *text*: what stands between spaces; in scripts without spaces every two letters count as one."""
    return sum(1 for _ in _WORD.finditer(text))


def first_words(text: str, most: int) -> str:
    """*text* up to the end of its word number *most*; whole where it has no more."""
    end = 0
    for number, match in enumerate(_WORD.finditer(text), 1):
        if number > most:
            return text[:end]
        end = match.end()
    return text
