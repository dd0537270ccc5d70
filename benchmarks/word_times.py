"""How far the times of words are off, from the file to the lane: ``python benchmarks/word_times.py``.

Needs espeakng-loader, faster-whisper (for Silero VAD) and pocketsphinx, whose package carries its model, instead of
whisper; the extra ``test`` has them. eSpeak speaks sentences and says when each word begins; they become the sound of a
film; vdata reads it, looks for speech, leaves out the rest, and brings times back. Pocketsphinx is told what is said in
each piece and finds where. A word that it finds counts by how far its start is off. The sound itself is compared sample
by sample with what was written. Seeds from 100 on are held out.

Exits with 1 where the sound lags at all, or less than 96 % of the words are within 0.3 s.
"""

from __future__ import annotations

import argparse
import difflib
import sys
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "plugins"))
from espeak import RATE, Sound, say

from vdata.schemas import Timeline
from vdata.stages.audio.heard import hear
from vdata.stages.audio.taggers.silero import Silero
from vdata.stages.media.probe import Probe
from vdata.stages.speech.sentences import Line, Word
from vdata.stages.speech.voiced import brought_back, only, pieces_of

NEAR, WANTED = 0.3, 0.96
RUN = 3
"""A word counts as found in its place among so many in a row that are."""
SUBJECTS = ("the old man", "my sister", "the small dog", "a young woman", "the teacher", "our neighbor")
VERBS = ("walked to", "looked at", "went around", "came back from", "stood near", "was working in")
PLACES = ("the white house", "the water", "the garden", "an open door", "the city park", "the school")
TIMES = ("in the morning", "after dinner", "before the night", "every summer", "at seven", "for ten minutes")


def track(seed: int, count: int) -> tuple[Sound, list[tuple[str, float]], list[tuple[str, float]]]:
    """Sentences with silence between them; each sentence, and each word, with its start, seconds."""
    rng = np.random.default_rng(seed)
    pieces, sentences, words, at = [], [], [], 0.0
    for _ in range(count):
        text = " ".join(str(rng.choice(part)) for part in (SUBJECTS, VERBS, PLACES, TIMES))
        gap = np.zeros(int(rng.uniform(0.5, 6) * RATE), np.float32)
        spoken = say(text, "en-us", 140)
        at += len(gap) / RATE
        sentences.append((text, at))
        words += [(word, at + start) for word, start in spoken.words]
        at += len(spoken.sound) / RATE
        pieces += [gap, spoken.sound]
    return np.concatenate(pieces), sentences, words


def film(path: Path, sound: Sound) -> None:
    """A film of grey pictures with *sound*, without loss."""
    with av.open(str(path), "w") as target:
        video: Any = target.add_stream("libx264", rate=5, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        voice: Any = target.add_stream("flac", rate=RATE, layout="mono")
        for _ in range(int(len(sound) / RATE * 5) + 1):
            target.mux(video.encode(av.VideoFrame.from_ndarray(np.full((48, 64, 3), 90, np.uint8), format="rgb24")))
        target.mux(video.encode(None))
        data = (sound * 32767).astype(np.int16)[None]
        for at in range(0, data.shape[1], 1024):
            frame = av.AudioFrame.from_ndarray(data[:, at : at + 1024].copy(), format="s16", layout="mono")
            frame.rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
            target.mux(voice.encode(frame))
        target.mux(voice.encode(None))


def aligned(sound: Sound, text: str) -> list[Word]:
    """Where pocketsphinx hears the words of *text* in *sound*; nothing where it finds no way through."""
    from pocketsphinx import Decoder

    decoder = Decoder(samprate=RATE, loglevel="FATAL", lm=None, beam=1e-80, wbeam=1e-60, pbeam=1e-80)
    decoder.set_align_text(text)
    decoder.start_utt()
    decoder.process_raw((sound * 32767).astype(np.int16).tobytes(), full_utt=True)
    decoder.end_utt()
    rate = decoder.config["frate"]
    return [
        Word(one.word.partition("(")[0], one.start_frame / rate, (one.end_frame + 1) / rate)
        for one in decoder.seg() or ()
        if not one.word.startswith(("<", "["))
    ]


@dataclass
class Measured:
    """What came out of one film."""

    seconds: float
    said: int
    """Words that eSpeak spoke."""
    lag: int
    """How many samples later than it was written the sound is heard."""
    transcribed: float
    """The share of the sound that was left after the silence."""
    off: NDArray[np.float64]
    """By how many seconds each word that was found in its place starts late."""

    @property
    def near(self) -> float:
        """The share of these words that start within 0.3 s; none found is none near."""
        return float(np.mean(np.abs(self.off) <= NEAR)) if len(self.off) else 0.0


def measured(seed: int, sentences: int, folder: Path) -> Measured:
    """Speak, write a film into *folder*, read it, and find the words."""
    sound, spoken, words = track(seed, sentences)
    path = folder / "film.mkv"
    film(path, sound)
    got = hear(Probe().run(Timeline(str(path))), RATE)
    length = min(len(got), len(sound))
    lags = np.fft.irfft(np.fft.rfft(got[:length], 2 * length) * np.conj(np.fft.rfft(sound[:length], 2 * length)))
    lag = int(np.argmax(lags))
    lag -= 2 * length if lag > length else 0
    found = Silero().scores(got, "cpu")
    voiced = [(one.start, one.end) for one in found.stretches(found.together(["speech"]), 0.5, 0.15, 0.1, 0.3)]
    pieces = pieces_of(voiced, len(got) / RATE)
    heard = only(got, pieces, RATE)
    told, at = [], 0.0
    for start, end in pieces:
        told += [
            Word(word.text, at + word.start, at + word.end)
            for word in aligned(
                heard[round(at * RATE) : round((at + end - start) * RATE)],
                " ".join(text for text, begun in spoken if start <= begun < end),
            )
        ]
        at += end - start
    (line,) = brought_back([Line(told)], pieces)
    said, text = [word.lower() for word, _ in words], [word.text.strip().lower() for word in line.words]
    matches = difflib.SequenceMatcher(None, said, text, autojunk=False).get_matching_blocks()
    pairs = [(one.a + n, one.b + n) for one in matches if one.size >= RUN for n in range(one.size)]
    off = np.array([line.words[b].start - words[a][1] for a, b in pairs])
    return Measured(len(sound) / RATE, len(words), lag, len(heard) / len(got), off)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=100)
    parser.add_argument("--sentences", type=int, default=40)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        got = measured(args.seed, args.sentences, Path(folder))
    print(f"{got.seconds:.0f} s, {got.said} words; sound lag {1000 * got.lag / RATE:.1f} ms")
    print(f"{got.transcribed:.0%} of the sound was transcribed; {len(got.off)} words were found in their place")
    middle = f"; median {np.median(got.off):+.3f} s" if len(got.off) else ""
    print(f"{got.near:.1%} of them start within {NEAR:g} s (at least {WANTED:.0%}){middle}")
    return int(got.lag != 0 or got.near < WANTED)


if __name__ == "__main__":
    sys.exit(main())
