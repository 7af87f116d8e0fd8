"""Templates compile, use what they import, and give each page a title."""

import re
from pathlib import Path

from flask import Flask

from course.content.items import TYPES
from course.platform.config import ROOT

FOLDER = ROOT / "course/templates"
TEMPLATES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file())


def test_every_template_compiles(app: Flask):
    for name in TEMPLATES:
        app.jinja_env.get_template(name)


def test_every_page_has_a_title():
    pages = [name for name in TEMPLATES if 'extends "base.html"' in (FOLDER / name).read_text()]
    assert len(pages) > 30
    assert [name for name in pages if "{% block title %}" not in (FOLDER / name).read_text()] == []


def test_no_template_imports_what_it_does_not_use():
    unused = []
    for name in TEMPLATES:
        text = (FOLDER / name).read_text()
        for names in re.findall(r"{% from \"[^\"]+\" import ([^%]+) %}", text):
            for one in (part.split(" as ")[-1].strip() for part in names.split(",")):
                if not re.search(rf"\b{one}\(", text) and not re.search(rf"\b{one}\[", text):
                    unused.append(f"{name}: {one}")
    assert unused == []


def test_every_template_is_used():
    code = "".join(path.read_text() for path in Path(ROOT / "course").rglob("*.py"))
    code += "".join((FOLDER / name).read_text() for name in TEMPLATES)
    mails = {
        f"mail/{kind}.txt"
        for kind in re.findall(
            r'"((?:account|certificate|confirm|determination|email|factors?|lab|license|name|new|password|record|report'
            r'|reset|review|score|skill|state|supervision)(?:-[a-z]+)+)"',
            code,
        )
    }
    types = {f"items/{name}.html" for name in TYPES}
    assert types <= set(TEMPLATES)
    assert [n for n in TEMPLATES if f'"{n}"' not in code and n not in mails | types] == []


def test_no_line_of_a_template_is_longer_than_120_columns():
    """A longer line can't be read in a diff."""
    lines = [(name, line) for name in TEMPLATES for line in (FOLDER / name).read_text().splitlines()]
    assert [(name, line) for name, line in lines if len(line) > 120] == []
