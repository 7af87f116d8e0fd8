"""The cross-sections of the real content, for tests."""

from pathlib import Path

import yaml

from course.content.figures.cross_section import CrossSection


def sections(folder: Path) -> dict[str, CrossSection]:
    """Return the cross-sections of the folder by id."""
    found = {}
    for path in sorted(folder.glob("*.yaml")):
        data = yaml.safe_load(path.read_text())
        if "layers" in data:
            found[path.stem] = CrossSection(id=path.stem, **data)
    return found
