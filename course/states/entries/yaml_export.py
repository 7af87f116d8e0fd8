"""The base file with administrators' checks merged in: only the entries that changed are written anew. Pure."""

from collections.abc import Mapping
from typing import Any

import yaml

from course.content.source import Document


def merge_entries(text: str, document: Document, entries: Mapping[str, Mapping[str, Any]]) -> str:
    """`text` with the entries of these codes replaced; comments and all other entries stay as they are."""
    lines = text.splitlines(keepends=True)
    codes = [state["code"] for state in document.data["states"]]
    starts = [document.line(["states", n]) - 1 for n in range(len(codes))] + [len(lines)]
    out = lines[: starts[0]]
    for n, code in enumerate(codes):
        old = lines[starts[n] : starts[n + 1]]
        out += [_yaml_of(entries[code])] if code in entries else old
    return "".join(out)


def _yaml_of(entry: Mapping[str, Any]) -> str:
    return yaml.safe_dump([dict(entry)], sort_keys=False, allow_unicode=True, width=110)
