"""Marks on views: their permission, rate limit and upload limit. Hooks read them before the view runs."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, request

V = TypeVar("V", bound=Callable[..., Any])


def mark(view: V, name: str, value: object) -> V:
    """Return the same view with the mark set."""
    setattr(view, name, value)
    return view


def marked(name: str) -> Any:
    """Return the mark of the view that answers this request; None without the mark or without such a view."""
    return getattr(current_app.view_functions.get(request.endpoint or ""), name, None)
