"""``vdata leaks``: find the videos of a data set that show pictures of another one, by their fingerprints.

The fingerprints come from the frame tables that ``scan`` caches by the content of a file. No video is decoded twice:
the tables of a build are in its cache, and so are those of a folder that was compared before.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ...schemas import Dropped, Failed, Media, Timeline, make_id
from ...schemas.bucket_path import as_path, is_bucket
from ...schemas.build_record import RECORD
from ...schemas.input_video import Source
from ...schemas.uri import locate
from ...stages import Gather, Stage
from ...stages.gather.split import SPLIT
from ...stages.media.probe import Probe
from ...stages.media.scan import Scan
from ...video.signals.fingerprints import Fingerprint, fingerprint, pairs
from ...video.signals.shared_pictures import Rule, StripPair
from ..dataset.fetched import local_folder
from ..dataset.finished import read_record
from ..errors import UserError
from ..inputs.sources import find_sources, same_content
from ..settings.config import Config, default_cache
from ..settings.route import Route
from ..storage.cache import Cache, run_cached

PRINTS = "prints"
"""The kind of the cache entries that hold the fingerprint of a video."""
FORMAT = 2
"""What the entries look like; entries of another format are not read."""
WORKERS = 4
"""The number of videos that are looked at at a time, each in a child process of its own."""
SHOWN = 50
"""The largest number of leaks that is printed."""
Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class ComparedVideo:
    """A video of a data set: its address, its content, and its fingerprint or the problem with that."""

    uri: str
    content: str = ""
    """The SHA-256 of its file; for a row without a file, the id of the row."""
    split: str = ""
    shown: Fingerprint | None = None
    problem: str = ""
    whole: bool = True
    """False: only a part of the file is shown."""


@dataclass(frozen=True, slots=True)
class Leak:
    """Two videos of two data sets that show the same; see ``shared_pictures.StripPair``."""

    video: str
    here: tuple[float, float] | None
    """From when to when the first video shows it, in seconds; None when both are of one file."""
    against: str
    other: str
    there: tuple[float, float] | None
    share: float
    other_share: float
    seconds: float | None
    """How much lines up; None when both are of one file."""
    split: str = ""
    identical: bool = False
    """Whether the two files are the same, byte by byte."""

    def __str__(self) -> str:
        side = f" ({self.split})" if self.split else ""
        if self.here is None or self.there is None:
            kind = "identical to" if self.identical else "a part of the same file as"
            return f"{self.video}{side}: {kind} {self.other} in {self.against}"
        return (
            f"{self.video}{side} {_clock(self.here)}: like {self.other} {_clock(self.there)} in {self.against} "
            f"({self.share:.0%} of the first, {self.other_share:.0%} of the second)"
        )


class VideoHasher:
    """Takes the fingerprints of the videos of data sets, under *rule*, and keeps them in *cache*."""

    def __init__(self, rule: Rule, cache: Path, scan: Scan | None = None) -> None:
        self.rule, self.cache, self.scan = rule, Cache(cache), scan or Scan()

    def films(self, place: str, base: Path, say: Say = lambda line: None) -> list[ComparedVideo]:
        """The videos of *place*: the folder of a finished build, or what the key ``videos`` of a config may name.

        A relative place begins at *base*; a build in a bucket is fetched.

        Raises:
            UserError: there is no such build, and there are no such videos.
        """
        folder = _build_at(place, base, say)
        if folder is not None:
            jobs = list(_rows(folder, base))
            scan = _scan_of(folder) or self.scan
        else:
            sources = same_content(find_sources(place, base=base))
            jobs = [
                _ListedVideo(one.uri, one.path, problem=_problem(one))
                for one in sources
                if one.problem is None or one.problem.reason != "duplicate_file"
            ]
            scan = self.scan
        say(f"{place}: {len(jobs)} video{'' if len(jobs) == 1 else 's'} …")
        with ThreadPoolExecutor(min(WORKERS, os.cpu_count() or 1)) as pool:
            return list(pool.map(lambda job: self._film(job, scan), jobs))

    def _film(self, job: _ListedVideo, scan: Stage) -> ComparedVideo:
        film = ComparedVideo(job.uri, job.media.sha256 if job.media else job.id, job.split, whole=job.segment is None)
        if job.problem:
            return replace(film, problem=job.problem)
        video = Timeline(job.uri, media=job.media, path=job.path)
        try:
            if video.media is None or not video.media.sha256:
                video, _ = run_cached(Probe(), video, self.cache)
                assert video.media is not None
                if job.content and video.media.sha256 != job.content:
                    return replace(film, content=job.content, problem="the file has changed since the build")
            content = video.media.sha256
            found = self._fingerprint(video, content, scan)
            if job.segment is not None:
                found = found.between(*job.segment)
            return replace(film, content=content, shown=found)
        except (Failed, Dropped) as why:
            return replace(film, content=job.content or film.content, problem=str(why))
        except OSError as error:
            return replace(film, problem=f"cannot be read: {error.strerror}")

    def _fingerprint(self, video: Timeline, content: str, scan: Stage) -> Fingerprint:
        rule = self.rule
        key = make_id(FORMAT, scan.version, scan.cache_settings(), content, rule.every, rule.bits, rule.min_contrast)
        kept = self.cache.get(PRINTS, key)
        if kept is not None:
            return Fingerprint.of(json.loads(kept))
        video, _ = run_cached(scan, video, self.cache)
        assert video.signals is not None
        found = fingerprint(video.signals, None, rule)
        with suppress(OSError):
            self.cache.put(PRINTS, key, json.dumps(found.plain()).encode())
        return Fingerprint.of(found.plain())


@dataclass(frozen=True, slots=True)
class _ListedVideo:
    """A video that is to be compared."""

    uri: str
    path: str
    media: Media | None = None
    id: str = ""
    split: str = ""
    content: str = ""
    """The SHA-256 that its file must have, where only this is recorded."""
    segment: tuple[float, float] | None = None
    """The part of it to compare, from when to when in seconds; None: all of it."""
    problem: str = ""


def _build_at(place: str, base: Path, say: Say) -> Path | None:
    """The folder, on this machine, of the finished build that *place* is; None when it is none."""
    if not is_bucket(place):
        folder = base / os.path.expanduser(place)
        return folder if (folder / RECORD).is_file() else None
    with suppress(OSError):  # who looks for videos there says what is wrong with the store
        if (as_path(place.rstrip("/")) / RECORD).is_file():
            return local_folder(place, default_cache(), say)
    return None


def _rows(folder: Path, base: Path) -> Iterator[_ListedVideo]:
    """The videos of the build in *folder*. A composed video is replaced by those it consists of, each once."""
    pieces: dict[str, _ListedVideo] = {}
    for path in sorted(folder / name for name in read_record(folder).shards("timelines")):
        try:
            with pq.ParquetFile(path) as file:
                names = file.schema_arrow.names
                wanted = [name for name in ("id", "uri", "media", "attrs", "lane_pieces") if name in names]
                for batch in file.iter_batches(64, columns=wanted, use_threads=False):
                    for row in batch.to_pylist():
                        if row.get("lane_pieces"):
                            _add_pieces(pieces, row, base)
                        else:
                            yield _listed(row, folder, base)
        except (OSError, pa.ArrowException) as error:
            raise UserError(f"{path}: cannot be read: {error}. The same vdata build makes it whole.") from None
    yield from pieces.values()


def _listed(row: dict[str, Any], folder: Path, base: Path) -> _ListedVideo:
    uri, split = row["uri"], _by_name(row["attrs"]).get(SPLIT, "")
    if not row["media"] or not row["media"]["sha256"]:
        return _ListedVideo(uri, "", None, row["id"], split, problem="it has no file, only labels")
    path = str(folder / uri) if uri.startswith("media/") else _located(uri, base)
    return _ListedVideo(uri, path, Media(**row["media"]), row["id"], split)


def _add_pieces(pieces: dict[str, _ListedVideo], row: dict[str, Any], base: Path) -> None:
    split = _by_name(row["attrs"]).get(SPLIT, "")
    for span in row["lane_pieces"]:
        attrs, values = _by_name(span["attrs"]), _by_name(span["values"])
        uri, content = attrs.get("uri", ""), attrs.get("content", "")
        if not uri or not content:
            continue
        begin, finish = values.get("begin", 0.0), values.get("finish", 0.0)
        if (known := pieces.get(content + split)) is not None and known.segment is not None:
            begin, finish = min(begin, known.segment[0]), max(finish, known.segment[1])
        path = _located(uri, base)
        pieces[content + split] = _ListedVideo(uri, path, split=split, content=content, segment=(begin, finish))


def _located(uri: str, base: Path) -> str:
    try:
        return locate(uri, base)
    except ModuleNotFoundError:
        return uri


def _by_name(items: list[dict[str, Any]] | None) -> dict[str, Any]:
    return {item["name"]: item["value"] for item in items or ()}


def _problem(source: Source) -> str:
    return source.problem.detail or source.problem.reason if source.problem is not None else ""


def _scan_of(folder: Path) -> Scan | None:
    """The stage ``scan`` of a build with its settings, under which its frame tables lie in the cache; None: none."""
    for stage in read_record(folder).stages:
        if stage.get("stage") == Scan.key and stage.get("version") == Scan.version:
            with suppress(ValueError):
                return Scan(**{key: value for key, value in stage.items() if key in Scan.model_fields})
    return None


def compare(ours: Sequence[ComparedVideo], theirs: Sequence[ComparedVideo], against: str, rule: Rule) -> list[Leak]:
    """The leaks between *ours* and *theirs*, the videos of the data set *against*, in the order of *ours*."""
    found: dict[tuple[int, int], Leak] = {}
    places: dict[str, list[int]] = {}
    for m, film in enumerate(theirs):
        places.setdefault(film.content, []).append(m)
    for n, film in enumerate(ours):
        for m in places.get(film.content, ()) if film.content else ():
            same = film.whole and theirs[m].whole
            found[n, m] = Leak(film.uri, None, against, theirs[m].uri, None, 1.0, 1.0, None, film.split, same)
    mine, others = ([film.shown or Fingerprint.none() for film in films] for films in (ours, theirs))
    for pair in pairs(mine, others, rule):
        known = found.get((pair.one, pair.other))
        if known is None or not known.identical:
            found[pair.one, pair.other] = _leak(pair, ours, theirs, against)
    return [found[key] for key in sorted(found)]


def _leak(pair: StripPair, ours: Sequence[ComparedVideo], theirs: Sequence[ComparedVideo], against: str) -> Leak:
    one, other = ours[pair.one], theirs[pair.other]
    shares = pair.share, pair.other_share, pair.seconds
    return Leak(one.uri, pair.here, against, other.uri, pair.there, *shares, one.split)


def run_leaks(
    folder: str, against: Iterable[str], rule: Rule, *, cache: Path | None, as_json: bool, say: Say, out: Say = print
) -> int:
    """Print to *out* what the build in *folder* has in common with the data sets *against*; progress goes to *say*.

    Returns:
        The exit status: 0 no leak; 1 a leak, or a video that could not be compared.

    Raises:
        UserError: the build or a data set does not exist.
    """
    here = local_folder(folder, default_cache(), say)
    hasher = VideoHasher(rule, cache or _cache_of(here), _scan_of(here))
    base = Path.cwd()
    ours = hasher.films(folder, base, say)
    leaks: list[Leak] = []
    uncompared = [(folder, film) for film in ours if film.problem]
    for place in against:
        theirs = hasher.films(place, base, say)
        uncompared += [(place, film) for film in theirs if film.problem]
        leaks += compare(ours, theirs, place, rule)
    if as_json:
        missing = [{"in": place, "video": film.uri, "why": film.problem} for place, film in uncompared]
        lines = [{name: getattr(leak, name) for name in Leak.__slots__} for leak in leaks]
        out(json.dumps({"leaks": lines, "not_compared": missing}, indent=1, ensure_ascii=False))
        return 1 if leaks or uncompared else 0
    for leak in leaks[:SHOWN]:
        out(str(leak))
    if len(leaks) > SHOWN:
        out(f"… and {len(leaks) - SHOWN} more; --json lists them all")
    for place, film in uncompared[:SHOWN]:
        out(f"Not compared: {film.uri} of {place}: {film.problem}")
    if len(uncompared) > SHOWN:
        out(f"… and {len(uncompared) - SHOWN} more")
    videos = len({leak.video for leak in leaks})
    unseen = f" {len(uncompared)} could not be compared by their pictures." if uncompared else ""
    out(f"{folder}: {videos} of {len(ours)} videos show pictures of the other data sets.{unseen}")
    return 1 if leaks or uncompared else 0


def _cache_of(folder: Path) -> Path:
    """The cache that the build used, if it exists; else the default one."""
    text = str(read_record(folder).config.get("cache", ""))
    cache = as_path(text).expanduser()
    return cache if text and "$" not in text and (is_bucket(text) or cache.is_dir()) else default_cache()


def prepare(config: Config, route: Route, say: Say) -> None:
    """Give the stages of *route* that compare videos with other data sets the fingerprints of these.

    Raises:
        UserError: a data set does not exist, or none of its videos can be compared.
    """
    for stage in route.stages:
        references = stage.references() if isinstance(stage, Gather) else None
        if references is None:
            continue
        scan = next((one for one in route.stages if isinstance(one, Scan)), None)
        hasher = VideoHasher(references.rule, config.cache, scan)
        known = []
        for place in references.places:
            films = hasher.films(place, config.base, say)
            bad = [film for film in films if film.problem]
            if bad and len(bad) == len(films):
                raise UserError(f"{place}: none of its videos can be compared ({bad[0].uri}: {bad[0].problem}).")
            if bad:
                say(f"{place}: {len(bad)} of {len(films)} videos cannot be compared ({bad[0].uri}: {bad[0].problem}).")
            known += [(place, film.uri, film.shown) for film in films if film.shown is not None]
        references.know(known)


def _clock(segment: tuple[float, float]) -> str:
    def one(seconds: float) -> str:
        minutes, rest = divmod(round(seconds, 1), 60)
        return f"{int(minutes)}:{rest:04.1f}"

    return f"{one(segment[0])} to {one(segment[1])}"
