import re
from dataclasses import dataclass

from sqlalchemy import text

from course.platform import db

MOST = 40
OPEN, CLOSE = "\x02", "\x03"  # around a found word, until it is shown
SQLITE = """
    SELECT p.kind, p.title, p.under, p.url, snippet(search_words, 2, :open, :close, ' … ', 24) AS extract
    FROM search_words JOIN search_page p ON p.id = search_words.rowid
    WHERE search_words MATCH :wanted ORDER BY bm25(search_words, 8.0, 4.0, 1.0), p.id LIMIT :most
"""
POSTGRESQL = """
    SELECT kind, title, under, url,
        ts_headline('english', body, to_tsquery('english', :wanted),
            'StartSel=' || :open || ', StopSel=' || :close || ', MaxWords=24, MinWords=10') AS extract
    FROM search_page WHERE search_words @@ to_tsquery('english', :wanted)
    ORDER BY ts_rank(search_words, to_tsquery('english', :wanted)) DESC, id LIMIT :most
"""


@dataclass(frozen=True)
class SearchResult:
    """`extract` alternates between plain and found words, beginning with plain ones."""

    kind: str
    title: str
    under: str
    url: str
    extract: tuple[str, ...]


def search(wanted: str) -> list[SearchResult]:
    """Pages that hold every word, or words that begin like the last one; best first."""
    words = re.findall(r"\w+", wanted)[:12]
    if not words:
        return []
    lite = db.session.get_bind().dialect.name == "sqlite"
    query = " ".join(f'"{word}"*' for word in words) if lite else " & ".join(f"{word}:*" for word in words)
    rows = db.session.execute(
        text(SQLITE if lite else POSTGRESQL), {"wanted": query, "open": OPEN, "close": CLOSE, "most": MOST}
    )
    return [SearchResult(row.kind, row.title, row.under, row.url, _split(row.extract)) for row in rows]


def _split(extract: str) -> tuple[str, ...]:
    return tuple(re.split(f"[{OPEN}{CLOSE}]", extract))
