"""Files that are written completely or not at all, and that only their owner can read."""

import os
import tempfile
from pathlib import Path


def write_once(path: Path, data: bytes) -> None:
    """Write a file that does not exist yet. If two processes try, the first wins and the other's data is dropped."""
    handle, draft = tempfile.mkstemp(dir=path.parent)  # only its owner can read it
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()
