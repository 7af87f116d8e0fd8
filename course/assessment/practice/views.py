"""Practice, which never counts, and spaced review: five minutes a day on quizzes that the person has passed."""

import secrets
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.assessment.attempts.forms import PAGE_OUT_OF_DATE, NotAnOption, answer_in
from course.assessment.attempts.scoring import PlacedItem
from course.assessment.practice import actions, queries, session
from course.assessment.practice.forms import RecallForm
from course.assessment.practice.models import Card
from course.content.items.base import Answer
from course.content.queries import catalog, module_of
from course.platform import clock
from course.platform.access import Permission, me, public, requires
from course.platform.forms import go_to

bp = Blueprint("practice", __name__)
FIELD = "a"  # the names of an answer's fields begin with it
ANSWER_FIRST = "Answer the question first, or press “I don't know”."


def _answer_to(place: PlacedItem) -> Answer:
    """Return the answer that was sent, or None if the person pressed "I don't know". Raise NotAnOption."""
    if request.form.get("go") == "unknown":
        return None
    answer = answer_in(request.form, FIELD, place.item, place.order)
    if not answer:
        raise NotAnOption(ANSWER_FIRST)
    return answer


def _taught(place: PlacedItem) -> list[tuple[Any, Any]]:
    """Return the section that teaches the item, with its module."""
    sections = catalog().taught_in([(place.item, place.wording.module)])
    return [(catalog().modules[slug], catalog().modules[slug].section(id_)) for slug, id_ in sections]


@bp.errorhandler(queries.AttemptOpen)
def attempt_open(refusal: queries.AttemptOpen) -> ResponseReturnValue:
    page = render_template("assessment/practice/closed.html", refusal=refusal, catalog=catalog())
    return page, refusal.status


@bp.errorhandler(queries.StudyFirst)
def study_first(refusal: queries.StudyFirst) -> ResponseReturnValue:
    return render_template("assessment/practice/study_first.html", refusal=refusal), refusal.status


@bp.get("/modules/<slug>/practice")
@requires(Permission.STUDY)
def begin(slug: str) -> ResponseReturnValue:
    queries.require_practice(me(), module_of(slug))
    return go_to(url_for(".item", slug=slug, seed=secrets.token_hex(4), number=1))


@bp.get("/modules/<slug>/practice/<seed>/<int:number>")
@requires(Permission.STUDY)
def item(slug: str, seed: str, number: int) -> ResponseReturnValue:
    return _practice_page(slug, seed, number)


def _practice_page(slug: str, seed: str, number: int, refusal: NotAnOption | None = None) -> ResponseReturnValue:
    module = module_of(slug)
    place, length = queries.practice_place(me(), module, seed, number)
    page = render_template(
        "assessment/practice/item.html",
        module=module,
        seed=seed,
        place=place,
        length=length,
        name=FIELD,
        refusal=refusal,
    )
    return page, refusal.status if refusal else 200


@bp.post("/modules/<slug>/practice/<seed>/<int:number>")
@requires(Permission.STUDY)
def answer(slug: str, seed: str, number: int) -> ResponseReturnValue:
    """Show whether the answer is correct. Nothing is stored."""
    module = module_of(slug)
    place, length = queries.practice_place(me(), module, seed, number)
    try:
        given = _answer_to(place)
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
    review = queries.review_of(me().id, now)
    return render_template(
        "assessment/practice/review.html",
        plan=queries.find_plan(me().id),
        review=review,
        coming=session.coming(review.items, now),
        next_day=session.next_day(review.items, now),
        catalog=catalog(),
    )


@bp.post("/review/start")
@requires(Permission.STUDY)
def start() -> ResponseReturnValue:
    now = clock.now()
    actions.start(me(), now=now)
    waiting = queries.review_of(me().id, now).session.waiting
    return go_to(url_for(".card", item_id=waiting[0].item_id) if waiting else url_for(".review"))


@bp.get("/review/items/<item_id>")
@requires(Permission.STUDY)
def card(item_id: str) -> ResponseReturnValue:
    mine = queries.own_card(me().id, item_id)
    today = queries.review_of(me().id, clock.now()).session
    if not any(item.item_id == item_id for item in today.waiting):
        return go_to(url_for(".review"))
    return _card_page(mine, today)


def _card_page(card: Card, today: session.ReviewSession, refusal: NotAnOption | None = None) -> ResponseReturnValue:
    serial = queries.answers_to(card) + 1
    page = render_template(
        "assessment/practice/card.html",
        card=card,
        serial=serial,
        shown=int(clock.now().timestamp()),
        place=queries.card_place(card, serial),
        today=today,
        name=FIELD,
        refusal=refusal,
    )
    return page, refusal.status if refusal else 200


@bp.post("/review/items/<item_id>")
@requires(Permission.STUDY)
def recall(item_id: str) -> ResponseReturnValue:
    mine, now, form = queries.own_card(me().id, item_id), clock.now(), RecallForm()
    if not form.validate_on_submit():
        raise NotAnOption(PAGE_OUT_OF_DATE)
    try:
        answered = actions.answer(
            me(), item_id, _answer_to, serial=form.serial.data, seconds=form.seconds(now), now=now
        )
    except NotAnOption as refusal:
        return _card_page(mine, queries.review_of(me().id, now).session, refusal)
    return render_template(
        "assessment/practice/recalled.html",
        answered=answered,
        comes_back=session.day_of(answered.due_at),
        today=queries.review_of(me().id, now).session,
        taught=_taught(answered.place),
    )


@bp.post("/review/mail")
@requires(Permission.STUDY)
def set_mail() -> ResponseReturnValue:
    on = request.form.get("by_mail") == "yes"
    actions.set_mail(me(), on=on)
    flash(f"Reminders are on. They go to {me().email}." if on else "Reminders are off.", "ok")
    return go_to(url_for(".review"))


@bp.route("/review/stop/<token>", methods=["GET", "POST"])
@public
def stop(token: str) -> ResponseReturnValue:
    """Unsubscribe by the link in a mail. Mail programs open links on their own, so only the button ends the mails."""
    actions.recipient(token)
    if request.method == "POST":
        actions.unsubscribe(token)
    return render_template(
        "platform/mail/unsubscribe.html",
        stopped=request.method == "POST",
        mails="review reminders",
        note="Your review itself continues.",
        settings=("your review", url_for(".review")),
    )
