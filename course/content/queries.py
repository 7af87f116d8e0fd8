from course.content.schema.assessment import Assessment
from course.content.schema.catalog import Catalog
from course.content.schema.course import Course
from course.content.schema.module import Module, Section
from course.platform.web import NotFound
from course.site import site


def catalog() -> Catalog:
    """The content that this process was started with."""
    return site().catalog


def module_of(slug: str) -> Module:
    try:
        return catalog().modules[slug]
    except KeyError:
        raise NotFound from None


def section_of(slug: str, section_id: str) -> tuple[Module, Section]:
    module = module_of(slug)
    try:
        return module, module.section(section_id)
    except KeyError:
        raise NotFound from None


def course_of(course_id: str) -> Course:
    try:
        return catalog().courses[course_id]
    except KeyError:
        raise NotFound from None


def assessment_of(assessment_id: str) -> Assessment:
    try:
        return catalog().assessments[assessment_id]
    except KeyError:
        raise NotFound from None


def title_of(assessment_id: str) -> str:
    """The assessment's title; its id where it has left the course file."""
    known = catalog().assessments.get(assessment_id)
    return catalog().title_of(known) if known else assessment_id
