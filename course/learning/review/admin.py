"""Clinical review in the console: what awaits a reviewer, and the page where a reviewer reads and signs."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.content.queries import catalog, module_of
from course.learning.review import actions, queries
from course.learning.review.forms import SignForm
from course.platform import clock
from course.platform.access import Permission, me, requires

bp = Blueprint("review_admin", __name__, url_prefix="/admin/review")


@bp.get("/")
@requires(Permission.CONSOLE)
def modules() -> ResponseReturnValue:
    every = list(catalog().modules.values())
    return render_template("learning/review/modules.html", modules=every, reviews=queries.reviews_of(every))


@bp.route("/<slug>", methods=["GET", "POST"])
@requires(Permission.REVIEW)
def module(slug: str) -> ResponseReturnValue:
    found = module_of(slug)
    form = SignForm(name=me().legal_name, digest=found.reviewed_digest)
    if form.validate_on_submit():
        actions.sign(
            me(),
            found,
            form.digest.data,
            name=form.name.data.strip(),
            credentials=form.credentials.data.strip(),
            now=clock.now(),
        )
        flash(f"Signed: {found.title}. It counts until a file of the module changes.", "ok")
        return redirect(url_for(".modules"), 303)
    page = render_template(
        "learning/review/module.html",
        module=found,
        bank=catalog().banks.get(slug),
        glossary=catalog().glossary,
        form=form,
        current=queries.reviews_of([found]).get(slug),
        history=queries.history_of(slug),
    )
    return page, 422 if request.method == "POST" else 200
