"""What all form pages share: show the form, show it again with its errors, or redirect."""

from collections.abc import Iterable
from typing import Any

from flask import g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import Field
from wtforms.form import BaseForm

from course.platform.web import Refused


def form_page(template: str, *, refusal: Refused | None = None, **values: Any) -> ResponseReturnValue:
    """Return the page of a form with status 200, or 422 after a POST with errors.

    A form that was kept while its person signed in again is filled in as it was. A document that was chosen in a form
    with errors is kept. `refusal`: why the rules forbid what was requested; the page then has the refusal's status.
    """
    if (kept := g.get("kept_fields")) and isinstance(form := values.get("form"), BaseForm):
        form.process(kept)
    if request.method == "POST":
        _keep_documents(values.get("form", ()))
    if refusal is not None:
        return render_template(template, **values), refusal.status
    return render_template(template, **values), 422 if request.method == "POST" else 200


def _keep_documents(form: Iterable[Field]) -> None:
    for field in form:
        if keep := getattr(field, "keep", None):  # a DocumentField
            keep()


def refuse_field(field: Field, refusal: Refused) -> None:
    """Show the refusal at the field, after the field's own errors."""
    field.errors = [*field.errors, refusal.message]


def go_to(address: str) -> ResponseReturnValue:
    """Return a redirect, the answer to an accepted form. Reloading the next page then sends nothing again."""
    return redirect(address, 303)
