"""How a phone opens an encrypted config: what `openssl enc -aes-256-cbc -md md5` made."""

import hashlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

_MAGIC = b"Salted__"
_HEADER_BYTES = 16
_BLOCK_BITS = 128


def is_sealed(body: bytes) -> bool:
    """Tell whether a file is encrypted."""
    return body.startswith(_MAGIC)


def open_sealed(body: bytes, phrase: str) -> bytes | None:
    """Return the plain file, or None where the pass phrase does not open it.

    Key and IV are three MD5 sums, each over the one before, the pass phrase and the salt.
    """
    salt, text = body[len(_MAGIC) : _HEADER_BYTES], body[_HEADER_BYTES:]
    if not is_sealed(body) or not text or len(text) % 16:
        return None
    seed = phrase.encode() + salt
    first = _md5(seed)
    second = _md5(first + seed)
    third = _md5(second + seed)
    decryptor = Cipher(algorithms.AES256(first + second), modes.CBC(third)).decryptor()
    padded = decryptor.update(text) + decryptor.finalize()
    unpadder = PKCS7(_BLOCK_BITS).unpadder()
    try:
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError:
        return None


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()
