"""Closing an account, context by context, in one transaction."""

from django.db import transaction

from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.ledger import services as ledger_services
from tanpuhui.domain.ledger.states import AccountState
from tanpuhui.domain.notify import services as notify
from tanpuhui.domain.parties import services as parties
from tanpuhui.domain.scenarios import services as scenarios
from tanpuhui.domain.supervision import services as supervision
from tanpuhui.kernel import actors, jobs
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.errors import DomainError

REASON = "本人注销"


class FrozenFirst(DomainError):
    """A frozen account cannot be closed by its holder."""

    code = "page.account_frozen"
    status = 409


def account_close(actor: Actor) -> None:
    """Erase the acting citizen's identity and words; the book stays, without a name.

    Raises:
        FrozenFirst: the account is frozen.
        DomainError: children's accounts hang on it, or it is closed already.
    """
    person_id = actor.party_id
    assert person_id is not None
    if ledger.balance(person_id).state == AccountState.FROZEN:
        raise FrozenFirst("账户正在冻结核查，暂不能注销。请联系客服了解情况。")
    with transaction.atomic():
        supervision.tickets_forget(actor=actor, person_id=person_id)
        scenarios.refusals_forget(actor=actor, person_id=person_id)
        notify.inbox_erase(actor=actor, person_id=person_id)
        jobs.results_drop(actor.label)
        ledger_services.account_set_state(
            actor=actors.system("page"),
            account_id=person_id,
            state=AccountState.CLOSED,
            reason=REASON,
        )
        parties.person_close(actor=actor, person_id=person_id)
