"""The calls of OpenAI's batch API: ``/files`` with the purpose ``batch``, and ``/batches``.

Each is tried again as a request is, but for the one that makes a batch: it may have been heard where no answer came.
"""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Any, TypeVar

from .batch_notes import BatchNote
from .client import broken, connections, transport_errors
from .kinds.openai import OpenAI
from .limits import BASE, LONGEST, TimeSource
from .teacher_errors import TeacherError

PATH = "/v1/chat/completions"
"""What every line of a batch asks; the API knows it by this name wherever it is."""
WINDOW = "24h"
"""In which a batch is to be done: the only one that there is."""
NAME = "vdata"
"""The key of our name for a batch, among its metadata."""
UPLOAD_SECONDS = 600.0
PAGE, MOST_PAGES = 100, 100
"""Batches to a page of the list, and pages that are read."""
CLOCKS = 86400.0
"""Seconds by which the provider's clock may differ from ours."""
MOST_OUTPUT = 8 * 2**30
"""Bytes of a file that is fetched: a batch has at most 50,000 replies."""
MOST_LINE = 16 * 2**20
NO_SUCH_PATH = frozenset({"HTTP 404", "HTTP 405", "HTTP 501"})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BatchState:
    """A batch as the provider tells it."""

    id: str
    status: str
    output: str = ""
    """The file of replies."""
    errors: str = ""
    """The file of requests that failed."""
    faults: list[tuple[str, str, int]] = field(default_factory=list)
    """Why the whole was refused: code, message, and the line, from 1, or 0."""


