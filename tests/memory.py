"""Keep temporary files in memory, because a test makes dozens of commits and each would be flushed to the disk."""

import os
import shutil
import tempfile
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")
MIN_FREE_BYTES = 2_000_000_000  # containers often have only 64 MB of shared memory


def keep_temporary_files() -> None:
    """Set TMPDIR to shared memory if Linux offers enough of it. A TMPDIR that is already set stays."""
    if "TMPDIR" in os.environ or not SHARED_MEMORY.is_dir():
        return
    if shutil.disk_usage(SHARED_MEMORY).free > MIN_FREE_BYTES:
        os.environ["TMPDIR"] = tempfile.tempdir = str(SHARED_MEMORY)
