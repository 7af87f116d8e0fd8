"""Searches the full-text index, on both databases."""

import re
from dataclasses import dataclass

from sqlalchemy import text

from course.platform import db

MAX_RESULTS = 40
MAX_WORDS = 12
MATCH_START, MATCH_END = "\x02", "\x03"  # mark a matching word in an extract; no text contains them
SQLITE = """
    SELECT p.kind, p.title, p.under, p.url, snippet(search_words, 2, :open, :close, ' … ', 24) AS extract
    FROM search_words JOIN search_page p ON p.id = search_words.rowid
    WHERE search_words MATCH :wanted ORDER BY bm25(search_words, 8.0, 4.0, 1.0), p.id LIMIT :limit
"""
POSTGRESQL = """
    SELECT kind, title, under, url,
        ts_headline('english', body, to_tsquery('english', :wanted),
            'StartSel=' || :open || ', StopSel=' || :close || ', MaxWords=24, MinWords=10') AS extract
    FROM search_page WHERE search_words @@ to_tsquery('english', :wanted)
    ORDER BY ts_rank(search_words, to_tsquery('english', :wanted)) DESC, id LIMIT :limit
"""


@dataclass(frozen=True)
class SearchResult:
    """A page that matches. `extract` alternates between plain and matching words, beginning with plain ones."""

    kind: str
    title: str
    under: str
    url: str
    extract: tuple[str, ...]


def search(wanted: str) -> list[SearchResult]:
    """Return the pages that contain every word, or a word that starts with it; best match first."""
    words = re.findall(r"\w+", wanted)[:MAX_WORDS]
    if not words:
        return []
    on_sqlite = db.session.get_bind().dialect.name == "sqlite"
    query = " ".join(f'"{word}"*' for word in words) if on_sqlite else " & ".join(f"{word}:*" for word in words)
    rows = db.session.execute(
        text(SQLITE if on_sqlite else POSTGRESQL),
        {"wanted": query, "open": MATCH_START, "close": MATCH_END, "limit": MAX_RESULTS},
    )
    return [SearchResult(row.kind, row.title, row.under, row.url, _split(row.extract)) for row in rows]


def _split(extract: str) -> tuple[str, ...]:
    return tuple(re.split(f"[{MATCH_START}{MATCH_END}]", extract))
