"""The simulated phone's HTTP and its UDP port, at the edges that a quiet network never shows."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from phoneprov.simulator.http import HttpAnswer, HttpRequest, send
from phoneprov.simulator.loop import Loop
from phoneprov.simulator.sip.agent import Address, SipAgent
from phoneprov.simulator.sip.message import SipRequest, SipResponse, respond
from tests.rigs.loopback import loopback


@pytest.fixture
def odd_server() -> Iterator[str]:
    """Redirects /a to /b and /loop to itself; /b answers with the Authorization it got."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            targets = {"/a": "/b", "/loop": "/loop"}
            path = self.path.partition("?")[0]
            body = f"{self.path} {self.headers.get('Authorization', '-')}".encode()
            self.send_response(302 if path in targets else 200)
            if path in targets:
                self.send_header("Location", targets[path])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Keep quiet."""

    http = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, args=(0.02,))
    thread.start()
    yield f"127.0.0.1:{http.server_address[1]}"
    http.shutdown()
    thread.join()
    http.server_close()


def ask(url: str, *, checks_tls: bool = True) -> HttpAnswer:
    return send(HttpRequest(url=url), local_ip=loopback("1.71"), timeout_s=2, checks_tls=checks_tls)


def test_it_follows_a_redirect_but_not_for_ever(odd_server: str) -> None:
    """Three are enough for any provisioning server."""
    assert ask(f"http://{odd_server}/a").body == b"/b -"
    assert ask(f"http://{odd_server}/loop") == HttpAnswer(status=0, error="redirected too often")


def test_it_logs_in_with_what_stands_in_the_address(odd_server: str) -> None:
    """User and password go as Basic, not as part of the host."""
    assert ask(f"http://u:p%2Fw@{odd_server}/x").body == b"/x Basic dTpwL3c="


def test_it_sends_an_action_url_as_it_stands(odd_server: str) -> None:
    """Only what HTTP can't carry is escaped: blanks and letters beyond ASCII."""
    assert ask(f"http://{odd_server}/e?n=Jörg X&m=a%20b").body == b"/e?n=J%C3%B6rg%20X&m=a%20b -"


@pytest.mark.parametrize("scheme", ["https", "tftp"])
@pytest.mark.parametrize("checks_tls", [True, False])
def test_no_answer_is_an_answer_too(odd_server: str, scheme: str, *, checks_tls: bool) -> None:
    """TLS where there is none, a scheme it can't speak: status 0 and the reason."""
    answer = ask(f"{scheme}://{odd_server}/x", checks_tls=checks_tls)
    assert answer.status == 0
    assert answer.error
    assert answer.is_failure


@pytest.fixture
def loop() -> Iterator[Loop]:
    running = Loop("sip-test", workers=1)
    running.start()
    yield running
    running.stop()
    assert running.failures == []


OPTIONS = SipRequest(
    method="OPTIONS",
    uri="sip:a@b",
    headers=(
        ("From", "<sip:p@b>;tag=1"),
        ("To", "<sip:a@b>"),
        ("Call-ID", "c"),
        ("CSeq", "1 OPTIONS"),
    ),
)


def test_a_request_is_sent_again_until_it_is_answered(loop: Loop) -> None:
    """A datagram may be lost; the second one finds its way."""
    answered = threading.Event()
    agent = loop.ask(lambda: SipAgent(loop, ("127.0.0.1", 0), lambda *_: None))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        peer.settimeout(3)
        target: Address = peer.getsockname()
        loop.call_soon(lambda: agent.send(OPTIONS, target, lambda _: answered.set()))
        first = peer.recv(4096)
        second, source = peer.recvfrom(4096)
        assert first == second
        via = second.decode().split("\r\n")[1]
        trying = f"SIP/2.0 100 Trying\r\n{via}\r\nCSeq: 1 OPTIONS\r\n\r\n"
        peer.sendto(trying.encode(), source)
        peer.sendto(trying.replace("100 Trying", "200 OK").encode(), source)
        assert answered.wait(3)
    loop.ask(agent.close)
    loop.ask(agent.close)


def test_silence_ends_a_request(loop: Loop) -> None:
    """After its time the one who asked hears that nobody answered."""
    answers: list[SipResponse | None] = []
    done = threading.Event()

    def take(answer: SipResponse | None) -> None:
        answers.append(answer)
        done.set()

    agent = loop.ask(lambda: SipAgent(loop, ("127.0.0.1", 0), lambda *_: None))
    target = (loopback("1.97"), 5097)
    loop.call_soon(lambda: agent.send(OPTIONS, target, take, timeout_s=0.2))
    assert done.wait(3)
    assert answers == [None]
    loop.ask(agent.close)


def test_a_request_that_comes_twice_is_obeyed_once(loop: Loop) -> None:
    """A NOTIFY sent again because its answer was lost must not reboot the phone twice."""
    seen: list[str] = []

    def obey(request: SipRequest, _: Address) -> SipResponse:
        seen.append(request.method)
        return respond(request, 200)

    agent = loop.ask(lambda: SipAgent(loop, ("127.0.0.1", 0), obey))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        peer.settimeout(3)
        via = ("Via", f"SIP/2.0/UDP 127.0.0.1:{peer.getsockname()[1]};branch=z9hG4bKsame")
        data = SipRequest(method="NOTIFY", uri="sip:a@b", headers=(via, *OPTIONS.headers)).encode()
        peer.sendto(b"\r\n\r\n", agent.address)
        peer.sendto(data.replace(b"NOTIFY sip", b"ACK sip"), agent.address)
        peer.sendto(data, agent.address)
        peer.sendto(data, agent.address)
        assert peer.recv(4096) == peer.recv(4096)
    assert seen == ["NOTIFY"]
    loop.ask(agent.close)
