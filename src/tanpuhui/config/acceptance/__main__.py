"""The second process of acceptance: opens the platform named by its environment, does the jobs."""

import json
import sys
from pathlib import Path

from tanpuhui.config.commands import database, packs
from tanpuhui.config.commands.runner import django_ready

if __name__ == "__main__":
    data, jobs = Path(sys.argv[1]), json.load(sys.stdin)
    django_ready(migrated=False)
    database.upgrade()
    packs.loaded()
    from tanpuhui.config.acceptance import platform  # models exist only now

    for profile, name, lookups in jobs:
        tables = {key: data / path for key, path in lookups.items()}
        print(json.dumps(platform.posted_one(profile, data / name, tables)), flush=True)  # noqa: T201
    print(json.dumps(platform.books()), flush=True)  # noqa: T201
