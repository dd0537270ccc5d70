"""What flows through a build: timelines, samples, requests, records. This room imports no other."""

from .failures import Dropped, Failed, MissingExtra, NotReady
from .ids import make_id, seeded
from .sample import Box, Evidence, Medium, Message, Sample, Verdict
from .signal_table import COLOURS, Signals
from .teaching import Demand, Frames, Part, Reply, Request, Sound, Turn
from .text import clean
from .timeline import Measured, Media, Reject, Span, State, Timeline, TrailStep, cited_span

__all__ = [
    "COLOURS",
    "Box",
    "Demand",
    "Dropped",
    "Evidence",
    "Failed",
    "Frames",
    "Measured",
    "Media",
    "Medium",
    "Message",
    "MissingExtra",
    "NotReady",
    "Part",
    "Reject",
    "Reply",
    "Request",
    "Sample",
    "Signals",
    "Sound",
    "Span",
    "State",
    "Timeline",
    "TrailStep",
    "Turn",
    "Verdict",
    "cited_span",
    "clean",
    "make_id",
    "seeded",
]
