"""The book: proof that it is in balance."""

import typer

from tanpuhui.config.commands.runner import REFUSED, django_ready, progress, say

app = typer.Typer(help="碳账本：核对。The carbon ledger.", no_args_is_help=True)
MG_PER_KG = 1_000_000


@app.callback()
def group() -> None:
    """碳账本：核对。The carbon ledger."""


@app.command("verify")
def verify() -> None:
    """核对全账：分录 = 余额，借贷相抵，记账 = 行为证据，统计 = 账本。Prove the whole book."""
    django_ready()
    from tanpuhui.domain.insight import services as insight
    from tanpuhui.domain.ledger import selectors as book
    from tanpuhui.domain.scenarios import selectors as scenarios
    from tanpuhui.kernel import actors

    with progress("核对全账"):
        proof = book.proof()
    with progress("核对行为证据"):
        evidence = scenarios.evidence_proof()
    with progress("核对统计"):
        differing = insight.sums_prove(actor=actors.system())
    is_clean = proof.is_clean and evidence.is_clean
    insight.proof_keep(proof=proof, is_clean=is_clean, differences=differing)
    say(
        f"账户 {proof.accounts:,} 个，记账 {proof.journals:,} 笔，分录 {proof.entries:,} 条，"
        f"用时 {proof.seconds:.2f} 秒（每秒 {_rate(proof.entries, proof.seconds)} 条）。"
    )
    say(
        f"行为证据 {evidence.acts:,} 条，用时 {evidence.seconds:.2f} 秒"
        f"（每秒 {_rate(evidence.acts, evidence.seconds)} 条）。"
    )
    if is_clean and not differing:
        say("账目平衡：分录合计与余额一致，借贷相抵，每笔记账与行为证据一致，统计与账本一致。")
        return
    if not proof.is_clean:
        say(f"账目不平：减排量差 {proof.reduction_mg_sum} 毫克，积分差 {proof.points_sum}。")
        say(f"余额不符的账户：{proof.accounts_off[:20]}")
        say(f"借贷不平的记账：{proof.journals_off[:20]}")
    if not evidence.is_clean:
        say(f"与行为证据不符的记账：{evidence.journals_off[:20]}")
        say(f"与有效行为不符的账户：{evidence.accounts_off[:20]}")
    for one in differing[:20]:
        say(f"与账本不符的统计：{one.what}，统计 {one.kept:,}，账本 {one.book:,}")
    raise typer.Exit(REFUSED)


def _rate(rows: int, seconds: float) -> str:
    return f"{rows / seconds:,.0f}" if seconds else "0"
