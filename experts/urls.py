"""Addresses of the rosters of experts; `RESERVED` in the model of rosters names what stands beside them.

None of these pages is kept in a cache, be it of a browser or on the way to it: what is withdrawn is gone from the next
answer on.
"""

from django.urls import path, register_converter
from django.urls.converters import UUIDConverter
from django.views.decorators.cache import never_cache

from classifications.addresses import LeadsOn, Named
from experts.models import Expert, Roster
from experts.views import desk, letters, pages, registration, shortlists, word


class RosterConverter(Named):
    """The address of a roster, alone or before the key of an expert."""

    def records(self, user, **others):
        return Roster.objects.all()


class ExpertConverter(LeadsOn, UUIDConverter):
    """The key of an expert; the keys of those who were merged with others lead to them."""

    def meant(self, written, user, **others):
        readable = Expert.objects.readable_by(user)
        if readable.filter(key=written).exists():
            return written
        return readable.filter(former_addresses__key=written).values_list("key", flat=True).first()


register_converter(RosterConverter, "roster")
register_converter(ExpertConverter, "expert")

app_name = "experts"
urlpatterns = [
    path("", pages.about, name="about"),
    *registration.register.urls("register/", "register"),
    *registration.profile.urls("profile/", "profile"),
    path("desk/", desk.desk, name="desk"),
    path("desk/as/<slug:kind>/", desk.preview, name="preview"),
    path("desk/consent/<slug:purpose>/give/", desk.give_consent, name="give-consent"),
    path("desk/consent/<slug:purpose>/withdraw/", desk.withdraw_consent, name="withdraw-consent"),
    path("desk/cv/", desk.cv, name="upload-cv"),
    path("desk/cv/remove/", desk.remove_cv, name="remove-cv"),
    path("desk/renew/", desk.renew, name="renew"),
    path("desk/withdraw/", desk.withdraw, name="withdraw"),
    path("desk/leave/<slug:slug>/", desk.leave, name="leave"),
    path("desk/download/", desk.download, name="download"),
    path("desk/download/expert.zip", desk.download_file, name="download-file"),
    path("desk/erase/", desk.erase, name="erase"),
    path("search/", pages.SearchPage.as_view(), name="search"),
    path("shortlists/", shortlists.shortlists, name="shortlists"),
    path("shortlists/choose/", shortlists.choose, name="choose-shortlist"),
    path("shortlists/<int:pk>/", shortlists.shortlist, name="shortlist"),
    path("shortlists/<int:pk>/rename/", shortlists.rename, name="rename-shortlist"),
    path("shortlists/<int:pk>/delete/", shortlists.delete, name="delete-shortlist"),
    path("shortlists/<int:pk>/compare/", shortlists.compare, name="compare-shortlist"),
    path("shortlists/<int:pk>/export/", shortlists.export, name="export-shortlist"),
    path("shortlists/<int:pk>/note/<expert:key>/", shortlists.note, name="note-on-shortlist"),
    path("shortlists/<int:pk>/remove/<expert:key>/", shortlists.remove, name="remove-from-shortlist"),
    path("cv/<expert:key>/", pages.cv, name="cv"),
    path("endorse/<expert:key>/", word.endorse, name="endorse"),
    path("word/<expert:key>/", word.application, name="word"),
    path("word/<expert:key>/return/", word.return_application, name="return"),
    path("word/<expert:key>/object/", word.object_to, name="object"),
    path("references/<uuid:key>/", letters.reference, name="reference"),
    path("renew/<str:token>/", letters.renew, name="renew-by-letter"),
    path("<roster:slug>/", pages.RosterPage.as_view(), name="roster"),
    path("<roster:slug>/<expert:key>/", pages.expert_detail, name="expert"),
]

for each in urlpatterns:
    each.callback = never_cache(each.callback)
