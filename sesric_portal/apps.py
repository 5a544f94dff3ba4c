"""The top of the portal as Django apps: its templates tags and commands, and the admin that asks for a second factor."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.module_loading import autodiscover_modules


class PortalConfig(AppConfig):
    name = "sesric_portal"

    def ready(self):
        """Let each app register what focal points see of it, as the admin of staff is filled."""
        autodiscover_modules("country_office")


class PortalAdminConfig(AdminConfig):
    default_site = "sesric_portal.admin.PortalAdminSite"

    def ready(self):
        """Have ticks and crosses of the admin say "yes" and "no" in the reader's language; Django says "True" in any."""
        from django.contrib.admin.templatetags import admin_list  # noqa: PLC0415  needs the settings

        from sesric_portal.admin import yes_or_no  # noqa: PLC0415

        super().ready()
        admin_list._boolean_icon = yes_or_no
