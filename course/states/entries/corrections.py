"""Puts what an administrator read into a state's entry."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from course.content.schema.jurisdiction import Jurisdiction

LISTS = ("requirements", "absences", "duties")


def corrected(
    state: Jurisdiction,
    fields: Mapping[str, Any],
    source: Mapping[str, Any],
    checked_on: date,
    *,
    rules: Mapping[str, Mapping[str, Any]],
    confirmed: Collection[str],
) -> Jurisdiction:
    """Return the entry with these fields and values of rules by id. Raise pydantic's ValidationError if it is invalid.

    A rule that the source changes or confirms names it from now on. A source that is on file is replaced in its place.
    """
    data: dict[str, Any] = state.model_dump(mode="json")
    id_ = _source_id(state, source["url"], checked_on)
    data["sources"] = [
        {**source, "id": id_, "read_on": checked_on.isoformat()},
        *(old for old in data["sources"] if old["id"] != id_),
    ]
    renewal: dict[str, Any] = {**data["renewal"], **fields.get("renewal", {})}
    if renewal != data["renewal"]:
        renewal["sources"] = list(dict.fromkeys([id_, *renewal["sources"]]))
    for name in LISTS:
        data[name] = [_corrected(rule, id_, rules, confirmed) for rule in data[name]]
    return Jurisdiction.model_validate({**data, **fields, "renewal": renewal})


def _source_id(state: Jurisdiction, url: str, checked_on: date) -> str:
    known = {source.url: source.id for source in state.sources}
    if url in known:
        return known[url]
    first = f"check-{checked_on.isoformat()}"
    names = [first, *(f"{first}-{n}" for n in range(2, len(state.sources) + 3))]
    return next(name for name in names if name not in state.source_by_id)


def _corrected(
    rule: dict[str, Any], source_id: str, rules: Mapping[str, Mapping[str, Any]], confirmed: Collection[str]
) -> dict[str, Any]:
    after = {**rule, **rules.get(rule["id"], {})}
    if after != rule or rule["id"] in confirmed:
        after["source"] = source_id
    if "parts" in rule:
        after["parts"] = [_corrected(part, source_id, rules, confirmed) for part in rule["parts"]]
    return after
