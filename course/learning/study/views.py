"""The module pages: the list, the overview of a module, its sections, and the beacon that measures time."""

from collections.abc import Collection, Mapping
from datetime import datetime

from flask import Blueprint, flash, render_template, send_from_directory, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm

from course.content.queries import catalog, module_of, section_of
from course.content.schema.knowledge_check import KnowledgeCheck, NeedleCheck
from course.content.schema.module import Module, Section
from course.learning.review import queries as reviews
from course.learning.study import actions, queries, reading_time
from course.learning.study.forms import BeaconForm, FeedbackForm, form_of
from course.learning.study.queries import ReadingPosition, SectionStatus
from course.platform import clock, db
from course.platform.access import Permission, me, public, requires
from course.platform.forms import go_to
from course.platform.sent_forms import once
from course.platform.web import NotFound, wants_json
from course.site import site

bp = Blueprint("study", __name__)


@bp.get("/modules/")
@public
def modules() -> ResponseReturnValue:
    read = queries.read_sections(current_user.id) if current_user.is_authenticated else {}
    return render_template(
        "learning/study/modules.html",
        catalog=catalog(),
        read=read,
        next_sections=_next_sections(read) if current_user.is_authenticated else {},
        reviews=reviews.reviews_of(catalog().modules.values()),
        by_region={module.region: module for module in catalog().modules.values() if module.region},
    )


def _next_sections(read: Mapping[str, Collection[str]]) -> dict[str, Section]:
    """Return the first unread section of each module that has one, by module."""
    unread = {
        module.id: [section for section in module.sections if section.id not in read.get(module.id, ())]
        for module in catalog().modules.values()
    }
    return {module_id: sections[0] for module_id, sections in unread.items() if sections}


@bp.get("/glossary")
@public
def glossary() -> ResponseReturnValue:
    return render_template("learning/study/glossary.html", glossary=catalog().glossary)


@bp.get("/modules/<slug>/media/<name>")
@requires(Permission.STUDY)
def media(slug: str, name: str) -> ResponseReturnValue:
    """Return a clip or its captions. A range request returns a part, so that a player can seek."""
    module_ = module_of(slug)
    if not any(f"media/{name}" in section.media for section in module_.sections):
        raise NotFound
    return send_from_directory(site().config.modules / slug / "media", name, conditional=True)


@bp.get("/modules/<slug>/")
@public
def module(slug: str) -> ResponseReturnValue:
    module_ = module_of(slug)
    read: set[str] = set()
    resume = None
    if current_user.is_authenticated:
        read = queries.read_sections(current_user.id).get(slug, set())
        resume = _resume(module_, read, queries.last_positions(current_user.id).get(slug))
    return render_template(
        "learning/study/module.html",
        module=module_,
        read=read,
        resume=resume,
        catalog=catalog(),
        review=reviews.reviews_of([module_]).get(slug),
        related=catalog().related(module_),
    )


def _resume(module: Module, read: set[str], position: ReadingPosition | None) -> tuple[Section, str] | None:
    """Return the section to continue with and the anchor of the heading in it; None if all are read."""
    sections = {section.id: section for section in module.sections}
    if position and position.section_id in sections and position.section_id not in read:
        return sections[position.section_id], position.anchor
    return next(((section, "") for section in module.sections if section.id not in read), None)


@bp.get("/modules/<slug>/<section_id>")
@requires(Permission.STUDY)
def section(slug: str, section_id: str) -> ResponseReturnValue:
    return _section_page(*section_of(slug, section_id))


def _section_page(
    module: Module, section: Section, *, fault: str | None = None, status: int = 200
) -> ResponseReturnValue:
    user, now = me(), clock.now()
    last = section is module.sections[-1]
    since = queries.renewed_at(user.id, module.id)
    status_here = queries.section_status(user.id, module.id, section.id, since)
    if status_here.opened_at is None:
        with db.writing():
            actions.open_section(user, module, section, now=now)
    page = render_template(
        "learning/study/section.html",
        module=module,
        section=section,
        position=module.sections.index(section),
        answers=queries.answers_in(user.id, module.id, section.id, since),
        studied=status_here.studied,
        wait=_wait(user.id, section, status_here, now),
        review=reviews.reviews_of([module]).get(module.id),
        feedback=status_here.feedback,
        related=catalog().related(module) if last else [],
        glossary=catalog().glossary,
        fault=fault,
        waiting_time=reading_time.in_words,
    )
    return page, status


