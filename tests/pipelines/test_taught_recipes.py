"""Every recipe with a teacher builds on the sample input, against a server that speaks OpenAI's protocol."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import datasets
import pytest
import yaml
from cards import CARDS
from inline import without_ray
from made_labels import made_labels
from openai_server import Server

import vdata.configs
from vdata.pipelines.build import run_build
from vdata.pipelines.errors import ConfigError
from vdata.pipelines.settings.config import Config
from vdata.pipelines.settings.config_reader import load_config
from vdata.recipes import recipe_text
from vdata.stages.caption.caption import Caption
from vdata.stages.instruct.by_rule.options import Options
from vdata.stages.instruct.by_rule.tasks import Tasks
from vdata.stages.instruct.by_teacher.question_chain import QuestionChain
from vdata.stages.instruct.by_teacher.questions import Questions
from vdata.stages.instruct.by_teacher.reason import Reason
from vdata.stages.instruct.by_teacher.wrong_options import WrongOptions
from vdata.stages.verify.checks.grounding import GroundingCheck
from vdata.stages.verify.checks.label import LabelCheck
from vdata.stages.verify.checks.rationale import RationaleCheck
from vdata.stages.verify.checks.well_formed import WellFormedCheck
from vdata.stages.verify.verify import Verify

Recipe = Callable[..., Config]

FOLDER = Path(vdata.configs.__file__).parent
RECIPES = sorted(path.stem for path in FOLDER.glob("*.yaml") if "\nteachers:" in recipe_text(path.stem))
ATTRIBUTES = (
    *("color", "texture", "material", "shape", "pattern", "lighting", "written", "pose", "body", "face", "expression"),
    *("hair", "clothing", "accessories", "action", "relation", "place", "condition"),
)
TASKS = {
    "videorefer": {"region_caption", "detailed_region_caption", "region_question"},
    "compositioncap": {*(f"{name}_of_region" for name in ATTRIBUTES), "region_caption", "overview_caption"},
    "lwm_qa": {"conversation"},
    "t3": {"event_order", "attribute_first_last", "referring", "grounding"},
    "instruct": {"what", "where", "when", "why", "how", "order", "count"},
    "sharegpt4video": {"grounded_caption", "frame_captions"},
    "vript": {"grounded_caption", "scene_script", "long_scene_script"},
    "vript_hard": {"grounded_caption", "scene_order", "hinted"},
    "koala_split": {"grounded_caption"},
    "panda70m": {"grounded_caption"},
    "scenewalk": {"grounded_caption", "dense_caption"},
    "videoufo": {"captioning"},
    "mmtrail": {"grounded_caption"},
    "univtg": {"moment_retrieval", "step_localisation"},
    "howtocaption": {"grounded_caption", "moment_retrieval"},
    "howtostep": {"grounded_caption", "moment_retrieval"},
    "videoespresso": {
        *("narrative_analysis", "event_dynamics", "preparation_steps", "causal_analysis", "theme_analysis"),
        *("contextual_analysis", "influence_analysis", "role_analysis", "interaction_analysis", "behavior_analysis"),
        *("emotion_analysis", "cooking_process", "traffic_analysis", "situation_analysis"),
    },
    "video_star": {"counting", "moment_retrieval", "event_order", "question_answer"},
    "videosavi": {"preference"},
    "stic": {"preference"},
    "mllm_dpo": {"preference"},
    "stic_described": {"video_exclusive_understanding", "prior_knowledge", "decision_making"},
    "vcg_plus": {"summary", "detailed", "temporal", "spatial", "reasoning", "short_temporal"},
    "timepro": {
        *("temporal_grounded_caption", "moment_retrieval", "dense_caption", "step_localisation"),
        *("highlight_scores", "extractive_summary", "when"),
    },
    "lita_rtl": {"when", "dense_caption", "moment_retrieval"},
    "grounded_videollm": {"what", "why", "how", "who", "where"},
    "videochat": {"captioning", "conversation"},
    "valley": {"conversation", "detail_description", "complex_reasoning"},
    "video_holmes": {
        *("social_reasoning", "intention_and_motive_chaining", "temporal_causal_inference", "timeline_analysis"),
        *("multimodal_hint_reasoning", "physical_anomaly_reasoning", "core_theme_inference"),
    },
    "hd_vg": {"captioning"},
    "dropletvideo": {"captioning"},
    "mr_video": {"captioning", "grounded_caption"},
    "vismap": {"grounded_caption"},
    "vigc": {"conversation", "detailed_description", "complex_reasoning"},
    "favdbench": {"audible_description", "audible_description_in_chinese"},
    "vdc": {
        f"{aspect}_{kind}"
        for aspect in ("camera", "short", "background", "main_object", "detailed")
        for kind in ("caption", "qa")
    },
    "vidla": {f"{kind}_{scale}" for kind in ("seen", "said", "words") for scale in ("short", "medium", "long")},
    "mvbench": {
        *("action_antonym", "fine_grained_action", "moving_direction", "moving_attribute", "state_change"),
        *("object_existence", "object_interaction", "object_shuffle", "moving_count", "action_localization"),
        *("scene_transition", "fine_grained_pose", "egocentric_navigation", "before_after", "counting", "event_order"),
        *("question_answer", "action_prediction", "unexpected_action", "counterfactual_inference"),
    },
    "mme_videoocr": {
        *("temporal_grounding", "spatial_grounding", "text_recognition", "attribute_based_recognition", "translation"),
        *("text_centric_qa", "color_recognition", "named_entity_recognition", "text_counting", "change_detection"),
        *("tracking", "special_text_parsing", "complex_reasoning", "subtitle_based_video_understanding"),
    },
    "instruct_v2xum": {"dense_caption", "step_localisation", "text_summary"},
    "mmstar": {"qa"},
    "videoeval_pro": {"qa"},
    "mmr_v": {"qa"},
    "cg_bench": {"qa", "clue_stretches"},
    "mmworld": {
        f"{kind}_{sense}"
        for sense in ("heard", "seen")
        for kind in (
            *("explanation", "counterfactual", "future_prediction", "domain_expertise", "temporal", "attribution"),
            "procedure",
        )
    },
    "vtg_it": {"moment_retrieval", "dense_caption", "highlight_scores", "video_highlight_detection"},
    "mmdu": {"multi_image_dialogue"},
    "mmie": {"document"},
    "mmxu": {"region_change"},
    "howto_interlink7m": {"document"},
    "multimodal_textbook": {"document"},
    "live": {"streaming_dialogue", "streaming_narration"},
    "mmduet_it": {"dense_video_captioning", "multi_answer_grounded_qa"},
    "vue_tr": {"step_localisation"},
    "streaming_bench": {
        *("object_recognition", "attribute_recognition", "action_recognition", "spatial_understanding"),
        *("event_understanding", "text_rich_understanding", "counting_so_far", "causal_reasoning", "clips_summarize"),
        *("prospective_reasoning", "misleading_context_understanding", "anomaly_context_understanding"),
        *("emotion_recognition", "scene_understanding", "source_discrimination", "multimodal_alignment"),
        *("proactive_output", "sequential_question_answering"),
    },
    "verified": {"fine_moment_retrieval"},
    "storyteller": {"dense_caption", "characters", "events", "motives"},
    "saven_vid": {
        *("grounded_caption", "dense_caption", "temporal_grounding", "sound_of_picture", "picture_of_sound"),
        "joint_reasoning",
    },
    "llm4vg": {"moment_retrieval"},
    "video_auto_arena": {"preference", "tied_pair"},
    "uve": {"clip_preference"},
    "mj_bench_video": {"clip_preference"},
    "longvid": {
        *("captioning", "event_understanding", "event_count", "event_sequence", "event_relationship", "summary_qa"),
    },
    "video_bench": {"video_exclusive_understanding", "prior_knowledge", "decision_making"},
    "favor_bench": {
        *("action_sequence", "holistic_action_classification", "single_action_detail", "multiple_action_details"),
        *("camera_motion", "non_subject_motion", "captioning"),
    },
    "allvb": {
        *("video_classification", "video_captioning", "scene_recognition", "action_recognition", "event_detection"),
        *("video_emotion_recognition", "temporal_action_localization", "object_detection_and_tracking"),
        "needle_in_a_haystack",
    },
    "videovista": {
        *("action_recognition", "action_location", "action_sequence", "action_prediction", "action_count"),
        *("brief_description", "detailed_description", "event_location", "event_description", "event_sequence"),
        *("objects_existence", "objects_count", "objects_temporal_location", "objects_spatial_location"),
        *("objects_spatial_tracking", "objects_temporal_relation", "objects_spatial_relation"),
        *("optical_character_recognition", "counterfactual_reasoning", "commonsense_reasoning", "causal_reasoning"),
    },
}
"""Tasks that a recipe's samples may have, at least one of them."""
ALL_TASKS = (
    "compositioncap",
    "videochat",
    "valley",
    "video_holmes",
    "allvb",
    "videovista",
    "hd_vg",
    "favor_bench",
    "mvbench",
    "mme_videoocr",
    "vtg_it",
    "instruct_v2xum",
    "mmworld",
    "dropletvideo",
    "vidla",
    "vismap",
    "favdbench",
    "vigc",
    "storyteller",
    "saven_vid",
    "streaming_bench",
    "longvid",
)
"""Recipes that make samples of each of these tasks."""
SAID = {
    "videorefer": (
        "outlined in red, and lightly tinted",
        "cut out around the region in question",
        "which is called <region>",
    ),
    "compositioncap": ("outlined in red, and lightly tinted", "Each part is a caption of its own"),
    "lwm_qa": ("so that a reader of the whole text can find it",),
    "t3": ("What differs between the three sentences", "The star blinks."),
    "howto_interlink7m": ("one part of a story that is told clip by clip", "and may be shown to anybody"),
    "multimodal_textbook": ("How much knowledge its words hold", "no stammering and no asides"),
    "video_auto_arena": (
        "Let a third of them know the subject of the video well",
        "This person is told what serves them",
        "which of the two is the better, everything together",
        "that is harder just there",
        "Which of these two questions about the video is the harder one",
    ),
    "uve": ("a rabbit comes out of its burrow", "how much the camera moves", "both are equally bad or weak"),
    "stic_described": ("Say first what kind of video it is",),
    "mmxu": ("regions, Image 2: the bow tie: it is red and leans", "cite spans of it alone, of at least 2 times"),
    "mllm_dpo": ("as long as the question calls for", "What does the man do?"),
    "mj_bench_video": ("a man talks in a car", "nothing comes from nowhere or vanishes", "everything together"),
    "live": ("nothing of what came before or will come", "a rider comes to the crossing"),
    "mmduet_it": ("that somebody might ask before watching", "the rabbit stretches its arms"),
    "longvid": ("Tell the whole video in the order of time", "tied to another one, as its reason"),
    "saven_vid": (
        "and guess at no sounds",
        "The mood that it has",
        "Put a sound beside what makes it",
        "or only hears",
    ),
    "storyteller": ("The same voice is one person all through.", "Ada speaks.", "whether somebody has followed it"),
    "streaming_bench": ("s into the video, of a viewer who has seen it up to there", "is seen and heard right now"),
    "vue_tr": ("what somebody who looks for a scene of this video would type", "One to three words: a thing"),
    "dropletvideo": ("Tell in time order what moves and how", "zoom out", "How clean they are technically"),
    "mr_video": ("each by what one would know it again by", "a coloured shape -> the shape called A"),
    "vdc": ("Write it so that someone could make the clip anew", "Ask about as many different details"),
    "vigc": ("Ask about one thing in it, as somebody would", "letter for letter", "go on with the answer by one"),
    "favdbench": (
        "Whether anything can be heard at all",
        "by the notes of a listener in heard",
        "sentence by sentence in Chinese",
    ),
    "vismap": ("Sum the video up as a story", "Say more of ", "of 10: It could say more."),
    "vidla": ("It is one picture. Say in one plain sentence", "Sum up in one or two sentences what is spoken of."),
    "instruct_v2xum": ("All of them together are about a sixth of the frames", "Join the sentences to one text"),
    "howtostep": ("Word each as one step of the work",),
    "mmstar": ("What bounces on the street",),
    "mmr_v": ("takes what is shown for what is meant",),
    "mmworld": ("You examine students of the field", "Ask to what something that is seen is due."),
    "vtg_it": ("An event is something that somebody does", "How much the video would lose without it"),
    "videochat": ("Two notes that speak of the same thing in other words are one thing.",),
    "valley": (
        "Do not name in the question what the answer has to find out.",
        "an assistant who speaks as one who sees the video",
    ),
    "allvb": ("Divide the whole script into its sub-plots", "Name it by who does it and what for"),
    "favor_bench": ("Ask about what moves, never about", "The red circle is plain and round.", "with another detail"),
    "mvbench": ("things that one would expect there", "without one thing or one event"),
    "mme_videoocr": ("The answer is the writing alone, letter by letter.", "A DAY OF SHAPES", "other colours that are"),
    "hd_vg": ("Say in one plain sentence who or what is there", "How good the picture is to look at"),
    "videovista": ("List each action once.", "of someone who has seen the video up to a point"),
    "video_holmes": ("You write riddles for viewers of a suspense film.", "Keep as much of the right answer's wording"),
}
"""Sentences that the server must see."""
OPTIONS = {"video_holmes": 6, "allvb": 5, "videovista": 4, "favor_bench": 5, "mmr_v": 10, "mmworld": 4}
"""Options of each sample that is multiple choice."""
KEPT = {
    "videorefer": (4, 3),
    "compositioncap": (4, 4),
    "lwm_qa": (8, 8),
    "t3": (54, 51),
    "cg_bench": (4, 2),
    "uve": (4, 4),
    "mj_bench_video": (4, 4),
    "mllm_dpo": (4, 2),
    "stic_described": (4, 3),
    "live": (4, 3),
    "mmduet_it": (4, 3),
    "hd_vg": (4, 1),
    "vdc": (4, 4),
    "mvbench": (55, 55),
    "video_bench": (4, 3),
    "mmxu": (6, 6),
    "mmdu": (4, 4),
}
"""Videos that go in, and those that are left, where they are not the film alone."""
HELD = ("bell", "towel", "ladder", "cup")
NOTES: dict[str, dict[str, list[Any]]] = {
    "mvbench": {
        "things": [{"text": "a green square", "seen": "yes"}, {"text": "a grey cat", "seen": "no"}],
        "interactions": [
            *({"video": f"act_0{n}.mp4", "text": f"the {thing}", "verb": "take up"} for n, thing in enumerate(HELD)),
        ],
        "shuffles": [{"label": "the first from the left"}],
        "movers": [{"moving": 2}],
        "transitions": [
            {"video": "act_01.mp4", "text": "from a kitchen into the garden"},
            {"video": "act_02.mp4", "text": "out of the forest, and then up a hill"},
            {"video": "act_03.mp4", "text": "down some stairs to a cellar"},
            {"video": "act_04.mp4", "text": "over the sea"},
        ],
        "poses": [{"video": f"act_0{n}.mp4", "label": f"hold a {thing}"} for n, thing in enumerate(HELD)],
        "moves": [{"text": "Walk along the street, up to the towers.", "label": "stop"}],
    },
    "favor_bench": {"subjects": ["The red circle is plain and round.", "The blue square has sharp corners."]},
    "video_holmes": {
        "relationships": ["The red circle at the beginning and the one in the park are the same."],
        "clues": [
            "The picture at the sea shore stands still while a triangle moves.",
            "The street has one green thing.",
        ],
        "supernatural": ["Shapes hang in the air and move by themselves.", "It stands for memories that pass by."],
        "theme": ["Who leaves comes home again."],
    },
}
"""What people have noted of the film besides, by lane, for the recipes that read notes."""
SHORTER = {"vismap": ["shots.fixed.seconds=20"]}
"""Settings of recipes for long videos, by which the film is long enough."""


