"""What the web server runs: `granian --interface wsgi sesric_portal.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sesric_portal.settings")

application = get_wsgi_application()
