"""The browser for the tests: an installed one, or Playwright's own. `python -m tests.browser` prints its path."""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_PROGRAM = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
NO_BACKGROUND_TRAFFIC = [f"--disable-{what}" for what in ("background-networking", "component-update", "sync", "quic")]


def executable(playwright: Playwright) -> str | None:
    """Return the path of the browser; None if there is none."""
    paths = [os.environ.get("COURSE_TEST_BROWSER", ""), *(shutil.which(name) or "" for name in PROGRAMS), MAC_PROGRAM]
    paths.append(playwright.chromium.executable_path)
    return next((path for path in paths if path and Path(path).is_file()), None)


def launch(playwright: Playwright) -> Browser:
    path = executable(playwright)
    if path is None:
        raise RuntimeError("no Chromium was found; ./test installs one, or set COURSE_TEST_BROWSER")
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=path, args=[*NO_BACKGROUND_TRAFFIC, *root])


if __name__ == "__main__":
    with sync_playwright() as playwright:
        path = executable(playwright)
    print(path or "none")
    sys.exit(0 if path else 1)
