"""Merges checked entries into jurisdictions.yaml. Only these entries are rewritten; every other line stays."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from course.content.schema.jurisdiction import Jurisdiction
from course.content.source import Document

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


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


def data_of(state: Jurisdiction) -> dict[str, Any]:
    """Return the entry as the file has it: without fields that have their default value."""
    return state.model_dump(mode="json", exclude_defaults=True)


def _yaml_of(entry: Mapping[str, Any]) -> str:
    return yaml.dump([dict(entry)], Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


class _Dumper(yaml.SafeDumper):
    """Writes whole numbers without a point, ids on one line, and dates without quotes, as the loader reads them."""

    yaml_implicit_resolvers = {
        first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeDumper.yaml_implicit_resolvers.items()
    }

    def number(self, value: float) -> yaml.ScalarNode:
        """Return the node of a number."""
        return self.represent_int(int(value)) if value.is_integer() else self.represent_float(value)

    def items(self, values: list[Any]) -> yaml.SequenceNode:
        """Return the node of a list."""
        ids = all(isinstance(value, str) and ID.fullmatch(value) for value in values)
        return self.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=ids)


_Dumper.add_representer(float, _Dumper.number)
_Dumper.add_representer(list, _Dumper.items)
