"""What a person opens in a browser to see whether this server can be reached from there."""

from phoneprov.provisioning.exchange import Answer, Ask

CHECK_FILE = "check.txt"


def answer_check(ask: Ask) -> Answer:
    """Return where the request came from and how, in words; nothing about any phone."""
    way = "The way is encrypted (HTTPS)." if ask.is_tls else "The way is not encrypted (HTTP)."
    text = (
        "The provisioning server can be reached from here.\n"
        f"It sees you as {ask.address}.\n"
        f"{way}\n"
        "Phones of this network that can't reach it are held up by something else: their own "
        "address settings, or a certificate that they don't trust.\n"
    )
    body = text.encode()
    return Answer(
        status=200,
        body=b"" if ask.method == "HEAD" else body,
        headers=(
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
        ),
    )
