"""Recordings of a running Asterisk, as the frames that it sent."""

from pathlib import Path

FOLDER = Path(__file__).parent.parent / "recordings" / "asterisk"
BANNER = "Asterisk Call Manager/"
LIST = "PJSIPShowRegistrationInboundContactStatuses"


def recorded_frames(name: str) -> list[str]:
    """Return each frame of a recording, its lines with CR LF and the empty line after it."""
    return [frame for _, frame in _read(name)]


def recorded_events(name: str, *events: str) -> list[str]:
    """Return the events of these names, in their order."""
    wanted = tuple(f"Event: {event}\r\n" for event in events)
    return [frame for frame in recorded_frames(name) if frame.startswith(wanted)]


def recorded_answer(name: str, sent: str) -> str:
    """Return all that came after an action was sent: its answer, and the items of a list."""
    return "".join(frame for before, frame in _read(name) if before == sent)


def detail_item(
    aor: str,
    uri: str,
    *,
    status: str = "Reachable",
    agent: str = "",
    expires: int = 1795423733,
    every_s: int = 30,
    round_trip_us: int = 568,
    endpoint: str = "",
) -> str:
    """Return an item of the list as the recorded one, of another contact."""
    recorded = recorded_answer("list_actions", f"Action: {LIST}").split("\r\n\r\n")[1]
    values = {
        "AOR": aor,
        "URI": uri,
        "UserAgent": agent,
        "RegExpire": str(expires),
        "ViaAddress": uri.rpartition("@")[2].partition(";")[0],
        "Status": status,
        "RoundtripUsec": str(round_trip_us if status == "Reachable" else 0),
        "EndpointName": endpoint or aor,
        "QualifyFrequency": str(every_s),
    }
    lines = []
    for line in recorded.split("\r\n"):
        field = line.partition(":")[0]
        lines.append(f"{field}: {values[field]}" if field in values else line)
    return "\r\n".join(lines) + "\r\n\r\n"


def list_answer(*items: str) -> str:
    """Return the whole answer to the list action, with these items."""
    start, _, end = recorded_answer("list_actions", f"Action: {LIST}").split("\r\n\r\n")[:3]
    end = end.replace("ListItems: 1", f"ListItems: {len(items)}")
    return f"{start}\r\n\r\n{''.join(items)}{end}\r\n\r\n"


def change_event(aor: str, uri: str, status: str, round_trip_us: int = 0) -> str:
    """Return a ContactStatus event as the recorded ones, of another contact."""
    return (
        "Event: ContactStatus\r\nPrivilege: system,all\r\n"
        f"URI: {uri}\r\nContactStatus: {status}\r\nAOR: {aor}\r\nEndpointName: {aor}\r\n"
        f"RoundtripUsec: {round_trip_us}\r\n\r\n"
    )


def _read(name: str) -> list[tuple[str, str]]:
    """Return each frame with the action that was sent before it."""
    frames: list[tuple[str, str]] = []
    lines: list[str] = []
    sent = ""

    def end() -> None:
        if lines:
            frames.append((sent, "\r\n".join(lines) + "\r\n\r\n"))
            lines.clear()

    for line in (FOLDER / f"{name}.txt").read_text().splitlines():
        if line.startswith(("###", "===")) or not line:
            end()
            sent = line.removeprefix("===").strip() if line.startswith("===") else sent
        elif not line.startswith((BANNER, "@@@")):
            lines.append(line)
    end()
    return frames
