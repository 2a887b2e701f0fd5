"""Messages that wait for their gateway."""

from tanpuhui.config.commands.runner import django_ready, say


def notify() -> None:
    """发送到期未发的短信和邮件（网站进程平时会自行发送，本命令可定时运行）。Send due messages."""
    django_ready()
    from tanpuhui.domain.notify import services

    say(f"处理了 {services.outgoing_deliver_due(limit=10_000):,} 条。")
