"""The console's front page: what waits; finding a person by name, e-mail, license or certificate code; one person."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course import clock
from course.access import Permission, me, requires
from course.accounts import actions
from course.accounts import queries as accounts
from course.approvals import queries as approvals
from course.audit import queries as audit
from course.backdating import queries as backdating
from course.catalog.queries import catalog
from course.certificates import making
from course.certificates import queries as certificates
from course.completion import queries as completion
from course.corrections import queries as corrections
from course.quality import queries as quality
from course.records import queries as records
from course.review import queries as reviews
from course.states import queries as states
from course.study import queries as study
from course.transcripts import queries as transcripts
from course.web import page_number

bp = Blueprint("admin", __name__, url_prefix="/admin")
PAGE = 25


@bp.get("/")
@requires(Permission.CONSOLE)
def console() -> ResponseReturnValue:
    return render_template(
        "admin/console.html",
        waiting=certificates.count_waiting(),
        checked=records.find_latest(),
        issued=certificates.count_issued(),
        corrections=corrections.count_waiting(),
        backdatings=backdating.count_waiting(),
        people=accounts.count_people(demo=False) + accounts.count_people(demo=True),
        catalog=catalog(),
        template_fault=making.templates().fault(),
        due=sum(entry.is_due(clock.now().date()) for entry in states.entries().values()),
        unreviewed=len(catalog().modules) - len(reviews.reviews_of(catalog().modules.values())),
        uncovered=approvals.uncovered(catalog(), clock.now().date()),
        elsewhere=transcripts.count_unchecked(),
        comments=study.count_comments(),
        reports=sum(quality.open_reports_by_item().values()),
        panels=sum(panel.closed_at is None for panel in quality.panels()),
        items=sum(len(bank.items) for bank in catalog().banks.values()),
    )


@bp.get("/people/")
@requires(Permission.PEOPLE_READ)
def people() -> ResponseReturnValue:
    text = request.args.get("q", "").strip()
    if text and (certificate := certificates.find_by_code(text)):
        return redirect(url_for("awards.certificate", code=certificate.code), 303)
    page = page_number()
    found, pages = accounts.search(text, page=page, size=PAGE)
    counts = certificates.count_of([person.id for person in found])
    return render_template("admin/people.html", people=found, counts=counts, q=text, page=page, pages=pages)


@bp.post("/people/<uuid:code>/reviewer")
@requires(Permission.PEOPLE_CHANGE)
def set_reviewer(code: UUID) -> ResponseReturnValue:
    on = request.form.get("reviewer") == "yes"
    actions.set_reviewer(me(), accounts.person_of(code), reviewer=on, now=clock.now())
    return redirect(url_for(".person", code=code), 303)


@bp.get("/people/<uuid:code>")
@requires(Permission.PEOPLE_READ)
def person(code: UUID) -> ResponseReturnValue:
    found = accounts.person_of(code)
    return render_template(
        "admin/person.html",
        person=found,
        catalog=catalog(),
        standings=completion.standings_of(found),
        requests=certificates.requests_of(found.id),
        certificates=certificates.awards_of(found.id),
        events=audit.about(found.id, limit=100),
        now=clock.now(),
    )
