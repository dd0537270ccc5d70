"""Members of archives, read where they lie: what a tar or a ZIP holds is opened at its offset, and seeks.

Only the headers of a tar are read to list it, by seeking from one to the next; of a ZIP, its directory. A deflated
member of a ZIP cannot be read at an offset: it is unpacked into a folder with a bound.
"""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import struct
import tarfile
import threading
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from ...schemas import Failed
from ...schemas.uri import is_url, member_of, member_uri
from . import table_members, unpacked
from .plain_files import LOOK, named_errors, open_plain, plain_facts
from .windows import window

ARCHIVES = {"tar": (".tar",), "zip": (".zip",)}
"""Endings of archives, by kind."""
PACKED = (".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tar.lz4", ".7z", ".rar", ".gz")
"""Endings of what would have to be read whole to list it."""
SMALL = 4 << 20
"""Bytes up to which a deflated member is held in memory."""
COPY = 1 << 20
KNOWN = 64
"""Archives whose list is held in memory."""
LOCAL_HEADER = struct.Struct("<4s22x2H")


@dataclass(frozen=True, slots=True)
class Member:
    """Where one member lies."""

    offset: int
    """Where its bytes begin; in a ZIP, where its header does."""
    size: int
    deflated: bool = False
    problem: str = ""
    """Why it cannot be read, or empty."""


@dataclass(slots=True)
class ArchiveListing:
    """What an archive holds."""

    members: dict[str, Member] = field(default_factory=dict)
    """By name, in the order in which they come."""
    stamp: str = ""
    """Changes when the archive does; empty where that is not known."""
    damage: str = ""
    """Where the list breaks off, and why; empty if it is whole."""


_known: OrderedDict[tuple[str, ...], ArchiveListing] = OrderedDict()
_guard = threading.Lock()


def listing(kind: str, archive: str) -> ArchiveListing:
    """The members of *archive*, which is a tar or a ZIP (*kind*).

    Raises:
        Failed: ``not_found``, ``unreadable`` …, or ``not_an_archive``.
    """
    size, stamp = plain_facts(archive)
    key = (kind, archive, str(size), stamp)
    with _guard:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]
    found = _remembered(key) if stamp and is_url(archive) else _listed(kind, archive, size)
    found.stamp = stamp
    with _guard:
        _known[key] = found
        while len(_known) > KNOWN:
            _known.popitem(last=False)
    return found


def open_member(kind: str, name: str, archive: str) -> IO[bytes]:
    """A seekable file of the bytes of a member.

    Raises:
        OSError, ValueError, Failed: it is not there, or cannot be read.
    """
    if kind == "bytes":
        return window(archive, *_place(name))
    if kind in ("parquet", "arrow"):
        return table_members.open_cell(kind, name, archive)
    member = _find(kind, name, archive)
    if not member.deflated:
        return window(archive, _start(kind, member, archive), member.size)
    if member.size <= SMALL:
        with _inflated(name, archive) as file:
            return io.BytesIO(file.read())
    with _unpacked_zip(name, archive, member) as path:
        return open(path, "rb")


def facts(kind: str, name: str, archive: str) -> tuple[int, str]:
    """The size of a member, and a stamp that changes when its archive does. Raises as ``open_member``."""
    if kind == "bytes":
        stamp = plain_facts(archive)[1]
        return _place(name)[1], f"{stamp}@{name}" if stamp else ""
    if kind in ("parquet", "arrow"):
        return table_members.facts(kind, name, archive)
    member, stamp = _find(kind, name, archive), listing(kind, archive).stamp
    return member.size, f"{stamp}@{name}" if stamp else ""


@contextlib.contextmanager
def pinned(uri: str) -> Iterator[str]:
    """An address of the content of member *uri* that another process opens without listing the archive again."""
    kind, name, archive = member_of(uri) or ("", "", "")
    if kind in ("parquet", "arrow"):
        with table_members.pinned(kind, name, archive) as address:
            yield address
    elif kind in ARCHIVES:
        member = _find(kind, name, archive)
        if member.deflated:
            with _unpacked_zip(name, archive, member) as path:
                yield str(path)
        else:
            yield at_offset(_start(kind, member, archive), member.size, name, archive)
    else:
        yield uri


def at_offset(offset: int, size: int, name: str, archive: str) -> str:
    """The address of the *size* bytes of *archive* from *offset* on; *name* is for people."""
    return member_uri("bytes", f"{offset}+{size}/{name}", archive)


def _place(name: str) -> tuple[int, int]:
    offset, _, size = name.partition("/")[0].partition("+")
    return int(offset), int(size)


def _find(kind: str, name: str, archive: str) -> Member:
    members = listing(kind, archive).members
    member = members.get(plain_name(name))
    if member is None:
        raise FileNotFoundError(f"{archive} holds no {name}")
    if member.problem:
        raise Failed("unreadable", f"{name} in {archive}: {member.problem}")
    return member


