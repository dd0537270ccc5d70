"""What a span carries beside its words, shown to a teacher as material."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from ...schemas import Span, Timeline
from ...schemas.lane_names import KnownLanes
from ...schemas.settings_model import Settings
from ..stage import Misfit

_WITHOUT = "spans_without:"


class SpanFacts(Settings):
    """The YAML key of a stage that shows attributes of the spans of its lane ``of``."""

    attrs: list[Annotated[str, StringConstraints(min_length=1)]] = Field([])
    """Attributes and values of the span itself that are shown as material, each under its name: [cluster_name, motion].
    How many spans lack one is said at the end of the build."""

    @model_validator(mode="after")
    def _of_spans(self) -> Self:
        if self.attrs and not getattr(self, "of", None):
            raise ValueError("attrs: a whole video has none of a span: give a lane as of, or name its facts in facts")
        return self

    def facts_unknown(self, known: KnownLanes) -> Iterable[Misfit]:
        """Those of ``attrs`` that no span carries, for a stage's ``misfits``."""
        of = getattr(self, "of", None)
        if of not in known or (names := known[of]) is None:
            return
        there = sorted(names.values | names.attrs)
        for n, name in enumerate(self.attrs):
            if name not in there:
                hint = f"There are {', '.join(there)}." if there else "A stage before must write it."
                yield Misfit(("attrs", n), f"no span of {of} carries {name}.", hint)


def facts_of(span: Span, names: Sequence[str]) -> list[tuple[str, str]]:
    """The attributes and values of *span* that are called one of *names*, those it has, as text."""
    found = ((name, _text(span, name)) for name in names)
    return [(name, text) for name, text in found if text]


def count_facts(video: Timeline, spans: Iterable[Span], names: Sequence[str]) -> None:
    """Count the *spans* that lack what is called one of *names*."""
    for span in spans:
        for name in names:
            if not _text(span, name):
                video.report[_WITHOUT + name] = video.report.get(_WITHOUT + name, 0) + 1


def told_facts(name: str, totals: Mapping[str, float]) -> list[str]:
    """The sentences of the stage *name* for spans that lacked what was to be shown of them."""
    return [
        f"{name}: {count:,.0f} span{' has' if count == 1 else 's have'} no {key.removeprefix(_WITHOUT)}, and "
        f"{'was' if count == 1 else 'were'} asked about without."
        for key, count in totals.items()
        if key.startswith(_WITHOUT)
    ]


def _text(span: Span, name: str) -> str:
    if name in span.values:
        return f"{span.values[name]:g}"
    return span.attrs.get(name, "").strip()
