"""A certificate that nobody vouches for, as a PBX makes one for itself."""

import hashlib
import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class OwnCertificate:
    """Certificate and key as PEM files."""

    shown: Path
    key: Path

    @property
    def fingerprint(self) -> str:
        """Its SHA-256 as plain hex digits."""
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(self.shown.read_text())).hexdigest()


def make_certificate(folder: Path) -> OwnCertificate:
    """Make one for 127.0.0.1."""
    made = OwnCertificate(folder / "cert.pem", folder / "key.pem")
    program = shutil.which("openssl") or "openssl"
    subprocess.run(
        [
            program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
            "-keyout", str(made.key), "-out", str(made.shown),
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return made
