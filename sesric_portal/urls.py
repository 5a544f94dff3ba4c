"""Every address of the portal. English stands at the root, French under `/fr/`, Arabic under `/ar/`, with the same paths."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps.views import index, sitemap
from django.urls import include, path, re_path, register_converter
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from classifications.addresses import Named
from classifications.models import Country
from events.views import former_event, former_year
from partners.country_office import country_office
from programmes.views import page
from sesric_portal import health, robots, views
from sesric_portal.sitemaps import PARTS

handler400 = "sesric_portal.errors.bad_request"
handler403 = "sesric_portal.errors.forbidden"
handler404 = "sesric_portal.errors.not_found"
handler500 = "sesric_portal.errors.server_error"


class CountryConverter(Named):
    """A country by its two letters, which are small in addresses."""

    FIELD = "iso2"

    def records(self, user):
        return Country.objects.all()

    def address_of(self, record):
        return record.iso2.lower()


register_converter(CountryConverter, "country")

urlpatterns = [
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("robots.txt", robots.robots, name="robots"),
    path("sitemap.xml", require_safe(index), {"sitemaps": PARTS, "sitemap_url_name": "sitemap-part"}, name="sitemap"),
    # One part names pages of experts, who may withdraw them: no cache keeps it.
    path("sitemap-<section>.xml", never_cache(require_safe(sitemap)), {"sitemaps": PARTS}, name="sitemap-part"),
    # Addresses of the former sites.
    re_path(r"^event-(?:detail|details|print)\.php$", former_event, name="former-event"),
    re_path(r"^event-(?:detail|details|print)-fr\.php$", former_event, {"language": "fr"}, name="former-event-fr"),
    re_path(r"^event-(?:detail|details|print)-ar\.php$", former_event, {"language": "ar"}, name="former-event-ar"),
    path("activities-archive.php", former_year("events:year"), name="former-archive"),
    path("activities-oicvet.php", former_year("programmes:programme-detail", "oic-vet"), name="former-oic-vet"),
    path("egovwg.php", former_year("programmes:programme-detail", "oic-egovwg"), name="former-egovwg"),
    path("trop-index.php", former_year("trop:about"), name="former-trop"),
    path("governance.php", former_year("oic-vet:committee"), name="former-governance"),
]

urlpatterns += i18n_patterns(
    path("", views.home, name="home"),
    path("programmes/", include("programmes.urls")),
    path("oic-vet/", include("programmes.oic_vet_urls")),
    path("events/", include("events.urls")),
    path("countries/", views.country_list, name="country-list"),
    path("countries/<country:iso2>/", views.country_detail, name="country-detail"),
    path("partners/", include("partners.urls")),
    path("trop/", include("trop.urls")),
    path("experts/", include("experts.urls")),
    path("notifications/", include("notifications.urls")),
    path("search/", views.search, name="search"),
    path("about/", page, {"slug": "about"}, name="about"),
    path("links/", page, {"slug": "links"}, name="links"),
    path("privacy/", page, {"slug": "privacy"}, name="privacy"),
    path("accessibility/", page, {"slug": "accessibility"}, name="accessibility"),
    path("contact/", views.contact, name="contact"),
    path("contact/sent/", views.contact_sent, name="contact-sent"),
    path("desk/", views.desk, name="desk"),
    path("desk/my-data/", views.own_data, name="own-data"),
    path("desk/my-data/my-data.json", views.own_data_file, name="own-data-file"),
    path("desk/close/", views.close_account, name="close-account"),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("admin/country/", country_office.urls),
    path("admin/", admin.site.urls),
    prefix_default_language=False,
)

if settings.DEMO:
    urlpatterns.insert(0, path("demo/", include("sesric_portal.demo.urls")))
