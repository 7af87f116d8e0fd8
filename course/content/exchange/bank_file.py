"""Write imported items as a bank file in the style of authors: text blocks, and keys in the usual order."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import yaml

from course.content.exchange.report import Imported

FIRST_KEYS = ("id", "objective", "type", "level", "difficulty", "section", "case", "calculator", "parameters", "stem")
LAST_KEYS = ("rationale", "references", "must_pass", "enemies")
BLOCK_KEYS = {"stem", "rationale"}
LINE_WIDTH = 114
FOLDABLE = re.compile(r"\S+( \S+)*")  # a line that folding and unfolding do not change
MAX_INLINE_LIST = 60  # characters


class _Folded(str):
    """A text that is written as a YAML block."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    pass


def _text(dumper: _Dumper, text: _Folded) -> yaml.Node:
    lines = text.split("\n")
    foldable = all(FOLDABLE.fullmatch(line) or not line for line in lines)
    style = None if not foldable else ">" if len(lines) == 1 else "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style)


def _list(dumper: _Dumper, values: list[Any]) -> yaml.Node:
    plain = all(isinstance(value, (str, int, float)) for value in values)
    inline = plain and sum(len(str(value)) + 2 for value in values) <= MAX_INLINE_LIST
    return dumper.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=inline)


def _decimal(dumper: _Dumper, number: Decimal) -> yaml.Node:
    text = f"{number:f}"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in text else 'int'}", text)


_Dumper.add_representer(_Folded, _text)
_Dumper.add_representer(list, _list)
_Dumper.add_representer(Decimal, _decimal)


def text(module: str, imported: Imported, current: Mapping[str, Any]) -> str:
    """Return the bank file. Its blueprint and state items are taken from `current`, the bank that it replaces."""
    head: dict[str, Any] = {"module": module}
    if "blueprint" in current:
        head["blueprint"] = current["blueprint"]
    if imported.cases:
        head["cases"] = {id_: _Folded(vignette) for id_, vignette in imported.cases.items()}
    parts = [f"# Item bank of the module {module}, imported. Check with ./run content check.\n", _dump(head)]
    parts += ["items:\n" if imported.items else "items: []\n"]
    parts += [f"\n{_dump([_ordered(item)])}" for item in imported.items]
    if "state_items" in current:
        parts.append(f"\n{_dump({'state_items': current['state_items']})}")
    return "".join(parts)


def _dump(data: Any) -> str:
    written: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=LINE_WIDTH)
    return written


def _ordered(item: Mapping[str, Any]) -> dict[str, Any]:
    between = [name for name in item if name not in FIRST_KEYS + LAST_KEYS]
    names = [name for name in (*FIRST_KEYS, *between, *LAST_KEYS) if name in item]
    blocks = {name: _Folded(item[name]) for name in BLOCK_KEYS if isinstance(item.get(name), str)}
    return {name: blocks.get(name, item[name]) for name in names}
