from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnersConfig(AppConfig):
    name = "partners"
    verbose_name = _("Partners")

    def ready(self):
        from accounts import leaving  # noqa: PLC0415
        from notifications import subjects  # noqa: PLC0415
        from partners import drafts as drafts  # noqa: PLC0415  told to `accounts`, by which a merger moves them
        from partners import news, own_data  # noqa: PLC0415  models are there only now

        subjects.register(news.InstitutionNews())
        subjects.register(news.NoticeNews())
        subjects.propose_by(news.proposals_to)
        leaving.register(own_data.leave_with)
