"""Practice, which never counts, and spaced review: five minutes a day of what was passed."""

import secrets
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.assessment.attempts.forms import NotAnOption
from course.assessment.attempts.scoring import PlacedItem
from course.assessment.practice import actions, queries, session
from course.assessment.practice.forms import RecallForm
from course.assessment.practice.models import Card
from course.content.items.base import Answer, NotAnAnswer
from course.content.queries import catalog, module_of
from course.platform import clock
from course.platform.access import Permission, me, public, requires

bp = Blueprint("practice", __name__)
FIELD = "a"  # the fields of an answer begin with it
ANSWER_FIRST = "Answer the question first, or press “I don't know”."


def _given(place: PlacedItem) -> Answer:
    """What was answered; nothing where the person doesn't know."""
    if request.form.get("go") == "unknown":
        return None
    try:
        answer = place.item.read(request.form, FIELD, place.order)
    except NotAnAnswer as fault:
        raise NotAnOption(str(fault), fault.draft) from None
    if not answer:
        raise NotAnOption(ANSWER_FIRST)
    return answer


def _taught(place: PlacedItem) -> list[tuple[Any, Any]]:
    """The section that teaches the item, with its module."""
    found = catalog().taught_in([(place.item, place.wording.module)])
    return [(catalog().modules[slug], catalog().modules[slug].section(id_)) for slug, id_ in found]


@bp.errorhandler(queries.AttemptOpen)
def attempt_open(refusal: queries.AttemptOpen) -> ResponseReturnValue:
    page = render_template("assessment/practice/closed.html", refusal=refusal, catalog=catalog())
    return page, refusal.status


@bp.get("/modules/<slug>/practice")
@requires(Permission.STUDY)
def begin(slug: str) -> ResponseReturnValue:
    queries.require_practice(me(), module_of(slug))
    return redirect(url_for(".item", slug=slug, seed=secrets.token_hex(4), number=1), 303)


@bp.get("/modules/<slug>/practice/<seed>/<int:number>")
@requires(Permission.STUDY)
def item(slug: str, seed: str, number: int) -> ResponseReturnValue:
    return _practice_page(slug, seed, number)


def _practice_page(slug: str, seed: str, number: int, fault: NotAnOption | None = None) -> ResponseReturnValue:
    module = module_of(slug)
    place, length = queries.practice_place(me(), module, seed, number)
    page = render_template(
        "assessment/practice/item.html", module=module, seed=seed, place=place, length=length, name=FIELD, fault=fault
    )
    return page, fault.status if fault else 200


@bp.post("/modules/<slug>/practice/<seed>/<int:number>")
@requires(Permission.STUDY)
def answer(slug: str, seed: str, number: int) -> ResponseReturnValue:
    """Right or wrong at once; nothing is stored."""
    module = module_of(slug)
    place, length = queries.practice_place(me(), module, seed, number)
    try:
        given = _given(place)
    except NotAnOption as refusal:
        return _practice_page(slug, seed, number, refusal)
    return render_template(
        "assessment/practice/answered.html",
        module=module,
        seed=seed,
        place=place,
        length=length,
        answer=given,
        points=place.item.score(given),
        taught=_taught(place),
    )


@bp.get("/review/")
@requires(Permission.STUDY)
def review() -> ResponseReturnValue:
    now = clock.now()
    found = queries.review_of(me().id, now)
    return render_template(
        "assessment/practice/review.html",
        plan=queries.find_plan(me().id),
        review=found,
        coming=session.coming(found.entries, now),
        next_day=session.next_day(found.entries, now),
        catalog=catalog(),
    )


@bp.post("/review/start")
@requires(Permission.STUDY)
def start() -> ResponseReturnValue:
    now = clock.now()
    actions.start(me(), now=now)
    waiting = queries.review_of(me().id, now).session.waiting
    return redirect(url_for(".card", item_id=waiting[0].item_id) if waiting else url_for(".review"), 303)


@bp.get("/review/items/<item_id>")
@requires(Permission.STUDY)
def card(item_id: str) -> ResponseReturnValue:
    mine = queries.own_card(me().id, item_id)
    found = queries.review_of(me().id, clock.now())
    if not any(entry.item_id == item_id for entry in found.session.waiting):
        return redirect(url_for(".review"), 303)
    return _card_page(mine, found.session)


def _card_page(card: Card, today: session.Session, fault: NotAnOption | None = None) -> ResponseReturnValue:
    serial = queries.answers_to(card) + 1
    page = render_template(
        "assessment/practice/card.html",
        card=card,
        serial=serial,
        shown=int(clock.now().timestamp()),
        place=queries.card_place(card, serial),
        today=today,
        name=FIELD,
        fault=fault,
    )
    return page, fault.status if fault else 200


@bp.post("/review/items/<item_id>")
@requires(Permission.STUDY)
def recall(item_id: str) -> ResponseReturnValue:
    mine, now, form = queries.own_card(me().id, item_id), clock.now(), RecallForm()
    if not form.validate_on_submit():
        raise NotAnOption("This page is incomplete. Open the review again.")
    try:
        answered = actions.answer(me(), item_id, _given, serial=form.serial.data, seconds=form.seconds(now), now=now)
    except NotAnOption as refusal:
        return _card_page(mine, queries.review_of(me().id, now).session, refusal)
    found = queries.review_of(me().id, now)
    return render_template(
        "assessment/practice/recalled.html",
        answered=answered,
        comes_back=session.day_of(answered.due_at),
        today=found.session,
        taught=_taught(answered.place),
    )


@bp.post("/review/mail")
@requires(Permission.STUDY)
def set_mail() -> ResponseReturnValue:
    on = request.form.get("by_mail") == "yes"
    actions.set_mail(me(), on=on)
    flash(f"On days when something is due, a mail goes to {me().email}." if on else "You get no more mails.", "ok")
    return redirect(url_for(".review"), 303)


@bp.route("/review/stop/<token>", methods=["GET", "POST"])
@public
def stop(token: str) -> ResponseReturnValue:
    """The way out that stands in each mail; mail programs follow links by themselves, so only a press ends them."""
    actions.recipient(token)
    if request.method == "POST":
        actions.unsubscribe(token)
    return render_template("assessment/practice/stop.html", stopped=request.method == "POST")
