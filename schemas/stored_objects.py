"""What is asked of an object store (``s3://``): read, put, put if absent, list, delete; each whole or an OSError.

Only what every store of this kind promises is relied on: an object is read as it was last put, and of several who put
one *if it is absent* one succeeds. Nothing compares clocks, and nothing that has to be found is found by a list alone:
a list may lag behind. The credentials and the address are those that AWS's libraries find (``AWS_ENDPOINT_URL``).
"""

from __future__ import annotations

import base64
import errno
import hashlib
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
SCHEME = "s3://"
PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0, 0.0)
"""Seconds between attempts at what may pass, besides those of the libraries."""
WHOLE = 64 * 2**20
"""Bytes that are put, and read, in one request."""
AT_ONCE = 64
"""Requests of a process that may be under way at a time."""
LOST = errno.EPROTO
"""The number of errors that are none of a disk's."""
NO_CREATE = "this store cannot put if absent (If-None-Match), without which no build is safe"


class StoreError(OSError):
    """The store did not do it, and may do it later."""


def get(url: str) -> bytes:
    """The content of the object at *url*, by one request.

    Raises:
        FileNotFoundError: there is none.
        OSError: the store cannot be asked.
    """

    async def read(files: Any, bucket: str, key: str) -> bytes:
        answer = await files._call_s3("get_object", Bucket=bucket, Key=key)
        async with answer["Body"] as body:
            return bytes(await body.read())

    def one(files: Any, bucket: str, key: str) -> bytes:
        from fsspec.asyn import sync

        found: bytes = sync(files.loop, read, files, bucket, key)
        return found

    return _ask(url, one)


def get_file(url: str, path: Path) -> None:
    """Write the content of the object at *url* to the file *path*."""
    _ask(url, lambda files, bucket, key: files.get_file(f"{bucket}/{key}", str(path)))


def opened(url: str) -> Any:
    """The object as a file that is read by ranges."""
    return _ask(url, lambda files, bucket, key: files.open(f"{bucket}/{key}", "rb"))


def facts(url: str) -> tuple[int, float, str]:
    """Bytes, time (seconds, by the clock of the store) and ETag of the object at *url*, asked for by its name.

    Raises:
        FileNotFoundError: there is none.
    """
    found = _ask(url, lambda files, bucket, key: files.call_s3("head_object", Bucket=bucket, Key=key))
    return int(found["ContentLength"]), found["LastModified"].timestamp(), str(found["ETag"]).strip('"')


def put(url: str, data: bytes) -> None:
    """Put *data* at *url*, in the place of what is there."""

    def one(files: Any, bucket: str, key: str) -> None:
        files.call_s3("put_object", Bucket=bucket, Key=key, Body=data, ContentMD5=_md5(data))

    _ask(url, one)


def put_file(url: str, path: Path) -> None:
    """Put the content of the file *path* at *url*, in the place of what is there."""
    size = path.stat().st_size
    if size <= WHOLE:
        return put(url, path.read_bytes())
    _ask(url, lambda files, bucket, key: files.put_file(str(path), f"{bucket}/{key}"))
    if facts(url)[0] != size:
        raise StoreError(LOST, "the store has only a part of it", url)
    return None


def create(url: str, data: bytes) -> None:
    """Put *data* at *url* if nothing is there.

    An answer may get lost after the store did it. So what is there is read before it is said to be another's: that it
    is *data* means that it was put here. *data* must therefore differ from what any other would put (a random id).

    Raises:
        FileExistsError: something else is there.
        OSError: the store cannot be asked, and nothing is there.
    """

    def one(files: Any, bucket: str, key: str) -> None:
        files.call_s3("put_object", Bucket=bucket, Key=key, Body=data, ContentMD5=_md5(data), IfNoneMatch="*")

    for pause in PAUSES:
        try:
            return _ask(url, one, again=False)
        except OSError as error:
            if not isinstance(error, (FileExistsError, StoreError)):
                raise
            failed = error
        try:
            if get(url) == data:
                return None
            raise FileExistsError(errno.EEXIST, "it is there already", url)
        except FileNotFoundError:  # it was not done, or what stood in the way has been deleted since
            time.sleep(pause)
    raise failed


def check_create(url: str) -> None:
    """See that this store puts if absent, by a probe at *url*, which is deleted: of two, the second must be refused.

    Raises:
        OSError: the store puts the second in the place of the first, or cannot be asked.
    """
    try:
        create(url, uuid.uuid4().hex.encode())
        try:
            create(url, uuid.uuid4().hex.encode())
        except FileExistsError:
            return
    finally:
        with suppress(OSError):  # a probe that stays is in nobody's way
            delete(url)
    raise OSError(LOST, f"{NO_CREATE}: it replaced what was there already", url)


