"""One command from nothing to a city in a browser."""

import os

from tanpuhui.config.commands import database, packs, serve, simulate
from tanpuhui.config.commands.runner import django_ready, note, say
from tanpuhui.config.commands.serve import LOOPBACK, PORT, Port, Workers
from tanpuhui.config.commands.simulate import DAYS, PEOPLE, SEED, Days, People, Seed


def demo(
    port: Port = PORT,
    workers: Workers = 2,
    people: People = PEOPLE,
    days: Days = DAYS,
    seed: Seed = SEED,
) -> None:
    """演示：数据库、规则包、模拟城市、网站，一步到位；再次运行保留全部数据。Demo."""
    serve.port_free(LOOPBACK, port)
    os.environ.setdefault("TANPUHUI_COLLECTED_STATIC", "1")  # before the settings are read
    os.environ["TANPUHUI_DEMO"] = "1"  # people sign in by choosing who to be
    note("正在启动内置数据库……")
    django_ready(migrated=False)
    database.upgrade()
    packs.loaded()
    serve.static_collected()
    if not simulate.occupied():
        simulate.city(people=people, days=days, seed=seed)
    announce(f"http://{LOOPBACK}:{port}")
    serve.listen(LOOPBACK, port, workers)


def announce(address: str) -> None:
    """Where to go and who to be."""
    from tanpuhui.config.simulation import logins

    say()
    say(f"  网站       {address}/")
    say(f"  接口文档   {address}/api/v1/openapi.json")
    say()
    say(f"  居民       {address}/m/login/    选一位模拟居民，不用密码")
    say(f"  工作人员   {address}/login/      用户名、密码和动态口令如下")
    say()
    for login in logins.read():
        code = f"  动态口令 {login.code}" if login.code else ""
        say(f"  {login.name:<22}密码 {login.password}{code:<18}  {login.role}")
    say()
    say("  这些账号和数据都是模拟的，只在本机可用。按 Ctrl-C 停止，数据会保留。")
    say()
