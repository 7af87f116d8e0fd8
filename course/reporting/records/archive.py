"""A ZIP whose bytes depend on nothing but its content: no clock, no owner, no compressor's version."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from course.content.exchange.csv import FORMULA

CHUNK = 1 << 20
MODE = 0o100600 << 16  # a file, readable for its owner alone
UNIX = 3
MANIFEST = "manifest.json"


class Archive:
    """Files are written as they come and never held in memory; the manifest comes last and names them all."""

    def __init__(self, file: IO[bytes], as_of: datetime) -> None:
        self._zip = ZipFile(file, "w", ZIP_STORED)
        self._date = as_of.astimezone(UTC).timetuple()[:6]
        self.files: dict[str, dict[str, Any]] = {}

    def add(self, name: str, data: bytes) -> None:
        self._copy(name, io.BytesIO(data), len(data))

    def add_file(self, name: str, path: Path) -> None:
        with path.open("rb") as file:
            self._copy(name, file, path.stat().st_size)

    def _copy(self, name: str, source: IO[bytes], size: int) -> None:
        if name in self.files:
            raise ValueError(f"{name} is in the packet twice")
        info = ZipInfo(name, self._date)
        info.external_attr, info.create_system, info.file_size = MODE, UNIX, size
        digest = hashlib.sha256()
        with self._zip.open(info, "w") as target:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                target.write(chunk)
        self.files[name] = {"sha256": digest.hexdigest(), "size": size}

    def finish(self, told: Mapping[str, Any]) -> None:
        """Adds the manifest: what is told of the packet, and the SHA-256 of every other file."""
        self.add(MANIFEST, as_json({**told, "files": dict(sorted(self.files.items()))}))

    def close(self) -> None:
        self._zip.close()


def as_json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def as_csv(rows: Iterable[Sequence[object]]) -> bytes:
    """With the mark by which spreadsheets know UTF-8."""
    text = io.StringIO()
    csv.writer(text).writerows([cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


class Tables:
    """CSV files that grow side by side in a folder until they are whole; each has its columns from the start."""

    def __init__(self, folder: Path, columns: Mapping[str, Sequence[str]]) -> None:
        self._folder = folder
        self.counts = dict.fromkeys(columns, 0)
        self._open = {name: (folder / name).open("w", encoding="utf-8-sig", newline="") for name in columns}
        for name, head in columns.items():
            csv.writer(self._open[name]).writerow(head)

    def add(self, name: str, rows: Iterable[Sequence[object]]) -> None:
        writer = csv.writer(self._open[name])
        for row in rows:
            writer.writerow([cell(value) for value in row])
            self.counts[name] += 1

    def close(self) -> None:
        for file in self._open.values():
            file.close()

    def finished(self) -> dict[str, Path]:
        """The files by name, whole."""
        self.close()
        return {name: self._folder / name for name in self._open}


def cell(value: object) -> str:
    """As text; moments in UTC. What a spreadsheet would take for a formula has an apostrophe before it."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    return f"'{text}" if FORMULA.match(text) or text.startswith(("\r", "\n")) else text
