"""Networks as ONNX files, opened once in a process."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from ..schemas import Failed

PROVIDERS = {"cuda": "CUDAExecutionProvider", "cpu": "CPUExecutionProvider"}


@cache
def open_session(path: str, device: str) -> Any:
    """The network in the file *path*, on one thread of the CPU, or on a GPU (``cuda``, or ``auto`` where there is one).

    Raises:
        Failed: ``no_model``: there is none, or it cannot be read or put there.
    """
    # Newer builds of ONNX Runtime report to their maker unless told not to before they are imported.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    kind = device.partition(":")[0]
    if kind == "auto":
        kind = "cuda" if PROVIDERS["cuda"] in onnxruntime.get_available_providers() else "cpu"
    number = {"device_id": device.partition(":")[2] or "0"} if kind == "cuda" else {}
    try:
        session = onnxruntime.InferenceSession(path, options, providers=[(PROVIDERS[kind], number)])
    except Exception as error:  # ONNX Runtime has many kinds
        raise Failed("no_model", f"{path}: cannot be loaded: {str(error).splitlines()[0]}") from error
    if PROVIDERS[kind] not in session.get_providers():
        raise Failed("no_model", f"{path}: device {device} needs onnxruntime-gpu, which is not installed here")
    return session
