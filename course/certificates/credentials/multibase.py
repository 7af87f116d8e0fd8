"""Multibase of keys and signatures: `z`, then base 58 in the Bitcoin alphabet."""

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
MAX_LENGTH = 128  # characters; a key has 48, a signature 89
ED25519 = b"\xed\x01"  # the multicodec prefix of a public key


def encode(data: bytes) -> str:
    number, digits = int.from_bytes(data), ""
    while number:
        number, digit = divmod(number, 58)
        digits = ALPHABET[digit] + digits
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + ALPHABET[0] * zeros + digits


def decode(text: str) -> bytes:
    """Return the bytes. Raise ValueError for a text that is longer than MAX_LENGTH or not `z` and base 58."""
    if not text.startswith("z") or len(text) > MAX_LENGTH:
        raise ValueError("not a short multibase text that begins with z")
    number = 0
    for letter in text[1:]:
        number = number * 58 + ALPHABET.index(letter)
    zeros = len(text[1:]) - len(text[1:].lstrip(ALPHABET[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)
