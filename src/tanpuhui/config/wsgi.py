"""The WSGI application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

from tanpuhui.config import server

server.end_with_parent()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tanpuhui.config.settings")
application = get_wsgi_application()
