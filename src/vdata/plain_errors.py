"""One line for what the machine refuses: memory, names that no file can have. Everything else is a defect of ours."""

from __future__ import annotations

import errno

MIB = 2**20
LEAST = 1024 * MIB
"""Bytes of addresses that a command needs: libraries of tables and pictures are mapped whole."""
LEAST_TO_BUILD = 3584 * MIB
"""The same for a build: each of Ray's processes maps far more than it uses."""
LIGHT = frozenset({"check", "plan", "stages", "recipes", "plugins", "prompts"})
LEAST_LIGHT = 256 * MIB
BUILDS = frozenset({"build"})


def too_little_memory(command: str) -> str:
    """What is wrong when this process may not map as much memory as *command* needs; empty when it may."""
    try:
        import resource
    except ImportError:  # not on Windows
        return ""
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    least = LEAST_LIGHT if command in LIGHT else LEAST_TO_BUILD if command in BUILDS else LEAST
    if limit == resource.RLIM_INFINITY or limit >= least:
        return ""
    return (
        f"`vdata {command}` needs to map {least // MIB:,} MiB of memory, and this shell allows {limit // MIB:,} "
        "(ulimit -v). Run `ulimit -v unlimited`; to limit what is really used, limit the container instead."
    )


def plain_reason(error: BaseException) -> str | None:
    """A line for *error* if it is the machine's, and no defect; None if it is anything else."""
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return "There is too little memory: close other programs, or raise the limit (ulimit -v, or the container's)."
    if isinstance(error, OSError) and error.errno in (errno.ENAMETOOLONG, errno.ELOOP):
        return f"{error.filename!r}: cannot be opened: {error.strerror}."
    if isinstance(error, ValueError) and "embedded null" in str(error):
        return "A name holds a NUL character, which no file can have."
    return None
