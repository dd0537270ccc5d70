"""Match: what texts and pictures have in common, by an embedder."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from ...schemas import Demand, Timeline
from ...schemas.lane_names import KnownLanes, LaneNames
from ...schemas.settings_model import Misfits, OnlyWith, Without
from ..label_file import labels_in
from ..prompting.frame_choice import Look
from ..stage import Teacher, TeacherStage
from .embedding import refuse_grid, told_cut

CONCEPT = "{concept}"
SPAN_SECONDS = 5.0
"""How long a span is taken to be, for a plan."""
LANES = {"score": ("captions", ""), "align": ("captions", "captions"), "stitch": ("shots", "events"),
         "curves": ("", "saliency")}  # fmt: skip
"""By mode: ``of`` and ``into``, where they are not given."""

Distance = Annotated[float, Field(ge=0, le=2)]


class Match(TeacherStage):
    """Compare texts with frames, texts with texts, or frames with frames, by the vectors of an embedder.

    The teacher is of ``kind: embed``. ``score`` gives spans a value, the cosine of their text and their frames (or of
    the nearest text of another lane meanwhile), by which ``keep`` selects. ``align`` moves spans to where they fit best
    (HowToCaption, HowToStep); the old times stay in their attribute ``from``. ``stitch`` makes events of neighbouring
    shots that look alike, and leaves out what is a transition, still or repeated (Panda-70M). ``curves`` lays a lane
    that says how much each of some concepts is seen, step by step (UniVTG). What a cosine or a distance is worth
    differs from model to model: look at some before you set a limit. What has no vector is a reject, and stays as it
    was.
    """

    decodes: ClassVar[bool] = True

    mode: Literal["score", "align", "stitch", "curves"] = "score"
    """What is done."""
    of: Annotated[str | None, Without(mode="curves")] = Field(None, min_length=1)
    """The lane whose spans are matched: ``captions``, for ``stitch`` ``shots``."""
    into: Annotated[str | None, Without(mode="score")] = Field(None, min_length=1)
    """The lane that is written. ``align``: that of ``of``, whose spans move; ``stitch``: ``events``; ``curves``:
    ``saliency``."""
    against: Annotated[str | None, OnlyWith(mode=("score", "align"))] = Field(None, min_length=1)
    """The lane with whose texts those of ``of`` are compared; none: they are compared with the frames."""
    value: Annotated[str, OnlyWith(mode=("score", "align"))] = Field("match", pattern=r"^\w+$")
    """The name of the value, the cosine, -1 to 1."""
    near: Annotated[float, OnlyWith("against", mode="score")] = Field(0.0, ge=0)
    """Seconds by which the other text may lie before or after; of several the best counts."""
    matrix: Annotated[bool, OnlyWith(mode="score")] = False
    """Compare each span with all others of its video besides. Its attribute NAME_row (NAME is ``value``) holds the
    cosines of its frames with the texts of all spans of the lane, in time order; its value NAME_rank is 1 where none
    of them fits its frames better than its own, 2 where one does. With ``against`` the row is of its text and the
    texts of all spans of that lane, and there is no rank. A text without a vector is ``nan`` there."""
    look: Annotated[Look, OnlyWith(mode="score", against=None)] = Look(count=4, size=336)
    """The frames of a span, of whose vectors the mean counts."""
    reach: Annotated[float, OnlyWith(mode="align")] = Field(10.0, ge=0)
    """Seconds by which a span may move, either way."""
    window: Annotated[float | None, OnlyWith(mode="align")] = Field(None, gt=0)
    """Seconds that a span has afterwards; none: its own, or those of the span of ``against``."""
    every: Annotated[float, OnlyWith(mode=("align", "curves"), against=None)] = Field(1.0, gt=0)
    """Seconds from frame to frame, and from place to place."""
    size: Annotated[int, OnlyWith(mode=("align", "stitch", "curves"), against=None)] = Field(336, ge=16, le=4096)
    """Longest side of a frame, pixels."""
    distance: Annotated[Distance, OnlyWith(mode="stitch")] = 0.6
    """Shots are joined where the last frame of one and the first of the next are no farther apart. Distances are those
    of vectors of unit length: 0 for the same, 1.41 for what has nothing in common."""
    edge: Annotated[float, OnlyWith(mode="stitch")] = Field(0.05, ge=0, lt=0.5)
    """The first and the last frame are taken at this share of a shot's length from its ends."""
    gap: Annotated[float, OnlyWith(mode="stitch")] = Field(0.5, ge=0)
    """Seconds that may lie between neighbours that are joined."""
    transition: Annotated[Distance | None, OnlyWith(mode="stitch")] = 1.0
    """A shot whose first and last frame are farther apart is a transition, and part of no event; none: no shot is."""
    still: Annotated[Distance | None, OnlyWith(mode="stitch")] = 0.15
    """An event whose first and last frame are nearer is still, and left out; none: no event is."""
    repeated: Annotated[Distance | None, OnlyWith(mode="stitch")] = 0.3
    """An event whose mean is nearer to that of an earlier one repeats it, and is left out; none: no event is."""
    trim: Annotated[float, OnlyWith(mode="stitch")] = Field(0.0, ge=0, lt=0.5)
    """The share of an event's length that is cut off at either end."""
    max_seconds: Annotated[float | None, OnlyWith(mode="stitch")] = Field(None, gt=0)
    """Of a longer event the rest is cut off."""
    concepts: Annotated[list[str], OnlyWith(mode="curves")] = Field(default_factory=list)
    """What is looked for: [a dog, a bicycle]."""
    concepts_file: Annotated[str | None, OnlyWith(mode="curves")] = Field(None, min_length=1)
    """A file with further ones, a name on each line, or a CSV with a column ``display_name``. The build's settings hold
    the names themselves."""
    template: Annotated[str, OnlyWith(mode="curves")] = CONCEPT
    """What of a concept is compared with the frames: "a photo of {concept}"."""
    top: Annotated[int | None, OnlyWith(mode="curves")] = Field(None, ge=1)
    """Of each video only the concepts that are seen most; none: all."""
    windows: Annotated[str | None, OnlyWith(mode="curves")] = Field(None, min_length=1)
    """A lane for the stretches where each concept is seen best: its label, and the mean of its curve as their score."""
    level: Annotated[float, OnlyWith("windows", mode="curves")] = Field(0.05, gt=0)
    """The step of the curve by which such a stretch is told: all of it is on the highest."""
    keep_vectors: bool = False
    """Keep a vector of each span in ``timelines/``: of its text (``score``, ``align``), of its frames (``stitch``,
    ``curves``)."""

    @model_validator(mode="before")
    @classmethod
    def _names_of_the_file(cls, given: Any) -> Any:
        """*given* with the names of ``concepts_file`` among the concepts, in the place of the file."""
        path = given.get("concepts_file") if isinstance(given, dict) else None
        listed = given.get("concepts") or [] if path else None
        if not isinstance(path, str) or not isinstance(listed, list) or given.get("mode") != "curves":
            return given
        try:
            names = labels_in(path)
        except OSError as error:
            raise Misfits([(("concepts_file",), f"{path} cannot be read: {error.strerror}")]) from error
        except ValueError as error:
            raise Misfits([(("concepts_file",), str(error))]) from error
        rest = {key: value for key, value in given.items() if key != "concepts_file"}
        return {**rest, "concepts": list(dict.fromkeys([*listed, *names]))}

    @model_validator(mode="after")
    def _go_together(self) -> Self:
        refuse_grid(self.look)
        if self.mode == "curves" and not any(one.strip() for one in self.concepts):
            raise ValueError('concepts: curves needs some: [a dog, "someone riding a bicycle"]')
        if CONCEPT not in self.template:
            raise ValueError(f"template: must hold {CONCEPT}")
        if self.mode == "curves" and self.windows == self.lane_into:
            raise ValueError("windows: must be another lane than into")
        return self

    @property
    def lane(self) -> str:
        """The lane whose spans are matched."""
        return self.of or LANES[self.mode][0]

    @property
    def lane_into(self) -> str:
        """The lane that is written."""
        return self.into or (self.lane if self.mode == "align" else LANES[self.mode][1])

    @property
    def sees(self) -> bool:
        """Whether frames are shown to the embedder."""
        return self.against is None

    def lanes_read(self) -> set[str]:
        looks = self.look.lanes() if self.mode == "score" else {"media"}
        named = {self.lane, self.against or ""} - {""}
        return named | (looks if self.sees else set())

    def lanes_written(self) -> set[str]:
        return {self.lane_into, self.windows or ""} - {""}

    def names_laid(self) -> KnownLanes:
        value = LaneNames.of(values={self.value})
        match self.mode:
            case "score":
                return {self.lane: value | self._of_matrix()}
            case "align":
                moved = value | LaneNames.of(attrs={"from", "of"})
                return {self.lane_into: moved if self.lane_into == self.lane else None}
            case "stitch":
                return {self.lane_into: LaneNames.of(values={"shots", "change"})}
        seen = LaneNames.of(values=self.concepts, own={"label", "score"})
        return {self.lane_into: seen, **({self.windows: LaneNames.of(own={"label", "score"})} if self.windows else {})}

    def _of_matrix(self) -> LaneNames:
        if not self.matrix:
            return LaneNames()
        return LaneNames.of(values=() if self.against else {f"{self.value}_rank"}, attrs={f"{self.value}_row"})

    def embeds_with(self) -> list[str]:
        return self.teachers()

    def pictures_to(self) -> list[str]:
        return self.teachers() if self.sees else []

    def vectors_laid(self) -> set[str]:
        if not self.keep_vectors:
            return set()
        return {self.lane if self.mode == "score" else self.lane_into}

    async def run(self, video: Timeline, teacher: Teacher) -> Timeline:
        """Match the spans of *video*.

        Raises:
            Failed: no vector came, or ``no_media``: frames are to be shown of what has no file.
        """
        from . import match_align, match_curves, match_score, match_stitch

        modes = {"align": match_align, "curves": match_curves, "score": match_score, "stitch": match_stitch}
        await modes[self.mode].run(self, video, teacher)
        return video

    def demand(self, seconds: float) -> Demand:
        spans = max(1.0, seconds / SPAN_SECONDS)
        match self.mode:
            case "score":
                frames = spans * self.look.frames()
            case "stitch":
                frames = 2 * spans
            case _:
                frames = max(1.0, seconds / self.every)
        texts = 0.0 if self.mode == "stitch" else float(len(self.concepts)) if self.mode == "curves" else spans
        if not self.sees:
            frames, texts = 0.0, 2 * texts
        return Demand(calls=frames + texts, images=frames, tokens_in=texts * 30)

    def summary(self, totals: dict[str, float]) -> str | None:
        """A line like ``118 scored, match 0.27 on average; 2 without a text or a neighbour``, and one for cut texts."""
        if not totals:
            return None
        done, without = totals.get("done", 0.0), totals.get("without", 0.0)
        said = {"score": "scored", "align": "placed", "stitch": "events", "curves": "steps"}[self.mode]
        line = f"{done:.0f} {said}"
        if self.mode in ("score", "align") and done:
            line += f", {self.value} {totals.get('sum', 0.0) / done:.2f} on average"
        line += f", {totals['moved']:.0f} of them moved" if totals.get("moved") else ""
        line += f"; {without:.0f} without a text or a vector to compare" if without else ""
        return line + told_cut(self.name(), totals)
