"""The serve command: it reports when it is ready, and stops with all its processes."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request

import psutil
import pytest

from course.platform.config import ROOT, BadSetting, Config
from tests.journeys.conftest import serve
from tests.network import free_port


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_answers_once_it_is_ready_and_stops_with_its_children(tmp_path, how):
    port = free_port()
    process = serve(tmp_path, port)
    assert process.stdout.readline().startswith("Ready: ")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
        assert answer.status == 200
    family = psutil.Process(process.pid).children(recursive=True)
    assert len(family) >= 2
    process.send_signal(how)
    process.communicate(timeout=10)
    assert process.returncode == 0
    assert psutil.wait_procs(family, timeout=3)[1] == []


def test_a_port_in_use_is_reported_in_one_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = serve(tmp_path, taken.getsockname()[1])
        _, error = process.communicate(timeout=30)
    assert process.returncode == 1
    assert error.startswith("PORT: ")
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("DATABASE_URL", "mysql://x/y"),
        ("DATABASE_URL", "nonsense"),
        ("PUBLIC_URL", "learn.example.org"),
        ("SECRET_KEY", "short"),
        ("SMTP_URL", "http://mail"),
        ("SMTP_URL", "smtp+plain://user:secret@mail"),
        ("SMTP_CA", "/dev/null"),
        ("SMTP_CA", "/nowhere.pem"),
        ("MAIL_FROM", "nobody"),
        ("QUEUE_URL", "sqlite:///x"),
        ("TRUSTED_PROXIES", "all"),
        ("UPLOAD_LIMIT_GB", "0"),
        ("UPLOAD_LIMIT_GB", "1e9"),
        ("COURSE_DATA", "/dev/null/x"),
    ],
)
def test_a_bad_setting_is_reported_in_one_line(tmp_path, name, value):
    env = {"COURSE_DATA": str(tmp_path), name: value}
    with pytest.raises(BadSetting) as refused:
        Config.from_environ(env)
    assert str(refused.value).startswith(f"{name}: ")
    assert "\n" not in str(refused.value)


def test_a_bad_setting_stops_the_start(tmp_path):
    env = {"PATH": os.environ["PATH"], "COURSE_DATA": str(tmp_path), "PORT": "eighty"}
    command = [sys.executable, "-m", "course", "migrate"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "PORT: 'eighty' is not a number from 1 to 65535.\n"
    assert list(tmp_path.iterdir()) == []


def test_a_secret_key_is_created_once_and_only_its_owner_can_read_it(tmp_path):
    env = {"PATH": os.environ["PATH"], "COURSE_DATA": str(tmp_path)}
    for _ in range(2):
        subprocess.run([sys.executable, "-m", "course", "migrate"], cwd=ROOT, env=env, check=True, capture_output=True)
    key = tmp_path / "secret_key"
    assert len(key.read_text()) >= 48
    assert key.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("settings", "warns"),
    [
        ({}, False),
        ({"TRUSTED_PROXIES": "1"}, False),
        ({"PUBLIC_URL": "https://learn.example.org", "TRUSTED_PROXIES": "1"}, False),
        ({"PUBLIC_URL": "https://learn.example.org"}, True),
        ({"PUBLIC_URL": "https://learn.example.org", "TRUSTED_PROXIES": "0"}, True),
    ],
)
def test_a_public_address_without_trusted_proxies_is_warned_about(tmp_path, settings, warns):
    config = Config.from_environ({"COURSE_DATA": str(tmp_path), **settings})
    assert any("set TRUSTED_PROXIES to the number of proxies" in warning for warning in config.warnings) == warns


def test_the_start_prints_what_it_warns_about(tmp_path):
    process = serve(tmp_path, free_port(), PUBLIC_URL="https://learn.example.org")
    lines = [process.stdout.readline() for _ in range(3)]
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    assert any("set TRUSTED_PROXIES to the number of proxies" in line for line in lines)
