from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("Events")

    def ready(self):
        from events import news  # noqa: PLC0415  models are there only now
        from notifications import subjects  # noqa: PLC0415

        subjects.register(news.EventNews())
