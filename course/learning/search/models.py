from sqlalchemy.orm import Mapped, mapped_column

from course.platform.db import Model


class SearchPage(Model):
    """A page that can be found. Its words lie in a full-text index beside it: FTS5 on SQLite, GIN on PostgreSQL."""

    __tablename__ = "search_page"

    id: Mapped[int] = mapped_column(primary_key=True)
    edition: Mapped[str]  # of the whole index: the content and the state entries that it was made from
    kind: Mapped[str]  # section, term or state
    title: Mapped[str]
    under: Mapped[str]  # what it belongs to: the module's title, for a section
    url: Mapped[str]
    body: Mapped[str]
