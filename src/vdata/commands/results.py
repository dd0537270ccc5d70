"""``vdata doctor``, ``report``, ``export``, ``push``, ``mix`` and ``leaks``: what is done with a finished build."""

from __future__ import annotations

import os
from contextlib import nullcontext
from importlib.resources import as_file
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import click

from ..schemas.bucket_path import as_path, is_bucket
from .places import ON_DISK, GivenPath, build_folder

if TYPE_CHECKING:
    from ..rules.clock import TimeFormat

OLD_TIME_FORMATS = {"plain": "seconds", "clock": "mmss", "fixed": "fixed_width"}
SHOWN = 50
"""Findings of `vdata doctor` that are printed."""


class TimeFormatChoice(click.Choice[str]):
    """The formats of times. A word by which one was called in earlier versions is read as the new one."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value in OLD_TIME_FORMATS:
            click.echo(f"--times {value} is called {OLD_TIME_FORMATS[value]} now.", err=True)
        return super().convert(OLD_TIME_FORMATS.get(value, value), param, ctx)


@click.command(epilog="Example: vdata doctor out/first")
@click.argument("folder", metavar="DIR")
@click.option("--cache", is_flag=True, help="Look at every entry of the caches as well; that may take long.")
@click.pass_context
def doctor(ctx: click.Context, folder: str, cache: bool) -> None:
    """Check the build in DIR: every part and published file by its hash, counts, rows, card. Changes nothing.

    Exit status: 0 sound, 1 something is wrong, 2 DIR is not a build.
    """
    from ..pipelines.doctor.doctor import examine
    from ..pipelines.tool_progress import ToolProgress

    with ToolProgress("doctor"):
        report = examine(build_folder(folder), cache=cache)
    for finding in report.findings[:SHOWN]:
        click.echo(finding)
    if len(report.findings) > SHOWN:
        click.echo(f"… and {len(report.findings) - SHOWN} more")
    click.echo(report.verdict())
    ctx.exit(1 if report.wrong else 0)


@click.command(epilog="Example: vdata report out/first")
@click.argument("folder", metavar="DIR")
@click.option("--out", type=ON_DISK, metavar="FILE", help="Where the page goes; by default DIR/report.html.")
@click.option("--max-mb", type=click.FloatRange(min=1), default=25, help="Its greatest size, megabytes (25).")
@click.option("--seed", type=int, default=0, help="Choose other samples, where not all of them fit.")
@click.option("--thumbnails/--no-thumbnails", default=True, help="Whether pictures are cut from the videos.")
@click.option("--overwrite", is_flag=True, help="Replace what has the name of the page and is no report.")
def report(folder: str, out: str | None, max_mb: float, seed: int, thumbnails: bool, overwrite: bool) -> None:
    """Write one HTML page about the data set in DIR: funnel, distributions, samples, rejects, cost.

    It needs no network. Videos are looked for from the working directory: call it where the build was called.
    """
    from ..pipelines.tool_progress import ToolProgress
    from ..report.page import PageOptions, run_report

    options = PageOptions(max_mb, seed, thumbnails)
    page = f"{PurePosixPath(folder).name}.report.html" if out is None and is_bucket(folder) else out
    with ToolProgress("report"):
        run_report(
            build_folder(folder), Path(page) if page is not None else None, options, click.echo, overwrite=overwrite
        )


@click.command(epilog="Example: vdata export out/first --format ms_swift --out train.jsonl --media-root videos")
@click.argument("folder", metavar="DIR", required=False)
@click.option("--format", "name", metavar="F", help="The layout; --list shows them all.")
@click.option("--out", type=ON_DISK, metavar="P", help="The file to write, or for some formats the folder.")
@click.option("--media-root", metavar="PATH", default="", help="A folder or URL that names of videos are joined to.")
@click.option(
    "--times",
    type=TimeFormatChoice(["seconds", "mmss", "fixed_width", "percent", "tokens"]),
    help="Write times anew: 7.5 seconds, 00:07, 0007.5 seconds, 12.5%, <12>. Otherwise they stay as they are.",
)
@click.option("--tokens", type=click.IntRange(min=2), metavar="N", help="Time tokens in a video (100).")
@click.option("--token", metavar="TEXT", help="How a time token is written; {} is its number (<{}>).")
@click.option(
    "--split",
    type=click.Choice(["train", "validation", "test", "all"]),
    help="The samples (or videos) of this split; by default those of train.",
)
@click.option("--system", metavar="TEXT", help="A system message for every sample; @FILE takes it from a file.")
@click.option("--columns", metavar="A,B", help="jsonl, timelines: only these columns.")
@click.option("--lane", metavar="NAME", help="Formats …_lane: the lane whose spans are written (captions).")
@click.option(
    "--states",
    metavar="A,B",
    help="Formats of lanes: videos that were dropped, failed, without_samples, input (or all), besides those kept.",
)
@click.option("--no-media", is_flag=True, help="Formats that write a folder: without the video files.")
@click.option(
    "--transcode",
    type=click.Choice(["mp4"]),
    help="webdataset, lance: every video as MP4 with H.264 and AAC, times kept.",
)
@click.option(
    "--shard-mb", type=click.IntRange(min=1), default=1024, metavar="MB", help="webdataset, lance: the size (1024)."
)
@click.option("--overwrite", is_flag=True, help="Replace what an earlier export wrote there.")
@click.option("--list", "listing", is_flag=True, help="List the formats.")
@click.pass_context
def export(
    ctx: click.Context,
    folder: str | None,
    name: str | None,
    out: str | None,
    media_root: str,
    times: TimeFormat | None,
    tokens: int | None,
    token: str | None,
    split: str | None,
    system: str | None,
    columns: str | None,
    lane: str | None,
    states: str | None,
    no_media: bool,
    transcode: str | None,
    shard_mb: int,
    overwrite: bool,
    listing: bool,
) -> None:
    """Write the samples of the data set in DIR, or its captions, in the layout that a trainer reads.

    The file is whole or absent. A sample that the format cannot express is counted, by reason, and named in
    P.left_out.jsonl.
    """
    from ..export.format import format_list

    if listing:
        click.echo(format_list())
        return
    if folder is None or name is None or out is None:
        raise click.UsageError("Give DIR, --format and --out; or --list.")
    from pydantic import ValidationError

    from ..export.format import Shards
    from ..export.times import Times
    from ..pipelines.dataset_export import Export, pick_format, run_export
    from ..pipelines.tool_progress import ToolProgress

    given = {"time_format": times, "tokens": tokens, "token": token}
    given = {key: value for key, value in given.items() if value is not None}
    try:
        written = Times.model_validate(given) if given else None
    except ValidationError as error:
        told = error.errors()[0]["msg"].removeprefix("Value error, ").replace("time_format", "--times")
        raise click.UsageError(f"--{told}.") from None
    shards = Shards(media=not no_media, most_bytes=shard_mb * 2**20)
    chosen = [column.strip() for column in (columns or "").split(",") if column.strip()]
    layout = pick_format(name, chosen, lane or "")
    wanted = Export(
        build_folder(folder),
        layout,
        Path(out),
        media_root,
        written,
        shards,
        transcode=bool(transcode),
        split=split or "",
        states=_states(states or ""),
        system=_system(system or ""),
    )
    with ToolProgress("export"):
        status = run_export(wanted, overwrite=overwrite, say=click.echo)
    ctx.exit(status)


def _states(text: str) -> tuple[str, ...]:
    """The states that *text* names.

    Raises:
        UsageError: there is no such state.
    """
    from typing import get_args

    from ..schemas.timeline import PublishedState

    known = get_args(PublishedState)
    chosen = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if wrong := [name for name in chosen if name not in (*known, "all")]:
        raise click.UsageError(f"--states: there is no state {wrong[0]}: it is one of {', '.join((*known, 'all'))}.")
    return tuple(known) if "all" in chosen else chosen


def _system(text: str) -> str:
    """The system message *text*, or that of the file which it names.

    Raises:
        UserError: the file cannot be read, or is empty.
    """
    if not text.startswith("@"):
        return text.strip()
    from ..pipelines.errors import UserError

    try:
        told = Path(text[1:]).read_text(encoding="utf-8-sig").strip()
    except (OSError, ValueError) as error:
        why = "is not a text in UTF-8" if isinstance(error, ValueError) else error.strerror
        raise UserError(f"--system: {text[1:]}: {why}.") from None
    if not told:
        raise UserError(f"--system: {text[1:]} is empty.")
    return told


@click.command(epilog="Example: vdata push out/first --repo me/first")
@click.argument("folder", metavar="DIR")
@click.option("--repo", required=True, metavar="OWNER/NAME", help="Its name on the Hub; or s3://BUCKET/FOLDER.")
@click.option("--public", is_flag=True, help="Let everybody see it; otherwise it is private.")
@click.option("--revision", metavar="BRANCH", help="Push to this branch, made if need be, instead of main.")
@click.option("--message", metavar="TEXT", help="The title of the commit.")
@click.option("--tag", metavar="NAME", help="Give the revision a tag, such as v1.0; one that is there is not moved.")
@click.option(
    "--media",
    type=click.Choice(["auto", "files", "tar"]),
    default="auto",
    help="Media as files, or in tars; auto: as tars where the Hub does not take so many files.",
)
@click.option("--shard-gb", type=float, default=5, metavar="GB", help="The size of a tar, gigabytes (5).")
@click.option("--replace", is_flag=True, help="Replace another data set, a card edited there, files of the same name.")
@click.option("--overwrite", "replace", is_flag=True, hidden=True)
@click.pass_context
def push(
    ctx: click.Context,
    folder: str,
    repo: str,
    public: bool,
    revision: str | None,
    message: str | None,
    tag: str | None,
    media: str,
    shard_gb: float,
    replace: bool,
) -> None:
    """Push the data set in DIR to the Hugging Face Hub: one revision, whole or absent.

    The token is the one of `hf auth login`, or HF_TOKEN. What is there already is not sent again.
    """
    from ..pipelines.upload.push import push_settings, run_push

    chosen = {"revision": revision, "message": message, "tag": tag, "media": media, "shard_gb": shard_gb}
    settings = push_settings(repo, private=not public, **chosen)
    ctx.exit(run_push(build_folder(folder), settings, replace=replace))


@click.command(epilog="Example: vdata diff out/first out/second")
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option("--json", "as_json", is_flag=True, help="Everything as JSON.")
@click.pass_context
def diff(ctx: click.Context, a: str, b: str, as_json: bool) -> None:
    """Say which videos, samples and answers differ between the data sets in A and B, and because of what.

    Causes are settings (and versions of stages), teachers, inputs, and versions of libraries. Exit status: 0 the rows
    are the same, 1 they are not.
    """
    from ..pipelines.build_diff import run_diff
    from ..pipelines.dataset.fetched import UNLESS_SHOWN

    ctx.exit(run_diff(build_folder(a, UNLESS_SHOWN), build_folder(b, UNLESS_SHOWN), as_json=as_json, out=click.echo))


@click.command(epilog="Example: vdata why out/first bikes.mp4")
@click.argument("folder", metavar="DIR")
@click.argument("video", metavar="VIDEO")
@click.option("--full", is_flag=True, help="Show each request and reply whole, and not the first ones in a line.")
@click.option("--no-prompts", is_flag=True, help="Leave out what teachers were asked, which takes a moment.")
def why(folder: str, video: str, full: bool, no_prompts: bool) -> None:
    """Tell the story of one VIDEO (a uri, a file name or an id) of the data set in DIR.

    What each stage wrote and dropped, each reject with its value and limit, its lanes, what teachers were asked about
    it and replied, with tokens and price, and its samples with what they rest on. Nobody is asked for that.
    """
    from ..pipelines.tool_progress import ToolProgress
    from ..pipelines.why import why as story
    from ..schemas import clean

    with ToolProgress("why"):
        told = story(build_folder(folder), video, full=full, asked=not no_prompts)
    click.echo(clean(told))


@click.command(epilog="Example: vdata drop out/first bikes.mp4")
@click.argument("folder", metavar="DIR")
@click.argument("videos", metavar="VIDEO...", nargs=-1, required=True)
@click.pass_context
def drop(ctx: click.Context, folder: str, videos: tuple[str, ...]) -> None:
    """Take videos down: each VIDEO, and all that was made of it, goes out of the data set in DIR, for good.

    VIDEO is a uri, a file name or an id. Rows, samples, media files, haystacks with a piece of it, the report and the
    numbers of the card change at once, the Hub or a bucket with the next `vdata push`. No later build, fork or mixture
    in DIR brings it back; the card says how many were taken down, and not which.
    """
    from ..pipelines.dataset.fetched import disk_only
    from ..pipelines.drop import drop as run_drop

    place = disk_only(folder, "vdata drop")
    status = run_drop(place, videos, click.echo)
    page = place / "report.html"
    from ..report.page import PageOptions, is_report, run_report

    if is_report(page):
        page.unlink()
        run_report(place, None, PageOptions(), click.echo)
    ctx.exit(status)


@click.command(epilog="Examples: vdata mix mix.yaml · vdata mix giraffe --out out/mixed")
@click.argument("config", metavar="YAML|NAME")
@click.option("--out", metavar="DIR", help="The folder of the result, instead of output.path.")
@click.option("--overwrite", is_flag=True, help="Make anew what the folder already holds.")
@click.pass_context
def mix(ctx: click.Context, config: str, out: str | None, overwrite: bool) -> None:
    """Put finished builds together as YAML says: weights, caps, a profile of lengths.

    NAME is a mixture that comes with vdata: giraffe. What a source holds out for validation or testing stays held out.
    The result is whole or absent.
    """
    from ..pipelines.mixture.mix import run_mix
    from ..pipelines.mixture.mix_config import load_mix
    from ..pipelines.tool_progress import ToolProgress
    from ..recipes import find_mixtures

    known = {} if os.path.exists(config) else find_mixtures()
    with as_file(known[config]) if config in known else nullcontext(Path(config)) as path:
        mix = load_mix(path, out, warn=lambda line: click.echo(line, err=True))
    with ToolProgress("mix"):
        status = run_mix(mix, overwrite=overwrite, say=click.echo)
    ctx.exit(status)


@click.command(epilog="Example: vdata leaks out/mine --against benchmarks/videos --against out/bench")
@click.argument("folder", metavar="DIR")
@click.option(
    "--against", multiple=True, required=True, metavar="OTHER", help="A finished build, or a folder of videos."
)
@click.option("--min-share", type=click.FloatRange(0, 1, min_open=True), default=0.6, help="Of either video (0.6).")
@click.option("--min-seconds", type=click.FloatRange(min=0, min_open=True), default=3.0, help="That line up (3).")
@click.option(
    "--every", type=click.FloatRange(min=0, min_open=True), default=0.5, help="Seconds between pictures (0.5)."
)
@click.option(
    "--cache",
    type=GivenPath(buckets=True),
    metavar="DIR",
    help="Where frame tables are kept; by default the cache of the build.",
)
@click.option("--json", "as_json", is_flag=True, help="Everything as JSON.")
@click.pass_context
def leaks(
    ctx: click.Context,
    folder: str,
    against: tuple[str, ...],
    min_share: float,
    min_seconds: float,
    every: float,
    cache: str | None,
    as_json: bool,
) -> None:
    """Say which videos of the data set in DIR show what OTHER shows: which, when, and how much of both.

    Pictures are compared by hashes and by the layout of their areas: re-encodings, excerpts, and copies that were
    cropped, mirrored, letterboxed or played faster are found; excerpts that were cropped or mirrored are not. An
    excerpt of fast movement may need a smaller --every.
    Videos that were not scanned before are. Exit status: 0 no leak, 1 a leak, or a video that could not be compared.
    """
    from ..pipelines.mixture.leaks import run_leaks
    from ..pipelines.tool_progress import ToolProgress
    from ..video.signals.shared_pictures import Rule

    rule = Rule(every, min_share=min_share, min_seconds=min_seconds)

    def say(line: str) -> None:
        click.echo(line, err=True)

    where = as_path(cache) if cache is not None else None
    with ToolProgress("leaks"):
        status = run_leaks(folder, against, rule, cache=where, as_json=as_json, say=say, out=click.echo)
    ctx.exit(status)
