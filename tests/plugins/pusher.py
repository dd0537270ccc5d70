"""Command lines of vdata, each in a process that can be killed, forked from one that has imported everything.

The process gets its orders as lines of JSON on standard input, ``{"args": […], "env": {…}, "out": "file"}``, and prints
the id of the process that follows each, and then how it ended. Nothing in it sleeps for longer than a moment.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit status (minus the signal that killed it), and everything it printed."""

    status: int
    text: str


class Pusher:
    """Runs commands with the environment *env*; what they print goes through files in *folder*."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.folder, self.number = folder, 0
        self.pid = 0
        self.known = threading.Event()
        env = {name: value for name, value in env.items() if name != "PYTHONUNBUFFERED"}  # as in a pipe of users
        self.process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
        )

    def __call__(self, *args: str, **env: str) -> Ended:
        """Run ``vdata *args*``; *env* is added to the environment (an empty text: taken away)."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.number += 1
        self.known.clear()
        out = self.folder / f"{self.number}.txt"
        order: dict[str, Any] = {"args": args, "env": env, "out": str(out)}
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        self.pid = int(self.process.stdout.readline())
        self.known.set()
        status = int(self.process.stdout.readline())
        return Ended(status, out.read_text())

    def warm(self, *args: str) -> None:
        """Run a command in the process that the others are forked from, so that they find everything loaded."""
        self(*args, here="yes")

    def kill(self) -> None:
        """Kill the command that runs, with SIGKILL. For other threads."""
        assert self.known.wait(10)
        os.kill(self.pid, signal.SIGKILL)

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


def serve() -> None:
    import time

    import huggingface_hub.hf_api  # noqa: F401

    from vdata.cli import run

    sleep = time.sleep
    time.sleep = lambda seconds: sleep(min(float(seconds), 0.005))
    for line in sys.stdin:
        order = json.loads(line)
        if order["env"].pop("here", ""):
            print(os.getpid(), flush=True)
            with open(order["out"], "w") as said, redirect_stdout(said), redirect_stderr(said):
                status = run(order["args"])
            print(status, flush=True)
            continue
        pid = os.fork()
        if not pid:
            out = os.open(order["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(out, 1)
            os.dup2(out, 2)
            for name, value in order["env"].items():
                os.environ[name] = value
                if not value:
                    del os.environ[name]
            status = run(order["args"])
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


if __name__ == "__main__":
    serve()
