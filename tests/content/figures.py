"""The cross-sections of the content, for tests."""

from pathlib import Path

import yaml

from course.content.figures.cross_section import CrossSection


def sections(folder: Path) -> dict[str, CrossSection]:
    found = {}
    for path in sorted(folder.glob("*.yaml")):
        data = yaml.safe_load(path.read_text())
        if "layers" in data:
            found[path.stem] = CrossSection(id=path.stem, **data)
    return found
