from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExpertsConfig(AppConfig):
    name = "experts"
    verbose_name = _("Experts")

    def ready(self):
        from experts import news  # noqa: PLC0415  models are there only now
        from notifications import subjects  # noqa: PLC0415

        subjects.propose_by(news.proposals_to)
