"""Run a management command in the environment of the tests: `python -m tests.run makemigrations --check`."""

import os
import sys

from django.core.management import execute_from_command_line

import tests.environment  # noqa: F401  before Django's settings are read

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sesric_portal.settings")
execute_from_command_line(["manage.py", *sys.argv[1:]])
