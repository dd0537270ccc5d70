"""What of a sample can be a conversation about its video, and what cannot."""

from __future__ import annotations

from dataclasses import replace

from ..rules.stretch import shown_alone
from ..schemas import Message, Sample
from .format import ExportItem, Unsupported

MARKS = ("<video>", "<image>", "<audio>")
"""Placeholders that trainers replace by media, wherever they stand."""


def clip_of(sample: Sample) -> tuple[float, float] | None:
    """The stretch that must be shown alone, seconds; None: the file is shown as it is, as for most samples.

    ``start`` and ``end`` of other samples are where the answer lies: to cut there would give it away. A sample with a
    clip is shown all of that, and one that is text alone nothing.
    """
    return None if sample.clip or sample.text_only else shown_alone(sample)


def turns_of(sample: Sample) -> list[Message]:
    """The turns of *sample*: user and assistant in turn, after a system message if there is one.

    Raises:
        Unsupported: they are in no such order, or one is empty.
    """
    turns = sample.messages or [Message("user", sample.question), Message("assistant", sample.answer)]
    spoken = turns[1:] if turns[0].role == "system" else turns
    roles = [turn.role for turn in spoken]
    if not spoken or len(spoken) % 2 or roles != ["user", "assistant"] * (len(spoken) // 2):
        raise Unsupported("turns_out_of_order")
    if any(not turn.content.strip() for turn in turns):
        raise Unsupported("empty_turn")
    return turns


def whole_video(item: ExportItem) -> ExportItem:
    """*item*, if it is about the whole of its video.

    Raises:
        Unsupported: ``needs_a_clip``; the format has no place for the start and end of a clip.
    """
    if clip_of(item.sample) is not None:
        raise Unsupported("needs_a_clip")
    return item


def conversation(item: ExportItem, mark: str = "") -> list[Message]:
    """The turns of a sample to imitate, with *mark* before the first question unless it is text alone.

    Raises:
        Unsupported: it is a preference pair, its turns are out of order, or its words hold a placeholder for media.
    """
    if item.sample.rejected:
        raise Unsupported("preference_pair")
    turns = turns_of(item.sample)
    marked = mark_video(turns, mark)  # a placeholder in the words of text alone would be replaced all the same
    return turns if item.sample.text_only else marked


def pair(item: ExportItem, mark: str = "") -> tuple[list[Message], str, str]:
    """The turns up to the last question, the better reply and the worse one.

    Raises:
        Unsupported: it is no preference pair, or cannot be a conversation.
    """
    if not item.sample.rejected:
        raise Unsupported("no_preference_pair")
    *asked, chosen = turns_of(item.sample)
    worse = Message("assistant", item.sample.rejected)
    turns = [*asked, chosen, worse]
    marked = mark_video(turns, mark)
    *asked, chosen, worse = turns if item.sample.text_only else marked
    return asked, chosen.content, worse.content


def videos_of(item: ExportItem) -> list[str]:
    """The videos that *item* shows, as formats list them: one, or none where it is text alone."""
    return [item.video] if item.video else []


def mark_video(turns: list[Message], mark: str) -> list[Message]:
    """*turns* with *mark* before the first question; without *mark*, as they are."""
    if not mark:
        return turns
    if any(one in turn.content for turn in turns for one in MARKS):
        raise Unsupported("placeholder_in_text")
    first = next(n for n, turn in enumerate(turns) if turn.role == "user")
    return [replace(turn, content=mark + turn.content) if n == first else turn for n, turn in enumerate(turns)]


FROM = {"system": "system", "user": "human", "assistant": "gpt"}


def from_value(turns: list[Message]) -> list[dict[str, str]]:
    """*turns* as ShareGPT writes them: from (human, gpt, system) and value."""
    return [{"from": FROM[turn.role], "value": turn.content} for turn in turns]


def role_content(turns: list[Message]) -> list[dict[str, str]]:
    """*turns* as OpenAI writes them: role and content."""
    return [{"role": turn.role, "content": turn.content} for turn in turns]


def parts(turns: list[Message], item: ExportItem) -> list[dict[str, object]]:
    """*turns* with lists of typed parts as content; the video is the first part of the first question, if
    there is one.

    As chat templates of transformers take them (``type: video`` with the file under ``video``); ``video_start`` and
    ``video_end`` (seconds) are those of qwen_vl_utils.
    """
    film: dict[str, object] = {} if item.sample.text_only else {"type": "video", "video": item.video}
    if (clip := clip_of(item.sample)) is not None:
        film |= {"video_start": clip[0], "video_end": clip[1]}
    first = next((n for n, turn in enumerate(turns) if turn.role == "user"), -1)
    return [
        {
            "role": turn.role,
            "content": [*([film] if film and n == first else []), {"type": "text", "text": turn.content}],
        }
        for n, turn in enumerate(turns)
    ]
