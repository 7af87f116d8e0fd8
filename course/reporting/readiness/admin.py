"""The administrators' pages about the states: how far a course reaches in each, and who of a cohort may needle."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from course.content.queries import catalog, course_of
from course.content.schema.course import Course
from course.content.schema.jurisdiction import Jurisdiction
from course.learning.labs import queries as labs
from course.learning.labs.models import Lab
from course.platform import clock
from course.platform.access import Permission, requires
from course.platform.downloads import download
from course.platform.queries import page_number
from course.platform.web import NotFound
from course.reporting.readiness import queries, readiness_table
from course.states.entries import queries as states
from course.states.requirements import wording
from course.states.requirements.course_reach import Reach, course_reach
from course.states.requirements.judgment import GUIDANCE, State, Verdict

bp = Blueprint("readiness_admin", __name__, url_prefix="/admin")
PAGE_SIZE = 50
LABS_TO_CHOOSE = 50
BADGE_KINDS = {State.MET: "ok", State.OPEN: "warn", State.CANNOT_ONLINE: "danger", State.UNKNOWN: "neutral"}


@dataclass(frozen=True)
class Choice:
    """What the address asks for. Without a state there is no table yet."""

    text: str
    state: Jurisdiction | None
    course: Course | None
    lab: Lab | None
    verdict: Verdict | None

    @property
    def arguments(self) -> dict[str, str]:
        """Return the choice as the address gives it."""
        given = {
            "q": self.text,
            "state": self.state.code if self.state else "",
            "course": self.course.id if self.course else "",
            "lab": str(self.lab.code) if self.lab else "",
            "verdict": str(self.verdict or ""),
        }
        return {name: value for name, value in given.items() if value}


@bp.get("/readiness/")
@requires(Permission.PEOPLE_READ)
def readiness() -> ResponseReturnValue:
    chosen, page = _choice(), None
    if chosen.state:
        people = queries.cohort(chosen.text, chosen.course, chosen.lab)
        page = queries.page_of_rows(
            people, chosen.state, chosen.lab, chosen.verdict, clock.now(), page_number(), PAGE_SIZE
        )
    return render_template(
        "reporting/readiness/readiness.html",
        chosen=chosen,
        page=page,
        columns=readiness_table.columns(page.rows) if page else [],
        options=_options(),
        kinds=wording.KINDS,
        badge_kinds=BADGE_KINDS,
        guidance=GUIDANCE,
    )


@bp.get("/readiness.csv")
@requires(Permission.PEOPLE_READ, fresh=True)
def readiness_file() -> ResponseReturnValue:
    """Send the whole cohort as a table."""
    chosen = _choice()
    if chosen.state is None:
        raise NotFound
    people = queries.cohort(chosen.text, chosen.course, chosen.lab)
    rows = queries.rows(people, chosen.state, chosen.lab, chosen.verdict, clock.now())
    return download(readiness_table.write(rows), "text/csv", f"readiness-{chosen.state.code}.csv")


def _options() -> dict[str, list[tuple[str, str]]]:
    """Return what each field of the form offers, as (value, words)."""
    newest = labs.every_lab(page=1, size=LABS_TO_CHOOSE).rows
    return {
        "states": [(state.code, state.name) for state in catalog().jurisdictions.values()],
        "courses": [(course.id, course.title) for course in catalog().courses.values()],
        "labs": [(str(lab.code), f"{lab.title}, {lab.when}") for lab in newest if not lab.canceled_at],
        "verdicts": [(verdict.value, verdict.words) for verdict in Verdict],
    }


def _choice() -> Choice:
    """Return what the address asks for. Raise NotFound for a state, a course or a lab that there is not."""
    given = request.args
    return Choice(
        text=given.get("q", "").strip(),
        state=states.entry_of(given["state"]).state if given.get("state") else None,
        course=course_of(given["course"]) if given.get("course") else None,
        lab=labs.lab_of(_uuid(given["lab"])) if given.get("lab") else None,
        verdict=next((one for one in Verdict if one == given.get("verdict")), None),
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


@bp.get("/reach/")
@requires(Permission.STATES_EDIT)
def reach() -> ResponseReturnValue:
    """Show where the course suffices as it is configured, from the content and the entries of this moment."""
    course = course_of(request.args.get("course") or next(iter(catalog().courses)))
    day = clock.now().date()
    entries = {code: entry.state for code, entry in states.entries().items()}
    found = {code: course_reach(course, catalog(), state, code, day) for code, state in entries.items()}
    return render_template(
        "reporting/readiness/reach.html",
        course=course,
        courses=catalog().courses.values(),
        states=entries.values(),
        found=found,
        counts=Counter(one.reach for one in found.values()),
        reaches=list(Reach),
    )
