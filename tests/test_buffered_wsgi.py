"""Our server calls a WSGI app as PEP 3333 says, as another WSGI server does, and never waits in a thread."""

import hashlib
import http.client
import json
import subprocess
import sys
import time
from contextlib import closing, contextmanager

import pytest

from course.platform.config import ROOT
from tests.network import free_port

SERVERS = {
    "ours": [sys.executable, "-m", "tests.slow_server", "tests.echo:app", "127.0.0.1"],
    "gunicorn": [sys.executable, "-m", "gunicorn", "--log-level=error", "--threads=4", "tests.echo:app", "-b"],
}


@contextmanager
def running(kind, host="127.0.0.1"):
    port = free_port()
    command = SERVERS[kind] + [f"127.0.0.1:{port}" if kind == "gunicorn" else str(port)]
    process = subprocess.Popen([part.replace("127.0.0.1", host) for part in command], cwd=ROOT)
    try:
        with closing(http.client.HTTPConnection(host, port, timeout=20)) as connection:
            for _ in range(1200):  # a busy machine takes long to start a server
                try:
                    reply(connection, "GET", "/")
                    break
                except OSError:
                    connection.close()
                    time.sleep(0.05)
            yield connection
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(scope="module", params=SERVERS)
def any_server(request):
    with running(request.param) as connection:
        yield connection


@pytest.fixture(scope="module")
def ours():
    with running("ours") as connection:
        yield connection


def reply(connection, method, path, body=None, headers=None):
    connection.request(method, path, body, headers or {})
    response = connection.getresponse()
    return response, response.read()


def test_the_app_gets_path_query_and_body_as_they_were_sent(any_server):
    body = bytes(range(256)) * 2000  # larger than what is held in memory
    response, text = reply(any_server, "POST", "/caf%C3%A9%20%2F?a=%20b&c", body, {"Content-Type": "x/y"})
    seen = json.loads(text)
    assert response.status == 200
    assert seen["PATH_INFO"].encode("latin-1").decode() == "/café /"
    assert seen["QUERY_STRING"] == "a=%20b&c"
    assert seen["REMOTE_ADDR"] == "127.0.0.1"
    assert seen["CONTENT_LENGTH"] == str(len(body))
    assert seen["sha256"] == hashlib.sha256(body).hexdigest()
    assert response.headers.get_all("Set-Cookie") == ["a=1", "b=2"]


def test_a_header_that_comes_twice_is_joined_and_one_with_an_underscore_is_dropped(any_server):
    any_server.putrequest("GET", "/")
    for name, value in (("X-Twice", "1"), ("X-Twice", "2"), ("X_Spoof", "yes")):
        any_server.putheader(name, value)
    any_server.endheaders()
    seen = json.loads(any_server.getresponse().read())
    assert seen["HTTP_X_TWICE"].replace(" ", "") == "1,2"
    assert seen["HTTP_X_SPOOF"] is None


def test_what_is_written_comes_before_what_is_returned(any_server):
    assert reply(any_server, "GET", "/written")[1] == b"written, then returned"


def test_a_head_request_gets_no_body(any_server):
    response, body = reply(any_server, "HEAD", "/")
    assert (response.status, body) == (200, b"")


def test_a_connection_stays_open_when_the_app_reads_no_body(ours):
    for _ in range(5):
        response, _ = reply(ours, "POST", "/unread", b"x" * 300_000)
        assert response.status == 200
        assert "close" not in response.headers.get("Connection", "")


def test_an_app_that_fails_answers_500_and_the_server_goes_on(ours):
    assert reply(ours, "GET", "/broken")[0].status == 500
    ours.close()
    assert reply(ours, "GET", "/")[0].status == 200


def test_the_server_does_not_tell_what_it_is(ours):
    response, _ = reply(ours, "GET", "/")
    assert not response.headers["Server"]


def test_ipv6_visitors_are_known_by_their_address():
    with running("ours", "::1") as connection:
        assert json.loads(reply(connection, "GET", "/")[1])["REMOTE_ADDR"] == "::1"
