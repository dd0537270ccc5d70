"""The words in which recurring people and things are asked for."""

from __future__ import annotations

from ..prompting.own_words import PromptSpec

FIND = (
    "You read a description of one stretch of a video and list who and what appears in it, for someone who must "
    "recognise them in other stretches of the same video."
)
LIST = (
    'List the people, animals and important things that the material of the kind "description" speaks of. Give each '
    "the words by which the description calls it, exactly as they stand there, and one sentence on how it looks and "
    "what it is known by. Leave out scenery, crowds, and what is only mentioned."
)
UNIFY = (
    "You compare people and things that were listed from separate stretches of one video, and find out which of them "
    "are the same one."
)
MATCH = (
    'The material of the kind "mentions" lists people and things in time order, each with its number, the words used '
    "for it, and how it looks. {known}Put the numbers of those that are the same person or thing together, under one "
    'short name that tells it from all others, such as "the man in the red cap"; use a proper name only where the '
    "material gives it. Put two together only when nothing speaks against it. Every number belongs to one name."
)
KNOWN = (
    'The material of the kind "names so far" holds names given to earlier ones: use the same name again, letter for '
    "letter, for one that is the same. "
)
EDIT = "You edit descriptions of video. You change names and nothing else."
RENAME = (
    'Rewrite the text in the material of the kind "description" so that each person or thing in the list below is '
    "called by its new name wherever the text speaks of it (a pronoun may stay). Adapt the grammar around the names. "
    "Change no fact, add nothing, leave nothing out. Reply with the new text alone."
)

LIST_SPEC = PromptSpec("Lists who and what a caption speaks of, in a JSON.", "frames caption", "caption")
MATCH_SPEC = PromptSpec("Says which mentions are the same one, in a JSON.", "mentions known", "mentions known")
RENAME_SPEC = PromptSpec("Rewrites a caption with the new names.", "caption names", "caption names")
