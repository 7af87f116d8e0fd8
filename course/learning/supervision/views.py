"""The therapist's log of supervised sessions, and the page on which a supervisor answers without an account."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.learning.supervision import actions, queries
from course.learning.supervision.forms import (
    AnnulForm,
    AnswerForm,
    ChangedSessionForm,
    NewSessionsForm,
    SendForm,
    SupervisorForm,
)
from course.learning.supervision.models import SupervisedSession
from course.people.accounts import queries as accounts
from course.platform import clock, throttle
from course.platform.access import Permission, me, public, requires
from course.platform.forms import form_page, go_to, refuse_field
from course.platform.mail import addresses
from course.platform.queries import page_number
from course.platform.sent_forms import once
from course.platform.throttle import limited
from course.platform.web import Refused, unlisted

bp = Blueprint("supervision", __name__, url_prefix="/supervised")
public_bp = Blueprint("supervision_public", __name__, url_prefix="/supervise")
PAGE_SIZE = 25


@bp.get("/")
@requires(Permission.STUDY)
def overview() -> ResponseReturnValue:
    now = clock.now()
    return render_template(
        "learning/supervision/overview.html",
        now=now,
        counts=queries.counts_of(me().id, now),
        page=queries.log_of(me().id, number=page_number(), size=PAGE_SIZE),
        newest=queries.newest_of(me().id),
        requests=queries.requests_of(me().id),
        goals=queries.goals_of(me(), now),
    )


@bp.get("/print")
@requires(Permission.STUDY)
def printed() -> ResponseReturnValue:
    """Show the confirmed sessions and their supervisors on one page, for a board that asks for the log."""
    sessions = queries.confirmed_of(me().id)
    return render_template("learning/supervision/printed.html", sessions=sessions, now=clock.now())


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.STUDY)
@once
def log() -> ResponseReturnValue:
    """Log one session or several of a day, with the values of the last one or of the one in the address."""
    like = queries.own_session(me(), code) if (code := request.args.get("like", type=UUID)) else None
    like, now = like or queries.newest_of(me().id), clock.now()
    place = me().licenses[0].jurisdiction if me().licenses else ""
    form = NewSessionsForm(accounts.latest_today(me(), now), place, like)
    if not form.validate_on_submit():
        return form_page("learning/supervision/log.html", form=form)
    try:
        actions.log(me(), count=form.count.data, **form.fields(), now=now)
    except Refused as refusal:
        refuse_field(form.count, refusal)
        return form_page("learning/supervision/log.html", form=form, refusal=refusal)
    flash("1 session logged." if form.count.data == 1 else f"{form.count.data} sessions logged.", "ok")
    return go_to(url_for(".log" if request.form.get("then") == "log" else ".overview"))


@bp.post("/<uuid:code>/again")
@requires(Permission.STUDY)
@once
def log_again(code: UUID) -> ResponseReturnValue:
    actions.log_again(me(), queries.own_session(me(), code), now=clock.now())
    flash("Logged again with today's date.", "ok")
    return go_to(url_for(".overview"))


@bp.route("/<uuid:code>", methods=["GET", "POST"])
@requires(Permission.STUDY)
def session(code: UUID) -> ResponseReturnValue:
    """Show a session. While no supervisor has it, it can be changed."""
    found, now = queries.own_session(me(), code), clock.now()
    form = ChangedSessionForm(accounts.latest_today(me(), now), found)
    is_open = not found.is_decided and not (found.request and found.request.is_waiting(now))
    if not is_open:
        return _session_page(found, AnnulForm(formdata=None))
    if not form.validate_on_submit():
        return form_page("learning/supervision/change.html", form=form, session=found)
    actions.change(me(), found, **form.fields(), now=now)
    flash("Session saved.", "ok")
    return go_to(url_for(".overview"))


def _session_page(found: SupervisedSession, form: AnnulForm, refusal: Refused | None = None) -> ResponseReturnValue:
    return form_page("learning/supervision/session.html", refusal=refusal, session=found, form=form, now=clock.now())


@bp.post("/<uuid:code>/remove")
@requires(Permission.STUDY)
@once
def remove(code: UUID) -> ResponseReturnValue:
    actions.remove(me(), queries.own_session(me(), code), now=clock.now())
    flash("Session removed.", "ok")
    return go_to(url_for(".overview"))


@bp.post("/<uuid:code>/annul")
@requires(Permission.STUDY)
@once
def annul(code: UUID) -> ResponseReturnValue:
    found, form = queries.own_session(me(), code), AnnulForm()
    if not form.validate_on_submit():
        return _session_page(found, form)
    actions.annul(found, form.reason.data, actor=me(), now=clock.now())
    flash("Session annulled. It stays on record with the reason.", "ok")
    return go_to(url_for(".session", code=found.code))


@bp.route("/supervisors", methods=["GET", "POST"])
@requires(Permission.STUDY)
@once
def supervisors() -> ResponseReturnValue:
    form = SupervisorForm()
    if not form.validate_on_submit():
        return _supervisors_page(form)
    try:
        supervisor = actions.add_supervisor(me(), **form.fields(), now=clock.now())
    except Refused as refusal:
        refuse_field(form.email, refusal)
        return _supervisors_page(form, refusal)
    flash(f"{supervisor.name} added.", "ok")
    return go_to(url_for(".send" if request.args.get("then") == "send" else ".supervisors"))


def _supervisors_page(form: SupervisorForm, refusal: Refused | None = None) -> ResponseReturnValue:
    listed = queries.supervisors_of(me().id)
    return form_page("learning/supervision/supervisors.html", refusal=refusal, form=form, supervisors=listed)


@bp.post("/supervisors/<uuid:code>/remove")
@requires(Permission.STUDY)
@once
def remove_supervisor(code: UUID) -> ResponseReturnValue:
    actions.remove_supervisor(me(), queries.own_supervisor(me(), code), now=clock.now())
    flash("Supervisor removed. What they confirmed stays.", "ok")
    return go_to(url_for(".supervisors"))


@bp.route("/send", methods=["GET", "POST"])
@requires(Permission.STUDY)
@once
def send() -> ResponseReturnValue:
    now, listed = clock.now(), queries.supervisors_of(me().id)
    sessions = queries.sendable(me().id, now)[: actions.MAX_SESSIONS_SENT]
    form = SendForm(listed, sessions)
    if not form.validate_on_submit():
        return _send_page(form, sessions)
    supervisor = queries.own_supervisor(me(), UUID(form.supervisor.data))
    throttle.count_try(throttle.MAILS, addresses.key(supervisor.email))
    try:
        actions.send(me(), supervisor, form.codes, now=now)
    except Refused as refusal:
        refuse_field(form.sessions, refusal)
        return _send_page(form, sessions, refusal)
    flash(f"Sent to {supervisor.name}. The link works for 30 days.", "mail")
    return go_to(url_for(".overview"))


def _send_page(
    form: SendForm, sessions: Sequence[SupervisedSession], refusal: Refused | None = None
) -> ResponseReturnValue:
    return form_page("learning/supervision/send.html", refusal=refusal, form=form, sessions=sessions)


@bp.get("/requests/<uuid:code>")
@requires(Permission.STUDY)
def request_page(code: UUID) -> ResponseReturnValue:
    found, now = queries.own_request(me(), code), clock.now()
    return render_template(
        "learning/supervision/request.html",
        request_=found,
        sessions=queries.sessions_in(found),
        verdicts=queries.verdicts_on(me(), found.answers, now) if found.answers else [],
        now=now,
    )


@bp.post("/requests/<uuid:code>/again")
@requires(Permission.STUDY)
@once
def send_again(code: UUID) -> ResponseReturnValue:
    found = queries.own_request(me(), code)
    throttle.count_try(throttle.MAILS, addresses.key(found.supervisor.email))
    actions.send_again(me(), found, now=clock.now())
    flash(f"Sent to {found.supervisor.name} again. The earlier link no longer works.", "mail")
    return go_to(url_for(".overview"))


@bp.post("/requests/<uuid:code>/withdraw")
@requires(Permission.STUDY)
@once
def withdraw(code: UUID) -> ResponseReturnValue:
    actions.withdraw(me(), queries.own_request(me(), code), now=clock.now())
    flash("Request withdrawn. You can send its sessions to somebody else.", "ok")
    return go_to(url_for(".overview"))


@public_bp.after_request
def _hide_link(response: Response) -> Response:
    return unlisted(response)


@public_bp.route("/<token>", methods=["GET", "POST"])
@public
@limited
@once
def answer(token: str) -> ResponseReturnValue:
    """Show the sessions to their supervisor and take the answer. Opening the page changes nothing."""
    now = clock.now()
    asked, therapist = queries.request_of_link(token, now)
    if current_user.is_authenticated and me().id == therapist.id:
        raise actions.OwnLink
    sessions = queries.sessions_in(asked)
    if asked.answered_at is not None:
        confirmed = sum(one.confirmed_at is not None for one in sessions)
        return render_template(
            "learning/supervision/answered.html", therapist=therapist, confirmed=confirmed, total=len(sessions)
        )
    form = AnswerForm(asked.supervisor, sessions)
    if not form.validate_on_submit():
        return form_page(
            "learning/supervision/answer.html", form=form, therapist=therapist, request_=asked, sessions=sessions
        )
    reason = form.reason.data.strip() if len(form.codes) < len(sessions) else None
    actions.answer(token, form.statement, form.codes, reason, now=now)
    flash("Your answer is on record. Thank you.", "ok")
    return go_to(url_for(".answer", token=token))
