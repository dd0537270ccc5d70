"""Clusters: what many spans have in common, by their vectors, with names by a teacher."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...rules.neighbours.vector_grid import random_order
from ...schemas import Demand, Frames, Request, Span, Timeline
from ...schemas.lane_names import KnownLanes, LaneNames
from ...schemas.settings_model import OnlyWith
from ...schemas.uri import locate
from ..prompting.material import RULES, material
from ..prompting.own_words import PromptSpec
from ..stage import Teacher
from ..vector_gather import TeacherGather, VectorGather

CLUSTER, NAME, DISTANCE = "cluster", "cluster_name", "cluster_distance"
ROLE = "You give names to groups of video clips that a program has put together because they are alike."
TASK = "Name what these clips have in common: a noun phrase of one to five words, as a category of a catalogue has it."


class ClusterName(BaseModel):
    """The name of the group."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="What the clips have in common, one to five words.", min_length=1, max_length=80)


class Clusters(VectorGather, TeacherGather):
    """Sort the spans of a lane into clusters by their vectors, over all videos, and have a teacher name each cluster.

    Spherical k-means. A span gets the attribute ``cluster`` (1 is the largest, c0001), the value ``cluster_distance``
    (cosine distance to the centre, 0 to 2) and, where a teacher is asked, ``cluster_name``, by which ``keep`` can go:
    ``top: {by: cluster_distance, best: lowest, count: 20, per: cluster}``, ``balance: {by: cluster, total: 9000}``. A
    span without a vector gets nothing. The same spans give the same clusters in any order, on any machine. A name is
    asked once for each cluster, though ``vdata plan`` counts a call for each video.
    """

    reads: ClassVar[frozenset[str]] = frozenset()
    prompts: ClassVar[Mapping[str, PromptSpec]] = {
        "name": PromptSpec("Asks for the name of a cluster.", "frames material count")
    }

    of: str = Field("shots", min_length=1)
    """The lane whose spans are sorted. A stage before must lay vectors on them."""
    count: int = Field(100, ge=2, le=10_000)
    """How many clusters; fewer if there are fewer vectors that differ."""
    name_by: Literal["texts", "frames"] | None = None
    """Have a teacher name each cluster: shown the ``texts`` of its members, or a frame from the middle of each; none:
    nobody is asked."""
    members: Annotated[int, OnlyWith("name_by")] = Field(8, ge=1, le=64)
    """How many members are shown, those nearest to the centre, of as many videos as can be."""
    size: Annotated[int, OnlyWith(name_by="frames")] = Field(384, ge=16, le=4096)
    """Longest side of a frame, pixels."""

    def lanes_read(self) -> set[str]:
        return {self.of, "media"} if self.name_by == "frames" else {self.of}

    def vectors_read(self) -> set[str]:
        return {self.of}

    def names_laid(self) -> KnownLanes:
        return {self.of: LaneNames.of(values={DISTANCE}, attrs={CLUSTER, *([NAME] if self.name_by else [])})}

    def teachers(self) -> list[str]:
        return [self.teacher] if self.name_by else []

    def pictures_to(self) -> list[str]:
        return self.teachers() if self.name_by == "frames" else []

    def asked_prompts(self) -> Sequence[str]:
        return list(self.prompts) if self.name_by else []

    def demand(self, seconds: float) -> Demand:
        if not self.name_by:
            return Demand()
        images = self.members if self.name_by == "frames" else 0
        return Demand(calls=1, images=images, tokens_in=80 + 30 * (self.members - images), tokens_out=15)

    def digest(self, video: Timeline) -> Any:
        found = [
            [place, *([span.words, round((span.start + span.end) / 2, 3)] if self.name_by else [])]
            for place, span in enumerate(video.lane(self.of))
            if span.vector is not None
        ]
        media = video.media.sha256 if video.media is not None else ""
        return {"seed": video.seed, "uri": video.uri, "content": media, "values": found}

    def gather(self, digests: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        import numpy as np

        from ...rules.neighbours.kmeans import learned_centres, nearest_centres

        spans: list[tuple[str, int]] = []
        said: list[Any] = []
        seed = 0
        for video, digest in digests:
            seed = digest["seed"]
            for place, *more in digest["values"]:
                spans.append((video, place))
                said.append([digest["uri"], digest["content"], *more] if more else None)
        order = random_order(seed, spans)
        source, folder = self.known_vectors()
        grid = source.laid([spans[n] for n in order], folder)
        if not grid.count:
            return {}
        centres = learned_centres(grid, self.count, seed)
        found, cosine = np.empty(grid.count, np.int64), np.empty(grid.count, np.float32)
        for part, vectors in grid.blocks():
            found[part], cosine[part] = nearest_centres(vectors, centres)
        sizes = np.bincount(found, minlength=len(centres))
        number = np.empty(len(centres), np.int64)
        number[np.argsort(-sizes, kind="stable")] = np.arange(1, len(centres) + 1)
        where = number[found]
        shown = self._nearest(where, cosine, order, spans, said) if self.name_by else {}
        verdicts: dict[str, Any] = {}
        for n, span in enumerate(order):
            video, place = spans[span]
            cluster = int(where[n])
            verdict = verdicts.setdefault(video, {"in": [], "shown": {}})
            verdict["in"].append([place, cluster, round(max(0.0, 1 - float(cosine[n])), 4)])
            if cluster in shown:
                verdict["shown"][str(cluster)] = shown[cluster]
        for verdict in verdicts.values():
            verdict["in"].sort()
        verdicts[spans[0][0]]["told"] = {"clusters": float((sizes > 0).sum()), "largest": float(sizes.max())}
        return verdicts

    def _nearest(
        self, where: Any, cosine: Any, order: Sequence[int], spans: Sequence[tuple[str, int]], said: Sequence[Any]
    ) -> dict[int, list[Any]]:
        """What is known of the members of each cluster that are nearest to its centre, one of each video first."""
        import numpy as np

        shown: dict[int, list[Any]] = {}
        by = np.lexsort((-cosine, where))
        for places in np.split(by, np.flatnonzero(np.diff(where[by])) + 1):
            first: dict[str, int] = {}
            more: list[int] = []
            for n in places:
                if len(first) == self.members:
                    break
                if first.setdefault(spans[order[n]][0], n) != n and len(more) < self.members:
                    more.append(n)
            chosen = [*first.values(), *more][: self.members]
            shown[int(where[places[0]])] = [said[order[n]] for n in chosen]
        return shown

    async def act(self, video: Timeline, verdict: Any, teacher: Teacher | None) -> Timeline:
        lane, found = video.lane(self.of), verdict or {"in": [], "shown": {}}
        members: dict[int, list[Span]] = {}
        for place, cluster, distance in found["in"]:
            span = lane[place]
            span.attrs[CLUSTER] = f"c{cluster:04d}"
            span.values[DISTANCE] = distance
            members.setdefault(cluster, []).append(span)
        video.report = {"sorted": float(len(found["in"])), "spans": float(len(lane)), **found.get("told", {})}
        if self.name_by and teacher is not None and members:
            numbers = sorted(members)
            replies = await teacher.ask([self._request(video, found["shown"][str(number)]) for number in numbers])
            for number, reply in zip(numbers, replies, strict=True):
                if not reply.ok:
                    self.reject_reply(video, reply, self.of, members[number][0])
                for span in members[number] if reply.ok else ():
                    span.attrs[NAME] = " ".join(reply.value["name"].split())
        return video

    def _request(self, video: Timeline, shown: Sequence[Any]) -> Request:
        """The same request for every video that has spans of the cluster, so that it is asked once."""
        known: dict[str, object] = {"count": len(shown), "material": ""}
        if self.name_by == "frames":
            system, parts = (
                ROLE,
                [Frames(locate(uri, video.base), content, (middle,), self.size) for uri, content, _, middle in shown],
            )
            ask = f"Above is a frame of each of {len(shown)} clips. {TASK}"
        else:
            known["material"] = material("texts of clips", "\n".join(f"- {text}" for _, _, text, _ in shown))
            system, parts, ask = f"{ROLE}\n{RULES}", [], f"{known['material']}\n{TASK}"
        schema = ClusterName.model_json_schema()
        return self.prompter().request("name", system, [*parts, ask], known, schema=schema)

    def summary(self, totals: dict[str, float]) -> str | None:
        if not totals:
            return None
        left = int(totals["spans"] - totals["sorted"])
        none = f" {left} spans of {self.of} have no vector and are in none." if left else ""
        if not totals["sorted"]:
            return f"clusters: nothing was sorted: no span of {self.of} has a vector."
        line = f"clusters: {int(totals['sorted'])} spans of {self.of} in {int(totals['clusters'])} clusters"
        return f"{line}, of which the largest has {int(totals['largest'])}.{none}"
