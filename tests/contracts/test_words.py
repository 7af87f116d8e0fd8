"""The product speaks plain American English: words that were ruled out stay out."""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from course.platform.config import ROOT

LIST = yaml.safe_load((Path(__file__).parent / "ruled_out_words.yaml").read_text())
FOLDERS = ("course", "docs", "modules", "quizzes", "tests")
ENDINGS = {".py", ".html", ".txt", ".md", ".js", ".css", ".typ", ".yaml", ".svg"}
THIRD_PARTY = ("tests/verifiers/node_modules", "tests/data", "tests/contracts/ruled_out_words.yaml")
PATTERNS = [one["word"].replace(" ", r"\s+") for one in LIST["words"]]
WORDS = re.compile(rf"(?<![\w-])(?:{'|'.join(PATTERNS)})(?![\w-])", re.IGNORECASE)


def texts() -> Iterator[Path]:
    yield from (ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "run", ROOT / "test")
    for folder in FOLDERS:
        yield from (path for path in (ROOT / folder).rglob("*") if path.suffix in ENDINGS and path.is_file())


def places(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, word) for each ruled-out word, also where a line break lies inside it."""
    for found in WORDS.finditer(re.sub(r"\n[ #>*]*", lambda gap: " " * len(gap[0]), text)):
        yield text.count("\n", 0, found.start()) + 1, " ".join(found[0].lower().split())


def test_ruled_out_words_stay_out():
    allowed = {(one["file"], one["word"]) for one in LIST["exceptions"]}
    found, used = [], set()
    for path in sorted(texts()):
        name = path.relative_to(ROOT).as_posix()
        if name.startswith(THIRD_PARTY):
            continue
        for line, word in places(path.read_text()):
            used.add((name, word))
            if (name, word) not in allowed:
                found.append(f"{name}:{line}: {word}")
    assert found == []
    assert allowed - used == set(), "exceptions that nothing needs any more"


def test_each_exception_has_a_reason():
    assert all(one.get("why") for one in LIST["exceptions"])


def test_a_word_is_found_across_a_line_break_and_in_any_case():
    assert list(places("Nothing.\nSo\n# many of them.")) == [(2, "so many")]
    assert list(places("Beside the spine")) == [(1, "beside")]
    assert list(places("besides, retold, unmended, ticket")) == []
