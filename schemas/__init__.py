"""What flows through a build. Imports nothing of ours but itself."""

from .failures import Dropped, Failed, MissingExtra
from .ids import make_id, seeded
from .sample import Evidence, Message, Sample, Verdict
from .signal_table import COLOURS, Signals
from .teaching import Demand, Frames, Part, Reply, Request, Sound, Turn
from .text import clean
from .timeline import Media, Reject, Span, State, Step, Timeline

__all__ = [
    "COLOURS",
    "Demand",
    "Dropped",
    "Evidence",
    "Failed",
    "Frames",
    "Media",
    "Message",
    "MissingExtra",
    "Part",
    "Reject",
    "Reply",
    "Request",
    "Sample",
    "Signals",
    "Sound",
    "Span",
    "State",
    "Step",
    "Timeline",
    "Turn",
    "Verdict",
    "clean",
    "make_id",
    "seeded",
]
