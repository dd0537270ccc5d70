"""vdata: video-language training sets and haystack benchmarks from one YAML and one command."""

from importlib.metadata import PackageNotFoundError, version

from .schemas import Evidence, Media, Message, Reject, Sample, Span, Timeline

try:
    __version__ = version("vdata-toolkit")
except PackageNotFoundError:  # run from a checkout that is not installed
    __version__ = "0+unknown"

__all__ = ["Evidence", "Media", "Message", "Reject", "Sample", "Span", "Timeline", "__version__"]
