"""Files that are written completely or not at all, and that only their owner can read."""

import os
import tempfile
from pathlib import Path


def write_once(path: Path, data: bytes) -> None:
    """Write a file that does not exist yet. If two processes try, the first wins and the other's data is dropped."""
    draft = _draft(path.parent, data)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def replace(path: Path, data: bytes) -> None:
    """Write a file in place of the one at the path."""
    _draft(path.parent, data).replace(path)


def _draft(folder: Path, data: bytes) -> Path:
    """Write a new file that only its owner can read, and return its path."""
    handle, path = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return Path(path)


def open_to_others(path: Path) -> bool:
    """Return whether other users of this machine can read or write it. On Windows the mode says nothing."""
    return os.name == "posix" and bool(path.stat().st_mode & 0o077)


def make_private(folder: Path) -> None:
    """Take access to the folder and the files in it away from other users. Raise OSError if that is not possible."""
    for path in (folder, *folder.iterdir()):
        if not path.is_symlink() and open_to_others(path):
            path.chmod(path.stat().st_mode & 0o700)
