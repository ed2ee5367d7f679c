"""Encrypted configs: the `openssl` program, which the phones' makers name, opens them."""

import gzip
import subprocess
from dataclasses import replace

import pytest

from phoneprov.catalog.loader import load_catalog
from phoneprov.catalog.model import PhoneModel, Vendor
from phoneprov.vendors.encryption import (
    CONTENT_TYPE,
    encrypt_file,
    encrypt_like_openssl,
    encrypts,
    new_config_key,
)
from phoneprov.vendors.writer import VendorFile

CATALOG = load_catalog()
KEY = "k0123456789abcdef0123456789abcde"


def open_with_openssl(body: bytes, key: str = KEY, digest: str = "md5") -> bytes:
    """Return what the program makes of `body`; CalledProcessError where it can't."""
    command = ["openssl", "enc", "-d", "-aes-256-cbc", "-md", digest, "-k", key]
    return subprocess.run(command, input=body, capture_output=True, check=True).stdout


def file(body: bytes) -> VendorFile:
    return VendorFile(name="x.cfg", body=body, content_type="text/xml")


def model(slug: str, **traits: str) -> PhoneModel:
    found = CATALOG.get_model(slug)
    return replace(found, traits={**found.traits, **traits})


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 48, 65_537])
def test_openssl_opens_a_grandstreams_file(size: int) -> None:
    """Byte for byte, whatever the length is to the cipher's blocks."""
    body = bytes(number % 251 for number in range(size))
    sealed = encrypt_file(model("grandstream-gxp2170"), file(body), KEY)
    assert sealed.body.startswith(b"Salted__")
    assert sealed.content_type == CONTENT_TYPE
    assert open_with_openssl(sealed.body) == body


def test_openssl_and_gzip_open_a_ciscos_file() -> None:
    """It is packed before it is encrypted; the other way round the phone can't read it."""
    body = b"<flat-profile>" + b" " * 5000 + b"</flat-profile>"
    sealed = encrypt_file(model("cisco-spa504g"), file(body), KEY)
    packed = open_with_openssl(sealed.body)
    assert packed.startswith(b"\x1f\x8b")
    assert gzip.decompress(packed) == body
    assert len(sealed.body) < 500


def test_a_model_can_want_another_digest() -> None:
    """A figure of the catalogue: newer firmware may use what newer OpenSSL does."""
    newer = model("grandstream-gxp2170", config_digest="sha256")
    sealed = encrypt_file(newer, file(b"<x/>"), KEY)
    assert open_with_openssl(sealed.body, digest="sha256") == b"<x/>"


def test_another_key_opens_nothing() -> None:
    """Not by chance either: the padding or the text is wrong."""
    sealed = encrypt_like_openssl(b"text of some length", KEY.encode(), "md5")
    command = ["openssl", "enc", "-d", "-aes-256-cbc", "-md", "md5", "-k", new_config_key()]
    result = subprocess.run(command, input=sealed, capture_output=True, check=False)
    assert result.returncode != 0 or b"text" not in result.stdout


def test_the_same_file_has_the_same_bytes_and_another_one_another_salt() -> None:
    """Same rows, same ETag; two files never share a key stream."""
    first = encrypt_like_openssl(b"one", KEY.encode(), "md5")
    assert first == encrypt_like_openssl(b"one", KEY.encode(), "md5")
    assert first[8:16] != encrypt_like_openssl(b"two", KEY.encode(), "md5")[8:16]
    other = new_config_key().encode()
    assert first[8:16] != encrypt_like_openssl(b"one", other, "md5")[8:16]


def test_a_key_is_plain_text_that_is_no_number() -> None:
    """`--key` takes bare hexadecimal digits for the key itself; a blank would end it."""
    keys = {new_config_key() for _ in range(100)}
    assert len(keys) == 100
    for key in keys:
        assert len(key) == 32
        assert key.isalnum()
        assert key.startswith("k")


def test_only_public_formats_are_written() -> None:
    assert [vendor for vendor in Vendor if encrypts(vendor)] == [Vendor.GRANDSTREAM, Vendor.CISCO]
