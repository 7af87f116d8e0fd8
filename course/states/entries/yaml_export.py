"""Merges checked entries into jurisdictions.yaml. Only these entries are rewritten; every other line stays."""

from collections.abc import Mapping
from typing import Any

import yaml

from course.content.source import Document


def merge_entries(text: str, document: Document, entries: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the file with these entries replaced, by state code. Comments and all other entries stay as they are."""
    lines = text.splitlines(keepends=True)
    codes = [state["code"] for state in document.data["states"]]
    first_lines = [document.line(["states", n]) - 1 for n in range(len(codes))] + [len(lines)]
    merged = lines[: first_lines[0]]
    for n, code in enumerate(codes):
        unchanged = lines[first_lines[n] : first_lines[n + 1]]
        merged += [_yaml_of(entries[code])] if code in entries else unchanged
    return "".join(merged)


def _yaml_of(entry: Mapping[str, Any]) -> str:
    return yaml.safe_dump([dict(entry)], sort_keys=False, allow_unicode=True, width=110)
