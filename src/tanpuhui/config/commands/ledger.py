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
    """核对全账：分录合计 = 余额，每笔记账借贷相抵。Prove the whole book."""
    django_ready()
    from tanpuhui.domain.ledger import selectors

    with progress("核对全账"):
        proof = selectors.proof()
    rate = proof.entries / proof.seconds if proof.seconds else 0
    say(
        f"账户 {proof.accounts:,} 个，记账 {proof.journals:,} 笔，分录 {proof.entries:,} 条，"
        f"用时 {proof.seconds:.2f} 秒（每秒 {rate:,.0f} 条）。"
    )
    if proof.is_clean:
        say("账目平衡：分录合计与余额一致，借贷相抵。")
        return
    say(f"账目不平：减排量差 {proof.reduction_mg_sum} 毫克，积分差 {proof.points_sum}。")
    say(f"余额不符的账户：{proof.accounts_off[:20]}")
    say(f"借贷不平的记账：{proof.journals_off[:20]}")
    raise typer.Exit(REFUSED)
