"""Queries that every room needs: one row or a 404, and one page of a list."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request, url_for
from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import aliased

from course.platform import db
from course.platform.web import NotFound

T = TypeVar("T")
MAX_PAGE = 1_000_000  # beyond it the offset would no longer fit the databases' integers


class PageBeyondLast(NotFound):
    """The list is shorter than an old link or an address that was typed says."""

    def __init__(self, last: int) -> None:
        super().__init__(f"This list ends on page {last}.")
        arguments = {**request.args.to_dict(), **(request.view_args or {}), "page": last}
        self.link = (url_for(str(request.endpoint), **arguments), "Go to the last page")


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list. `number` counts from 1; `total` is the number of rows on all pages together.

    Raise PageBeyondLast for a page that the list doesn't have. Page 1 may be empty.
    """

    rows: Sequence[T]
    number: int
    total: int
    size: int

    def __post_init__(self) -> None:
        if self.number > self.count:
            raise PageBeyondLast(self.count)

    @property
    def count(self) -> int:
        """Return the number of pages. An empty list has one."""
        return max(1, math.ceil(self.total / self.size))


def page_number() -> int:
    """Return the page number in the address, from 1."""
    return min(max(1, request.args.get("page", 1, type=int)), MAX_PAGE)


def page_of(rows: Select[Any], *, number: int, size: int) -> Page[Any]:
    """Return one page of the selected rows: one statement for the page and one for the total."""
    total = db.session.scalar(select(func.count()).select_from(rows.order_by(None).subquery())) or 0
    on_page = db.session.scalars(rows.limit(size).offset((number - 1) * size)).all()
    return Page(on_page, number, total, size)


def page_from(rows: Sequence[T], *, number: int, size: int) -> Page[T]:
    """Return one page of rows that are in memory."""
    return Page(rows[(number - 1) * size : number * size], number, len(rows), size)


def together(*selected: Select[Any]) -> tuple[list[Any], ...]:
    """Return the rows of several selections, each of one whole table, by their ids. One statement in all.

    A page that joins many rooms needs no statement of its own for each of them.
    """
    number = union_all(*(select(literal(n).label("n")) for n in range(len(selected)))).subquery()
    parts = [aliased(rows.column_descriptions[0]["entity"], rows.subquery()) for rows in selected]
    wanted = select(*parts).select_from(number)
    for n, part in enumerate(parts):
        wanted = wanted.outerjoin(part, number.c.n == n)
    found: tuple[list[Any], ...] = tuple([] for _ in selected)
    for row in db.session.execute(wanted.order_by(number.c.n, *(part.id for part in parts))):
        for rows, one in zip(found, row, strict=True):
            if one is not None:
                rows.append(one)
    return found


def one_or_404(rows: Select[T]) -> T:
    """Return the selected row. Raise NotFound if there is none."""
    return found_or_404(db.session.scalars(rows).one_or_none())


def found_or_404(value: T | None) -> T:
    """Return the value. Raise NotFound if it is None."""
    if value is None:
        raise NotFound
    return value