def test_every_recipe_is_known_here() -> None:
    assert set(TASKS) == set(RECIPES)


QUICK = ("instruct", "mllm_dpo", "stic", "timepro", "valley", "video_holmes")
"""Recipes that are built in this process, too: all are through Ray, by ``pytest -m slow``."""


def built_and_asked(config: Config, name: str, server: Server, folder: Path) -> None:
    before = len(server.counters.bodies)
    check_build(config, name, folder)
    asked = "\n".join(json.dumps(body.get("messages"), ensure_ascii=False) for body in server.counters.bodies[before:])
    assert [said for said in SAID.get(name, ()) if said not in asked] == []


@pytest.mark.parametrize("name", QUICK)
def test_a_recipe_with_a_teacher_builds(
    name: str,
    recipe: Recipe,
    film_server: Server,
    film: Path,
    clips: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without_ray(monkeypatch)
    built_and_asked(recipe(name, name, *noted(name, film, clips, tmp_path)), name, film_server, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.usefixtures("ray")
def test_a_recipe_with_a_teacher_builds_through_ray(
    name: str, recipe: Recipe, film_server: Server, film: Path, clips: Path, tmp_path: Path
) -> None:
    config = recipe(name, f"{name}_ray", *noted(name, film, clips, tmp_path))
    built_and_asked(config, name, film_server, tmp_path)


@pytest.mark.parametrize("name", ALL_TASKS)
@pytest.mark.usefixtures("film_server")
def test_a_recipe_asks_for_all_of_its_tasks(name: str, recipe: Recipe) -> None:
    stages = recipe(name, name).stages
    asked = {task for stage in stages if isinstance(stage, Questions) for task in stage.families()}
    by_rule = [task for stage in stages if isinstance(stage, Tasks) for task in stage.tasks or ()]
    asked |= {task if isinstance(task, str) else task.name for task in by_rule}
    asked |= {stage.task for stage in stages if isinstance(stage, QuestionChain)}
    assert asked == TASKS[name]
    if name in OPTIONS:
        counts = {stage.count for stage in stages if isinstance(stage, Options | WrongOptions)}
        counts |= {stage.options for stage in stages if isinstance(stage, Questions) and stage.answers == "choice"}
        assert counts == {OPTIONS[name]}


def noted(name: str, film: Path, clips: Path, folder: Path) -> list[str]:
    """The settings by which the recipe *name* reads, beside the truth about the film, what people have noted of it; or
    by which it has the real clips, with labels that were made for them."""
    if name not in NOTES:
        return SHORTER.get(name) or made_labels(name, clips, folder)
    rows = [
        {"video": "film.mp4", "lane": lane} | ({"text": note} if isinstance(note, str) else note)
        for lane, notes in NOTES[name].items()
        for note in notes
    ]
    lines = (film / "film.truth.jsonl").read_text(encoding="utf-8") + "".join(f"{json.dumps(row)}\n" for row in rows)
    (folder / "notes.jsonl").write_text(lines, encoding="utf-8")
    return [f"labels.0.path={folder / 'notes.jsonl'}"]


def check_build(config: Config, name: str, tmp_path: Path) -> None:
    """Build *config*, the recipe *name*, and look at what it makes."""
    out = config.output.path
    assert run_build(config, limit=None, address=None, overwrite=False) == 0
    made: dict[str, Any] = json.loads((out / "build.json").read_text())
    assert (made["inputs"], made["kept"]) == KEPT.get(name, (1, 1))
    for spent in made["teachers"].values():
        assert sum(purpose["calls"] + purpose["saved_calls"] for purpose in spent.values()) > 0
    loaded = datasets.load_dataset(str(out), split="train", cache_dir=str(tmp_path))
    assert set(loaded["task"]) <= TASKS[name]
    if name in ALL_TASKS:
        assert set(loaded["task"]) == TASKS[name]
    if name in CARDS:
        CARDS[name](list(loaded))
    for row in loaded:
        assert row["messages"][-1]["role"] == "assistant"
        assert row["evidence"] or row["task"] == "preference"
        assert len(row["options"]) in (OPTIONS.get(name, len(row["options"])), 0)
        assert row["options"] or name not in OPTIONS or row["task"] == "captioning"
        assert all(0 <= span["start"] <= span["end"] <= row["duration"] + 0.05 for span in row["evidence"])
        if row["task"] == "preference":
            assert row["rejected"]
            assert row["rejected"] != row["messages"][-1]["content"]
            assert row["rejected_source"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "kept"), [("vidla", {"seen_short"}), ("mr_video", {"captioning", "grounded_caption"})]
)
@pytest.mark.usefixtures("film_server")
def test_clips_that_are_silent_or_of_one_scene_give_no_text_twice(
    name: str, kept: set[str], recipe: Recipe, clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real clips of 4 to 10 s: no clip of a longer scale, nothing on speech, no summary of one caption."""
    without_ray(monkeypatch)
    config = recipe(name, f"{name}_clips", f"videos={clips}/*.mp4")
    assert run_build(config, limit=None, address=None, overwrite=False) == 0
    rows = list(datasets.load_dataset(str(config.output.path), split="train", cache_dir=str(tmp_path)))
    assert {row["task"] for row in rows} == kept
    assert len({row["video"] for row in rows}) == 4
    assert len({(row["video"], row["answer"]) for row in rows}) == len(rows)


@pytest.mark.slow
@pytest.mark.usefixtures("ray")
def test_the_second_build_pays_for_nothing(recipe: Recipe, film_server: Server, tmp_path: Path) -> None:
    def build(out: str) -> int:
        before = film_server.counters.calls
        config = recipe("vript", out, f"replies={tmp_path}")
        assert run_build(config, limit=None, address=None, overwrite=False) == 0
        return film_server.counters.calls - before

    assert build("once") > 0
    assert build("twice") == 0
    assert (recipe("vript", "once").output.path / "README.md").exists()


@pytest.mark.parametrize("name", RECIPES)
def test_no_recipe_writes_what_nothing_verifies(name: str) -> None:
    """Every recipe that has questions, rationales or captions of lines written reads them beside what they cite."""
    said: list[str] = []
    with suppress(ConfigError):  # of videos that are not here
        load_config(FOLDER / f"{name}.yaml", warn=said.append)
    assert [line for line in said if "that nothing verifies" in line] == []
    stages = [one for one in yaml.safe_load(recipe_text(name))["stages"] if isinstance(one, dict)]
    own = {reason for one in stages for reason in one.get("verify", {}).get("policy", {})}
    assert not own & {*GroundingCheck.reasons, *WellFormedCheck.reasons}, "they drop what they find"


@pytest.mark.usefixtures("film_server")
def test_every_rationale_is_verified_after_it_was_written(recipe: Recipe) -> None:
    """Every recipe that has a rationale written has it checked by rule, and read: does it lead to the answer?"""
    writers = 0
    for name in RECIPES:
        stages = recipe(name, name).stages
        for n, stage in enumerate(stages):
            if not isinstance(stage, Reason) and not (isinstance(stage, Questions) and stage.explain != "no"):
                continue
            writers += 1
            after = [one for one in stages[n + 1 :] if isinstance(one, Verify)]
            assert any("rationale" in {check.name for check in one.rule_checks()} for one in after), name
            led = isinstance(stage, Reason) and stage.mode == "propose"  # the stage asks who reads it itself
            assert led or any("label" in {check.name for check in one.teacher_checks()} for one in after), name
            for one in after:
                reasons = (*RationaleCheck.reasons, *LabelCheck.reasons)
                assert all(one.policy.get(reason, "drop") == "drop" for reason in reasons)
    assert writers >= 4


@pytest.mark.usefixtures("film_server")
def test_captions_that_are_published_as_long_have_a_lower_limit(recipe: Recipe) -> None:
    """A caption of nine words, where some 200 are asked for, is a reject: no recipe takes it for what it says."""
    least = {"dropletvideo": 100, "koala_split": 100, "sharegpt4video": 130, "scenewalk": 70, "vdc": 200, "vript": 70}
    for name, words in {**least, "vript_hard": 70}.items():
        limits = [stage.min_words for stage in recipe(name, name).stages if isinstance(stage, Caption)]
        assert max(limits) == words, name
        assert name not in least or str(words) in recipe_text(name).partition("\nname: ")[0], name
