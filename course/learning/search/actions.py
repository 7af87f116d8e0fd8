"""Builds the full-text index from the content and the state entries."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import delete, insert, select, text

from course.content.base import digest_of
from course.content.queries import catalog
from course.content.schema.catalog import Catalog
from course.content.schema.jurisdiction import Jurisdiction
from course.content.schema.law import walk
from course.content.text.markup import plain
from course.learning.search.models import SearchPage
from course.platform import db
from course.platform.db import unit_of_work
from course.states.entries import queries as states
from course.states.requirements import wording


def pages(content: Catalog, entries: dict[str, Jurisdiction]) -> Iterator[dict[str, str]]:
    """Yield the values of a SearchPage for each section, glossary term and state, without the edition."""
    for module in content.modules.values():
        for section in module.sections:
            url = f"/modules/{module.id}/{section.id}"
            yield {"kind": "section", "title": section.title, "under": module.title, "url": url, "body": section.text}
    for term in content.glossary.terms:
        body = f"{' '.join(term.also)} {plain(term.definition)}"
        yield {"kind": "term", "title": term.term, "under": "Glossary", "url": f"/glossary#{term.id}", "body": body}
    for state in entries.values():
        yield {
            "kind": "state",
            "title": state.name,
            "under": "States",
            "url": f"/states/{state.code}",
            "body": _state_in_words(state),
        }


def _state_in_words(state: Jurisdiction) -> str:
    rules = [f"{wording.label(rule)}: {rule.text}" for rule in (*walk(state.requirements), *state.duties)]
    return " ".join(
        [f"{state.code} {state.board}. {wording.STATUSES[state.status]}. {state.summary}", *rules, state.citation]
    )


@unit_of_work
def refresh_index() -> bool:
    """Rebuild the index if the content or a state entry has changed. Return whether it was rebuilt."""
    db.alone(db.Lock.BUILD_INDEX)
    entries = {code: entry.state for code, entry in states.entries().items()}
    edition = digest_of(catalog().digest, *(entry.model_dump_json() for entry in entries.values()))
    if db.session.scalars(select(SearchPage.edition).limit(1)).first() == edition:
        return False
    db.session.execute(delete(SearchPage))
    db.session.execute(insert(SearchPage), [page | {"edition": edition} for page in pages(catalog(), entries)])
    if db.session.get_bind().dialect.name == "sqlite":
        db.session.execute(text("INSERT INTO search_words (search_words) VALUES ('rebuild')"))
    return True


def reindex(_job_id: int, _payload: dict[str, Any]) -> None:
    """Do the job `reindex`."""
    refresh_index()
