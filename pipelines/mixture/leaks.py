"""``vdata leaks``: does a data set show what another one shows? Pictures are compared by their hashes.

The hashes come from the frame tables that ``scan`` keeps by content, so that nothing is decoded twice: neither the
videos of a build, whose tables are there, nor those of a folder that was looked at before.
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
from ...schemas.build_record import RECORD
from ...schemas.input_video import Source
from ...schemas.uri import locate
from ...stages import Gather, Stage
from ...stages.gather.split import SPLIT
from ...stages.media.probe import Probe
from ...stages.media.scan import Scan
from ...video.signals.shared_pictures import Rule, Strip, StripPair, pairs, strip
from ..dataset.finished import read_record
from ..errors import UserError
from ..inputs.sources import find_sources, same_content
from ..settings.config import Config, default_cache
from ..settings.route import Route
from ..storage.cache import Cache, run_cached

PRINTS = "prints"
"""Where, in the cache, the hashes of a video lie."""
WORKERS = 4
"""Videos that are looked at at once, each in a child of its own."""
SHOWN = 50
"""Leaks that are printed."""
Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class ComparedVideo:
    """A video of a data set: what it is called, its content, and its pictures, or why they are not known."""

    uri: str
    content: str = ""
    """SHA-256 of its file, or for a row that has none the row's id."""
    split: str = ""
    strip: Strip | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Leak:
    """Something that two data sets have in common; see ``shared_pictures.StripPair``."""

    video: str
    here: tuple[float, float] | None
    """Seconds; None when all that is known is that the files are the same."""
    against: str
    other: str
    there: tuple[float, float] | None
    share: float
    other_share: float
    seconds: float
    split: str = ""

    def __str__(self) -> str:
        side = f" ({self.split})" if self.split else ""
        if self.here is None or self.there is None:
            return f"{self.video}{side}: the same file as {self.other} in {self.against}"
        return (
            f"{self.video}{side} {_clock(self.here)}: like {self.other} {_clock(self.there)} in {self.against} "
            f"({self.share:.0%} of the first, {self.other_share:.0%} of the second)"
        )


class Looking:
    """Finds the pictures of the videos of data sets."""

    def __init__(self, rule: Rule, cache: Path, scan: Scan | None = None) -> None:
        self.rule, self.cache, self.scan = rule, Cache(cache), scan or Scan()

    def films(self, place: str, base: Path, say: Say = lambda line: None) -> list[ComparedVideo]:
        """The videos of *place*, relative to *base*: a finished build, or whatever ``videos:`` of a config takes.

        Raises:
            UserError: there is neither.
        """
        folder = base / os.path.expanduser(place)
        if (folder / RECORD).is_file():
            jobs = list(_rows(folder, base))
            scan = _scan_of(folder) or self.scan
        else:
            sources = same_content(find_sources(place, base=base))
            jobs = [
                _Listing(one.uri, one.path, problem=_why(one))
                for one in sources
                if one.problem is None or one.problem.reason != "duplicate_file"
            ]
            scan = self.scan
        say(f"{place}: {len(jobs)} video{'' if len(jobs) == 1 else 's'} …")
        with ThreadPoolExecutor(min(WORKERS, os.cpu_count() or 1)) as pool:
            return list(pool.map(lambda job: self._film(job, scan), jobs))

    def _film(self, job: _Listing, scan: Stage) -> ComparedVideo:
        film = ComparedVideo(job.uri, job.media.sha256 if job.media else job.id, job.split)
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
            found = self._strip(video, content, scan)
            if job.stretch is not None:
                found = found.between(*job.stretch)
            return replace(film, content=content, strip=found)
        except (Failed, Dropped) as why:
            return replace(film, content=job.content or film.content, problem=str(why))
        except OSError as error:
            return replace(film, problem=f"cannot be read: {error.strerror}")

    def _strip(self, video: Timeline, content: str, scan: Stage) -> Strip:
        rule = self.rule
        key = make_id(scan.version, scan.cache_settings(), content, rule.every, rule.bits, rule.min_contrast)
        kept = self.cache.get(PRINTS, key)
        if kept is not None:
            return Strip.of(json.loads(kept))
        video, _ = run_cached(scan, video, self.cache)
        assert video.signals is not None
        found = strip(video.signals, None, rule)
        with suppress(OSError):
            self.cache.put(PRINTS, key, json.dumps(found.plain()).encode())
        return Strip.of(found.plain())


