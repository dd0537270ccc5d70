"""What flows through a build. Imports nothing of ours but itself."""

from .ids import make_id, seeded
from .sample import Evidence, Message, Sample, Verdict
from .signals import COLOURS, Signals
from .teaching import Demand, Frames, Part, Reply, Request, Sound, Turn
from .text import clean
from .timeline import Media, Reject, Span, State, Step, Timeline

__all__ = [
    "COLOURS",
    "Demand",
    "Evidence",
    "Frames",
    "Media",
    "Message",
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
