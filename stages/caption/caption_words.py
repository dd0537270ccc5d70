"""The words in which captions are asked for."""

from __future__ import annotations

from ..prompting.own_words import PromptSpec

ROLE = (
    "You describe stretches of video for people who cannot see them. Say only what can be seen in the frames or what "
    "the material says of this stretch. Do not guess at names, feelings, reasons or what happens outside of it, and "
    "do not mention frames, pictures, notes or material in your reply."
)
WRITER = (
    "You write descriptions of videos from notes that others took of them. Use what the notes say and nothing else. "
    "Keep their order in time. Do not mention notes, frames or material in your reply."
)
JUDGE = "You compare descriptions of a stretch of video with what its frames and the material show. Be strict and fair."
COACH = (
    "You write instructions for a writer who describes videos and whom a strict judge reads. You learn from what the "
    "judge said of the descriptions so far."
)
HUMAN = (
    'Material of the kind "human label" was written by a person who watched the video. Where it disagrees with the '
    "frames or with other material, the human label is right: never contradict it."
)

SHOWN = "You see {count} of the video from {start} s to {end} s, in time order, taken at {times} s."
SHOWN_POINT = "You see one frame of the video, taken at {times} s."
TILED = (
    "You see one picture in which {count} of the video from {start} s to {end} s are tiled, to be read row by row from "
    "the upper left, taken at {times} s."
)
UNSEEN = "The stretch of the video from {start} s to {end} s is known to you from the material alone."

SINGLE = "Describe what this stretch shows: who and what is there, what happens in which order, and where."
REGION = (
    "Describe only what is in the region in question: who or what it is, how it looks, what it does and where it goes, "
    "in order. What is around it counts only where it has to do with it. Do not speak of what marks it."
)
STRUCTURED = "Describe this stretch in the named parts of the reply. Leave a part empty when nothing can be said of it."
FIRST = "Describe this frame in detail: who and what is there, how it looks, where it is, and how the camera sees it."
POINT = "Describe this frame: who and what is there, what is being done, and where it is."
NEXT = (
    "Describe what has changed from the first frame to the second: people, things, place, camera. Do not describe what "
    "stayed the same. If nothing has changed, say so in one sentence. What was noted before stands in the material."
)
MERGE = (
    'The material of the kind "note" holds notes on frames of one stretch of video, in time order: the first one '
    "describes a frame, and each of the others says what had changed since the one before. Write one description of "
    "the stretch from {start} s to {end} s from them: a single text that follows what happens."
)
SUMMARY = (
    'The material of the kind "note" holds descriptions of {count} that follow one another in a video, from {start} s '
    "to {end} s. Write one description of this whole stretch from them. Call the same person or thing by the same name "
    "throughout, and leave out what is said twice."
)
STEPS = (
    'The material of the kind "{kind}" holds what is said in a stretch of video, line by line, each with its number. '
    "List the actions that are being done or shown while these lines are said, each as one short sentence in the "
    "present tense that could be a caption of the picture, with the numbers of the lines that tell of it. Leave out "
    "greetings, opinions, and what is only announced or remembered. An empty list is a good reply."
)
ABOUT = "Write about {words} words{where}."
PICK = (
    'The material of the kinds "description 1" to "description {count}" holds {count} descriptions of this stretch. '
    "Choose the one that says most of what is shown and least that is not."
)
SUPPORTED = (
    'The material of the kind "sentences" holds sentences about this stretch, each with its number. Give the numbers '
    "of those that are fully supported by what is shown. A sentence with any part that is not shown is not supported."
)

GRADE = (
    'The material of the kind "description" holds a description of this stretch. Grade it from 1 to {top} by what else '
    "there is: whether it tells what matters, in its order, and nothing that is not there, and reads well as one text. "
    "Say first what is missing, wrong or badly told; then give the grade that follows from it."
)
IMPROVE = (
    'The material holds descriptions of one video in the order in which they were written, each as "instructions", '
    '"description" and "judgement" of its number. Write better instructions for the next one: say how to choose what '
    "is told, how to order and how to word it, so that what the judge found is mended and what was good stays. Put no "
    "fact of the video into them."
)

MATCHER = (
    "You find out when a video shows what a caption says. Be strict: something that is only like it is not "
    "enough, and a frame of someone who only speaks of it does not show it."
)
WHERE = (
    "You see {count} frames of a video in time order, numbered with their times: {times}. Which of them show what the "
    "caption in the material says? Give their numbers."
)
WHERE_TOLD = (
    "You know a video from notes, with their times, that the material holds. {count} moments of it are numbered, with "
    "their times: {times}. At which of them does the video show what the caption in the material says, by the notes? "
    "Give their numbers."
)

PARTS = {
    "subject": "Who or what the stretch is about, and how they look.",
    "action": "What the subject does, in time order.",
    "environment": "Where it is: the place, the things around, the light.",
    "camera": "The shot size, the angle, and how the camera moves.",
    "style": "The kind of picture and its mood: film, animation, recording of a screen.",
    "overall": "The whole stretch in one coherent description, which says all of the above.",
}
"""The named parts of a structured caption."""

SEEN = "frames material start end times count"
DESCRIBE_SPEC = PromptSpec("Describes a stretch from its frames; with parts, in a JSON of these.", f"{SEEN} words")
FIRST_SPEC = PromptSpec("Describes the first frame of a stretch.", "frames material time words")
CHANGE_SPEC = PromptSpec("Says what has changed from one frame to the next.", "frames times notes", "notes")
MERGE_SPEC = PromptSpec("Makes one text of the notes on single frames.", "notes material start end words", "notes")
CHOOSE_SPEC = PromptSpec("Chooses the best of several captions.", f"{SEEN} descriptions", "descriptions", writes=False)
SUPPORT_SPEC = PromptSpec("Says which sentences are supported.", f"{SEEN} sentences", "sentences", writes=False)
GRADE_SPEC = PromptSpec("Grades a caption, where drafts follow one another.", f"{SEEN} caption words", "caption",
                        writes=False)  # fmt: skip
IMPROVE_SPEC = PromptSpec(
    "Writes the instructions for the next draft from the drafts so far and their grades.",
    "notes count",
    "notes",
    writes=False,
)
SUMMARY_SPEC = PromptSpec(
    "Summarises captions that follow one another.", "notes material start end count words", "notes"
)
STEPS_SPEC = PromptSpec("Lists what is done while lines are said, citing them, in a JSON.", "lines material", "lines")
ALIGN_SPEC = PromptSpec(
    "Says which of the numbered frames show what a caption says, or at which of the numbered moments notes say so.",
    "frames caption count times material",
    "caption",
    writes=False,
)


def seconds(time: float) -> str:
    """A time in seconds as it stands in prompts: ``12.5``."""
    return f"{time:.2f}".rstrip("0").rstrip(".")
