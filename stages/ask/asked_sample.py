"""What becomes of an answer that is to be a sample."""

from __future__ import annotations

from pydantic import Field

from ...schemas.sample import ANSWERED_FROM
from ...schemas.settings_model import Settings


class AskedSample(Settings):
    """A sample that is made of each answer."""

    task: str = Field("ask", pattern=r"^[a-z][a-z0-9_]*$")
    """What the samples are called."""
    question: str = Field(min_length=1)
    """The question, with fields of the reply in braces: "What does {who} do?". ``<region>`` in it stands for the thing
    that the boxes of the span point out."""
    answer: str = Field(min_length=1)
    """The answer, likewise: "{action}"."""
    options: bool = False
    """Multiple choice; the answer is then one field of type choice or yes_no."""
    answered_from: str = ""
    """The task of the caption that it is about: `--rules vdcscore` of `vdata score` answers it from predicted ones."""

    def params(self, of_span: bool) -> dict[str, str]:
        """The parameters of the sample; *of_span*: the question is about a span, and does not name it."""
        about = {"about": "spans"} if of_span else {}
        return about | ({ANSWERED_FROM: self.answered_from} if self.answered_from else {})
