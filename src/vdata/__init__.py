"""vdata: video-language training sets and haystack benchmarks from one YAML and one command.

From Python: ``load``, ``check``, ``plan`` and ``build`` a config, ``open`` a finished build. See docs/python.md.
"""

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from .schemas import Evidence, Media, Message, Reject, Sample, Span, Timeline

if TYPE_CHECKING:
    from .api import BuildFailed, BuildPlan, BuildProgress, build, check, load, open, plan
    from .data_set import DataSet
    from .pipelines.errors import ConfigError, UserError

try:
    __version__ = version("vdata-toolkit")
except PackageNotFoundError:  # run from a checkout that is not installed
    __version__ = "0+unknown"

_LATER = {
    **dict.fromkeys(("BuildFailed", "BuildPlan", "BuildProgress", "build", "check", "load", "open", "plan"), ".api"),
    "DataSet": ".data_set",
    **dict.fromkeys(("ConfigError", "UserError"), ".pipelines.errors"),
}
"""What is imported when it is used first, and from where: ``import vdata`` takes no time."""

__all__ = [
    "BuildFailed",
    "BuildPlan",
    "BuildProgress",
    "ConfigError",
    "DataSet",
    "Evidence",
    "Media",
    "Message",
    "Reject",
    "Sample",
    "Span",
    "Timeline",
    "UserError",
    "__version__",
    "build",
    "check",
    "load",
    "open",
    "plan",
]


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LATER[name], __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
