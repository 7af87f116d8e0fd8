"""How long requests take inside the process, against an empty Flask view in the same run: `python -m tests.bench`.

Rounds are interleaved and the median is printed, since the machine's own speed moves more than the differences.
"""

import itertools
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from course import create_app, migrate
from course.access import public
from course.config import Config
from course.search import index
from tests import factories
from tests.pages import Pages

ROUNDS, REPEATS = 15, 20


def prepared(folder: Path) -> Flask:
    config = Config.from_environ({"COURSE_DATA": str(folder), "SECRET_KEY": "k" * 40})
    migrate.upgrade(config.database)
    app = create_app(config)
    app.config["WTF_CSRF_ENABLED"] = False
    app.add_url_rule("/empty", "empty", public(lambda: "ok"))
    return app


def requests(app: Flask) -> dict[str, Callable[[], object]]:
    learner, admin = factories.person(app, "Lena Learner"), factories.person(app, "Ada Admin", role="admin")
    code = factories.issue(app, learner, admin).code
    attempt = factories.start_attempt(app, learner, "state-scope").code
    client, serial = Pages(app).as_(learner).client, itertools.count(1)
    json = {"Accept": "application/json"}
    needle = "/modules/reading-depth/the-view-of-the-needle/checks/reading-check-place-rhomboid"
    with app.app_context():
        index.refresh()

    def save() -> object:
        number = next(serial)
        data = {"serial": number, "a": "ab"[number % 2]}
        return client.post(f"/attempts/{attempt}/1", data=data, headers=json)

    return {
        "empty view": lambda: client.get("/empty"),
        "module page": lambda: client.get("/modules/adverse-events/pneumothorax"),
        "section, two figures": lambda: client.get("/modules/head-neck-jaw/trapezius-and-levator"),
        "needle judged": lambda: client.post(needle, data={"entry": 40, "angle": 0, "depth": 40}, headers=json),
        "search": lambda: client.get("/search?q=vertebral+artery"),
        "state page": lambda: client.get("/states/FL"),
        "quiz page": lambda: client.get(f"/attempts/{attempt}/1"),
        "save of an answer": save,
        "verification page": lambda: client.get(f"/verify/{code}"),
        "certificate, stored": lambda: client.get(f"/certificates/{code}.pdf"),
    }


def timed(request: Callable[[], object]) -> float:
    began = time.perf_counter()
    for _ in range(REPEATS):
        request()
    return (time.perf_counter() - began) / REPEATS * 1000


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        named = requests(prepared(folder))
        times: dict[str, list[float]] = {name: [] for name in named}
        for _ in range(ROUNDS):
            for name, request in named.items():
                times[name].append(timed(request))
    finally:
        shutil.rmtree(folder)
    yardstick = statistics.median(times["empty view"])
    for name, values in times.items():
        median = statistics.median(values)
        print(f"{name:22} {median:7.2f} ms {median / yardstick:6.1f} empty views")


if __name__ == "__main__":
    main()
