"""The catalog of this process and its parts by id. An unknown id raises NotFound, which becomes a 404."""

from course.content.schema.assessment import Assessment
from course.content.schema.catalog import Catalog
from course.content.schema.course import Course
from course.content.schema.module import Module, Section
from course.platform.queries import found_or_404
from course.platform.web import NotFound
from course.site import site


def catalog() -> Catalog:
    """Return the content that this process was started with."""
    return site().catalog


def module_of(slug: str) -> Module:
    """Return the module."""
    return found_or_404(catalog().modules.get(slug))


def section_of(slug: str, section_id: str) -> tuple[Module, Section]:
    """Return the module and the section."""
    module = module_of(slug)
    try:
        return module, module.section(section_id)
    except KeyError:
        raise NotFound from None


def course_of(course_id: str) -> Course:
    """Return the course."""
    return found_or_404(catalog().courses.get(course_id))


def assessment_of(assessment_id: str) -> Assessment:
    """Return the assessment."""
    return found_or_404(catalog().assessments.get(assessment_id))


def title_of(assessment_id: str) -> str:
    """Return the assessment's title, or its id if the course file no longer has it."""
    found = catalog().assessments.get(assessment_id)
    return catalog().title_of(found) if found else assessment_id
