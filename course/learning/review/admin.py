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
    modules_ = queries.reviewable()
    return render_template("learning/review/modules.html", modules=modules_, reviews=queries.reviews_of(modules_))


@bp.route("/skills", methods=["GET", "POST"])
@requires(Permission.REVIEW)
@once
def skills() -> ResponseReturnValue:
    """Show and sign the list of hands-on skills."""
    skills_ = catalog().skills
    form = SignForm(digest=skills_.reviewed_digest)
    form.read.label.text = "I have read every skill and both statements. They are correct and safe to teach."
    if form.validate_on_submit():
        actions.sign(me(), skills_, form.digest.data, now=clock.now())
        flash("You signed the list of skills. The signature counts until the list changes.", "ok")
        return go_to(url_for(".modules"))
    return form_page(
        "learning/review/skills.html",
        skills=skills_,
        form=form,
        current=queries.reviews_of([skills_]).get(skills_.id),
        history=queries.history_of(skills_.id),
    )


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