@dataclass(frozen=True, slots=True)
class _Listing:
    """A video that is to be looked at."""

    uri: str
    path: str
    media: Media | None = None
    id: str = ""
    split: str = ""
    content: str = ""
    """What its SHA-256 must be, where that is known without its other facts."""
    stretch: tuple[float, float] | None = None
    """Only this much of it, seconds."""
    problem: str = ""


def _rows(folder: Path, base: Path) -> Iterator[_Listing]:
    """The videos of the build in *folder*, and in place of made ones those that they are made of, each once."""
    pieces: dict[str, _Listing] = {}
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
                            yield _job(row, folder, base)
        except (OSError, pa.ArrowException) as error:
            raise UserError(f"{path}: cannot be read: {error}. The same vdata build makes it whole.") from None
    yield from pieces.values()


def _job(row: dict[str, Any], folder: Path, base: Path) -> _Listing:
    uri, split = row["uri"], _named(row["attrs"]).get(SPLIT, "")
    if not row["media"] or not row["media"]["sha256"]:
        return _Listing(uri, "", None, row["id"], split, problem="it has no pictures: it is known by its labels alone")
    path = str(folder / uri) if uri.startswith("media/") else _located(uri, base)
    return _Listing(uri, path, Media(**row["media"]), row["id"], split)


def _add_pieces(pieces: dict[str, _Listing], row: dict[str, Any], base: Path) -> None:
    split = _named(row["attrs"]).get(SPLIT, "")
    for span in row["lane_pieces"]:
        attrs, values = _named(span["attrs"]), _named(span["values"])
        uri, content = attrs.get("uri", ""), attrs.get("content", "")
        if not uri or not content:
            continue
        begin, finish = values.get("begin", 0.0), values.get("finish", 0.0)
        if (known := pieces.get(content + split)) is not None and known.stretch is not None:
            begin, finish = min(begin, known.stretch[0]), max(finish, known.stretch[1])
        path = _located(uri, base)
        pieces[content + split] = _Listing(uri, path, split=split, content=content, stretch=(begin, finish))


def _located(uri: str, base: Path) -> str:
    try:
        return locate(uri, base)
    except ModuleNotFoundError:
        return uri


def _named(items: list[dict[str, Any]] | None) -> dict[str, Any]:
    return {item["name"]: item["value"] for item in items or ()}


def _why(source: Source) -> str:
    return source.problem.detail or source.problem.reason if source.problem is not None else ""


def _scan_of(folder: Path) -> Scan | None:
    """The scan of a build, as it was set: its frame tables lie in the cache under these settings."""
    for stage in read_record(folder).stages:
        if stage.get("stage") == Scan.key and stage.get("version") == Scan.version:
            with suppress(ValueError):
                return Scan(**{key: value for key, value in stage.items() if key in Scan.model_fields})
    return None


def compare(ours: Sequence[ComparedVideo], theirs: Sequence[ComparedVideo], against: str, rule: Rule) -> list[Leak]:
    """What *ours* and *theirs*, the videos of the data set *against*, have in common, in the order of *ours*."""
    nothing = Strip.of({"start": [], "seconds": [], "hashes": "", "frames": 0})
    found: dict[tuple[int, int], Leak] = {}
    places: dict[str, list[int]] = {}
    for m, film in enumerate(theirs):
        places.setdefault(film.content, []).append(m)
    for n, film in enumerate(ours):
        for m in places.get(film.content, ()) if film.content else ():
            found[n, m] = Leak(film.uri, None, against, theirs[m].uri, None, 1.0, 1.0, 0.0, film.split)
    mine, others = ([film.strip or nothing for film in films] for films in (ours, theirs))
    for pair in pairs(mine, others, rule):
        found[pair.one, pair.other] = _leak(pair, ours, theirs, against)
    return [found[key] for key in sorted(found)]


