"""The product as people use it: the real command, the real server, a real browser."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from course.people.accounts.models import User
from course.platform.browser import TOKEN
from course.platform.config import ROOT
from tests import browser as browsers
from tests.network import free_port
from tests.pages import session_of


@dataclass
class Site:
    """A running server. `ready` has the lines that it printed."""

    address: str
    ready: str
    process: "subprocess.Popen[str]"
    data: Path

    @property
    def invitation(self) -> str:
        return re.search(r"\S+/invitations/\S+", self.ready)[0]

    @property
    def mailbox(self) -> str:
        return re.search(r"\S+/mailbox/\S+", self.ready)[0]


def serve(data: Path, port: int, **settings: str) -> "subprocess.Popen[str]":
    env = {"PATH": os.environ["PATH"], "COURSE_DATA": str(data), "PORT": str(port), **settings}
    command = [sys.executable, "-m", "course", "serve"]
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve the app from this process and yield its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data, port = tmp_path_factory.mktemp("site"), free_port()
    process = serve(data, port)
    lines = "".join(process.stdout.readline() for _ in range(3))
    yield Site(f"http://127.0.0.1:{port}", lines, process, data)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=15)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Yield a browser. It is closed before other tests run, because its driver keeps an event loop running."""
    with sync_playwright() as playwright:
        launched = browsers.launch(playwright)
        yield launched
        launched.close()


class Walk:
    """One person's browser. `see` is called on every page and checks it for accessibility violations and errors."""

    def __init__(self, browser: Browser, site: Site, *, script: bool, dark: bool, touch: bool = False) -> None:
        self.site, self.script = site, script
        self.context = browser.new_context(
            base_url=site.address,
            java_script_enabled=script,
            viewport={"width": 390, "height": 800},
            color_scheme="dark" if dark else "light",
            has_touch=touch,
        )
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda line: self.faults.append(line.text) if line.type == "error" else None)

    def sign_in(self, app: Flask, person: User) -> None:
        """Set the cookie of a new session of the person. `app` has the site's secret key."""
        ticket = session_of(app, person)
        session = {TOKEN: ticket.token, "csrf_token": ticket.code.hex}
        cookie = app.session_interface.get_signing_serializer(app).dumps(session)
        name = app.config["SESSION_COOKIE_NAME"]
        self.context.add_cookies([{"name": name, "value": cookie, "url": self.site.address}])

    def go(self, path: str) -> None:
        self.page.goto(path)
        self.see()

    def press(self, name: str) -> None:
        """Press a button or follow a link by its name, and check the next page."""
        target = self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name)).first
        with self.page.expect_navigation():
            target.click()
        self.see()

    def fill(self, **values: str) -> None:
        for label, value in values.items():
            self.page.get_by_label(label.replace("_", " "), exact=False).first.fill(value)

    def see(self) -> None:
        assert self.faults == []
        width = self.page.evaluate("document.documentElement.scrollWidth") if self.script else 390
        assert width <= 390, f"{self.page.url} scrolls sideways at 390 px"
        if self.script:  # axe itself is a script
            violations = Axe().run(self.page).response["violations"]
            listed = [(rule["id"], [node["html"] for node in rule["nodes"]][:3]) for rule in violations]
            assert listed == [], self.page.url

    def text(self) -> str:
        return self.page.inner_text("main")


@pytest.fixture
def walk(browser: Browser, site: Site) -> Iterator[type[Walk]]:
    opened: list[Walk] = []

    def open_(*, script: bool = True, dark: bool = False, touch: bool = False) -> Walk:
        opened.append(Walk(browser, site, script=script, dark=dark, touch=touch))
        return opened[-1]

    yield open_
    for one in opened:
        one.context.close()


@pytest.fixture
def sign_in(walk: Callable[..., Walk], app: Flask) -> Callable[..., Walk]:
    """Return a function that opens the browser of a signed-in person."""

    def signed_in(person: User, **more: bool) -> Walk:
        one = walk(**more)
        one.sign_in(app, person)
        return one

    return signed_in
