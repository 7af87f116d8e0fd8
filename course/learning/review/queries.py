"""Finds the signatures on modules."""

from collections.abc import Collection

from sqlalchemy import select

from course.content.schema.module import Module
from course.learning.review.models import ModuleReview
from course.platform import db


def reviews_of(modules: Collection[Module]) -> dict[str, ModuleReview]:
    """Return the signature on each module's current content, by module id. Unreviewed modules are left out."""
    signed = by_digest([module.reviewed_digest for module in modules])
    return {module.id: signed[module.reviewed_digest] for module in modules if module.reviewed_digest in signed}


def by_digest(digests: Collection[str]) -> dict[str, ModuleReview]:
    """Return the signatures on content with these digests, by digest."""
    return {
        review.digest: review
        for review in db.session.scalars(select(ModuleReview).where(ModuleReview.digest.in_(digests)))
    }


def history_of(module_id: str) -> list[ModuleReview]:
    """Return every signature that the module ever had, newest first."""
    return list(
        db.session.scalars(select(ModuleReview).filter_by(module_id=module_id).order_by(ModuleReview.id.desc()))
    )
