"""JSON-RPC over HTTP, as Kamailio's jsonrpcs and xhttp modules speak it."""

from typing import Any

import requests

from phoneprov.core.errors import PbxError

CONNECT_S = 2.0
ANSWER_S = 4.0
NOT_SET = "[not set]"


class KamailioRpc:
    """One Kamailio's RPC interface. Used from one thread; `close` ends its connections."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = requests.Session()
        # What the environment says of proxies is not meant for a PBX on the local network.
        self._http.trust_env = False

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def call(self, method: str, *params: object, answer_s: float = ANSWER_S) -> Any:  # noqa: ANN401 - JSON
        """Return the result of a method.

        Raises PbxError in words a person can act on; `permanent` where asking again can't help.
        """
        request = {"jsonrpc": "2.0", "method": method, "params": params, "id": 1}
        try:
            answer = self._http.post(self._url, json=request, timeout=(CONNECT_S, answer_s))
        except requests.Timeout as error:
            raise PbxError("Kamailio does not answer in time") from error
        except requests.ConnectionError as error:
            raise PbxError("nothing listens at the address of the JSON-RPC") from error
        except requests.RequestException as error:
            raise PbxError(f"the address can't be used: {error}", permanent=True) from error
        return _result(answer)


def _result(answer: requests.Response) -> Any:  # noqa: ANN401 - JSON
    try:
        reply = answer.json()
    except requests.JSONDecodeError as error:
        message = f"the answer is not JSON-RPC (HTTP {answer.status_code}); check the address"
        raise PbxError(message, permanent=True) from error
    if not isinstance(reply, dict):
        raise PbxError("the answer is not JSON-RPC; check the address", permanent=True)
    if "error" in reply:
        problem = reply["error"] if isinstance(reply["error"], dict) else {}
        message = str(problem.get("message", "unknown error"))
        is_missing = "method not found" in message.lower()
        raise PbxError(f"Kamailio says: {message}", permanent=is_missing)
    return reply.get("result")
