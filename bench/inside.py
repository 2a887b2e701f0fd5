"""Where the time of one call goes: the application called in this process, timed from outside."""

import time
from typing import Any

from bench import profile
from bench.probes import Probes

Call = tuple[str, str, bytes]
LEAST_SHARE = 0.01


def calls(title: str, path: str, work: list[Call], records: int) -> str:
    """Send calls to the application without a socket; a table of µs a record.

    Args:
        title: heading of the table.
        path: where they go.
        work: key id, secret and body of each call; the first tenth only warms up.
        records: records in a call.
    """
    from django.test import Client

    from tanpuhui.httpapi.client import sign_request

    client = Client()

    def send(call: Call) -> None:
        key_id, secret, body = call
        headers = sign_request(
            method="POST", url=f"http://testserver{path}", key_id=key_id, secret=secret, body=body
        )
        meta: dict[str, Any] = {
            f"HTTP_{name.upper().replace('-', '_')}": value
            for name, value in headers.items()
            if name != "Content-Type"
        }
        answer = client.post(path, body, content_type=headers["Content-Type"], **meta)
        assert answer.status_code == 200, (answer.status_code, answer.content[:300])

    warm = max(1, len(work) // 10)
    for call in work[:warm]:
        send(call)
    probes = Probes()
    probes.attach()
    begun = time.perf_counter()
    for call in work[warm:]:
        send(call)
    seconds = time.perf_counter() - begun
    probes.detach()
    count = records * (len(work) - warm)
    least = seconds / count * 1e6 * LEAST_SHARE
    table = profile.table(probes.rows(count), count, seconds, least)
    return f"\n### {title}\n\n{table}"
