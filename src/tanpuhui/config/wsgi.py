"""The WSGI application that granian serves."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from tanpuhui.config import server
from tanpuhui.kernel import cityrules

server.end_with_parent()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tanpuhui.config.settings")
application = get_wsgi_application()
# What lives as long as the process is read before the first call, and set aside from the garbage
# collector: walking through it again would hold a call up.
cityrules.pack()
import_module(settings.ROOT_URLCONF)
gc.collect()
gc.freeze()
