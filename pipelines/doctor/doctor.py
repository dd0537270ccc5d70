"""``vdata doctor``: check every file that a build left, and change none.

Each finding says what to do about it, which is nearly always to run the same build again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ...schemas.atomic_file import STAGING, read_regular
from ...schemas.bucket_path import as_path
from ...schemas.build_record import RECORD, BuildRecord, RecordError
from ...schemas.timeline import STATED
from ..dataset.publish import FOLDERS
from ..dataset.published import CARD, NOTE, Published, generation_of, hashes_of
from ..errors import UserError
from ..run.history import HISTORY
from ..storage.cache import Cache, is_sound
from ..storage.disk import explain
from ..storage.holder import here, lives, parse
from ..storage.output_folder import LOCK, OutputFolder, settings_id
from ..storage.parts import file_damage
from ..storage.sealed import Damaged, read_sealed
from ..storage.state_names import BATCHES, INPUTS
from ..teachers.batch_notes import ended_words
from ..teachers.worker_teachers import LEDGER, PROMPTS
from ..tool_progress import each
from .doctor_rows import check_card, check_counts, check_rows
from .remark import Remark

AGAIN = "The same vdata build makes only this part again."
ANEW = "The same vdata build writes it again."
ANEW_MIX = "The same vdata mix writes it again."


@dataclass
class Report:
    """The findings in *folder*, and how much was checked."""

    folder: OutputFolder
    findings: list[Remark] = field(default_factory=list)
    parts: int = 0
    """Sound ones, of all passes."""
    hashes: list[str] = field(default_factory=list)
    """Of their files."""
    record: BuildRecord | None = None
    """The content of build.json; None if it is missing or cannot be read."""
    finished: bool = False
    working: bool = False
    """Whether a build is running in the folder."""

    @property
    def wrong(self) -> int:
        return sum(finding.wrong for finding in self.findings)

    def verdict(self) -> str:
        """The result of the check, for people: one or two sentences."""
        name, extent = self.folder.path, self._extent()
        if self.wrong:
            many = "1 thing is" if self.wrong == 1 else f"{self.wrong} things are"
            return f"{name}: {many} wrong. Checked: {extent}."
        if not self.finished:
            return f"{name}: sound but not finished. The same vdata build goes on. {extent}."
        return f"{name}: sound. {extent}."

    def _extent(self) -> str:
        counts = [f"{self.parts} part{'' if self.parts == 1 else 's'}"] if self.folder.state.is_dir() else []
        if record := self.record:
            counts += [f"{len(record.files)} published files", f"{record.samples} samples", f"{record.inputs} inputs"]
        return ", ".join(counts) or "nothing"


def examine(path: Path, *, cache: bool = False) -> Report:
    """Check the build in the folder *path*; with *cache*, also every entry of the caches that it used.

    Raises:
        UserError: the folder holds no build.
    """
    report = Report(OutputFolder(path))
    if not path.is_dir():
        raise UserError(f"{path}: there is no such folder. Name the folder of a build (its output.path, or --out).")
    report.record, damage = _read_record(report.folder)
    if not report.folder.state.is_dir() and report.record is None:
        raise UserError(f"{path}: is not a build of vdata: it has neither .vdata nor build.json.")
    for check in (_holder, _state, _parts):
        report.findings += check(report) if report.folder.state.is_dir() else []
    report.findings += _published(report, damage)
    if not report.working:
        report.findings += _leftovers(report)
    if cache:
        report.findings += _caches(report)
    return report


def _read_record(folder: OutputFolder) -> tuple[BuildRecord | None, str]:
    """The content of build.json and an empty text; or None and why it cannot be read, empty if it is missing."""
    try:
        return BuildRecord.from_json(read_regular(folder.record)), ""
    except FileNotFoundError:
        return None, ""
    except RecordError as error:
        return None, f"it {error}"
    except OSError as error:
        return None, f"it cannot be read ({error.strerror})"


def _holder(report: Report) -> Iterator[Remark]:
    records = sorted((report.folder.state / LOCK).glob("[0-9]*.json"))
    if not records:
        return
    holder = parse(records[-1].read_bytes())
    if holder is None:
        yield Remark(
            False,
            f"{records[-1]}: does not name the build that holds the folder. The next build takes over in a while.",
        )
    elif not holder.released:
        alive = lives(holder, here())
        report.working = alive is not False
        if alive is False:
            yield Remark(False, f"The last build ({holder}) was killed. The same vdata build goes on.")
        else:
            sure = "is building here" if alive else "is building here, or was killed on its machine"
            yield Remark(False, f"A build {sure} ({holder}): its files may look wrong for a moment.")


def _state(report: Report) -> Iterator[Remark]:
    state = report.folder.state
    files = {
        report.folder.settings: "The same vdata build writes it again, if it has the settings of the parts.",
        state / HISTORY: "The same vdata build takes the earlier failures from the parts.",
        state / NOTE: "The same vdata build publishes again.",
    }
    ledger = "The cost of teachers that it recorded is lost, and counts towards no budget."
    files |= dict.fromkeys(sorted((state / LEDGER).glob("[!.]*.json")), ledger)
    prompts = (
        "Its instructions are missing from the card. Delete the file; it is written again when the teacher is asked."
    )
    batch = "Which requests that batch has is not known. Delete the file to have them asked, and paid for, again."
    files |= dict.fromkeys(sorted((state / BATCHES).glob("[!.]*.json")), batch)
    files |= dict.fromkeys(sorted((state / PROMPTS).glob("[!.]*.json")), prompts)
    for path, hint in files.items():
        try:
            read_sealed(path)
        except FileNotFoundError:
            if path == report.folder.settings and report.folder.stores():
                yield Remark(True, f"{path}: it is missing. {hint}")
            elif path.name == NOTE and report.record:
                yield Remark(False, f"{path}: it is missing: publishing was not finished. {hint}")
        except (Damaged, OSError) as error:
            yield Remark(True, f"{path}: {_why(error)}. {hint}")
    if words := ended_words(state / BATCHES):
        yield Remark(False, f"{words[0].upper()}{words[1:]}")


def _parts(report: Report) -> Iterator[Remark]:
    try:
        settings = settings_id(read_sealed(report.folder.settings))
    except (Damaged, OSError):
        settings = ""
    for store in report.folder.stores():
        for path in each(store.manifests(), "parts"):
            try:
                part = store.load(path)
                damage = store.damage(part)
            except (Damaged, OSError) as error:
                yield Remark(True, f"{path}: {_why(error)}. {AGAIN}")
                continue
            for file, why in damage.items():
                yield Remark(True, f"{os.path.normpath(store.folder / file)}: {why}. {AGAIN}")
            if settings and part.settings != settings:
                yield Remark(True, f"{path}: it was made with other settings. Build again with --overwrite.")
            elif not damage:
                report.parts += 1
                report.hashes += hashes_of(part)


def _published(report: Report, damage: str) -> Iterator[Remark]:
    """Check the published data set. *damage* says why build.json cannot be read, if it cannot."""
    folder, record = report.folder, report.record
    published = Published.read(folder)
    if published is None and record is None and not damage:
        return  # nothing has been published yet
    if published is not None:
        damaged = published.damaged
        up_to_date = published.generation == generation_of(report.hashes, published.stated)
    else:
        files = record.files if record else {}
        hashed = each(list(files), "hashes of published files")
        damaged = {name: why for name in hashed if (why := file_damage(folder.path / name, files[name].sha256))}
        if record is None:
            damaged[RECORD] = damage or "it is missing"
        if not (folder.path / CARD).is_file():
            damaged[CARD] = "it is missing"
        up_to_date = record is not None and record.generation == generation_of(report.hashes, _stated(record))
    mixed = record is not None and record.mix is not None  # it has no parts
    if record is not None and record.mix is not None:
        up_to_date = up_to_date or published is None or published.generation == record.generation
    anew = ANEW_MIX if mixed else ANEW if folder.state.is_dir() else "Copy it again from where it was built."
    for name, why in damaged.items():
        yield Remark(True, f"{folder.path / name}: {why}. {anew}")
    report.finished = (published is not None and up_to_date) or not folder.state.is_dir()
    if not up_to_date and folder.state.is_dir() and not report.wrong and not report.working:
        yield Remark(False, "Parts were made since the data set was published. The same vdata build publishes them.")
    if record is None or RECORD in damaged:
        return
    yield from check_counts(record)
    yield from check_rows(folder.path, record, set(damaged), media=mixed or not folder.state.is_dir())
    if CARD not in damaged:
        yield from check_card(folder.path / CARD, record)


def _stated(record: BuildRecord) -> dict[str, str | None]:
    """The facts that the config of a build states about all of its videos."""
    return {name: record.config.get(name) for name in STATED}


def _leftovers(report: Report) -> Iterator[Remark]:
    folder = report.folder
    strays = []
    for store in folder.stores():
        damaged = {path.stem for path in store.manifests()}  # their files are reported already
        strays += [path for path in store.strays() if path.name.partition(".")[0] not in damaged]
    strays += [path for path in folder.state.glob("*") if path.name.startswith(STAGING)]
    strays += [path for name in ("attempts", INPUTS) for path in (folder.state / name).glob("*")]
    named = report.record.files if report.record else {}
    for name in FOLDERS.values():
        strays += [
            path
            for path in (folder.path / name).glob("*")
            if (path.name.startswith(STAGING) or (named and path.suffix == ".parquet"))
            and f"{name}/{path.name}" not in named
        ]
    if strays:
        many = "1 file is" if len(strays) == 1 else f"{len(strays)} files are"
        yield Remark(False, f"{many} left over, for example {strays[0]}. The next vdata build deletes what it can.")


def _caches(report: Report) -> Iterator[Remark]:
    config = report.record.config if report.record else {}
    places = [as_path(config[key]) for key in ("cache", "replies") if key in config]
    if not places:
        yield Remark(False, "The caches of a build are known only when it is published.")
    for place in dict.fromkeys(one.expanduser() for one in [*places, *(place / "replies" for place in places[:1])]):
        if "$" in str(place):
            yield Remark(False, f"{place}: depends on the environment of the build, and was not checked.")
        try:
            if not place.is_dir():
                if place == places[0]:
                    yield Remark(False, f"{place}: the cache is empty.")
                continue
            entries = list(Cache(place).entries())
            damaged = [path for path in each(entries, "entries of the cache") if not is_sound(path.read_bytes())]
        except OSError as error:
            yield Remark(True, f"{explain(error, place)}. What is there was not checked.")
            continue
        if damaged:
            yield Remark(
                True,
                f"{place}: {len(damaged)} of {len(entries)} entries damaged, for example {damaged[0]}. "
                "They count as absent: their content is made again when it is needed.",
            )
        else:
            yield Remark(False, f"{place}: all {len(entries)} entries are sound.")


def _why(error: Exception) -> str:
    return f"it cannot be read ({error.strerror})" if isinstance(error, OSError) else str(error)
