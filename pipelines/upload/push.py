"""``vdata push``: a finished build to the Hugging Face Hub, as one revision that is whole or absent (or to a bucket).

Large files are uploaded first, where nobody sees them; one commit then names all of them and takes away the shards
of an older build. What is there already is not sent again, and afterwards every file's hash is compared with the
Hub's. Nothing is written to the folder, and nothing in it deleted.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ..dataset.finished import CARD, HOMES, Finished, finished
from ..dataset.publish import MEDIA
from ..dataset.summary import loading
from ..errors import UserError
from ..settings.config import Push
from ..tool_progress import ToolProgress, step
from .bucket import SCHEME, Bucket, allow, push_to_bucket
from .hub import PushFailed, Repo, State
from .packing import MOST_FILES, check_sizes, packed, plan_tars, shard_bytes, too_many
from .replacement import check_replacement, list_files

if TYPE_CHECKING:
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

EMPTY = {".gitattributes"}
"""What a new repository holds."""
COMMIT_WAITS = (2.0, 15.0)
"""Seconds before a commit that failed is tried again."""

Say = Callable[[str], None]


def push_settings(repo: str, **settings: Any) -> Push:
    """
    Raises:
        UserError: what is wrong with them.
    """
    try:
        return Push(repo=repo, **settings)
    except ValidationError as error:
        wrong = error.errors()[0]
        message = str(wrong["msg"]).removeprefix("Value error, ")
        raise UserError(f"--{wrong['loc'][0] if wrong['loc'] else 'repo'}: {message}") from None


def say_now(text: str) -> None:
    """Print *text* at once: in a pipe, too, it comes before what stops the push."""
    print(text, flush=True)


def run_push(folder: Path, push: Push, *, replace: bool = False, say: Say = say_now) -> int:
    """Push the data set in *folder* as *push* says. Returns the exit status: 0 done, 1 it did not come to its end.

    *replace* takes the place of what is in a repository that vdata did not make, of another data set of vdata, and of a
    card that was edited there.

    Raises:
        UserError: the data set, the token or the repository is at fault; nothing was pushed.
    """
    with _quiet(), ToolProgress("push"):
        try:
            if push.repo.startswith(SCHEME):
                push_to_bucket(finished(folder), Bucket(push.repo), replace=replace, say=say)
            else:
                found = finished(folder, lambda names: _as_files(push, names))
                repo = Repo(push.repo, push.revision or "main")
                with _ready(found, repo, push, say) as ready:
                    _push(ready, repo, push, replace, say)
        except PushFailed as failed:
            text = f"{str(failed).rstrip('.')}. The data set in {folder} is as it was; push again to go on."
            print(text, file=sys.stderr)
            return 1
    return 0


def check_push(push: Push) -> None:
    """Check before a build that its result can be pushed.

    Raises:
        UserError: no token, a wrong one, or a repository that is not ours to push to.
    """
    with _quiet():
        try:
            if push.repo.startswith(SCHEME):
                bucket = Bucket(push.repo)
                there = bucket.look()
                if bucket.record(there) is None:
                    allow(bucket, there)
            else:
                repo = Repo(push.repo, push.revision or "main")
                _allow(repo, repo.look(), push, replace=False)
        except PushFailed as failed:
            print(f"{str(failed).rstrip('.')}. It is tried again when the build is done.", file=sys.stderr)


def _as_files(push: Push, names: Collection[str]) -> bool:
    """Whether the media files among *names* are pushed as they are."""
    if not any(name.startswith(f"{MEDIA}/") for name in names):
        return True
    return push.media == "files" or (push.media == "auto" and not too_many(names))


@contextmanager
def _ready(found: Finished, repo: Repo, push: Push, say: Say) -> Iterator[Finished]:
    """What is pushed of *found*: its files, or its rows with tars of its media files."""
    as_files = _as_files(push, found.files)
    check_sizes(found, in_tars=not as_files)
    if as_files:
        yield found
        return
    tars = plan_tars(found, shard_bytes(push.shard_gb))
    why = f" ({too_many(found.files)})" if push.media == "auto" else ""
    say(
        f"{_count(tars.files, 'media file')} ({_bytes(tars.bytes)}) in {_count(len(tars.streams), 'tar')} of up to "
        f"{push.shard_gb:g} GB{why}. They are read for their hashes, and then as they are sent: nothing is copied."
    )
    with TemporaryDirectory(prefix="vdata-push-") as place:
        revision = push.tag or push.revision
        yield packed(found, tars, Path(place), f"{repo.name}@{revision}" if revision else repo.name)


def _push(ready: Finished, repo: Repo, push: Push, replace: bool, say: Say) -> None:
    repo.check_card(ready.files[CARD])
    there = repo.look()
    _allow(repo, there, push, ready, replace=replace)
    card = {CARD: ready.files[CARD]}
    if not replace and there.record and there.lacks(card) and repo.card_was_edited(there.revision):
        raise UserError(
            f"{repo.name}: its {CARD} was edited on the Hub since it was pushed: it would be lost. "
            "Replace it with --replace, if that is meant."
        )
    if not there.revision:
        repo.make(private=push.private)
        there = repo.look()
        if not there.revision:
            raise UserError(f"{repo.name}: is there, but the token may not see it. Use a token that may read it.")
        _allow(repo, there, push, ready, replace=replace)
    if not there.branch:
        repo.fork(there.revision)
    new, old = there.lacks(ready.files), _older(ready, there)
    seen = "private" if there.private else "public"
    tagged = repo.tags().get(push.tag, "") if push.tag else ""
    if tagged and (new or old or tagged != there.revision):
        raise UserError(
            f"{repo.name}: has the tag {push.tag} already, at revision {tagged}, and a tag is not moved. "
            "Choose another, or delete it there."
        )
    if not new and not old:
        say(f"Nothing to push: {repo.url} ({seen}) holds this data set already, revision {there.revision}.")
        if push.tag and not tagged:
            repo.tag(push.tag, there.revision)
            say(f"It has the tag {push.tag} now.")
        return
    if len(new) > MOST_FILES:
        raise UserError(
            f"{repo.name}: {len(new):,} files are to be pushed, and the Hub takes {MOST_FILES:,} in one revision. "
            "Push them as tars: --media tar (media: tar in a config)."
        )
    size = sum(ready.files[name].size for name in new)
    say(f"Pushing {_count(len(new), 'file')} ({_bytes(size)}) to {repo.url} ({seen}) …")
    revision = _commit(repo, ready, there, new, old, push)
    _verify(repo, ready, old, revision)
    if push.tag:
        repo.tag(push.tag, revision)
    gone = f", {_count(len(old), 'older file')} removed" if old else ""
    shown = push.tag or push.revision
    say(
        f"Done{gone}: revision {revision}{f', tag {push.tag}' if push.tag else ''}. "
        f"All {_count(len(ready.files), 'file')} of {ready.folder} are there with the same hashes.\n"
        f"Load it:  {loading(repo.name, ready.record, shown or '')}"
    )


def _allow(repo: Repo, there: State, push: Push, ready: Finished | None = None, *, replace: bool) -> None:
    """Check that this is a repository to push to, and if *ready* is given that what is there may be replaced by it."""
    others = sorted(there.files.keys() - EMPTY)
    if others and there.record is None and not replace:
        raise UserError(
            f"{repo.name}: holds something that vdata did not make ({', '.join(others[:3])}"
            f"{', …' if len(others) > 3 else ''}). Push elsewhere; or --replace replaces files of the same "
            f"name{_named(others, ready)} and keeps the others."
        )
    if ready and there.record and not replace:
        changed = [name for name in there.lacks(ready.files) if name in there.files]
        check_replacement(repo.name, ready.record, there.record, [*_older(ready, there), *changed])
    if push.private and there.revision and not there.private:
        raise UserError(
            f"{repo.name}: is public: everybody would see the data set. Say --public if that is meant "
            "(private: false in a config), or make the repository private first."
        )


def _named(others: list[str], ready: Finished | None) -> str:
    same = [name for name in others if ready and name in ready.files]
    return f" ({list_files(same)})" if same else ""


def _older(ready: Finished, there: State) -> list[str]:
    """Files of an older build that was pushed there: the shards that its build.json names, and what is in media/."""
    named = there.record.files.keys() if there.record else set()
    media = {name for name in there.files if there.record and name.startswith(f"{MEDIA}/")}
    ours = {name for name in named & there.files.keys() if PurePosixPath(name).parts[0] in HOMES}
    return sorted((ours | media) - ready.files.keys())


def _commit(repo: Repo, ready: Finished, there: State, new: list[str], old: list[str], push: Push) -> str:
    """Upload, and make the one commit. Returns its id."""
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    files = ready.files
    additions = [
        files[name].addition or CommitOperationAdd(name, files[name].data or str(files[name].path)) for name in new
    ]
    sizes = {name: files[name].size for name in new}
    with step("sent", sum(sizes.values()), "B", drawn=False) as sent:  # the client draws bars there
        ignored = repo.upload(additions, sizes, sent.add)
    if ignored:
        raise UserError(f"{repo.name}: a .gitignore there leaves out {', '.join(ignored[:3])}. Change it there.")
    record = ready.record
    what = _count(record.samples, "sample") if record.samples else _count(record.videos, "timeline")
    title = push.message or f"{what}, build {record.generation}"
    text = f"{record.kept} of {record.inputs} videos"
    operations: list[CommitOperationAdd | CommitOperationDelete]
    operations = [*additions, *(CommitOperationDelete(name) for name in old)]
    for wait in (*COMMIT_WAITS, None):
        try:
            return repo.commit(operations, there.revision, title, text)
        except PushFailed as failed:  # the answer may have been lost, and not the commit
            now = repo.look()
            if not now.lacks(ready.files) and not now.files.keys() & set(old):
                return now.revision
            if wait is None or now.revision != there.revision:
                raise
            time.sleep(max(wait, failed.wait))
    raise AssertionError


def _verify(repo: Repo, ready: Finished, old: list[str], revision: str) -> None:
    """Check that the Hub holds every file with the same hash at *revision*."""
    there = State(revision, files=repo.tree(revision))
    wrong = [*there.lacks(ready.files), *sorted(there.files.keys() & set(old))]
    if wrong:
        raise PushFailed(f"{repo.name}: revision {revision} differs from the data set in {', '.join(wrong[:5])}")


@contextmanager
def _quiet() -> Iterator[None]:
    """Progress bars in terminals only; of the client's warnings only that it tries again, without addresses."""
    from huggingface_hub.utils import (  # type: ignore[attr-defined]
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )

    hide = not sys.stderr.isatty() and not are_progress_bars_disabled()
    handlers = logging.getLogger("huggingface_hub").handlers
    if hide:
        disable_progress_bars()
    for handler in handlers:
        handler.addFilter(_retries)
    try:
        yield
    finally:
        for handler in handlers:
            handler.removeFilter(_retries)
        if hide:
            enable_progress_bars()


def _retries(record: logging.LogRecord) -> bool:
    text = record.getMessage()
    if re.match(r"Retrying|Rate limited", text) is None:
        return record.levelno >= logging.ERROR
    record.msg, record.args = f"The Hub did not answer as it should. {text}", ()
    return True


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _bytes(size: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
