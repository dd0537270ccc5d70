"""Voice activity on speech, noise, music and tones that are made here: ``python benchmarks/voice_activity.py``.

Needs espeakng-loader and faster-whisper. Speech is eSpeak's, in five voices and three languages, some of it over noise;
what is no speech is silence, white, pink and brown noise, chords, melodies and tones. Seeds from 100 on are held out.
Exits with 1 where less than 90 % of the frames with speech are found, or more than 3 % of the others are taken for it.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "plugins"))
from espeak import RATE, Sound, say

from vdata.stages.audio.sounds import Sounds

FRAME = 0.01
"""Seconds."""
FOUND, FALSE = 0.9, 0.03
VOICES = ("en-us", "en-gb", "en-us+f3", "en-gb+m3", "de", "fr")
SENTENCES = {
    "en": (
        "The red boat is on the water near the small house.",
        "Now we cut the bread and put some butter on it.",
        "Please turn the wheel slowly to the left and hold it there.",
        "He walked along the river until the evening came.",
    ),
    "de": ("Das rote Boot liegt vor dem kleinen Haus am Wasser.", "Jetzt schneiden wir das Brot in dünne Scheiben."),
    "fr": ("Le bateau rouge est sur l'eau près de la petite maison.", "Maintenant nous coupons le pain en tranches."),
}
KINDS = ("speech", "silence", "white", "pink", "brown", "chords", "melody", "tone", "speech over noise")


def piece(kind: str, rng: np.random.Generator) -> tuple[Sound, np.ndarray]:
    """A sound of *kind*, and for each sample whether somebody speaks."""
    if kind.startswith("speech"):
        voice = VOICES[rng.integers(len(VOICES))]
        sentences = SENTENCES[voice[:2]]
        spoken = say(
            sentences[rng.integers(len(sentences))], voice, int(rng.integers(130, 200)), int(rng.integers(30, 70))
        )
        sound = spoken.sound
        loud = np.convolve(np.abs(sound), np.ones(4800) / 4800, "same") > 1e-3
        if kind != "speech":
            sound = sound + 0.2 * _noise(rng, len(sound), 1.0)
        return sound.astype(np.float32), loud
    count = int(rng.uniform(2, 5) * RATE)
    time_of = np.arange(count) / RATE
    if kind == "silence":
        sound = np.zeros(count)
    elif kind == "tone":
        sound = 0.3 * np.sin(2 * np.pi * rng.uniform(100, 3000) * time_of) * (np.sin(2 * np.pi * 3 * time_of) > 0)
    elif kind in ("chords", "melody"):
        sound = _music(rng, time_of, (1.0, 1.25, 1.5) if kind == "chords" else (1.0,))
    else:
        sound = 0.2 * _noise(rng, count, {"white": 0.0, "pink": 1.0, "brown": 2.0}[kind])
    return sound.astype(np.float32), np.zeros(count, bool)


def _noise(rng: np.random.Generator, count: int, fall: float) -> np.ndarray:
    spectrum = np.fft.rfft(rng.normal(size=count))
    sound = np.fft.irfft(spectrum * np.maximum(np.arange(len(spectrum)), 1.0) ** (-fall / 2), count)
    return sound / np.abs(sound).max()


def _music(rng: np.random.Generator, time_of: np.ndarray, chord: tuple[float, ...]) -> np.ndarray:
    sound = np.zeros(len(time_of))
    for start in np.arange(0, time_of[-1], 0.3):
        root = 220 * 2 ** (rng.integers(0, 12) / 12)
        fading = np.exp(-4 * (time_of - start)) * (time_of >= start)
        for ratio in chord:
            for over in range(1, 5):
                sound += fading * np.sin(2 * np.pi * root * ratio * over * time_of) / over
    return 0.3 * sound / np.abs(sound).max()


def track(seed: int, pieces: int = 45) -> tuple[Sound, np.ndarray, np.ndarray]:
    """A sound of many pieces, whether somebody speaks, and the kind of piece, for each sample."""
    rng = np.random.default_rng(seed)
    kinds = [KINDS[n % len(KINDS)] for n in range(pieces)]
    made = [piece(kind, rng) for kind in kinds]
    named = np.concatenate([np.full(len(sound), n % len(KINDS)) for n, (sound, _) in enumerate(made)])
    return np.concatenate([sound for sound, _ in made]), np.concatenate([loud for _, loud in made]), named


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=4)
    args = parser.parse_args()
    stage = Sounds()
    stage.ready()
    hits, frames = defaultdict(float), defaultdict(float)
    seconds = spent = 0.0
    for seed in range(args.seed, args.seed + args.seeds):
        sound, loud, named = track(seed)
        begun = time.process_time()
        found = stage.tagger.scores(sound, "cpu")
        spent += time.process_time() - begun
        seconds += len(sound) / RATE
        on = np.zeros(len(sound), bool)
        limits = stage.threshold, stage.hold, stage.min_seconds, stage.max_gap
        for start, end, _ in found.stretches(found.together(["speech"]), *limits):
            on[round(start * RATE) : round(end * RATE)] = True
        at = np.arange(round(FRAME * RATE / 2), len(sound), round(FRAME * RATE))
        for kind in range(len(KINDS)):
            here = at[named[at] == kind]
            hits[KINDS[kind]] += on[here].sum()
            frames[KINDS[kind]] += len(here)
        hits["found"] += (on & loud)[at].sum()
        frames["found"] += loud[at].sum()
        hits["false"] += (on & ~loud)[at].sum()
        frames["false"] += (~loud)[at].sum()
    shares = {name: hits[name] / frames[name] for name in frames}
    for kind in KINDS:
        print(f"{kind:18} taken for speech: {shares[kind]:6.1%} of {frames[kind] * FRAME:.0f} s")
    print(f"frames with speech that are found: {shares['found']:.1%} (at least {FOUND:.0%})")
    print(f"frames without that are taken for it: {shares['false']:.1%} (at most {FALSE:.0%})")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{seconds:.0f} s of sound, {60 * spent / seconds:.2f} s of CPU a minute, {memory:.0f} MB of memory in all")
    return int(shares["found"] < FOUND or shares["false"] > FALSE)


if __name__ == "__main__":
    sys.exit(main())
