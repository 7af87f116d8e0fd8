"""Temporary files in memory. A database flushes each commit to the disk, and a test makes dozens of commits."""

import os
import shutil
import tempfile
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")
MIN_FREE_BYTES = 2_000_000_000  # containers often have 64 MB of it


def keep_temporary_files() -> None:
    """Let this process and its children keep them in memory where Linux offers enough of it.

    Whoever has set TMPDIR has decided already.
    """
    if "TMPDIR" in os.environ or not SHARED_MEMORY.is_dir():
        return
    if shutil.disk_usage(SHARED_MEMORY).free > MIN_FREE_BYTES:
        os.environ["TMPDIR"] = tempfile.tempdir = str(SHARED_MEMORY)
