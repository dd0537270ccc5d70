"""A finished build, opened from Python: its samples, timelines and rejects as objects."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from .schemas import Reject, Sample, State, Timeline

if TYPE_CHECKING:
    import pyarrow as pa

    from .schemas.build_record import BuildRecord

STATES: dict[str, State] = {"dropped": "dropped", "without_samples": "dropped", "failed": "failed"}
"""How a timeline calls what became of its video, by what the table says; all others were kept."""
FEW = 256
"""Videos whose timelines are in memory at once."""


@dataclass(slots=True)
class VideoSample(Sample):
    """A sample, and the video that it is about."""

    video: str = ""
    """Its uri."""
    video_id: str = ""
    split: str = ""
    """The split that it is in."""


@dataclass(slots=True)
class VideoReject(Reject):
    """Something that is not in the data set, and the video that it was in."""

    video: str = ""
    """Its uri."""
    video_id: str = ""


class DataSet:
    """The data set that a build left in a folder, or in ``s3://BUCKET/FOLDER``: what has changed there is fetched.

    Raises:
        UserError: the folder holds no finished build; it is raised where the data set is opened.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        from .pipelines.dataset.fetched import UNLESS_SHOWN, local_folder
        from .pipelines.dataset.finished import read_record
        from .pipelines.settings.config import default_cache

        given = folder if isinstance(folder, (str, Path)) else os.fspath(folder)
        self.folder = local_folder(given, default_cache(), without=UNLESS_SHOWN)
        """Of a data set in a bucket the copy, without its media files."""
        self.record: BuildRecord = read_record(self.folder)
        """What build.json says: counts, the funnel, the resolved config, what teachers cost."""

    def __len__(self) -> int:
        """How many samples it has."""
        return self.record.samples

    def __repr__(self) -> str:
        one = self.record
        ends = f"{one.kept} kept, {one.dropped} dropped, {one.failed} failed"
        return f"DataSet({str(self.folder)!r}: {one.inputs} videos, {ends}; {one.samples} samples)"

    def samples(self, *, split: str | None = None, task: str | None = None) -> Iterator[VideoSample]:
        """The samples in the order of the files, all or those of a *split* or a *task*."""
        from .schemas.arrow import read_samples

        for name, table in self._tables("samples"):
            of_file = Path(name).name.split("-")[0]
            if split is not None and of_file != split:
                continue
            known = zip(read_samples(table), table.to_pylist(), strict=True)
            for sample, row in known:
                if task is None or sample.task == task:
                    own = {item.name: getattr(sample, item.name) for item in fields(Sample)}
                    yield VideoSample(**own, video=row["video"], video_id=row["video_id"], split=of_file)

    def timelines(self, *, ended: bool = False) -> Iterator[Timeline]:
        """The timelines of the videos with their lanes, samples and rejects, in the order of the files.

        With *ended*, those of videos that were dropped, or failed, too, with the lanes that they had then; ``state``
        says which they are.
        """
        for _, table in self._tables("timelines", ended=ended):
            for start in range(0, table.num_rows, FEW):
                yield from self._whole(table.slice(start, FEW))

    def timeline(self, video: str) -> Timeline:
        """The timeline of one *video*, named by uri, file name or id, whatever became of it.

        Raises:
            UserError: there is no such video, or there are several, or nothing is known of it but its rejects.
        """
        import pyarrow.compute as pc

        from .pipelines.dataset.video_rows import find_video
        from .pipelines.errors import UserError

        _, uri, wanted = find_video(self.folder, self.record, video)
        for _, table in self._tables("timelines", ended=True):
            own = table.filter(pc.equal(table.column("id"), wanted))
            if own.num_rows:
                return self._whole(own)[0]
        raise UserError(f"{self.folder}: {uri} has no timeline there: see why({video!r}).")

    def _whole(self, rows: pa.Table) -> list[Timeline]:
        """The timelines of *rows*, with their samples and rejects."""
        import pyarrow as pa
        import pyarrow.compute as pc

        from .schemas.arrow import read_timelines

        ids = pa.array(rows.column("id").to_pylist(), pa.string())
        parts = []
        for kind, column in {"samples": "video_id", "rejects": "id"}.items():
            found = [table.filter(pc.is_in(table.column(column), ids)) for _, table in self._tables(kind)]
            parts.append(pa.concat_tables(found, promote_options="permissive") if found else None)
        known = {"id", "uri", "duration", "media", "attrs", "trail"}
        plain = rows.select([name for name in rows.column_names if name in known or name.startswith("lane_")])
        videos = read_timelines(plain, *parts)
        states = rows.column("state").to_pylist() if "state" in rows.column_names else []
        for video, state in zip(videos, states, strict=False):
            video.state = STATES.get(state, "kept")
        return videos

    def rejects(self) -> Iterator[VideoReject]:
        """Everything that was dropped or has failed, videos and spans, each with its reason."""
        names = {item.name for item in fields(Reject)}
        for _, table in self._tables("rejects"):
            for row in table.to_pylist():
                own = {name: value for name, value in row.items() if name in names}
                yield VideoReject(**own, video=row["uri"], video_id=row["id"])

    def why(self, video: str, *, full: bool = False) -> str:
        """The story of one *video*, named by uri, file name or id: what ``vdata why`` prints.

        Raises:
            UserError: there is no such video, or there are several.
        """
        from .pipelines.why import why
        from .schemas import clean

        return clean(why(self.folder, video, full=full))

    def table(self, name: str = "samples") -> pa.Table:
        """The table ``samples``, ``timelines`` or ``rejects``, whole; ``.to_pandas()`` makes a frame of it."""
        import pyarrow as pa

        if name not in ("samples", "timelines", "rejects"):
            raise ValueError(f"must be samples, timelines or rejects, got {name!r}")
        return pa.concat_tables([table for _, table in self._tables(name)], promote_options="permissive")

    def _tables(self, kind: str, *, ended: bool = False) -> Iterator[tuple[str, pa.Table]]:
        """Each file of a kind of table, by name, with its rows; *ended*: those of videos that ended, too.

        Raises:
            UserError: one cannot be read.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        from .pipelines.dataset.publish import FOLDERS
        from .pipelines.errors import UserError

        more = self.record.ended_shards if ended else []
        for name in [*sorted(self.record.shards(FOLDERS[kind])), *sorted(more)]:
            try:
                yield name, pq.read_table(self.folder / name)
            except (OSError, pa.ArrowException) as error:
                raise UserError(f"{self.folder / name}: cannot be read: {error}. Build it again.") from None
