"""Pages that the search can find."""

from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Model


class SearchPage(Model):
    """A page that the search can find. A migration adds its full-text index: FTS5 on SQLite, GIN on PostgreSQL."""

    __tablename__ = "search_page"

    id: Mapped[int] = mapped_column(primary_key=True)
    edition: Mapped[str]  # digest of the content and the state entries that the whole index was built from
    kind: Mapped[str]  # section, term or state
    title: Mapped[str]
    under: Mapped[str]  # what the page belongs to: for a section, the title of its module
    url: Mapped[str]
    body: Mapped[str]
