"""Addresses of the rosters of experts; `RESERVED` in the model of rosters names what stands beside them.

None of these pages is kept in a cache, be it of a browser or on the way to it: what is withdrawn is gone from the next
answer on.
"""

from django.urls import path, register_converter
from django.views.decorators.cache import never_cache

from classifications.addresses import Named
from experts.models import Roster
from experts.views import desk, letters, pages, registration, shortlists, word


class RosterConverter(Named):
    """The address of a roster, alone or before the key of an expert."""

    def records(self, user, **others):
        return Roster.objects.all()


register_converter(RosterConverter, "roster")

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
    path("shortlists/<int:pk>/note/<uuid:key>/", shortlists.note, name="note-on-shortlist"),
    path("shortlists/<int:pk>/remove/<uuid:key>/", shortlists.remove, name="remove-from-shortlist"),
    path("cv/<uuid:key>/", pages.cv, name="cv"),
    path("endorse/<uuid:key>/", word.endorse, name="endorse"),
    path("word/<uuid:key>/", word.application, name="word"),
    path("word/<uuid:key>/return/", word.return_application, name="return"),
    path("word/<uuid:key>/object/", word.object_to, name="object"),
    path("references/<uuid:key>/", letters.reference, name="reference"),
    path("renew/<str:token>/", letters.renew, name="renew-by-letter"),
    path("<roster:slug>/", pages.RosterPage.as_view(), name="roster"),
    path("<roster:slug>/<uuid:key>/", pages.expert_detail, name="expert"),
]

for each in urlpatterns:
    each.callback = never_cache(each.callback)