def _leak(pair: StripPair, ours: Sequence[ComparedVideo], theirs: Sequence[ComparedVideo], against: str) -> Leak:
    one, other = ours[pair.one], theirs[pair.other]
    shares = pair.share, pair.other_share, pair.seconds
    return Leak(one.uri, pair.here, against, other.uri, pair.there, *shares, one.split)


def run_leaks(
    folder: Path, against: Iterable[str], rule: Rule, *, cache: Path | None, as_json: bool, say: Say, out: Say = print
) -> int:
    """Say what the build in *folder* has in common with the data sets *against*: to *out*, and its progress to *say*.

    Returns:
        The exit status: 0 nothing, 1 something, or some videos could not be compared.

    Raises:
        UserError: there is no build, or no data set.
    """
    looking = Looking(rule, cache or _cache_of(folder), _scan_of(folder))
    base = Path.cwd()
    ours = looking.films(str(folder), base, say)
    leaks: list[Leak] = []
    blind = [(str(folder), film) for film in ours if film.problem]
    for place in against:
        theirs = looking.films(place, base, say)
        blind += [(place, film) for film in theirs if film.problem]
        leaks += compare(ours, theirs, place, rule)
    if as_json:
        missing = [{"in": place, "video": film.uri, "why": film.problem} for place, film in blind]
        lines = [{name: getattr(leak, name) for name in Leak.__slots__} for leak in leaks]
        out(json.dumps({"leaks": lines, "not_compared": missing}, indent=1, ensure_ascii=False))
        return 1 if leaks or blind else 0
    for leak in leaks[:SHOWN]:
        out(str(leak))
    if len(leaks) > SHOWN:
        out(f"… and {len(leaks) - SHOWN} more; --json has all")
    for place, film in blind[:SHOWN]:
        out(f"Not compared: {film.uri} of {place}: {film.problem}")
    if len(blind) > SHOWN:
        out(f"… and {len(blind) - SHOWN} more")
    videos = len({leak.video for leak in leaks})
    unseen = f" {len(blind)} could not be compared by their pictures." if blind else ""
    out(f"{folder}: {videos} of {len(ours)} videos show what the others have.{unseen}")
    return 1 if leaks or blind else 0


def _cache_of(folder: Path) -> Path:
    """The cache that the build used, if it is there."""
    text = str(read_record(folder).config.get("cache", ""))
    cache = Path(text).expanduser()
    return cache if text and "$" not in text and cache.is_dir() else default_cache()


def prepare(config: Config, route: Route, say: Say) -> None:
    """Tell the stages of *route* that compare with other data sets what these show.

    Raises:
        UserError: one is not there, or none of its videos can be compared.
    """
    for stage in route.stages:
        references = stage.references() if isinstance(stage, Gather) else None
        if references is None:
            continue
        scan = next((one for one in route.stages if isinstance(one, Scan)), None)
        looking = Looking(references.rule, config.cache, scan)
        known = []
        for place in references.places:
            films = looking.films(place, config.base, say)
            bad = [film for film in films if film.problem]
            if bad and len(bad) == len(films):
                raise UserError(f"{place}: none of its videos can be compared ({bad[0].uri}: {bad[0].problem}).")
            if bad:
                say(f"{place}: {len(bad)} of {len(films)} videos cannot be compared ({bad[0].uri}: {bad[0].problem}).")
            known += [(place, film.uri, film.strip) for film in films if film.strip is not None]
        references.know(known)


def _clock(stretch: tuple[float, float]) -> str:
    def one(seconds: float) -> str:
        minutes, rest = divmod(round(seconds, 1), 60)
        return f"{int(minutes)}:{rest:04.1f}"

    return f"{one(stretch[0])} to {one(stretch[1])}"