class BatchCalls:
    """The batch API of one server. *client* is openai's; *fault* makes one of ours of what it raises."""

    def __init__(
        self, settings: OpenAI, client: Any, fault: Callable[[Exception], TeacherError], scrub: Callable[[str], str],
        clock: TimeSource,
    ) -> None:  # fmt: skip
        import openai

        self.settings, self.client, self.clock = settings, client, clock
        self.fault, self.scrub, self.url = fault, scrub, settings.base_url[0]
        self.openai = openai
        self.whole = connections(settings, bounded=False)
        """For files, which are longer than a reply may be."""
        self._broken: tuple[type[Exception], ...] = (openai.APIConnectionError, *transport_errors())

    async def close(self) -> None:
        await self.whole.aclose()

    async def upload(self, lines: IO[bytes], name: str) -> str:
        """Upload *lines*; the file's id.

        Raises:
            TeacherError
        """

        async def send() -> Any:
            lines.seek(0)
            seconds = max(UPLOAD_SECONDS, self.settings.timeout)
            file = (f"vdata-{name}.jsonl", lines, "application/jsonl")
            return _id(await self.client.files.create(file=file, purpose="batch", timeout=seconds))

        return str(await self.tried(send, "/files"))

    async def make(self, note: BatchNote) -> str:
        """Make the batch of *note*, in a single try; its id.

        Raises:
            TeacherError: ``kind`` has the status. Where there is none, or a 5xx, it may have been made all the same.
        """

        async def send() -> Any:
            made = await self.client.batches.create(
                input_file_id=note.file, endpoint=PATH, completion_window=WINDOW, metadata={NAME: note.name}
            )
            return _id(made)

        return str(await self.tried(send, "/batches", tries=1))

    async def find(self, note: BatchNote) -> str:
        """The id of the batch that was made of the file of *note*; empty: there is none.

        Raises:
            TeacherError
        """
        after: dict[str, Any] = {}
        for _ in range(MOST_PAGES):

            async def send(after: dict[str, Any] = after) -> Any:
                page = await self.client.batches.list(limit=PAGE, **after)
                if not isinstance(page.data, list):
                    raise ValueError("no sense in the list of batches")
                return page

            page = await self.tried(send, "/batches")
            found = [one for one in page.data if getattr(one, "id", None)]
            for one in found:
                more = getattr(one, "metadata", None)
                named = more.get(NAME) if isinstance(more, dict) else None
                if named == note.name or getattr(one, "input_file_id", "") == note.file:
                    return _id(one)
            times = [at for one in found if isinstance(at := getattr(one, "created_at", None), (int, float))]
            if not found or not getattr(page, "has_more", False) or (times and min(times) < note.begun - CLOCKS):
                break
            after = {"after": found[-1].id}
        return ""

    async def see(self, name: str) -> BatchState:
        """How the batch of this id is.

        Raises:
            TeacherError
        """

        async def send() -> Any:
            seen = await self.client.batches.retrieve(name)
            if not _text(getattr(seen, "status", "")):
                raise ValueError("the endpoint answered with no batch")
            return seen

        one = await self.tried(send, f"/batches/{name}", tries=1)
        listed = getattr(getattr(one, "errors", None), "data", None) or []
        faults = [
            (_text(getattr(error, "code", "")), _text(getattr(error, "message", "")), _whole(getattr(error, "line", 0)))
            for error in (listed if isinstance(listed, list) else [])
        ]
        output, errors = getattr(one, "output_file_id", ""), getattr(one, "error_file_id", "")
        return BatchState(name, _text(one.status), _text(output), _text(errors), faults)

    async def fetch(self, file: str, into: IO[bytes]) -> None:
        """Write the content of *file* to *into*.

        Raises:
            TeacherError
        """

        async def send() -> None:
            into.seek(0)
            into.truncate()
            client = self.client.with_options(http_client=self.whole)
            async with client.files.with_streaming_response.content(file) as answer:
                async for chunk in answer.iter_bytes():
                    into.write(chunk)
                    if into.tell() > MOST_OUTPUT:
                        raise ValueError(f"the file {file} is longer than {MOST_OUTPUT // 2**30} GiB")

        await self.tried(send, f"/files/{file}/content")

    async def has(self, file: str) -> bool:
        """Whether *file* is there.

        Raises:
            TeacherError: that is not known.
        """

        async def send() -> Any:
            return await self.client.files.retrieve(file)

        try:
            await self.tried(send, f"/files/{file}")
        except TeacherError as fault:
            if fault.kind not in NO_SUCH_PATH:
                raise
            return False
        return True

    async def delete(self, file: str) -> None:
        """Delete *file* there. It may be gone already.

        Raises:
            TeacherError
        """

        async def send() -> None:
            await self.client.files.delete(file)

        try:
            await self.tried(send, f"/files/{file}")
        except TeacherError as fault:
            if fault.kind not in NO_SUCH_PATH:
                raise

    async def forget(self, *files: str) -> None:
        """Delete those of *files* that there are, as far as that goes: what is left costs nothing but room."""
        for file in filter(None, files):
            with suppress(TeacherError):
                await self.delete(file)

    async def tried(self, send: Callable[[], Awaitable[T]], path: str, tries: int = 0) -> T:
        """What *send* brings, tried again as often as ``retries`` says, or *tries* times in all.

        Raises:
            TeacherError
        """
        tries = tries or self.settings.retries + 1
        for tried in range(tries):
            try:
                return await send()
            except self._broken as error:
                fault = broken(error, self.url, self.settings.timeout, self.scrub)
            except self.openai.APIStatusError as error:
                fault = self.fault(error)
                if fault.kind in NO_SUCH_PATH and path in ("/files", "/batches"):
                    raise TeacherError(
                        f"{fault.kind}: {self.url} has no batches ({path}). Take batch: out, or name an endpoint that "
                        "has them.",
                        again=False,
                    ) from None
            except (
                self.openai.APIError,
                ValueError,
                AttributeError,
                TypeError,
                OverflowError,
                RecursionError,
            ) as error:
                fault = TeacherError(self.fault(error).detail if str(error) else f"no sense in the answer of {path}")
            if not fault.again or tried + 1 == tries:
                raise fault from None
            await self.clock.sleep(min(LONGEST, BASE * 2**tried) + (fault.after or 0.0))
        raise AssertionError("not reached")


def lines_of(file: IO[bytes]) -> Iterator[bytes]:
    """The lines of *file*, but for those that no reply is as long as."""
    file.seek(0)
    while line := file.readline(MOST_LINE):
        if not line.endswith(b"\n") and len(line) == MOST_LINE:
            while (rest := file.readline(MOST_LINE)) and not rest.endswith(b"\n"):
                pass
            continue
        yield line


def scratch() -> IO[bytes]:
    """A file without a name, which ends with the process."""
    return tempfile.TemporaryFile(prefix="vdata-batch-")


def _id(made: Any) -> str:
    """The id of what was made. Raises ValueError: there is none."""
    if not (found := _text(getattr(made, "id", ""))):
        raise ValueError("the endpoint answered with no id")
    return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: Any) -> int:
    return max(0, value) if isinstance(value, int) else 0
