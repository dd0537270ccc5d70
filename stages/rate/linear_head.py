"""Predictors on embeddings whose layers are linear: all of them together are one vector and one number."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@cache
def linear_head(path: str) -> tuple[NDArray[np.float64], float]:
    """The weights and the bias of the predictor in the file *path*: a prediction is ``vector @ weights + bias``.

    Raises:
        OSError: it cannot be read.
        ValueError: its layers are no chain of linear ones from a vector to one number.
    """
    import numpy as np

    state = _read(path)
    stems = [name.removesuffix("weight") for name in state if name.endswith("weight") and np.ndim(state[name]) == 2]
    linear = {stem + part for stem in stems for part in ("weight", "bias")}
    if not stems or set(state) - linear:
        raise ValueError(f"{path} is no chain of linear layers; it holds {', '.join(list(state)[:8]) or 'nothing'}")
    matrix: Any = None
    for stem in stems:  # in the order of the file, which is theirs
        weight = np.asarray(state[f"{stem}weight"], np.float64)
        bias = np.asarray(state.get(f"{stem}bias", np.zeros(len(weight))), np.float64)
        if matrix is None:
            matrix, offset = weight, bias
        elif weight.shape[1] == len(matrix):
            matrix, offset = weight @ matrix, weight @ offset + bias
        else:
            raise ValueError(
                f"{path}: the layer {stem}weight takes {weight.shape[1]} numbers, and {len(matrix)} come to it"
            )
    if len(matrix) != 1:
        raise ValueError(f"{path} predicts {len(matrix)} numbers, not one")
    return matrix[0], float(offset[0])


def _read(path: str) -> dict[str, Any]:
    try:
        if path.endswith(".safetensors"):
            from safetensors.numpy import load_file

            state: Any = load_file(path)
            return dict(sorted(state.items(), key=_place))
        import torch

        state = torch.load(path, map_location="cpu", weights_only=True)
        return {name: value.float().numpy() for name, value in state.items()}
    except OSError:
        raise
    except Exception as error:  # pickle's and safetensors' own
        raise ValueError(f"{path} cannot be read: {str(error).splitlines()[0]}") from error


def _place(item: tuple[str, Any]) -> list[tuple[int, str]]:
    """The layers of safetensors are in the order of their names: 10 comes after 2."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in item[0].split(".")]
