"""The instructors' pages at the table: skills of several learners, and determinations of competence."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from flask import Blueprint, Response, current_app, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from course.content.queries import catalog, course_of
from course.content.schema.course import Course
from course.content.schema.skill import Skill
from course.learning.labs import queries as labs
from course.learning.labs.models import Lab
from course.learning.skills import actions, queries
from course.learning.skills.actions import Place, Seen
from course.learning.skills.forms import AnnulForm, DeterminationForm, SignOffForm
from course.learning.skills.models import SkillSignOff
from course.learning.skills.queries import SignedOff
from course.learning.skills.standing import SkillStanding
from course.people.accounts.models import User
from course.platform import clock
from course.platform.access import Permission, me, public, requires
from course.platform.forms import form_page, go_to, refuse_field
from course.platform.queries import found_or_404
from course.platform.sent_forms import once
from course.platform.web import Refused, wants_json

bp = Blueprint("skills_instructor", __name__, url_prefix="/instructor")


@dataclass(frozen=True)
class Learner:
    """A learner at the table, with the standing in each skill of the lab's course."""

    person: User
    standings: list[SkillStanding[SignedOff]]

    @property
    def passed(self) -> int:
        return sum(one.first_pass is not None for one in self.standings)


@bp.get("/worker.js")
@public
def worker() -> Response:
    """Return the script that shows pages of a lab without a network. A browser lets it serve only what is below it."""
    response = current_app.send_static_file("worker.js")
    response.headers["Cache-Control"] = "no-cache"  # this address does not change with the file's bytes
    return response


@bp.get("/labs/<uuid:code>/skills")
@requires(Permission.INSTRUCT)
def lab_skills(code: UUID) -> ResponseReturnValue:
    lab, course = _lab(code)
    return render_template(
        "learning/skills/lab_skills.html",
        lab=lab,
        skills=catalog().skills_of(course),
        learners=_learners(lab, course),
    )


@bp.route("/labs/<uuid:code>/skills/<skill_id>", methods=["GET", "POST"])
@requires(Permission.INSTRUCT)
def sign_off(code: UUID, skill_id: str) -> ResponseReturnValue:
    """Show one skill with everybody at the table, and store the sign-off of one of them."""
    lab, course = _lab(code)
    skill, form = _skill(course, skill_id), SignOffForm()
    refusal: Refused | None = None
    if form.is_submitted():
        try:
            stored = _store(lab, course, skill, form)
        except Refused as refused:
            if wants_json():
                return {"error": refused.message, "kind": type(refused).__name__}, refused.status
            refusal = refused
        else:
            if wants_json():
                return {"code": str(stored.code), "passed": stored.passed}
            flash(f"Recorded: {skill.title}, {'passed' if stored.passed else 'not passed'}.", "ok")
            return go_to(url_for(".sign_off", code=code, skill_id=skill_id))
    return form_page(
        "learning/skills/table.html",
        refusal=refusal,
        error=refusal.message if refusal else None,
        submitted=form if refusal else None,
        lab=lab,
        skill=skill,
        learners=_learners(lab, course),
        new_code=uuid4,
    )


def _store(lab: Lab, course: Course, skill: Skill, form: SignOffForm) -> SkillSignOff:
    if not form.validate():
        raise actions.ListChanged
    if form.instructor.data != str(me().code):
        raise actions.SignedByAnother
    learner = _learner(lab, course, UUID(form.person.data))
    seen = Seen(
        code=UUID(form.code.data),
        skill_id=skill.id,
        digest=form.digest.data,
        steps=form.steps.data or (),
        errors=form.errors_seen.data or (),
        passed=form.result.data == "passed",
        note=(form.note.data or "").strip(),
        by_device=form.given_at(),
    )
    return actions.sign_off(me(), learner.person, course, seen, _place(lab), now=clock.now())


def _lab(code: UUID) -> tuple[Lab, Course]:
    """Return a lab in person that the instructor teaches, and its course. Raise NotFound."""
    lab = labs.taught_lab(me(), code)
    found_or_404(None if lab.is_online else lab)
    return lab, course_of(lab.course_id)


def _place(lab: Lab) -> Place:
    return Place(lab.code, lab.time_zone)


def _skill(course: Course, skill_id: str) -> Skill:
    return found_or_404(next((one for one in catalog().skills_of(course) if one.id == skill_id), None))


def _learners(lab: Lab, course: Course) -> list[Learner]:
    """Return everybody who has a place in the lab or was there, by name."""
    roster = [one.person for one in labs.roster_of(lab, clock.now()) if one.is_in or one.is_here or one.minutes]
    people = sorted((one for one in roster if one.id != me().id), key=lambda one: (one.legal_name, one.id))
    attempts = queries.sign_offs_of([one.id for one in people])
    return [Learner(one, queries.standings_in(course, attempts[one.id])) for one in people]


def _learner(lab: Lab, course: Course, code: UUID) -> Learner:
    return found_or_404(next((one for one in _learners(lab, course) if one.person.code == code), None))


@bp.route("/labs/<uuid:code>/people/<uuid:person>", methods=["GET", "POST"])
@requires(Permission.INSTRUCT, fresh=True)
@once
def determine(code: UUID, person: UUID) -> ResponseReturnValue:
    """Show how far a learner is, and let the instructor sign a determination of competence."""
    lab, course = _lab(code)
    learner, form, refusal = _learner(lab, course, person), DeterminationForm(), None
    names = {"learner": learner.person.legal_name, "course": course.title}
    texts = catalog().skills.determination
    form.result.choices = [
        ("competent", texts.statement(competent=True, **names)),
        ("not_yet", texts.statement(competent=False, **names)),
    ]
    if form.validate_on_submit():
        competent, note = form.result.data == "competent", (form.note.data or "").strip()
        try:
            row = actions.determine(
                me(), learner.person, course, _place(lab), competent=competent, note=note, now=clock.now()
            )
        except Refused as refused:
            refuse_field(form.result, refused)
            refusal = refused
        else:
            flash("Signed. The learner is notified by email.", "ok")
            return go_to(url_for(".determination", code=row.code))
    return form_page(
        "learning/skills/determine.html",
        refusal=refusal,
        lab=lab,
        course=course,
        learner=learner,
        attempts=queries.sign_offs_of([learner.person.id])[learner.person.id],
        determinations=queries.determinations_about([learner.person.id])[learner.person.id],
        form=form,
    )


@bp.route("/determinations/<uuid:code>", methods=["GET", "POST"])
@requires(Permission.INSTRUCT, fresh=True)
@once
def determination(code: UUID) -> ResponseReturnValue:
    """Show a determination to its author, who may annul it."""
    one, form = queries.determination_of(code, instructor_id=me().id), AnnulForm()
    if form.validate_on_submit():
        actions.annul(one.row, form.reason.data.strip(), actor=me(), now=clock.now())
        flash("Annulled. The learner is notified by email with the reason.", "ok")
        return go_to(url_for(".determination", code=code))
    return form_page("learning/skills/determination_author.html", one=one, form=form)
