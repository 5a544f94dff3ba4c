"""What the web server runs: `granian --interface wsgi sesric_portal.wsgi:application`."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sesric_portal.settings")

application = get_wsgi_application()

# What was made while starting stays as long as the process: no reader waits while the collector goes through it again.
gc.collect()
gc.freeze()
