"""The form of recovery codes, and their hash."""

from argon2.low_level import Type, hash_secret_raw

COUNT = 10
LENGTH = 12  # 60 random bits
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U, which are misread
SALT_BYTES = 16
MISREAD = str.maketrans("OIL", "011")


def shown(code: str) -> str:
    """Return the code in groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, LENGTH, 4))


def tidy(typed: str) -> str:
    """Return a typed code as it was made: in capitals, without separators, with misread letters corrected."""
    return "".join(sign for sign in typed.upper() if sign.isalnum()).translate(MISREAD)


def is_shaped(typed: str) -> bool:
    """Return whether the text can be a recovery code. A code of an authenticator app can't."""
    code = tidy(typed)
    return len(code) == LENGTH and set(code) <= set(ALPHABET)


def digest(code: str, salt: bytes) -> bytes:
    """Return the argon2id hash. It is slow by design, because the codes have fewer bits than a key."""
    return hash_secret_raw(
        tidy(code).encode(), salt, time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, type=Type.ID
    )
