"""Certificate numbers: 80 random bits in Crockford's base 32, easy to read aloud and to type."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})
LENGTH = 16
RANDOM_BYTES = 10


def code_from(randomness: bytes) -> str:
    """Return a code `XXXX-XXXX-XXXX-XXXX` for the random bytes. It reveals nothing about person, course or date."""
    if len(randomness) != RANDOM_BYTES:
        raise ValueError(f"a code is made from {RANDOM_BYTES} random bytes")
    number = int.from_bytes(randomness)
    digits = [ALPHABET[number >> 5 * place & 31] for place in reversed(range(LENGTH))]
    return _grouped("".join(digits))


def normalize(text: str) -> str | None:
    """Return the code as it is printed, however it was typed; None if the text can't be a code."""
    if len(text) > 64:
        return None
    bare = "".join(text.split()).replace("-", "").upper().translate(READ_AS)
    if len(bare) != LENGTH or any(letter not in ALPHABET for letter in bare):
        return None
    return _grouped(bare)


def _grouped(digits: str) -> str:
    return "-".join(digits[start : start + 4] for start in range(0, LENGTH, 4))
