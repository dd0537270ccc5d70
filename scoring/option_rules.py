"""How published evaluators read which option a reply names."""

from __future__ import annotations

import re

from ..rules.letters import LETTERS
from .letter_reading import (
    after_lead_in,
    bracketed,
    by_letter,
    first_character,
    first_letter,
    first_match,
    in_answer_tag,
    in_double_brackets,
    letter_verdict,
    standing_alone,
    starts,
)
from .published_rule import LEFT, PublishedRule
from .reply_parsing import option_of
from .reply_verdict import ReplyVerdict, TrueAnswer

ARTICLE = 3
"""Words up to which an A that stands alone is a letter to MMBench's evaluator."""


def _contained(reply: str, true: TrueAnswer) -> ReplyVerdict:
    """MVBench: the first word of the reply within the right letter in brackets, or that within it."""
    begun = reply.lower().strip().removeprefix("best option:(")  # as its prompt has every reply begin
    first, gold = (begun.split() or [""])[0].replace(".", ""), f"({LETTERS[true.place or 0].lower()})"
    return ReplyVerdict("right" if first in gold or gold in first else "wrong")


def _option_text(reply: str, true: TrueAnswer) -> ReplyVerdict:
    """FAVOR-Bench: the text of the right option is in the reply, and no longer option that contains it."""
    said, right = reply.casefold(), true.options[true.place or 0].casefold()
    there = [option.casefold() for option in true.options if option.casefold() in said]
    if not there:
        return ReplyVerdict("unreadable")
    longer = any(right in option and right != option for option in there)
    return ReplyVerdict("right" if right in there and not longer else "wrong")


def _nearest(reply: str, true: TrueAnswer) -> ReplyVerdict:
    """Video-Bench: the option that the reply is most like; a reply like two of them tells nothing."""
    from rapidfuzz import fuzz, utils

    place = option_of(reply, true.options)
    if place is None:
        likeness = [fuzz.ratio(reply, option, processor=utils.default_process) for option in true.options]
        likest = [n for n, one in enumerate(likeness) if one == max(likeness)]
        place = likest[0] if len(likest) == 1 else None
    return ReplyVerdict("unreadable" if place is None else "right" if place == true.place else "wrong")


def _matched(reply: str, true: TrueAnswer) -> ReplyVerdict:
    """MMBench: the one letter that stands alone, else the one option whose text is there."""
    words = re.sub(r"[.()\[\],:;!*#{}]", " ", reply).split()
    letters = [letter for letter in LETTERS[: len(true.options)] if letter in words]
    if letters == ["A"] and len(words) > ARTICLE:
        letters = []
    if len(letters) == 1:
        return letter_verdict(letters[0], true)
    said = reply.lower()
    short = len(reply) <= 2 * sum(map(len, true.options))
    places = [n for n, option in enumerate(true.options) if option.lower() in said] if short and not letters else []
    return letter_verdict(LETTERS[places[0]] if len(places) == 1 else None, true)


OPTION_RULES = (
    PublishedRule(
        "streamingbench",
        "StreamingBench",
        "option",
        "the first character of the reply is the letter",
        by_letter(first_character),
        {"empty": "left_out"},
        LEFT,
    ),
    PublishedRule(
        "mvbench",
        "MVBench",
        "option",
        "the first word without its full stop stands in the right letter in brackets, or that in it: (b), b, B.",
        _contained,
        {"empty": "right"},
        "a reply that is empty counts as wrong; there as right, since nothing is part of every text",
    ),
    PublishedRule(
        "storyteller",
        "MovieQA101 of StoryTeller",
        "option",
        "the reply is a letter and nothing else",
        by_letter(lambda reply, letters: reply.strip() if len(reply.strip()) == 1 else None),
        {"empty": 4, "unreadable": 4, "failed": 0},
        "a reply of more than a letter, or of none, is wrong; there it is option E, and a failed call is option A",
    ),
    PublishedRule(
        "rtv_bench",
        "RTV-Bench",
        "option",
        "the first capital that stands alone and is an option, else the one behind answer:, else the first character",
        by_letter(standing_alone),
        differs="questions that require basic ones are scored with them besides, and one without a prediction is "
        "wrong; there it passes, which is printed where there are any",
    ),
    PublishedRule(
        "videoespresso",
        "VideoEspresso, close-ended",
        "option",
        "the first of A, B, C and D anywhere in the reply, in a word too",
        by_letter(lambda reply, letters: first_match(r"([A-D])", reply)),
    ),
    PublishedRule(
        "videorefer",
        "VideoRefer-Bench-Q",
        "option",
        "the first (X), else the first X), else the first character",
        by_letter(bracketed),
    ),
    PublishedRule(
        "vnbench",
        "VNBench",
        "option",
        "the first of A, B, C and D before the first full stop; an item is right if all its rotations are",
        by_letter(lambda reply, letters: first_match(r"([A-D])", reply.split(".")[0])),
    ),
    PublishedRule(
        "mlvu",
        "MLVU, multiple choice",
        "option",
        "the first (X)",
        by_letter(lambda reply, letters: first_match(r"\(([A-Z])\)", reply)),
    ),
    PublishedRule(
        "mmstar",
        "MMStar",
        "option",
        "the character with which the reply begins, behind (, option or the answer is, whatever follows",
        by_letter(starts),
    ),
    PublishedRule(
        "mme_videoocr_choice",
        "MME-VideoOCR, multiple choice",
        "option",
        "the first of A, B, C and D behind a lead-in; more than ten words without any of them are empty",
        by_letter(after_lead_in),
    ),
    PublishedRule(
        "video_bench",
        "Video-Bench",
        "option",
        "the option that the reply names, by letter or by text, or else the one that it is most like",
        _nearest,
        differs="likeness is of letters and words, there of T5's embeddings (or ChatGPT says which option is meant), "
        "so that an empty reply has an option there, too",
    ),
    PublishedRule(
        "favor_bench",
        "FAVOR-Bench, close-ended",
        "option",
        "the text of the right option is in the reply, and no longer option that contains it",
        _option_text,
    ),
    PublishedRule(
        "mmr_v",
        "MMR-V",
        "option",
        "the first letter in double brackets, [[X]]",
        by_letter(in_double_brackets),
        differs="a reply without such a letter is wrong, of which nothing is published",
    ),
    PublishedRule(
        "video_holmes",
        "Video-Holmes",
        "option",
        "the letter with which begins what stands in <answer>",
        by_letter(in_answer_tag),
        differs="a reply without <answer> is wrong, of which nothing is published; how the thinking goes wrong (six "
        "kinds, told by a language model) is not said",
    ),
    PublishedRule(
        "videovista",
        "VideoVista",
        "option",
        "the first letter of the reply, behind brackets and the like, is that of the option",
        by_letter(first_letter),
    ),
    PublishedRule(
        "mmbench_circular",
        "MMBench, circular evaluation (VLMEvalKit)",
        "option",
        "the one letter of an option that stands alone, where an A among more than three words is an article; else the "
        "one option whose text is in a reply that is no longer than twice all options; a question is right if all its "
        "rotations are",
        _matched,
        differs="a reply in which neither is found is wrong; there a language model is asked up to three times which "
        "option is meant",
    ),
)
