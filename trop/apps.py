from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TropConfig(AppConfig):
    name = "trop"
    verbose_name = _("Training opportunities")

    def ready(self):
        from notifications import subjects  # noqa: PLC0415
        from trop import drafts as drafts  # noqa: PLC0415  told to `accounts`, by which a merger moves them
        from trop import news  # noqa: PLC0415  models are there only now

        subjects.register(news.OpportunityNews())
