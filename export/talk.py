"""What of a sample can be a conversation about its video, and what cannot."""

from __future__ import annotations

from dataclasses import replace

from ..rules.interleaving import LAYOUT
from ..rules.media_parts import parts_of
from ..rules.stretch import shown_alone
from ..schemas import Message, Sample
from ..schemas.sample import MEDIA_MARKS
from .format import ExportItem, MediumFile, Unsupported

MARKS = ("<video>", "<image>", "<audio>")
"""Placeholders that trainers replace by media, wherever they stand."""


def clip_of(sample: Sample) -> tuple[float, float] | None:
    """The stretch that must be shown alone, seconds; None: the file is shown as it is, as for most samples.

    ``start`` and ``end`` of other samples are where the answer lies: to cut there would give it away. A sample with a
    clip is shown all of that, one that is text alone nothing, and one with media of its own just these.
    """
    return None if sample.clip or sample.text_only or sample.media else shown_alone(sample)


def turns_of(sample: Sample, *, documents: bool = False) -> list[Message]:
    """The turns of *sample*: user and assistant in turn, after a system message if there is one; with *documents*, the
    one of a document, too, which answers no question.

    Raises:
        Unsupported: they are in no such order, one is empty, or they are those of a stream: without their times they
            would say what has not been seen yet.
    """
    if sample.is_stream:
        raise Unsupported("turns_at_times")
    turns = sample.messages or [Message("user", sample.question), Message("assistant", sample.answer)]
    spoken = turns[1:] if turns[0].role == "system" else turns
    roles = [turn.role for turn in spoken]
    if documents and LAYOUT in sample.params and roles == ["assistant"]:
        return turns
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


def one_question(item: ExportItem) -> Sample:
    """The sample of *item*, if it is one question about the whole of its video.

    Raises:
        Unsupported: as ``whole_video`` and ``conversation``; or ``several_turns``.
    """
    sample = whole_video(item).sample
    if len(conversation(item)) > 2:
        raise Unsupported("several_turns")
    return sample


def one_choice(item: ExportItem) -> tuple[Sample, int]:
    """The sample of *item*, if it is one multiple choice about the whole of its video, and which option is right.

    Raises:
        Unsupported: as ``one_question``; or ``no_options``.
    """
    sample = one_question(item)
    if not sample.options or sample.answer_index is None:
        raise Unsupported("no_options")
    return sample, sample.answer_index


def conversation(item: ExportItem, mark: str = "", *, documents: bool = False) -> list[Message]:
    """The turns of a sample to imitate, with *mark* before the first question unless it is text alone, or has marks of
    its own for several media. *documents*: those that answer no question are taken as well.

    Raises:
        Unsupported: it is a preference pair, its turns are out of order, or its words hold a placeholder for media.
    """
    if item.sample.rejected:
        raise Unsupported("preference_pair")
    turns = turns_of(item.sample, documents=documents)
    if item.sample.media:
        return turns
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
    if item.sample.media:
        if any(mark in turn.content for turn in (chosen, worse) for mark in MARKS):
            raise Unsupported("media_in_a_reply")
        return asked, chosen.content, worse.content
    marked = mark_video(turns, mark)
    *asked, chosen, worse = turns if item.sample.text_only else marked
    return asked, chosen.content, worse.content


def videos_of(item: ExportItem) -> list[str]:
    """The videos that *item* shows, as formats list them: one, or none where it is text alone."""
    return [item.video] if item.video else []


def picture_of(item: ExportItem) -> str:
    """The one picture that *item* shows: that which ``stills`` wrote, or the image that it is about.

    Raises:
        Unsupported: ``no_single_picture``.
    """
    if len(item.sample.frames) == 1:
        return item.sample.frames[0].file
    if item.image:
        return item.video
    raise Unsupported("no_single_picture")


def files_by_kind(item: ExportItem) -> tuple[list[str], list[str]]:
    """The pictures and the videos that *item* shows, each list in order: those of its media, or else its video.

    Raises:
        Unsupported: ``needs_a_clip``; a file shows more than the sample, and the format cannot say what of it.
            ``picture_not_written``.
    """
    if not item.sample.media:
        return [], videos_of(item)
    if not all(one.path for one in item.media):
        raise Unsupported("picture_not_written")
    if any(one.within is not None for one in item.media):
        raise Unsupported("needs_a_clip")
    images = [one.path for one in item.media if one.kind == "image"]
    return images, [one.path for one in item.media if one.kind == "clip"]


def media_lists(item: ExportItem) -> dict[str, list[str]]:
    """``videos`` of *item*, and ``images`` where it has several media."""
    images, videos = files_by_kind(item)
    return {"videos": videos, **({"images": images} if item.sample.media else {})}


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
    there is one, and media of the sample stand where their marks are.

    As chat templates of transformers take them (``type: video`` with the file under ``video``, and so for ``image``);
    ``video_start`` and ``video_end`` (seconds) are those of qwen_vl_utils.
    """
    if item.sample.media:
        return _own_media(turns, item)
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


def _own_media(turns: list[Message], item: ExportItem) -> list[dict[str, object]]:
    """*turns*, which have all of the marks of the sample or none, as parts."""
    marked = any(mark in turn.content for turn in turns for mark in MEDIA_MARKS.values())
    files = iter(item.media)
    told: list[dict[str, object]] = []
    for turn, own in zip(turns, parts_of(turns, item.sample.media if marked else []), strict=True):
        content = [{"type": "text", "text": one} if isinstance(one, str) else media_part(next(files)) for one in own]
        told.append({"role": turn.role, "content": content})
    return told


def media_part(file: MediumFile) -> dict[str, object]:
    """*file* as a part of a message.

    Raises:
        Unsupported: ``picture_not_written``.
    """
    if not file.path:
        raise Unsupported("picture_not_written")
    kind = "video" if file.kind == "clip" else "image"
    within = {} if file.within is None else {"video_start": file.within[0], "video_end": file.within[1]}
    return {"type": kind, kind: file.path, **within}
