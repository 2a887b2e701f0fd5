"""Work that a request begins and does not wait for: it goes to the queue of `tanpuhui worker`."""

from tanpuhui.kernel import jobs
from tanpuhui.kernel.actors import Actor

KIND = "intake_import"


def start(*, actor: Actor, provider_id: int, token: str, title: str, is_anew: bool) -> None:
    """Queue a trial or an import; a worker that dies is replaced, and the work goes on."""
    jobs.enqueue(
        actor=actor,
        kind=KIND,
        title=title,
        params={"provider_id": provider_id, "token": token, "is_anew": is_anew},
    )
