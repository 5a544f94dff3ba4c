"""What a load balancer asks: is the process alive, can it serve?"""

from django.db import Error, connection
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from sesric_portal.celery import app


@require_safe
@never_cache
def live(request):
    """The process answers."""
    return JsonResponse({"alive": True})


@require_safe
@never_cache
def ready(request):
    """200 if pages can be served, else 503. Without its broker the portal serves on: work waits in rows."""
    database, broker = _database_answers(), _broker_answers()
    return JsonResponse({"database": database, "broker": broker}, status=200 if database else 503)


def _database_answers():
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def _broker_answers():
    try:
        with app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=0, timeout=1)
    except (OperationalError, OSError):
        return False
    return True
