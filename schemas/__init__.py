"""What flows through a build. Imports nothing of ours but itself."""

from .ids import make_id, seeded
from .sample import Evidence, Message, Sample, Verdict
from .signals import COLOURS, Signals
from .text import clean
from .timeline import Media, Reject, Span, State, Step, Timeline

__all__ = [
    "COLOURS",
    "Evidence",
    "Media",
    "Message",
    "Reject",
    "Sample",
    "Signals",
    "Span",
    "State",
    "Step",
    "Timeline",
    "Verdict",
    "clean",
    "make_id",
    "seeded",
]
