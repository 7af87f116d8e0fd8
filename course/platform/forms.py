"""What all form pages share: show the form, show it again with its errors, or redirect."""

from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import Field

from course.platform.web import Refused


def form_page(template: str, *, refusal: Refused | None = None, **values: Any) -> ResponseReturnValue:
    """Return the page of a form with status 200, or 422 after a POST with errors.

    `refusal`: why the rules forbid what was requested; the page then has the refusal's status.
    """
    if refusal is not None:
        return render_template(template, **values), refusal.status
    return render_template(template, **values), 422 if request.method == "POST" else 200


def refuse_field(field: Field, refusal: Refused) -> None:
    """Show the refusal at the field, after the field's own errors."""
    field.errors = [*field.errors, refusal.message]


def go_to(address: str) -> ResponseReturnValue:
    """Return a redirect, the answer to an accepted form. Reloading the next page then sends nothing again."""
    return redirect(address, 303)