def plain_name(name: str) -> str:
    """*name* as members are listed: without ``./`` and slashes before it."""
    while name.startswith(("./", "/")):
        name = name.lstrip("/").removeprefix("./")
    return name


def _remembered(key: tuple[str, ...]) -> ArchiveListing:
    """The list of an archive behind a URL, which is kept on disk: to make it takes a request for each member."""
    name, made = "\n".join(key), list[ArchiveListing]()

    def look() -> None:
        found = _listed(key[0], key[1], int(key[2]))
        rows = [(name, one.offset, one.size, one.deflated, one.problem) for name, one in found.members.items()]
        made.append(found)
        text = json.dumps([found.damage, rows]).encode()
        unpacked.put(name, lambda file: _write(file, text))

    try:
        with unpacked.held(name, look) as path:
            if made:
                return made[0]
            damage, rows = json.loads(path.read_bytes())
            return ArchiveListing({name: Member(*rest) for name, *rest in rows}, damage=damage)
    except OSError:  # a folder that cannot be written
        return made[0] if made else _listed(key[0], key[1], int(key[2]))


def _write(file: IO[bytes], data: bytes) -> None:
    file.write(data)


def _listed(kind: str, archive: str, size: int) -> ArchiveListing:
    with named_errors(archive), open_plain(archive, LOOK) as file:
        return _tar(archive, file, size) if kind == "tar" else _zip(archive, file)


def _tar(archive: str, file: IO[bytes], size: int) -> ArchiveListing:
    found, links = ArchiveListing(), list[tuple[str, str]]()
    end = 0
    try:
        with tarfile.TarFile(fileobj=file) as tar:
            for one in tar:
                name = plain_name(one.name)
                if one.isreg():
                    problem = "a sparse file" if one.issparse() else ""
                    found.members[name] = Member(one.offset_data, one.size, problem=problem)
                    end = max(end, one.offset_data + one.size)
                elif one.islnk() or one.issym():
                    folder = one.name.rpartition("/")[0]
                    target = one.linkname if one.islnk() or not folder else f"{folder}/{one.linkname}"
                    links.append((name, plain_name(target)))
                vars(tar)["members"] = []  # what is past is not needed, and there may be millions
            at = tar.offset
    except tarfile.ReadError as error:
        if not found.members:
            raise Failed("not_an_archive", f"{archive}: is no tar: {error}") from None
        found.damage = f"it breaks off after {len(found.members)} members ({error})"
    else:
        file.seek(at)
        if end > size or file.read(tarfile.BLOCKSIZE).strip(b"\0"):
            found.damage = f"it breaks off after {len(found.members)} members, at byte {min(at, size)}"
    for name, target in links:
        if target in found.members:
            found.members[name] = found.members[target]
    return found


def _zip(archive: str, file: IO[bytes]) -> ArchiveListing:
    found = ArchiveListing()
    try:
        with zipfile.ZipFile(file) as archived:
            for one in archived.infolist():
                if one.is_dir():
                    continue
                known = one.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
                problem = "it is encrypted" if one.flag_bits & 1 else "" if known else "packed in a way not read here"
                deflated = one.compress_type != zipfile.ZIP_STORED
                found.members[plain_name(one.filename)] = Member(one.header_offset, one.file_size, deflated, problem)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise Failed("not_an_archive", f"{archive}: is no ZIP: {error}") from None
    return found


def _start(kind: str, member: Member, archive: str) -> int:
    """Where the bytes of a member that is not deflated begin."""
    if kind == "tar":
        return member.offset
    with open_plain(archive, LOOK) as file:
        file.seek(member.offset)
        head = file.read(LOCAL_HEADER.size)
    if len(head) < LOCAL_HEADER.size or not head.startswith(b"PK\3\4"):
        raise OSError("the ZIP is damaged: there is no member at the place that its directory names")
    _, name, extra = LOCAL_HEADER.unpack(head)
    return int(member.offset + LOCAL_HEADER.size + name + extra)


@contextlib.contextmanager
def _inflated(name: str, archive: str) -> Iterator[IO[bytes]]:
    with open_plain(archive) as file:
        try:
            with zipfile.ZipFile(file) as archived:
                real = next(one for one in archived.infolist() if plain_name(one.filename) == plain_name(name))
                with archived.open(real) as member:
                    yield member
        except (zipfile.BadZipFile, zlib.error, EOFError, StopIteration, NotImplementedError, RuntimeError) as error:
            raise OSError(f"{name} in the ZIP is damaged: {error}") from None


@contextlib.contextmanager
def _unpacked_zip(name: str, archive: str, member: Member) -> Iterator[Any]:
    key = f"zip {name} {member.size} {member.offset} {archive} {listing('zip', archive).stamp}"

    def copy(file: IO[bytes]) -> None:
        with _inflated(name, archive) as packed:
            shutil.copyfileobj(packed, file, COPY)

    with unpacked.held(key, lambda: unpacked.put(key, copy)) as path:
        yield path
