"""Files that appear whole or not at all, readable for their owner alone."""

import os
import tempfile
from pathlib import Path


def write_once(path: Path, data: bytes) -> None:
    """The first of two processes wins; the other's data is dropped."""
    handle, draft = tempfile.mkstemp(dir=path.parent)  # made readable for its owner alone
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
