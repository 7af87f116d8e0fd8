"""What a new engineer runs first: ./run, ./test and the lock files."""

import os
import subprocess

import pytest

from course.platform.config import ROOT

LOCKS = ["requirements.txt", "requirements-dev.txt", "requirements-uv.txt"]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_has_no_addresses_and_pins_by_hash(name):
    lines = (ROOT / name).read_text().splitlines()
    assert [line for line in lines if "://" in line or line.startswith("--")] == []
    assert all("==" in line for line in lines if line and line[0].isalpha())
    assert any("--hash=sha256:" in line for line in lines)


def test_without_a_recent_python_run_says_what_to_install(tmp_path):
    old = tmp_path / "bin"
    old.mkdir()
    for name in ("python3", "python"):
        (old / name).write_text("#!/bin/sh\nexit 1\n")
        (old / name).chmod(0o755)
    for name in ("dirname", "sh"):
        (old / name).symlink_to(f"/usr/bin/{name}")
    copy = tmp_path / "copy"
    (copy / ".ci").mkdir(parents=True)
    for name in ("run", ".ci/setup.sh", "requirements.txt"):
        (copy / name).write_bytes((ROOT / name).read_bytes())
    (copy / "run").chmod(0o755)
    done = subprocess.run([copy / "run"], env={"PATH": str(old)}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Python 3.11 or newer is needed")
    assert not (copy / ".venv").exists()


def test_the_scripts_can_be_run():
    assert all(os.access(ROOT / name, os.X_OK) for name in ("run", "test", ".ci/run"))
