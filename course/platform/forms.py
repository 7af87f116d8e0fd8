"""What every page with a form does: show it, show it again with its errors, or redirect."""

from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import Field

from course.platform.web import Refused


def form_page(template: str, *, refusal: Refused | None = None, **values: Any) -> ResponseReturnValue:
    """Return the page of a form: 200 when it is opened, 422 when it comes back with faults.

    `refusal`: why the rules forbid what the form asks; the page then has its status.
    """
    if refusal is not None:
        return render_template(template, **values), refusal.status
    return render_template(template, **values), 422 if request.method == "POST" else 200


def refuse_field(field: Field, refusal: Refused) -> None:
    """Show the refusal at the field, after the field's own faults."""
    field.errors = [*field.errors, refusal.message]


def go_to(address: str) -> ResponseReturnValue:
    """Return the answer to a form that was accepted: a redirect, so that a reload sends nothing again."""
    return redirect(address, 303)
