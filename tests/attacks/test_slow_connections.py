"""Clients that send or read as slowly as they can. Others are answered meanwhile, and the slow ones are cut off."""

import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import sys
import time

import pytest

from course.platform.config import ROOT
from tests.network import free_port
from tests.slow_server import LIMIT_S

CONNECTIONS = 64
BODY = (
    b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
)
PAGE = b"GET /modules/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.fixture(scope="module")
def port(migrated, tmp_path_factory):
    data, port = tmp_path_factory.mktemp("slow"), free_port()
    shutil.copy(migrated, data / "course.db")
    command = [sys.executable, "-m", "tests.slow_server", "wsgi:app", "127.0.0.1", str(port)]
    env = {"PATH": os.environ["PATH"], "COURSE_DATA": str(data)}
    process = subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True)
    for _ in range(600):
        with contextlib.suppress(OSError):
            page(port)
            break
        time.sleep(0.1)
    yield port
    process.terminate()
    process.communicate(timeout=15)


def page(port):
    """Open a page as another visitor and return how long it took."""
    began = time.monotonic()
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT_S + 5)) as visitor:
        visitor.request("GET", "/sign-in")
        assert visitor.getresponse().status == 200
    return time.monotonic() - began


@contextlib.contextmanager
def attacking(port, first_bytes, receive_buffer=None):
    with contextlib.ExitStack() as stack:
        opened = []
        for _ in range(CONNECTIONS):
            one = stack.enter_context(socket.socket())
            if receive_buffer:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            one.settimeout(LIMIT_S * 4)
            one.connect(("127.0.0.1", port))
            one.sendall(first_bytes)
            opened.append(one)
        yield opened


def drip(connections, seconds):
    """Send a byte on each connection every half second."""
    for _ in range(int(seconds * 2)):
        time.sleep(0.5)
        for one in connections:
            with contextlib.suppress(OSError):
                one.sendall(b"x")


@pytest.mark.parametrize("length", [b"1000", b"400000"], ids=["small", "large"])
def test_bodies_sent_byte_by_byte_delay_nobody_and_are_refused(port, length):
    with attacking(port, BODY + length + b"\r\n\r\na=") as slow:
        drip(slow, 1)
        assert all(page(port) < LIMIT_S / 2 for _ in range(5))
        if length == b"1000":
            drip(slow, LIMIT_S)
            for one in slow:
                answer = b"".join(iter(lambda one=one: one.recv(10_000), b""))
                assert answer.startswith(b"HTTP/1.1 408 ")
                assert b"connection: close" in answer


def test_headers_sent_byte_by_byte_delay_nobody_and_are_cut_off(port):
    with attacking(port, b"GET / HTTP/1.1\r\nX-Slow: ") as slow:
        drip(slow, 1)
        assert all(page(port) < LIMIT_S / 2 for _ in range(5))
        drip(slow, LIMIT_S)
        assert all(ended(one) for one in slow)


def test_connections_that_say_nothing_are_cut_off(port):
    with attacking(port, b"") as silent:
        assert page(port) < LIMIT_S / 2
        assert all(ended(one) for one in silent)


def test_answers_that_nobody_reads_delay_nobody_and_are_cut_off(port):
    with attacking(port, PAGE * 20, receive_buffer=1024) as deaf:
        time.sleep(1)
        began = time.monotonic()
        while page(port) > LIMIT_S / 2:  # the pages that were asked for are made first, however slow the machine
            assert time.monotonic() < began + 60
        time.sleep(LIMIT_S * 3)
        assert all(reset(one) for one in deaf)


def test_a_header_without_end_is_refused(port):
    with attacking(port, b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 20_000) as greedy:
        with contextlib.suppress(OSError):
            for _ in range(20):
                greedy[0].sendall(b"x" * 20_000)
        assert ended(greedy[0])


def ended(connection):
    """Return whether the server ends the connection, with or without an answer that refuses."""
    with contextlib.suppress(ConnectionError):
        answer = b"".join(iter(lambda: connection.recv(10_000), b""))
        return answer == b"" or answer.startswith((b"HTTP/1.1 408 ", b"HTTP/1.1 431 ", b"HTTP/1.1 400 "))
    return True


def reset(connection):
    try:
        return b"".join(iter(lambda: connection.recv(1_000_000), b"")).count(b"HTTP/1.1 200") < 20
    except ConnectionError:
        return True
