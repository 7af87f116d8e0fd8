"""The app with two empty views beside its own; only a benchmark serves it."""

from dataclasses import replace

from limits import parse

from course import create_app
from course.platform.access import public
from course.platform.web import csrf
from course.site import install, site_of

app = create_app()
often = parse("100000000 per minute")  # the one address of the benchmark asks as fast as it can; each ask is counted
install(app, replace(site_of(app), throttle=replace(site_of(app).throttle, asks=often, asks_of_all=often)))


@app.get("/bench/empty")
@public
def empty() -> str:
    return "ok"


@app.post("/bench/empty")
@public
def empty_post() -> str:
    return "ok"


csrf.exempt(empty_post)
