"""The app with two empty views in addition to its own. Only the benchmark serves it."""

from dataclasses import replace

from limits import parse

from course import create_app
from course.platform.access import public
from course.platform.web import csrf
from course.site import install, site_of

app = create_app()
# All requests come from one address, as fast as possible. The limit is never reached, but each request is counted.
unreachable = parse("100000000 per minute")
throttle = replace(site_of(app).throttle, requests=unreachable)
install(app, replace(site_of(app), throttle=throttle))


@app.get("/bench/empty")
@public
def empty() -> str:
    return "ok"


@app.post("/bench/empty")
@public
def empty_post() -> str:
    return "ok"


csrf.exempt(empty_post)
