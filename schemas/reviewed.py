"""How a stage reports what people said of samples and captions, and how that is told."""

from __future__ import annotations

from collections.abc import Mapping

REVIEWED = "reviewed:"
"""Before the name of an outcome: the number of samples and captions that have it, among the values a stage reports."""
OUTCOMES = ("right", "wrong", "corrected", "unsure", "disagreed")
"""What became of what was reviewed. What is corrected is counted as nothing else."""
ASIDE = {
    "unknown": "reviews of what is not there (any more)",
    "changed": "reviews of what has changed since",
    "not_corrected": "corrections that could not be made",
}
"""Reviews that nothing was done about."""


def reviewed(values: Mapping[str, float]) -> str:
    """``reviewed by people: 12 right, 3 wrong, 4 corrected``, and what was set aside; empty where nothing came."""
    counts = {key.removeprefix(REVIEWED): int(n) for key, n in values.items() if key.startswith(REVIEWED) and n}
    if not counts:
        return ""
    main = [f"{counts.get(name, 0):,} {name}" for name in OUTCOMES if name in counts or name in OUTCOMES[:3]]
    aside = [f"{counts[name]:,} {words}" for name, words in ASIDE.items() if name in counts]
    return f"reviewed by people: {', '.join(main)}{'; set aside: ' + ', '.join(aside) if aside else ''}"
