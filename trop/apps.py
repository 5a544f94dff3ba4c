from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TropConfig(AppConfig):
    name = "trop"
    verbose_name = _("Training opportunities")

    def ready(self):
        from trop import news  # noqa: PLC0415  models are there only now
        from notifications import subjects  # noqa: PLC0415

        subjects.register(news.OpportunityNews())
