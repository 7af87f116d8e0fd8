"""Orders in the console: how many would be issued, the order, its progress."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.certificates.bulk import actions, queries
from course.certificates.bulk.models import Order
from course.content.queries import catalog, course_of
from course.people.accounts import queries as accounts
from course.platform import clock
from course.platform.access import Permission, me, requires

bp = Blueprint("bulk_admin", __name__, url_prefix="/admin/orders")
SHOWN = 50  # orders of a list, refusals of an order


@bp.get("/")
@requires(Permission.CERTIFICATE_DECIDE)
def orders() -> ResponseReturnValue:
    waiting = queries.count_orderable()
    placed = queries.latest(SHOWN)
    return render_template(
        "certificates/bulk/orders.html",
        courses=[(course, waiting[id_]) for id_, course in catalog().courses.items() if id_ in waiting],
        orders=placed,
        titles={id_: course.title for id_, course in catalog().courses.items()},
        people=accounts.people_of([one.actor_id for one in placed]),
    )


@bp.post("/")
@requires(Permission.CERTIFICATE_DECIDE)
def place() -> ResponseReturnValue:
    placed = actions.order(course_of(request.form.get("course", "")), actor=me(), now=clock.now())
    return redirect(url_for(".order", code=placed.code), 303)


@bp.get("/<uuid:code>")
@requires(Permission.CERTIFICATE_DECIDE)
def order(code: UUID) -> ResponseReturnValue:
    """A script asks for the part that changes alone."""
    placed = queries.order_of(code)
    name = "certificates/bulk/progress.html" if request.args.get("part") else "certificates/bulk/order.html"
    return render_template(name, **_shown(placed))


def _shown(placed: Order) -> dict[str, object]:
    course = catalog().courses.get(placed.course_id)
    return {
        "order": placed,
        "title": course.title if course else placed.course_id,
        "tally": queries.tally(placed),
        "refused": queries.refused(placed, SHOWN),
        "by": accounts.person(placed.actor_id).legal_name,
    }


@bp.post("/<uuid:code>/stop")
@requires(Permission.CERTIFICATE_DECIDE)
def stop(code: UUID) -> ResponseReturnValue:
    left = actions.stop(queries.order_of(code), actor=me(), now=clock.now())
    flash(f"Stopped; {left} {'request waits' if left == 1 else 'requests wait'} in the queue again.", "ok")
    return redirect(url_for(".order", code=code), 303)
