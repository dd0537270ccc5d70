"""The requests for the two replies of a preference pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean
from typing import Literal

from ....rules.lane_kinds import fold
from ....rules.marked_replies import MARKED, MarkedReply, marked_text
from ....rules.spoken_lines import belongs
from ....schemas import Evidence, Frames, Part, Reply, Request, Sample, Timeline, Turn
from ...prompting.frame_choice import Look, shown_frames
from ...prompting.material import material
from ...prompting.own_words import Prompter
from ...prompting.together import together
from ...stage import Teacher
from . import preferences_words as words
from .citations import words_of
from .prompt_injection import gives_commands
from .reply_rules import BadReply

Source = Literal["bad_prompt", "corrupted", "self_critique", "best_of", "rivals"]
Edit = Literal["blurred", "tiny", "recoloured", "shuffled"]
CHOSEN_SOURCE = "chosen_source"
"""The parameter that says who gave the better reply of a pair, where ``rejected_source`` says who gave the worse."""


@dataclass(slots=True)
class PairJob:
    """One prompt about one stretch (seconds), and where its worse reply is to come from."""

    source: Source
    prompt: str
    """The prompt that is stored with the pair."""
    careful: str
    """The prompt that asks for the better reply."""
    careless: str
    """The prompt that asks for the worse reply."""
    shown: list[Part]
    """What is shown of the stretch, as parts of a request."""
    edit: Edit | None
    start: float
    end: float
    evidence: list[Evidence]
    params: dict[str, str]
    origin: Sample | None = None
    rivals: tuple[str, str] = ("", "")
    """The teachers whose replies are to be the pair."""


@dataclass(slots=True)
class PreferencePair:
    """A better and a worse reply, and how the worse one came about."""

    chosen: str
    rejected: str
    source: str
    params: dict[str, str] = field(default_factory=dict)

    def checked(self) -> PreferencePair | BadReply:
        """The pair, or the rule that it breaks."""
        if gives_commands(self.chosen) or gives_commands(self.rejected):
            return BadReply("reads_as_command", detail=f"{self.chosen}\n---\n{self.rejected}")
        if not fold(self.chosen) or fold(self.chosen) == fold(self.rejected):
            return BadReply("same_reply", detail=self.chosen)
        return self


Outcome = PreferencePair | BadReply | Reply
"""A pair, or the rule that it breaks, or the reply that failed."""


class PairMaker:
    """Asks *teacher* for replies, and *judge* for marks."""

    def __init__(self, teacher: Teacher, judge: Teacher, prompter: Prompter, wording: words.Wording) -> None:
        self.teacher, self.judge, self.prompter, self.wording = teacher, judge, prompter, wording

    async def spoiled(self, jobs: Sequence[PairJob], chosen: str) -> list[Outcome]:
        """Pairs whose worse reply answers a prompt that invites invention, or spoiled frames (STIC).

        With *chosen* ``answer``, the better one is the sample's own answer where the prompt is a sample's question.
        """
        answers = [job.origin.answer if job.origin is not None and chosen == "answer" else "" for job in jobs]
        better = [
            self._request("better", job, job.careful) for job, answer in zip(jobs, answers, strict=True) if not answer
        ]
        worse = [self._request("worse", job, job.careless, job.edit) for job in jobs]
        replies = await self.teacher.ask([*better, *worse])
        asked, spoiled = iter(replies[: len(better)]), replies[len(better) :]
        out: list[Outcome] = []
        for job, answer, second in zip(jobs, answers, spoiled, strict=True):
            first = Reply((answer,)) if answer else next(asked)
            source = f"corrupted_{job.edit}" if job.edit else job.source
            failed = next((reply for reply in (first, second) if not reply.ok), None)
            out.append(failed or PreferencePair(first.text.strip(), second.text.strip(), source).checked())
        return out

    async def criticised(self, jobs: Sequence[PairJob]) -> list[Outcome]:
        """Pairs of an answer revised after a critique, and the first answer, which is the worse one (VideoSAVi)."""
        out: dict[int, Outcome] = {}
        talks = {n: self._request("better", job, job.careful) for n, job in enumerate(jobs)}
        texts: dict[int, list[str]] = {n: [] for n in talks}
        for then in ("critique", "revise", None):
            replies = await self.teacher.ask(list(talks.values()))
            for n, reply in zip(list(talks), replies, strict=True):
                if not reply.ok:
                    out[n] = reply
                    del talks[n]
                    continue
                texts[n].append(reply.text.strip())
                if then is not None:
                    more = self.prompter.request(
                        then, "", [self.wording.critique if then == "critique" else words.REVISE]
                    )
                    turns = (*talks[n].turns, Turn("assistant", (reply.text,)), *more.turns)
                    talks[n] = replace(talks[n], turns=turns, prompt=then)
        for n in talks:
            first, critique, revised = texts[n]
            out[n] = PreferencePair(revised, first, "self_critique", {"critique": critique}).checked()
        return [out[n] for n in range(len(jobs))]

    async def best_of(
        self, jobs: Sequence[PairJob], samples: int, temperature: float, criteria: Mapping[str, str], margin: float
    ) -> list[Outcome]:
        """Pairs of the best and the worst of several drawn replies, when the judge's marks are *margin* apart."""
        asks = [
            replace(self._request("better", job, job.prompt), samples=samples, temperature=temperature) for job in jobs
        ]
        out: list[Outcome] = []
        marking: list[tuple[int, str]] = []
        for n, reply in enumerate(await self.teacher.ask(asks)):
            different = {fold(text): text.strip() for text in reversed(reply.texts)}
            texts = list(reversed(different.values()))
            out.append(BadReply("same_reply", detail=reply.texts[0]) if reply.ok else reply)
            if reply.ok and len(texts) > 1:
                marking += [(n, text) for text in texts]
        verdicts = (
            await self.judge.ask([self._marks(jobs[n], text, criteria) for n, text in marking]) if marking else []
        )
        marked: dict[int, list[MarkedReply]] = {}
        for (n, text), verdict in zip(marking, verdicts, strict=True):
            if not verdict.ok:
                out[n] = verdict
                continue
            marked.setdefault(n, []).append(MarkedReply(text, {name: int(verdict.value[name]) for name in criteria}))
        for n, scored in marked.items():
            if not isinstance(out[n], BadReply):
                continue  # a mark failed
            best, worst = max(scored, key=_mean), min(scored, key=_mean)
            apart = _mean(best) - _mean(worst)
            if len(scored) < 2 or apart < margin or not apart:
                detail = f"{best.reply}\n---\n{worst.reply}"
                out[n] = BadReply("margin_too_small", round(apart, 3), margin, detail)
            else:
                ordered = sorted(scored, key=_mean, reverse=True)
                params = {"best_mark": f"{_mean(best):.2f}", "worst_mark": f"{_mean(worst):.2f}"}
                out[n] = PreferencePair(
                    best.reply, worst.reply, "best_of", {**params, MARKED: marked_text(ordered)}
                ).checked()
        return out

    async def rivals(self, jobs: Sequence[PairJob]) -> list[Outcome]:
        """Pairs of the replies of two teachers to the same prompt; which is the better is for a judge to say."""
        rivals = sorted({name for job in jobs for name in job.rivals})
        asked = {name: [n for n, job in enumerate(jobs) if name in job.rivals] for name in rivals}
        requests = {name: [self._request("better", jobs[n], jobs[n].prompt) for n in asked[name]] for name in rivals}
        replies = await together(self.teacher.named(name).ask(requests[name]) for name in rivals)
        said = {
            (name, n): reply
            for name, each in zip(rivals, replies, strict=True)
            for n, reply in zip(asked[name], each, strict=True)
        }
        out: list[Outcome] = []
        for n, job in enumerate(jobs):
            one, two = (said[name, n] for name in job.rivals)
            failed = next((reply for reply in (one, two) if not reply.ok), None)
            by, other = job.rivals
            out.append(
                failed or PreferencePair(one.text.strip(), two.text.strip(), other, {CHOSEN_SOURCE: by}).checked()
            )
        return out

    def _request(self, name: str, job: PairJob, ask: str, edit: Edit | None = None) -> Request:
        shown = [replace(part, edit=edit) if edit and isinstance(part, Frames) else part for part in job.shown]
        known = {"question": job.prompt, "task": ask}
        return self.prompter.request(name, self.wording.system, [*shown, ask], known)

    def _marks(self, job: PairJob, text: str, criteria: Mapping[str, str]) -> Request:
        question, reply = material("question", job.prompt), material("reply", text)
        asked = f"{words.QUESTION}\n{question}\n{words.REPLY}\n{reply}"
        points = words.points(criteria)
        parts: tuple[Part, ...] = (*job.shown, asked, self.wording.judge.format(criteria=points))
        known = {"question": question, "reply": reply, "criteria": points}
        return self.prompter.request("mark", self.wording.system, parts, known, schema=words.marks_schema(criteria))


def shown_of(
    video: Timeline, start: float, end: float, look: Look | None, lanes: Sequence[str], wording: words.Wording
) -> list[Part]:
    """What is shown of a stretch (seconds): the frames of *look*, and what *lanes* say, with times; may be nothing.

    Raises:
        Failed: ``no_media``: frames are to be shown of what has no file.
    """
    parts: list[Part] = [wording.shown, *shown_frames(video, start, end, look)] if look is not None else []
    for lane in lanes:
        there = [span for span in video.lane(lane) if belongs(lane, span.start, span.end, start, end)]
        spans = [(words_of(lane, span), span) for span in there]
        if lines := [f"{span.start:.1f}-{span.end:.1f} s: {' '.join(text.split())}" for text, span in spans if text]:
            parts.append(material(lane, "\n".join(lines)))
    return parts


def _mean(marked: MarkedReply) -> float:
    return fmean(marked.marks.values())
