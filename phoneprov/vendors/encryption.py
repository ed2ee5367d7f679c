"""Encrypted configs, for the vendors whose format is public: what `openssl enc` writes.

AES-256-CBC with a salted header; key and IV come from the pass phrase by one round of a digest.
The phone learns its pass phrase from its first config, together with the folder that it asks in
from then on: which address it uses tells whether it has the key.

Source: Grandstream XML configuration (P1359, made with OpenSSL); Cisco SPA provisioning guide
p. 24 and 84 (gzip first, `--key` in the rule; OpenSSL 0.9.7, whose digest is MD5).
"""

import gzip
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import replace

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from phoneprov.catalog.model import PhoneModel, Vendor
from phoneprov.vendors.writer import VendorFile

FOLDER = "enc/"
"""Below the phone's own address: where its config is encrypted."""
CONTENT_TYPE = "application/octet-stream"
OLD_DIGEST = "md5"
"""What the phones' OpenSSL made keys with; the catalogue's trait `config_digest` says otherwise."""
_PHRASE_BYTES = 16
_KEY_BYTES, _IV_BYTES, _SALT_BYTES, _BLOCK_BITS = 32, 16, 8, 128


def _packed(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


_BEFORE: dict[Vendor, Callable[[bytes], bytes]] = {
    Vendor.GRANDSTREAM: lambda body: body,
    Vendor.CISCO: _packed,
}
"""What happens to a file before it is encrypted, for each vendor that can be told a key."""


def encrypts(vendor: Vendor) -> bool:
    """Tell whether phones of this vendor read encrypted configs of a public format."""
    return vendor in _BEFORE


def new_config_key() -> str:
    """Return a pass phrase of 124 random bits that no firmware takes for hexadecimal digits."""
    return f"k{secrets.token_hex(_PHRASE_BYTES)[1:]}"


def encrypt_file(model: PhoneModel, file: VendorFile, key: str) -> VendorFile:
    """Return a file as only the phone with `key` can read it; the same file, the same bytes."""
    digest = model.traits.get("config_digest", OLD_DIGEST)
    body = encrypt_like_openssl(_BEFORE[model.vendor](file.body), key.encode(), digest)
    return replace(file, body=body, content_type=CONTENT_TYPE)


def encrypt_like_openssl(body: bytes, phrase: bytes, digest: str) -> bytes:
    """Return what `openssl enc -aes-256-cbc -md <digest>` makes of `body`.

    The salt is a keyed hash of the body instead of a random number: it differs for every body
    and tells nobody anything, and an unchanged file keeps its ETag.
    """
    salt = hmac.digest(phrase, body, "sha256")[:_SALT_BYTES]
    derived, block = b"", b""
    while len(derived) < _KEY_BYTES + _IV_BYTES:
        block = hashlib.new(digest, block + phrase + salt, usedforsecurity=False).digest()
        derived += block
    key, iv = derived[:_KEY_BYTES], derived[_KEY_BYTES : _KEY_BYTES + _IV_BYTES]
    padder = PKCS7(_BLOCK_BITS).padder()
    padded = padder.update(body) + padder.finalize()
    encryptor = Cipher(algorithms.AES256(key), modes.CBC(iv)).encryptor()
    return b"Salted__" + salt + encryptor.update(padded) + encryptor.finalize()
