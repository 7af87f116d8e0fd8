"""Sends odd requests to every address, as nobody, a learner and an administrator, and expects no 500.

Most requests are forms that were found on pages, with one to three fields changed. The others are addresses with odd
parts. The same seed sends the same requests. Run 100,000 with: .venv/bin/python -m tests.attacks.fuzz
"""

import argparse
import collections
import functools
import io
import logging
import random
import shutil
import sys
import tempfile
import traceback
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Flask, got_request_exception
from werkzeug.routing import Rule

from course import create_app, migrate
from course.content.loader.load import load
from course.platform.config import ROOT, Config
from course.site import site_of
from tests import factories
from tests.contracts.test_routes import things_of
from tests.factories import COURSE, MODULE
from tests.pages import Pages

REQUESTS_PER_WORLD = 2_500  # then a fresh copy of the data, because requests close accounts and revoke certificates
PART = 5_000
METHODS = ("GET", "GET", "GET", "POST", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS")
ODD = (
    *(
        "",
        " ",
        "0",
        "-1",
        "1",
        "2",
        "7",
        "00",
        "9" * 20,
        "1" * 400,
        "-" + "9" * 400,
        "1e400",
        "nan",
        "inf",
        "-0",
        "1.5",
    ),
    *("0x10", "1_000", "\u0663", "\u00bd", "1,5", "true", "null", "undefined", "yes", "no", "y", "on", "a", "b", "[]"),
    *(
        "{}",
        '{"entry": 1e999}',
        '["a"]',
        "'",
        '"',
        "\\",
        "`",
        "<svg onload=alert(1)>",
        "{{7*7}}",
        "%s%n",
        "%00",
        "..%2f",
    ),
    *(
        "../../etc/passwd",
        "' OR 1=1 --",
        "\0",
        "a\r\nSet-Cookie: x=1",
        "\u202e\u0627",
        "\U0001f489",
        "e\u0301",
        "\u00e9",
    ),
    *("\u2019", "O'Neil", "A" * 300, "\u00e4" * 70_000, "Ada Admin", "\ufeff", "\u200b", "\uff21", "x" * 1_000),
    *("2026-03-02", "2026-02-30", "0026-05-31", "0001-01-01", "9999-12-31", "10000-01-01", "2026-13-01", "12:60"),
    *(
        "FL",
        "XX",
        "PT",
        "PR",
        "none@example.org",
        "a@b",
        "jos\u00e9@example.org",
        "http://evil.example/",
        "//evil.example",
    ),
    *(COURSE, MODULE, "what-counts", "adverse-001", "ce-broker-fl", "state-scope"),
)
FILES = (
    (b"", "empty.pdf", "application/pdf"),
    (factories.PROOF, "license.pdf", "application/pdf"),
    (b"%PDF-1.7 a license", "license.pdf", "application/pdf"),
    (b"\xef\xbb\xbf%PDF-1.7", "b\u00f6m.pdf", "application/octet-stream"),
    (b"\x89PNG\r\n\x1a\n\x00\x00", "a.png", "image/png"),
    (b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>", "x.xml", "text/xml"),
    (b'{"@context": [], "proof": [{}], "id": 7}', "badge.json", "application/json"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "b.svg", "image/svg+xml"),
    (b"PK\x03\x04" + b"\0" * 40, "../../x.zip", "application/zip"),
    (b"\xff\xfe" * 5_000, "\u202efdp.exe", "text/csv"),
)
HEADERS = (
    {},
    {"Accept": "application/json"},
    {"Accept": "*/*;q=oops"},
    {"Range": "bytes=5-1"},
    {"Range": "bytes=-0,9999999999999999999-"},
    {"If-None-Match": '"' + "x" * 500},
    {"If-Modified-Since": "yesterday"},
    {"Content-Type": "application/json"},
    {"Content-Type": "multipart/form-data; boundary="},
    {"Content-Type": "text/plain; charset=utf-99"},
    {"X-Forwarded-For": "1.2.3.4, oops, ::1"},
    {"Authorization": "Basic ////"},
    {"Cookie": "session=.eJx; theme=\u00ff"},
    {"Origin": "null"},
    {"Host": "evil.example"},
)


@dataclass(frozen=True)
class Form:
    action: str
    method: str
    fields: tuple[tuple[str, str], ...]
    files: tuple[str, ...]


class FormParser(HTMLParser):
    """Collects the forms of a page and the addresses that it links to."""

    def __init__(self, here: str) -> None:
        super().__init__()
        self.here, self.forms, self.links = here, list[Form](), list[str]()
        self.open: tuple[str, str] | None = None
        self.fields: list[tuple[str, str]] = []
        self.files: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "a" and values.get("href", "").startswith("/"):
            self.links.append(values["href"].partition("#")[0])
        elif tag == "form":
            self.open = values.get("action") or self.here, values.get("method", "get").upper()
            self.fields, self.files = [], []
        elif self.open and values.get("type") == "file":
            self.files.append(values["name"])
        elif self.open and tag in {"input", "select", "textarea", "button"} and values.get("name"):
            self.fields.append((values["name"], values.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self.open:
            self.forms.append(Form(*self.open, tuple(self.fields), tuple(self.files)))
            self.open = None


@dataclass
class Outcome:
    statuses: collections.Counter[int] = field(default_factory=collections.Counter)
    faults: list[str] = field(default_factory=list)


@dataclass
class Fuzzer:
    """Sends requests to one copy of the data. `outcome` counts the answers over all copies."""

    app: Flask
    clients: dict[str, Any]
    things: dict[str, str]
    chance: random.Random
    outcome: Outcome
    forms: dict[str, list[Form]] = field(default_factory=lambda: collections.defaultdict(list))
    links: dict[str, set[str]] = field(default_factory=lambda: collections.defaultdict(set))

    def odd(self) -> str:
        if self.chance.random() < 0.2:
            return self.chance.choice([*self.things.values(), str(uuid.UUID(int=self.chance.getrandbits(128)))])
        return self.chance.choice(ODD)

    def send_one(self) -> None:
        who = self.chance.choice(list(self.clients))
        if self.forms[who] and self.chance.random() < 0.6:
            self._send_form(who, self.chance.choice(self.forms[who]))
        else:
            self._send_address(who)

    def _send_form(self, who: str, form: Form) -> None:
        values = collections.defaultdict(list)
        for name, value in form.fields:
            values[name].append(value)
        names = list(values) or ["x"]
        for name in self.chance.sample(names, min(len(names), self.chance.randint(1, 3))):
            values[name] = [self.odd() for _ in range(self.chance.choice((0, 1, 1, 1, 1, 2)))]
        if form.method == "GET":
            self._open(who, "GET", form.action.partition("?")[0], query_string=values)
            return
        data: dict[str, Any] = dict(values)
        for name in form.files:
            content, filename, kind = self.chance.choice(FILES)
            data[name] = (io.BytesIO(content), filename, kind)
        self._open(who, "POST", form.action, data=data)

    def _send_address(self, who: str) -> None:
        if self.links[who] and self.chance.random() < 0.4:
            address = self.chance.choice(sorted(self.links[who]))
        else:
            address = "".join(self._parts(self.chance.choice(list(self.app.url_map.iter_rules()))))
        method = self.chance.choice(METHODS)
        more: dict[str, Any] = {}
        if "?" not in address and self.chance.random() < 0.3:
            names = ("q", "page", "part", "next", "status", "number", "course", "at", "x")
            more["query_string"] = {self.chance.choice(names): self.odd()}
        if method in {"POST", "PUT", "PATCH"}:
            more["data"] = self.chance.choice((b"", b"\xff\xfe{", b'{"a": [' * 500, self.odd().encode()))
        self._open(who, method, address, headers=self.chance.choice(HEADERS), **more)

    def _parts(self, rule: Rule) -> Iterator[str]:
        for is_name, part in rule._trace:
            if not is_name:
                yield part.replace("|", "")
            elif self.chance.random() < 0.5 and rule.defaults and part in rule.defaults:
                yield str(rule.defaults[part])
            else:
                yield quote(self.odd()[:200], safe="")

    def _open(self, who: str, method: str, address: str, **more: Any) -> None:
        visitor = f"10.{self.chance.randint(0, 255)}.{self.chance.randint(0, 255)}.{self.chance.randint(1, 254)}"
        environ = {"REMOTE_ADDR": visitor}
        try:
            with self.clients[who].open(address, method=method, environ_overrides=environ, **more) as response:
                body = response.get_data() if method != "HEAD" else b""
        except Exception:  # the client itself failed, or the server let an exception through
            self.outcome.faults.append(f"{method} {address[:200]} as {who}\n{traceback.format_exc()}")
            return
        self.outcome.statuses[response.status_code] += 1
        if response.status_code >= 500 and response.status_code != 503:
            self.outcome.faults.append(f"{response.status_code} {method} {address[:200]} as {who} {str(more)[:300]}")
        if response.status_code == 200 and response.mimetype == "text/html":
            self._learn(who, address, body.decode())

    def _learn(self, who: str, address: str, html: str) -> None:
        parser = FormParser(address)
        parser.feed(html)
        known = {(form.action, form.fields) for form in self.forms[who][-50:]}
        self.forms[who] += [one for one in parser.forms if (one.action, one.fields) not in known]
        self.links[who].update(parser.links)


def copies(data: Path, count: int, seed: int) -> Iterator[tuple[int, Fuzzer]]:
    """Yield a fuzzer for each part of the requests, with the number of requests that it may send."""
    catalog = load(ROOT / "modules", ROOT / "quizzes")
    config = functools.partial(_config, data)
    migrate.upgrade(config("made").database)
    made = create_app(config("made"), catalog)
    learner, admin = factories.person(made, "Lena Learner"), factories.person(made, "Ada Admin", role="admin")
    things = things_of(made, learner, admin)
    site_of(made).engines.dispose()
    outcome = Outcome()
    for number, start in enumerate(range(0, count, REQUESTS_PER_WORLD)):
        shutil.copytree(data / "made", data / "used")
        app = create_app(config("used"), catalog)
        app.config["WTF_CSRF_ENABLED"] = False
        watch(app, outcome)
        pages = Pages(app)
        clients = {
            "nobody": pages.client,
            "learner": pages.as_(learner).client,
            "admin": pages.as_(admin).client,
        }
        yield (
            min(REQUESTS_PER_WORLD, count - start),
            Fuzzer(app, clients, things, random.Random(f"{seed} {number}"), outcome),
        )
        site_of(app).engines.dispose()
        shutil.rmtree(data / "used")


def _config(data: Path, name: str) -> Config:
    return Config.from_environ({"COURSE_DATA": str(data / name), "SECRET_KEY": "k" * 40})


def watch(app: Flask, outcome: Outcome) -> None:
    """Note every exception that a view lets through."""
    got_request_exception.connect(functools.partial(_note, outcome), app, weak=False)


def _note(outcome: Outcome, _app: Flask, exception: BaseException, **_: Any) -> None:
    outcome.faults.append("".join(traceback.format_exception(exception)[-3:]))


def run(count: int, seed: int, progress: Callable[[int], None] = lambda _sent: None) -> Outcome:
    """Send `count` requests and return what was answered. `progress` gets how many more were sent."""
    outcome = Outcome()
    with tempfile.TemporaryDirectory() as folder:
        for requests, fuzzer in copies(Path(folder), count, seed):
            outcome = fuzzer.outcome
            for _ in range(requests):
                fuzzer.send_one()
            progress(requests)
    return outcome


def _run_quietly(count: int, seed: int) -> Outcome:
    logging.disable(logging.CRITICAL)
    return run(count, seed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    seeds = range(chosen.seed, chosen.seed + -(-chosen.requests // PART))
    counts = [min(PART, chosen.requests - n * PART) for n in range(len(seeds))]
    statuses, faults = collections.Counter[int](), collections.Counter[str]()
    with ProcessPoolExecutor(max_workers=2) as pool:
        for outcome in pool.map(_run_quietly, counts, seeds):
            statuses.update(outcome.statuses)
            faults.update(outcome.faults)
            print(f"\r{statuses.total()} of {chosen.requests}", end="", file=sys.stderr, flush=True)
    print(f"\n{statuses.total()} answers: {dict(sorted(statuses.items()))}")
    for fault, times in faults.most_common(20):
        print(f"{times} times: {fault}")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
