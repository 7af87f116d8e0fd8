"""The reviewers' pages: which modules await clinical review, and the page on which one is read and signed."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from course.content.queries import catalog, module_of
from course.learning.review import actions, queries
from course.learning.review.forms import SignForm
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.forms import form_page, go_to
from course.platform.sent_forms import once

bp = Blueprint("review_admin", __name__, url_prefix="/admin/review")


@bp.get("/")
@requires(Permission.CONSOLE)
def modules() -> ResponseReturnValue:
    modules_ = list(catalog().modules.values())
    return render_template("learning/review/modules.html", modules=modules_, reviews=queries.reviews_of(modules_))


@bp.route("/<slug>", methods=["GET", "POST"])
@requires(Permission.REVIEW)
@once
def module(slug: str) -> ResponseReturnValue:
    module_ = module_of(slug)
    form = SignForm(digest=module_.reviewed_digest)
    if form.validate_on_submit():
        actions.sign(me(), module_, form.digest.data, now=clock.now())
        flash(f"You signed {module_.title}. The signature counts until a file of the module changes.", "ok")
        return go_to(url_for(".modules"))
    return form_page(
        "learning/review/module.html",
        module=module_,
        bank=catalog().banks.get(slug),
        glossary=catalog().glossary,
        form=form,
        current=queries.reviews_of([module_]).get(slug),
        history=queries.history_of(slug),
    )
