"""Finds the signatures on modules."""

from collections.abc import Collection

from sqlalchemy import select

from course.content.queries import catalog
from course.content.schema.module import Module
from course.content.schema.skill import SkillList
from course.learning.review.models import ModuleReview
from course.platform import db


def reviewable() -> list[Module | SkillList]:
    """Return everything that a reviewer signs: the modules and the list of hands-on skills."""
    return [*catalog().modules.values(), catalog().skills]


def reviews_of(modules: Collection[Module | SkillList]) -> dict[str, ModuleReview]:
    """Return the signature on each module's current content, by module id. Unreviewed modules are left out.

    The list of skills is signed like a module.
    """
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