def _wait(user_id: int, section: Section, status: SectionStatus, now: datetime) -> int:
    """Return how many seconds are missing until the person can complete the section."""
    if status.studied:
        return 0
    used = queries.used_since(user_id, status.opened_at) if status.opened_at else []
    available = reading_time.available(status.opened_at or now, used, now)
    return reading_time.wait(section, available, catalog().reading_time)


@bp.post("/modules/<slug>/<section_id>/checks/<check_id>")
@requires(Permission.STUDY)
def answer_check(slug: str, section_id: str, check_id: str) -> ResponseReturnValue:
    module, section = section_of(slug, section_id)
    check = _check_of(section, check_id)
    form = form_of(check)
    if not form.validate_on_submit():
        message = _message_of(form)
        if wants_json():
            return {"error": message}, 422
        flash(message, "danger")
        return go_to(url_for(".section", slug=slug, section_id=section_id, _anchor=check_id))
    answer = actions.answer_check(me(), module, section, check, form.given(), now=clock.now())
    if wants_json():
        template = "learning/study/needle.html" if check.type == "needle" else "learning/study/check.html"
        card = render_template(template, module=module, section=section, check=check, answer=answer)
        return {"html": card}
    return go_to(url_for(".section", slug=slug, section_id=section_id, _anchor=check_id))


def _message_of(form: FlaskForm) -> str:
    """Return every error of the form in one line, for pages and scripts that don't show the form again."""
    return " ".join(error for errors in form.errors.values() for error in errors)


def _check_of(section: Section, check_id: str) -> KnowledgeCheck | NeedleCheck:
    check = next((check for check in section.checks if check.id == check_id), None)
    if check is None:
        raise NotFound
    return check


@bp.post("/modules/<slug>/<section_id>/studied")
@requires(Permission.STUDY)
def finish_section(slug: str, section_id: str) -> ResponseReturnValue:
    module, section = section_of(slug, section_id)
    try:
        actions.finish_section(me(), module, section, now=clock.now())
    except (actions.UnansweredChecks, actions.TooEarly) as refusal:
        return _section_page(module, section, fault=refusal.message, status=refusal.status)
    after = module.sections[module.sections.index(section) + 1 :]
    if after:
        return go_to(url_for(".section", slug=slug, section_id=after[0].id))
    return go_to(url_for(".module", slug=slug))


@bp.post("/modules/<slug>/<section_id>/feedback")
@requires(Permission.STUDY)
@once
def give_feedback(slug: str, section_id: str) -> ResponseReturnValue:
    module, section = section_of(slug, section_id)
    form = FeedbackForm()
    if not form.validate_on_submit():
        return _section_page(module, section, fault=_message_of(form), status=422)
    actions.give_feedback(
        me(),
        module,
        section,
        helpful=form.helpful.data == "yes",
        comment=(form.comment.data or "").strip(),
        now=clock.now(),
    )
    flash("Thank you for your feedback.", "ok")
    return go_to(url_for(".section", slug=slug, section_id=section_id, _anchor="feedback"))


@bp.post("/modules/<slug>/<section_id>/time")
@requires(Permission.STUDY)
def count_time(slug: str, section_id: str) -> ResponseReturnValue:
    module, section = section_of(slug, section_id)
    form = BeaconForm()
    if not form.validate_on_submit():
        return {"error": "Seconds must be a number from 0 to 3600."}, 422
    seconds = actions.count_time(me(), module.id, section.id, form.seconds.data, form.place.data or "", now=clock.now())
    return {"seconds": seconds}
