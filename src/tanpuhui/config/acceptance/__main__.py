"""The second process of acceptance: opens the platform named by its environment, does the jobs."""

import json
import os
import sys
from pathlib import Path

import django
from django.core.management import call_command

if __name__ == "__main__":
    data, jobs = Path(sys.argv[1]), json.load(sys.stdin)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tanpuhui.config.settings")
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    from tanpuhui.config.acceptance import platform  # models exist only now

    platform.rules_loaded()
    for profile, name, lookups in jobs:
        tables = {key: data / path for key, path in lookups.items()}
        print(json.dumps(platform.posted_one(profile, data / name, tables)), flush=True)  # noqa: T201
    print(json.dumps(platform.books()), flush=True)  # noqa: T201
