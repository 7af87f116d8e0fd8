"""The app with two empty views beside its own; only a benchmark serves it."""

from course import create_app
from course.access import public
from course.web import csrf

app = create_app()


@app.get("/bench/empty")
@public
def empty() -> str:
    return "ok"


@app.post("/bench/empty")
@public
def empty_post() -> str:
    return "ok"


csrf.exempt(empty_post)
