"""Take the screenshots for the README: `.venv/bin/python -m tests.screenshots`."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from course.platform.config import ROOT
from course.tools.demo import DOMAIN, PASSWORD
from tests import browser as browsers
from tests.journeys.conftest import serve
from tests.network import free_port

SIZE = {"width": 1180, "height": 760}


def sign_in(page: Page, who: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("Email").fill(f"{who}@{DOMAIN}")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button").click()


def place_needle(page: Page) -> None:
    for name, value in {"entry": 40, "angle": 0, "depth": 40}.items():
        page.locator(f"[data-needle-form] [name={name}]").fill(str(value))
    page.locator("[data-needle-form] button").click()
    page.get_by_text("Not safe.").wait_for()
    page.locator("#reading-check-place-rhomboid .needle-area").evaluate("figure => figure.scrollIntoView()")


def take(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, viewport=SIZE)
    page = context.new_page()
    sign_in(page, "admin")
    page.goto("/modules/")
    page.set_viewport_size(SIZE | {"height": 900})
    page.screenshot(path=ROOT / "docs/front.png")
    page.goto("/modules/reading-depth/the-view-of-the-needle")
    place_needle(page)
    page.screenshot(path=ROOT / "docs/needle.png")
    page.goto("/admin/requests/")
    page.screenshot(path=ROOT / "docs/queue.png")
    phone = browser.new_context(
        base_url=address, viewport={"width": 390, "height": 844}, color_scheme="dark"
    ).new_page()
    sign_in(phone, "therapist1")
    phone.goto("/modules/thorax-and-upper-back/from-skin-to-lung")
    phone.locator("figure").first.evaluate("figure => scrollTo(0, figure.offsetTop - 200)")
    phone.screenshot(path=ROOT / "docs/section.png")


def main() -> None:
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        env = {**os.environ, "COURSE_DATA": data}
        subprocess.run([sys.executable, "-m", "course", "demo", "--learners", "60"], cwd=ROOT, env=env, check=True)
        port = free_port()
        process = serve(Path(data), port)
        assert process.stdout is not None
        process.stdout.readline()
        take(browsers.launch(playwright), f"http://127.0.0.1:{port}")
        process.send_signal(signal.SIGTERM)
        process.wait(10)


if __name__ == "__main__":
    main()
