"""Python: a function of your own, or a Stage class of your own, from a file."""

from __future__ import annotations

import errno
import hashlib
import inspect
import json
import os
import re
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from pydantic import ConfigDict, Field, PrivateAttr, ValidationError, field_validator

from ...schemas import Dropped, Failed, NotReady, Reject, Span, Timeline, make_id
from ..stage import Stage
from .code_file import CodeFacts, CodeMistake, code_facts, unknown
from .running_code import CodeError, stage_of, thing_of, told
from .timeline_faults import first_fault, unstorable

_NAMED = re.compile(r"(?P<file>.+\.py):(?P<name>[^\W\d]\w*)")
FULL = {errno.ENOSPC, errno.EDQUOT}
LARGEST = 1 << 20
"""Bytes of a file of code at most: it goes to each worker."""


class Python(Stage):
    """Run code of your own: a function that is called with each timeline, or a Stage class, from a file of Python.

    A function says what becomes of the video by what it returns: None or True keeps it, with whatever was changed in
    it; False drops it, with the function's name as the reason; a Timeline takes its place. Dropped, raised with a
    reason, a value and a threshold, drops it for that. Whatever else it raises fails this video, with the line of the
    file, and the build goes on. Other keys than those below go to the function by name, or to the class as
    its settings. The file is parsed where a config is checked, and run by ``vdata build`` and ``vdata prompts`` alone;
    it goes to the workers by itself, without files that lie beside it.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    shorthand: ClassVar[str] = "code"
    shorthand_example: ClassVar[str] = "filters.py:not_square"

    code: str = ""
    """The file, and the name of the function or class in it: ``filters.py:not_square``. ``- python:
    filters.py:not_square`` says the same."""
    lanes_in: list[str] = Field([], alias="reads")
    """The lanes that it cannot do without; by default ``media`` and ``signals``, where the text of a function uses
    them. A Stage class says so itself."""
    lanes_out: list[str] = Field([], alias="writes")
    """The lanes that it adds, or makes anew. A span that goes from another lane is in the rejects."""
    samples: bool = False
    """Whether it adds samples. A Stage class says so itself, with makes_samples."""
    sha256: str | None = Field(None, pattern="^[0-9a-f]{64}$")
    """The SHA-256 of the file, if it must be this very one. A build notes it by itself."""

    _text: str = PrivateAttr("")
    _uses_length: bool = PrivateAttr(False)

    @field_validator("code")
    @classmethod
    def _of_a_file(cls, code: str) -> str:
        if code and not _NAMED.fullmatch(code):
            raise ValueError(f"must be FILE.py:NAME, like filters.py:not_square, got {code!r}")
        return code

    @property
    def file(self) -> str:
        """The file, as it is written."""
        return self.code.rpartition(":")[0]

    @property
    def called(self) -> str:
        """The name of the function or class."""
        return self.code.rpartition(":")[2]

    @property
    def own(self) -> dict[str, Any]:
        """The settings that are not ours."""
        return dict(self.model_extra or {})

    def lanes_read(self) -> set[str]:
        return set(self.lanes_in)

    def lanes_written(self) -> set[str]:
        return set(self.lanes_out)

    def names_laid(self) -> None:
        return None

    def gives_samples(self) -> bool:
        return self.samples

    def paths(self) -> dict[tuple[str | int, ...], str]:
        return {("code",): self.file} if self.code else {}

    def read_in(self, base: Path) -> tuple[Python, list[CodeMistake]]:
        """This stage with the content of its file, which is looked for from *base*; and what is wrong with it.

        The file is parsed, and not run. One that is not there is not complained of.
        """
        if not self.code:
            hint = "Write `- python: filters.py:not_square`."
            missing = CodeMistake(0, "missing: the file, and the name of a function or Stage class in it.", hint)
            return self, [missing, *unknown(self.own, (), self.name())]
        path = base / os.path.expanduser(self.file)
        try:
            if path.stat().st_size > LARGEST:
                return self, [CodeMistake(0, f"{self.file} is larger than a MiB.", "Is it Python?")]
            data = path.read_bytes()
            text = data.decode("utf-8-sig")
        except FileNotFoundError:
            return self, []
        except (OSError, ValueError) as error:
            why = "is not a text in UTF-8" if isinstance(error, ValueError) else f"cannot be read: {error.strerror}"
            return self, [CodeMistake(0, f"{self.file} {why}.")]
        facts = code_facts(text, self.called, self.own, {*self.lanes_in, *self.lanes_out}, _beside(path))
        sha256 = hashlib.sha256(data).hexdigest()
        if self.sha256 not in (None, sha256):
            hint = f"Now it has {sha256}; take the key away to run it as it is."
            facts.mistakes.append(CodeMistake(0, f"{self.file} is another one by now.", hint, "sha256"))
        return self._with(text, sha256, facts), facts.mistakes

    def _with(self, text: str, sha256: str, facts: CodeFacts) -> Python:
        said = "lanes_in" in self.model_fields_set  # a Stage class needs what it says whatever the config says
        known = {
            "lanes_in": sorted({*self.lanes_in, *(facts.reads if not (said and facts.is_function) else ())}),
            "lanes_out": sorted({*self.lanes_out, *facts.writes}),
            "samples": self.samples or facts.samples,
            "sha256": sha256,
        }
        made = self.model_copy(update=known)
        made._text, made._uses_length = text, facts.uses_length
        return made

    def ready(self) -> None:
        """Raise NotReady when the file cannot be run here, or the class refuses its settings."""
        try:
            thing = self._thing()
        except CodeError as error:
            raise NotReady(f"python: {error}") from None
        if isinstance(thing, Stage):
            thing.ready()

    def summary(self, totals: dict[str, float]) -> str | None:
        thing = self._thing() if self._text else None
        return thing.summary(totals) if isinstance(thing, Stage) else None

    def run(self, video: Timeline) -> Timeline:
        """Call the function, or the class, with a copy of *video*, so that one that fails leaves no trace.

        Raises:
            Dropped: it returned False, or raised Dropped.
            Failed: ``unknown_length``: it uses the length of a video that nobody measured; ``code_failed``: it raised;
                ``code_returned``, ``code_wrote``: what it gave back cannot be used.
        """
        if self._uses_length and not video.seconds:
            hint = "put probe before it" if video.media is None else "the file does not say"
            raise Failed("unknown_length", f"{self.code} uses video.seconds, which nothing has measured: {hint}")
        own = _copy(video)
        try:
            thing = self._thing()
            result = thing.run(own) if isinstance(thing, Stage) else thing(own, **self.own)
        except Dropped as drop:
            _check_reason(drop, self.code)
            raise
        except Failed as failure:
            _check_reason(failure, self.code)
            raise
        except CodeError as error:
            raise Failed("code_failed", str(error)) from None
        except (Exception, SystemExit) as error:
            if isinstance(error, OSError) and error.errno in FULL:  # the next video would meet it too
                raise
            raise Failed("code_failed", told(error, self._text, self.file)) from error
        kept = self._kept(result, own)
        return self._taken(video, kept)

    def _thing(self) -> Any:
        """The function, or the stage with its settings.

        Raises:
            CodeError: there is none.
        """
        if not self._text:
            raise CodeError(f"{self.code}: the file was not read; a config reads it")
        thing = thing_of(self._text, self.file, self.called)
        if not (isinstance(thing, type) and issubclass(thing, Stage)):
            if not callable(thing):
                raise CodeError(f"{self.code} is a {type(thing).__name__}, and cannot be called")
            return thing
        try:
            return stage_of(thing, json.dumps(self.own, sort_keys=True))
        except ValidationError as error:
            wrong = [f"{'.'.join(map(str, one['loc'])) or self.called}: {one['msg']}" for one in error.errors()]
            raise CodeError(f"{self.code} refuses its settings: {'; '.join(wrong)}") from None
        except Exception as error:  # what a class that cannot be made raises
            raise CodeError(told(error, self._text, self.file)) from error

    def _kept(self, result: Any, own: Timeline) -> Timeline:
        """The timeline that *result*, which was returned for *own*, stands for."""
        if isinstance(result, Timeline):
            return result
        if result is None:
            return own
        if type(result).__name__ in ("bool", "bool_"):  # that of numpy, too
            if result:
                return own
            raise Dropped(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", self.called).lower())
        if inspect.iscoroutine(result):
            result.close()
        shown = " ".join(repr(result).split())[:80]
        wanted = "must return None, True, False or a Timeline"
        raise Failed("code_returned", f"{self.code} {wanted}, and returned {shown} ({type(result).__name__})")

    def _taken(self, video: Timeline, new: Timeline) -> Timeline:
        """*new* as the successor of *video*, with all that does not change, ids given and losses noted."""
        for name in ("path", "base", "folder", "seed", "trail", "state"):  # a timeline that was made anew lacks them
            if name != "state" or new.state == "kept":
                setattr(new, name, getattr(video, name))
        new.media, new.duration = new.media or video.media, new.duration or video.duration
        new.signals = video.signals if new.signals is None else new.signals
        if fault := first_fault(video, new, self.lanes_out):
            raise Failed("code_wrote", f"{self.code}: {fault}")
        if new.rejects[: len(video.rejects)] != video.rejects:
            new.rejects = [*video.rejects, *new.rejects]
        for lane, spans in new.lanes.items():
            if spans != video.lanes.get(lane):
                for span in spans:
                    _plain(span)
                new.put(lane, spans)
        known = {one.id for one in video.samples}
        for sample in new.samples:
            if not sample.id or sample.id not in known:
                cited = [item.span for item in sample.evidence]
                words = sample.task, sample.question, sample.answer, sample.options
                sample.id = sample.id or make_id(new.id, self.key, self.called, *words, cited)
                sample.start, sample.end = float(sample.start), float(sample.end)
        fresh = new.rejects[len(video.rejects) :]
        for one in fresh:
            one.stage = self.name()
        told_of = {one.span for one in fresh}
        for lane in video.lanes.keys() - set(self.lanes_out):
            left = {span.id for span in new.lane(lane)}
            gone = (span for span in video.lanes[lane] if span.id not in left | told_of)
            new.rejects += [Reject.of_span(self.name(), "dropped", self.called.lower(), lane, span) for span in gone]
        if fault := unstorable(new):
            raise Failed("code_wrote", f"{self.code}: what it wrote cannot be stored: {fault}")
        return new


def _beside(path: Path) -> set[str]:
    """The modules that lie beside the file *path*, and that it would find if it were run there."""
    try:
        inside = list(path.parent.iterdir())
    except OSError:
        return set()
    modules = {one.stem for one in inside if one.suffix == ".py"}
    return modules | {one.name for one in inside if (one / "__init__.py").is_file()}


def _copy(video: Timeline) -> Timeline:
    """A copy of *video* that can be changed, lanes and samples and all; the table of signals is the same."""
    lanes = {
        lane: [
            replace(span, values=dict(span.values), attrs=dict(span.attrs), boxes=list(span.boxes)) for span in spans
        ]
        for lane, spans in video.lanes.items()
    }
    samples, rejects = deepcopy(video.samples), [replace(one) for one in video.rejects]
    media = replace(video.media) if video.media is not None else None
    return replace(
        video, lanes=lanes, samples=samples, rejects=rejects, attrs=dict(video.attrs), media=media, report={}
    )


def _plain(span: Span) -> None:
    """Numbers of other libraries as those of Python."""
    span.start, span.end = float(span.start), float(span.end)
    span.score = None if span.score is None else float(span.score)
    span.values = {name: float(value) for name, value in span.values.items()}


def _check_reason(error: Dropped | Failed, code: str) -> None:
    """Refuse a reason, or a measure, that no table can hold.

    Raises:
        Failed: ``code_failed``.
    """
    numbers = [error.value, getattr(error, "threshold", None)]
    sound = isinstance(error.reason, str) and error.reason.strip() and isinstance(error.detail, str)
    if not sound or not all(one is None or isinstance(one, (int, float)) for one in numbers):
        shown = " ".join(repr(error.reason).split())[:80]
        wanted = "a text for a reason, and numbers for what it measured"
        raise Failed("code_failed", f"{code} raised {type(error).__name__}({shown}), which needs {wanted}") from error
