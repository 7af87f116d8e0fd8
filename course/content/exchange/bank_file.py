"""What was imported as the text of a bank file, as authors write it: blocks of text, the usual order of keys."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import yaml

from course.content.exchange.report import Imported

FIRST = ("id", "objective", "type", "level", "difficulty", "section", "case", "calculator", "parameters", "stem")
LAST = ("rationale", "references", "must_pass", "enemies")
TEXTS = {"stem", "rationale"}
WIDTH = 114
EVEN = re.compile(r"\S+( \S+)*")  # a line that neither folding nor unfolding can change
SHORT = 60  # characters of a list on one line


class _Folded(str):
    """A text that is written as a block."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    pass


def _text(dumper: _Dumper, text: _Folded) -> yaml.Node:
    lines = text.split("\n")
    even = all(EVEN.fullmatch(line) or not line for line in lines)
    style = None if not even else ">" if len(lines) == 1 else "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style)


def _list(dumper: _Dumper, values: list[Any]) -> yaml.Node:
    plain = all(isinstance(value, (str, int, float)) for value in values)
    short = plain and sum(len(str(value)) + 2 for value in values) <= SHORT
    return dumper.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=short)


def _decimal(dumper: _Dumper, number: Decimal) -> yaml.Node:
    text = f"{number:f}"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in text else 'int'}", text)


_Dumper.add_representer(_Folded, _text)
_Dumper.add_representer(list, _list)
_Dumper.add_representer(Decimal, _decimal)


def text(module: str, imported: Imported, standing: Mapping[str, Any]) -> str:
    """`standing` is the bank that is replaced: its blueprint and its patterns for states stay."""
    head: dict[str, Any] = {"module": module}
    if "blueprint" in standing:
        head["blueprint"] = standing["blueprint"]
    if imported.cases:
        head["cases"] = {id_: _Folded(vignette) for id_, vignette in imported.cases.items()}
    parts = [f"# Item bank of the module {module}, imported. Check with ./run content check.\n", _dump(head)]
    parts += ["items:\n" if imported.items else "items: []\n"]
    parts += [f"\n{_dump([_ordered(item)])}" for item in imported.items]
    if "state_items" in standing:
        parts.append(f"\n{_dump({'state_items': standing['state_items']})}")
    return "".join(parts)


def _dump(data: Any) -> str:
    written: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)
    return written


def _ordered(item: Mapping[str, Any]) -> dict[str, Any]:
    between = [name for name in item if name not in FIRST + LAST]
    names = [name for name in (*FIRST, *between, *LAST) if name in item]
    blocks = {name: _Folded(item[name]) for name in TEXTS if isinstance(item.get(name), str)}
    return {name: blocks.get(name, item[name]) for name in names}
