"""Exported banks are read back equal, and what a format can't hold is reported."""

import io
import zipfile
from fractions import Fraction
from itertools import chain, combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given

from course.content import source
from course.content.exchange import FORMATS, bank_file, qti
from course.content.schema.bank import Bank
from course.content.source import Problems
from tests.content.exchange.banks import BASE, MULTIPLE, SINGLE, TYPES_OF, bank_of, banks, restored


@pytest.mark.parametrize("name", TYPES_OF)
def test_exported_items_are_read_back_equal(name):
    @given(banks(TYPES_OF[name]))
    def check(bank: Bank) -> None:
        exported = FORMATS[name].write(bank)
        skipped = {left.item for left in exported.left_out if left.what.startswith("the whole")}
        found = restored(FORMATS[name].read(exported.data))
        assert found == {item.id: item for item in bank.items if item.id not in skipped}
        assert name == "gift" or not skipped or any("are the same" in left.what for left in exported.left_out)

    check()


@pytest.mark.parametrize("name", TYPES_OF)
def test_every_item_of_the_real_banks_is_read_back_equal_or_reported(name, catalog):
    for bank in catalog.banks.values():
        exported = FORMATS[name].write(bank)
        imported = FORMATS[name].read(exported.data)
        named = {left.item for left in (*exported.left_out, *imported.left_out)}
        found = restored(imported)
        for item in bank.items:
            assert found.get(item.id) == item or item.id in named, item.id
        lost = [item for item in bank.items if item.id not in found]
        assert all(item.parameters or item.type not in TYPES_OF[name] for item in lost)


@given(banks(TYPES_OF["csv"]))
def test_the_bank_file_has_what_was_read(bank):
    imported = FORMATS["csv"].read(FORMATS["csv"].write(bank).data)
    document = source.parse(
        bank_file.text("some-module", imported, {"blueprint": {"one": 1}}), "file", problems := Problems()
    )
    assert problems.found == []
    assert Bank.model_validate(document.data | {"digest": "x"}).items == bank.items


def test_unusual_letters_and_prompt_numbers_are_restored():
    letters = SINGLE | {"options": {"h": "This", "c": "That", "a": "Those"}, "key": "c"}
    matching = BASE | {"id": "item-3", "type": "matching", "stem": "Match.", "prompts": {"2": "Two", "5": "Five"}}
    matching |= {"options": {"b": "B", "c": "C", "f": "F"}, "key": {"2": "f", "5": "c"}}
    for name in ("moodle-xml", "gift", "csv"):
        bank = bank_of([letters, matching])
        assert restored(FORMATS[name].read(FORMATS[name].write(bank).data)) == {item.id: item for item in bank.items}


def test_other_units_are_restored_from_moodle_and_reported_for_gift():
    length = BASE | {"id": "item-4", "type": "numeric", "stem": "How deep?", "key": 12.5, "unit": "mm", "tolerance": 1}
    bank = bank_of([length | {"units": {"cm": 10, "in": 25.4, "third": 3}}])
    moodle = FORMATS["moodle-xml"].write(bank)
    assert restored(FORMATS["moodle-xml"].read(moodle.data))["item-4"] == bank.items[0]
    assert b"<multiplier>0.1</multiplier>" in moodle.data
    assert [left.what for left in FORMATS["gift"].write(bank).left_out][1:] == ["its other units; GIFT has no units"]


def test_items_that_a_format_cannot_hold_are_reported(catalog):
    scaled = SINGLE | {"stem": "Half of {n}?", "parameters": {"n": [2, 4]}}
    for name in ("moodle-xml", "gift", "qti-2.2", "qti-3.0"):
        left_out = FORMATS[name].write(bank_of([scaled])).left_out
        assert [str(left) for left in left_out][1].startswith("item-1: the whole item: its numbers differ")
    bank = bank_of([scaled])
    assert restored(FORMATS["csv"].read(FORMATS["csv"].write(bank).data)) == {"item-1": bank.items[0]}
    states = FORMATS["csv"].write(catalog.banks["state-scope"]).left_out
    assert "the whole pattern" in states[-1].what
    control = bank_of([SINGLE | {"stem": "A bell \x07?"}])
    for name in TYPES_OF:
        assert "control character" in str(FORMATS[name].write(control).left_out[-1])


def sets(letters: list[str]) -> list[tuple[str, ...]]:
    return list(chain.from_iterable(combinations(letters, n) for n in range(len(letters) + 1)))


def test_partial_credit_is_the_same_in_moodle_and_qti():
    bank = bank_of([MULTIPLE])
    item = bank.items[0]
    moodle = ElementTree.fromstring(FORMATS["moodle-xml"].write(bank).data)
    percent = dict(zip("abcde", (Fraction(a.get("fraction")) / 100 for a in moodle.iter("answer")), strict=True))
    package = zipfile.ZipFile(io.BytesIO(FORMATS["qti-2.2"].write(bank).data))
    entries = ElementTree.fromstring(package.read("items/item-2.xml")).iter(f"{{{qti.V2.namespace}}}mapEntry")
    mapped = {entry.get("mapKey"): Fraction(entry.get("mappedValue")) for entry in entries}
    for chosen in sets(list("abcde")):
        for weights in (percent, mapped):
            assert float(max(0, sum(weights[letter] for letter in chosen))) == pytest.approx(
                float(item.score(list(chosen))), abs=1e-6
            )
