"""JSON-RPC over HTTP, as Kamailio's jsonrpcs and xhttp modules speak it."""

import json
import socket
from typing import Any

from phoneprov.core.errors import PbxError
from phoneprov.pbx.http import HttpAnswer, post

ANSWER_S = 4.0
DUMP_S = 12.0
"""For a large location table: 5,000 contacts are 2.8 MB."""
LARGEST = 64 * 1024 * 1024
"""About 100,000 contacts of 570 bytes."""
NOT_SET = "[not set]"


class KamailioRpc:
    """One Kamailio's RPC interface. Used from one thread."""

    def __init__(self, url: str) -> None:
        self._url = url

    def call(self, method: str, *params: object, answer_s: float = ANSWER_S) -> Any:  # noqa: ANN401 - JSON
        """Return the result of a method.

        Raises PbxError in words a person can act on; `permanent` where asking again can't help.
        """
        request = {"jsonrpc": "2.0", "method": method, "params": params, "id": 1}
        body = json.dumps(request).encode()
        headers = {"Content-Type": "application/json"}
        try:
            answer = post(self._url, body, headers, within_s=answer_s, largest=LARGEST)
        except TimeoutError as error:
            raise PbxError("Kamailio does not answer in time") from error
        except socket.gaierror as error:
            raise PbxError("the host name of the JSON-RPC can't be resolved") from error
        except ConnectionRefusedError as error:
            raise PbxError("nothing listens at the address of the JSON-RPC") from error
        except ConnectionError as error:
            message = "what answers at the address of the JSON-RPC is not Kamailio, or it hung up"
            raise PbxError(message) from error
        except OSError as error:
            reason = error.strerror or str(error)
            raise PbxError(f"the JSON-RPC can't be reached: {reason}") from error
        return _result(answer)


def _result(answer: HttpAnswer) -> Any:  # noqa: ANN401 - JSON
    try:
        reply = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        message = f"the answer is not JSON-RPC (HTTP {answer.status}); check the address"
        raise PbxError(message, permanent=True) from error
    if not isinstance(reply, dict):
        raise PbxError("the answer is not JSON-RPC; check the address", permanent=True)
    if "error" in reply:
        problem = reply["error"] if isinstance(reply["error"], dict) else {}
        message = str(problem.get("message", "unknown error"))[:200]
        is_missing = "method not found" in message.lower()
        raise PbxError(f"Kamailio says: {message}", permanent=is_missing)
    return reply.get("result")