def delete(url: str) -> None:
    """Delete the object at *url*, if there is one."""
    _ask(url, lambda files, bucket, key: files.call_s3("delete_object", Bucket=bucket, Key=key))


def copy(url: str, target: str) -> None:
    """Put what is at *url* at *target*; the store does it by itself."""
    bucket, key = _split(target)
    _ask(url, lambda files, old, name: files.cp_file(f"{old}/{name}", f"{bucket}/{key}"))


def move(url: str, target: str) -> None:
    """Put what is at *url* at *target*, and delete it at *url*."""
    copy(url, target)
    delete(url)


def listed(url: str, *, deep: bool, most: int = 0) -> Iterator[tuple[str, int | None, str]]:
    """The name, bytes and ETag of what lies below *url*; None for the bytes of a folder. *deep*: files with folders.

    The list may lag behind what was put and deleted. *most*: names to ask for, if not all.
    """
    bucket, key = _split(url)
    prefix = f"{key}/" if key else ""
    how: dict[str, Any] = {"Bucket": bucket, "Prefix": prefix, **({} if deep else {"Delimiter": "/"})}
    how |= {"MaxKeys": most} if most else {}
    while True:
        page = _ask(url, lambda files, *_: files.call_s3("list_objects_v2", **how))
        for folder in page.get("CommonPrefixes", ()):
            yield folder["Prefix"][len(prefix) : -1], None, ""
        for one in page.get("Contents", ()):
            if one["Key"] != prefix and not one["Key"].endswith("/"):
                yield one["Key"][len(prefix) :], int(one["Size"]), str(one["ETag"]).strip('"')
        if most or not page.get("IsTruncated"):
            return
        how["ContinuationToken"] = page["NextContinuationToken"]


def _split(url: str) -> tuple[str, str]:
    bucket, _, key = url.removeprefix(SCHEME).partition("/")
    return bucket, key.strip("/")


def _md5(data: bytes) -> str:
    """What the store compares with the content that it was sent."""
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


def _ask(url: str, call: Callable[[Any, str, str], T], *, again: bool = True) -> T:
    """*call* with the store, and the bucket and key of *url*; with *again*, several times when it may pass.

    Raises:
        FileNotFoundError, FileExistsError, PermissionError: as for a file.
        StoreError: the store cannot be asked.
    """
    for pause in PAUSES if again else (0.0,):
        try:
            return call(files(), *_split(url))
        except Exception as error:
            failed = _as_os_error(error, url)
            if not isinstance(failed, StoreError) or not pause:
                raise failed from error
        time.sleep(pause)
    raise AssertionError


def _as_os_error(error: Exception, url: str) -> OSError:
    """*error*, whoever raised it, in words for people."""
    from botocore.exceptions import ClientError, NoCredentialsError, PartialCredentialsError

    cause = error.__cause__ if isinstance(error.__cause__, ClientError) else error
    code = str(cause.response.get("Error", {}).get("Code", "")) if isinstance(cause, ClientError) else ""
    if code == "NoSuchBucket":
        return OSError(LOST, f"there is no bucket {_split(url)[0]}: make it first", url)
    if code in ("PreconditionFailed", "412") or isinstance(error, FileExistsError):
        return FileExistsError(errno.EEXIST, "it is there already", url)
    if isinstance(error, FileNotFoundError):
        return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), url)
    if isinstance(error, (NoCredentialsError, PartialCredentialsError)):
        text = (
            "there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; "
            "AWS_ENDPOINT_URL for a store that is not Amazon's"
        )
        return OSError(LOST, text, url)
    if isinstance(error, PermissionError):
        return OSError(LOST, f"these credentials may not do it ({_line(error)})", url)
    if code == "NotImplemented" or (isinstance(error, OSError) and error.errno == errno.ENOSYS):
        return OSError(LOST, f"{NO_CREATE}: {_line(error)}", url)
    if isinstance(error, (ImportError, TypeError, AttributeError, ValueError)):
        raise error
    return StoreError(LOST, f"the store does not answer as it should ({_line(error)})", url)


def _line(error: BaseException) -> str:
    line = " ".join(str(error).split()) or type(error).__name__
    return line if len(line) <= 200 else f"{line[:200]} …"


def files() -> Any:
    """The file system of this process, which knows no lists from earlier.

    Raises:
        OSError: s3fs is not installed.
    """
    return _files(os.getpid())


@cache
def _files(pid: int) -> Any:
    try:
        from s3fs import S3FileSystem
    except ImportError:
        raise OSError(LOST, "an s3:// address needs s3fs: pip install 'vdata-toolkit[s3]'") from None
    return S3FileSystem(
        use_listings_cache=False,
        skip_instance_cache=True,
        version_aware=False,
        config_kwargs={"max_pool_connections": AT_ONCE},
    )
