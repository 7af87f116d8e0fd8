"""Check the item-writing rules that a program can check: for one item, for a bank, and for all banks together."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from course.content.items.base import LEVELS, Item
from course.content.items.single import SingleItem
from course.content.schema.bank import Bank
from course.content.schema.module import Module
from course.content.source import Document, Problems
from course.content.text.markup import cited_in

MIN_BANK_ITEMS = 30
MIN_SPARE_ITEMS = 1  # per objective, beyond what one quiz uses, so that a second attempt can differ
# Shares of a bank's single-best-answer items: with the same letter as key, and with the key as the longest option.
MAX_SAME_KEY_SHARE = 0.4
MAX_LONGEST_KEY_SHARE = 0.4
# An option is too long if it exceeds the shortest one both by this factor and by this number of characters.
MAX_LENGTH_RATIO, MAX_EXTRA_CHARACTERS = 3, 30
CATCH_ALL = re.compile(r"\b(all|none|both|neither) of (the above|these)\b|\b[a-e] and [a-e]\b", re.IGNORECASE)
NEGATIVE = re.compile(r"\b(not|except|(?<!at )least|never)\b", re.IGNORECASE)
BOLD = re.compile(r"\*\*.+?\*\*")
OPTION_KEYS = ("options", "reasons", "steps")  # the keys in a bank file that hold what a learner chooses from

Faults = Iterator[tuple[list[str | int], str, str]]  # path in the file, what is wrong, what to do


def check(
    modules: Mapping[str, Module], banks: Mapping[str, Bank], documents: Mapping[str, Document], problems: Problems
) -> None:
    """Add a problem for each rule that an item or a bank breaks."""
    for name, bank in banks.items():
        document = documents[f"bank:{name}"]
        for n, item in enumerate(bank.items):
            for key, wrong, remedy in _item(item):
                problems.add(document.file, document.line(["items", n, *key]), f"{item.id}: {wrong}", remedy)
        for path, wrong, remedy in _bank(bank):
            problems.add(document.file, document.line(path), wrong, remedy)
    _stems(modules, banks, documents, problems)


def _item(item: Item) -> Faults:
    """Yield the faults of an item. Faults that several instances of a parametric item share are reported once."""
    found = {fault[1]: fault for one in (item.instances() if item.parameters else [item]) for fault in _wording(one)}
    yield from found.values()


def _wording(item: Item) -> Faults:
    if set(cited_in(item.rationale)) - set(item.references) or not cited_in(item.rationale):
        yield ["rationale"], "the rationale doesn't cite the item's references", "cite them: [@R1]"
    if NEGATIVE.search(re.split(r"(?<=[.?:]) ", BOLD.sub("", item.stem.rstrip("? ")))[-1]):
        yield ["stem"], "the stem is negative", "ask for what is true, or put the negative word in **bold**"
    if texts := item.texts():
        place: list[str | int] = [name for name in OPTION_KEYS if name in type(item).model_fields]
        yield from ((place, wrong, remedy) for wrong, remedy in _texts(texts))


def _texts(texts: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    lengths = [len(text) for text in texts]
    if max(lengths) - min(lengths) > MAX_EXTRA_CHARACTERS and max(lengths) > MAX_LENGTH_RATIO * min(lengths):
        yield "one option is more than three times as long as another", "make them similar in length"
    if len({_bare(text) for text in texts}) < len(texts):
        yield "two options say the same", "make each option a different answer"
    if any(CATCH_ALL.search(text) for text in texts):
        yield "an option refers to other options", "replace it with a separate answer"


def _bank(bank: Bank) -> Faults:
    if len(bank.items) < MIN_BANK_ITEMS:
        yield ["items"], f"the bank has {len(bank.items)} items", f"write at least {MIN_BANK_ITEMS}"
    supply = Counter(item.objective for item in bank.items)
    for objective in dict.fromkeys(cell.objective for cell in bank.blueprint if cell.objective):
        wanted = bank.items_per_quiz(objective)
        if wanted <= supply[objective] < wanted + MIN_SPARE_ITEMS:
            yield ["blueprint", objective], f"one quiz uses all {wanted} items of {objective}", "write one more"
    for objective, count in Counter(item.objective for item in bank.items if item.must_pass).items():
        if count >= bank.items_per_quiz(objective) and count < supply[objective]:
            yield (
                ["blueprint", objective],
                f"the {count} must-pass items of {objective} leave no room for its other items",
                "ask for more items of it",
            )
    yield from _together(bank)
    for level in LEVELS:
        if not any(item.level == level for item in bank.items):
            yield ["items"], f"there is no item of the level {level}", "write some"
    yield from _keys([item for item in bank.items if isinstance(item, SingleItem)])


def _together(bank: Bank) -> Faults:
    """Yield what keeps an item off every form: an enemy that is always on it, or a case that has no room."""
    for n, item in enumerate(bank.items):
        for other in (other for other in bank.items if other.id in item.enemies):
            if item.must_pass or other.must_pass:
                yield (
                    ["items", n, "enemies"],
                    f"{item.id} and {other.id} are enemies, and one of them is a must-pass item",
                    "reword one of them",
                )
            elif item.case and item.case == other.case:
                yield ["items", n, "enemies"], f"{item.id} and {other.id} are enemies in one case", "take one out of it"
    anywhere = sum(cell.items for cell in bank.blueprint if cell.objective is None)
    for case in bank.cases:
        for objective, count in Counter(item.objective for item in bank.items if item.case == case).items():
            always = sum(item.must_pass and item.case != case and item.objective == objective for item in bank.items)
            if count > (room := bank.items_per_quiz(objective) - always + anywhere):
                wrong = f"the case {case} has {count} items of {objective}, but a quiz has room for {room}"
                yield ["cases", case], wrong, "ask for more of it, or give an item another objective"


def _keys(items: list[SingleItem]) -> Faults:
    if len(items) < MIN_BANK_ITEMS // 2:
        return
    letter, count = Counter(item.key[0] for item in items).most_common(1)[0]
    if count > MAX_SAME_KEY_SHARE * len(items):
        yield ["items"], f"{letter} is the key of {count} of {len(items)} items", "spread the keys evenly"
    longest = [item for item in items if _key_is_longest(item)]
    if len(longest) > MAX_LONGEST_KEY_SHARE * len(items):
        yield ["items"], f"the key is the longest option in {len(longest)} of {len(items)} items", "shorten some keys"


def _key_is_longest(item: SingleItem) -> bool:
    others = [len(option.text) for option in item.options if option.id not in item.key]
    return next(len(option.text) for option in item.options if option.id in item.key) > max(others)


def _stems(
    modules: Mapping[str, Module], banks: Mapping[str, Bank], documents: Mapping[str, Document], problems: Problems
) -> None:
    """Check that no question repeats in any bank, or in a knowledge check, which would give its answer away.

    Items of different cases may have the same stem, because the vignette is part of the question.
    """
    seen = {_bare(check.stem): check.id for m in modules.values() for s in m.sections for check in s.checks}
    for name, bank in banks.items():
        document = documents[f"bank:{name}"]
        for n, item in enumerate(bank.items):
            if (other := seen.setdefault(_bare(f"{item.vignette or ''} {item.stem}"), item.id)) != item.id:
                line = document.line(["items", n, "stem"])
                problems.add(document.file, line, f"{item.id}: asks the same as {other}", "write a different question")


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
