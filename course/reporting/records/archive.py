"""A ZIP file whose bytes depend on its content alone: not on the clock, the owner or a compression library."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from course.content.exchange.csv import text_safe

COPY_CHUNK_BYTES = 1 << 20
OWNER_ONLY_FILE = 0o100600 << 16  # ZIP keeps the Unix mode of an entry in the upper 16 bits
UNIX = 3
MANIFEST = "manifest.json"


class Archive:
    """Writes files one after the other without holding them in memory. The manifest comes last and lists them all."""

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
        info.external_attr, info.create_system, info.file_size = OWNER_ONLY_FILE, UNIX, size
        digest = hashlib.sha256()
        with self._zip.open(info, "w") as target:
            while chunk := source.read(COPY_CHUNK_BYTES):
                digest.update(chunk)
                target.write(chunk)
        self.files[name] = {"sha256": digest.hexdigest(), "size": size}

    def finish(self, description: Mapping[str, Any]) -> None:
        """Add the manifest: the description of the packet, and size and SHA-256 of every other file."""
        self.add(MANIFEST, as_json({**description, "files": dict(sorted(self.files.items()))}))

    def close(self) -> None:
        self._zip.close()


def as_json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def as_csv(rows: Iterable[Sequence[object]]) -> bytes:
    """Return the rows as CSV in UTF-8, with the byte order mark that spreadsheets need."""
    text = io.StringIO()
    csv.writer(text).writerows([cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


class Tables:
    """CSV files in a folder, which grow together until they are complete. Each starts with its column names."""

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
        """Close the files and return them by name."""
        self.close()
        return {name: self._folder / name for name in self._open}


def cell(value: object) -> str:
    """Return the value as text, moments in UTC. Text that a spreadsheet would read as a formula gets an apostrophe."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    return text_safe(text)
