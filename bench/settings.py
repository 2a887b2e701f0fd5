"""The platform's settings over a database of its own, so that no city's data is ever touched."""

from tanpuhui.config import env
from tanpuhui.config.settings import *  # noqa: F403
from tanpuhui.config.settings import DATABASES as _CITY
from tanpuhui.config.settings import INSTALLED_APPS as _APPS

DATABASES = {
    "default": _CITY["default"] | {"NAME": env.text("TANPUHUI_BENCH_DATABASE", "tanpuhui_bench")}
}
INSTALLED_APPS = [*_APPS, "bench.peers"]
