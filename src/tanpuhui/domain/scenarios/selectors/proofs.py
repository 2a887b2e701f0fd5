"""The proof that the book stands on its evidence, set-wise over everything."""

import time

from django.db import connection

from tanpuhui.domain.scenarios.data import EvidenceProof
from tanpuhui.domain.scenarios.reasons import number
from tanpuhui.kernel import sqlfiles

POSTED_FROM_ACTS = ["acts", "correction", "recompute"]


def evidence_proof() -> EvidenceProof:
    """Prove that journals are the sums of their acts, and accounts hold what is in force."""
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from scenarios_act")
        (acts,) = cursor.fetchone()
        cursor.execute(
            sqlfiles.query(__file__, "evidence_journals"),
            {"withdrawn": number("act.withdrawn"), "kinds": POSTED_FROM_ACTS},
        )
        journals_off = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            sqlfiles.query(__file__, "evidence_accounts"),
            {"kinds": [*POSTED_FROM_ACTS, "reversal"]},
        )
        accounts_off = [row[0] for row in cursor.fetchall()]
    return EvidenceProof(acts, journals_off, accounts_off, time.perf_counter() - started)
