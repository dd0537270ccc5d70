"""The metrics of pyiqa."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any, ClassVar

from pydantic import Field

from ....schemas import Failed, MissingExtra, NotReady
from .scorer import PictureScorer

EXTRA = "rate: by: pyiqa is not installed: pip install 'vdata-toolkit[pyiqa]'"
_OF_SETS = "compares sets of pictures, and says nothing of one"
UNSUITED = dict.fromkeys(("fid", "fid_dinov2", "sfid", "inception_score"), _OF_SETS) | {
    "clipscore": "needs a text for each picture; match: {mode: score} compares texts with frames"
}
"""What pyiqa lists among the metrics without a reference, and why it cannot be asked here."""


class Pyiqa(PictureScorer):
    """A picture quality metric of pyiqa without a reference: musiq, clipiqa, niqe, topiq_nr … (extra ``pyiqa``, torch).

    The value is called as the metric is. pyiqa fetches the weights of a metric from the hub when it is first used (piqe
    and entropy have none); of some, as niqe, brisque and piqe, less is better. It has no DOVER and no other model of
    motion.
    """

    on_gpu: ClassVar[bool] = True

    metric: str = Field("musiq", min_length=1)
    """The metric, by pyiqa's name."""

    def extras(self) -> set[str]:
        return {"pyiqa"}

    def ready(self) -> None:
        if find_spec("pyiqa") is None:
            raise MissingExtra(EXTRA)
        if why := UNSUITED.get(self.metric):
            raise NotReady(f"rate: pyiqa.metric: {self.metric} {why}")
        import pyiqa

        if self.metric not in (known := sorted(set(pyiqa.list_models(metric_mode="NR")) - set(UNSUITED))):
            raise NotReady(f"rate: pyiqa.metric: {self.metric} is none that needs no reference: {', '.join(known)}")

    def values(self) -> set[str]:
        return {self.metric}

    def identity(self) -> str:
        from importlib.metadata import version

        return f"pyiqa {version('pyiqa')}"

    def of_pictures(self, pictures: Sequence[Any], device: str) -> list[dict[str, float]]:
        import torch

        metric, place = _metric(self.metric, device)
        found = []
        for picture in pictures:
            given = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float().div(255).to(place)
            with torch.inference_mode():
                found.append({self.metric: float(metric(given).mean())})
        return found


@cache
def _metric(name: str, device: str) -> tuple[Any, Any]:
    """The metric *name* and where it runs; ``auto`` is cuda where there is a GPU, else cpu.

    Raises:
        Failed: ``no_model``.
    """
    import pyiqa
    import torch

    place = torch.device(device if device != "auto" else "cuda" if torch.cuda.is_available() else "cpu")
    try:
        return pyiqa.create_metric(name, device=place), place
    except Exception as error:  # the hub's, and its own
        raise Failed("no_model", f"pyiqa's {name} cannot be loaded: {str(error).strip().splitlines()[0]}") from error
