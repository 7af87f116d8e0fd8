"""The glossary: the types of modules/glossary.yaml."""

from functools import cached_property

from pydantic import Field

from course.content.base import Content, Id, Reference, ReferenceId, Text


class Term(Content):
    """A glossary term. `also` are other words for it, which sections explain in the same way."""

    id: Id
    term: Text
    also: tuple[Text, ...] = ()
    definition: Text
    references: tuple[ReferenceId, ...]


class GlossaryFile(Content):
    """What `glossary.yaml` says."""

    references: tuple[Reference, ...]
    terms: tuple[Term, ...] = Field(min_length=1)


class Glossary(GlossaryFile):
    """The terms in alphabetical order."""

    @cached_property
    def by_id(self) -> dict[str, Term]:
        """Return the terms by id."""
        return {term.id: term for term in self.terms}

    def cited_by(self, term: Term) -> list[Reference]:
        """Return the references of a term in the order of the glossary's list."""
        return [reference for reference in self.references if reference.id in term.references]
