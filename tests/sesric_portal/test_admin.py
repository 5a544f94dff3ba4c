"""Every model of the admin has pages that answer, for whom they are, with as many queries for three rows as for one."""

import re
from datetime import UTC, date, datetime

import pytest
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from classifications.models import City, Country, Language, Sector
from events.models import Engagement, Event, Series
from experts.models import Expert, Export, ProposedName, Roster
from notifications.models import Announcement, Follower, Letter, MailStop, RefusedAddress
from partners.models import Institution, Notice, ProposedChange, Report, Representation, ReviewRules
from programmes.models import Committee, FocalPoint, Page, Programme, ProgrammeDocument, Proposal, Seat, Theme
from tests import factories
from tests.factories import CityFactory, CountryFactory, LanguageFactory, UserFactory
from trop.models import Membership, ProposedRewrite, TrainingOpportunity

MADE_BY = {
    Language: factories.LanguageFactory,
    Country: lambda: CountryFactory().languages.add(LanguageFactory()),
    City: factories.CityFactory,
    Sector: factories.SectorFactory,
    User: factories.UserFactory,
    Group: lambda: Group.objects.create(name=f"Group {Group.objects.count()}"),
    Theme: factories.ThemeFactory,
    Programme: factories.ProgrammeFactory,
    ProgrammeDocument: factories.ProgrammeDocumentFactory,
    FocalPoint: factories.FocalPointFactory,
    Committee: factories.CommitteeFactory,
    Seat: factories.SeatFactory,
    Page: factories.PageFactory,
    Proposal: factories.ProposalFactory,
    Letter: factories.LetterFactory,
    Announcement: lambda: factories.NotificationFactory().announcement,
    Follower: lambda: factories.NotificationFactory().follower,
    RefusedAddress: factories.RefusedAddressFactory,
    MailStop: factories.MailStopFactory,
    Institution: lambda: factories.InstitutionFactory(city=CityFactory()),
    ProposedChange: factories.ProposedChangeFactory,
    Representation: factories.RepresentationFactory,
    Notice: factories.NoticeFactory,
    Report: factories.ReportFactory,
    Membership: factories.MembershipFactory,
    ProposedRewrite: factories.ProposedRewriteFactory,
    TrainingOpportunity: lambda: factories.OpportunityFactory(city=CityFactory(), open_to=[CountryFactory()]),
    ReviewRules: lambda: ReviewRules.objects.get_or_create(pk=1),
    Roster: lambda: factories.RosterFactory(slug=f"roster-{Roster.objects.count()}"),
    Expert: factories.ExpertFactory,
    ProposedName: factories.ProposedNameFactory,
    Export: factories.ExportFactory,
    Series: factories.SeriesFactory,
    Engagement: factories.EngagementFactory,
    Event: lambda: factories.EventFactory(
        city=CityFactory(), programmes=[factories.ProgrammeFactory()], providers=[factories.InstitutionFactory()]
    ),
}
ONE_ROW = {ReviewRules}
READ_ONLY = ONE_ROW | {
    Announcement,
    Engagement,
    Expert,
    Export,
    Follower,
    Letter,
    Membership,
    Notice,
    Proposal,
    ProposedChange,
    ProposedName,
    ProposedRewrite,
    Report,
    Representation,
    TrainingOpportunity,
}  # they come about by other acts
FORBIDDEN = re.compile(rb'\sstyle="|<style|\son[a-z]+="|<script(?![^>]*\bsrc=)(?![^>]*type="application/json)')


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_every_model_of_the_admin_is_tried_here():
    assert set(admin.site._registry) == set(MADE_BY)


@pytest.mark.parametrize("model", [model for model in MADE_BY if model not in ONE_ROW])
def test_a_list_asks_as_much_for_three_rows_as_for_one(client, superuser, model):
    MADE_BY[model]()
    client.get(address(model, "changelist"))  # fills the cache of content types
    with CaptureQueriesContext(connection) as one:
        client.get(address(model, "changelist"))
    MADE_BY[model]()
    MADE_BY[model]()
    with CaptureQueriesContext(connection) as three:
        response = client.get(address(model, "changelist"))
    assert len(response.context["cl"].result_list) >= 3
    assert len(three) == len(one)


@pytest.mark.parametrize("model", MADE_BY)
def test_pages_answer_and_hold_nothing_inline(client, superuser, model):
    MADE_BY[model]()
    row = admin.site._registry[model].get_queryset(_request(superuser)).first()
    pages = [
        address(model, "changelist") + "?q=word",
        address(model, "change", row.pk),
        address(model, "history", row.pk),
    ]
    if model not in READ_ONLY:
        pages += [address(model, "add"), address(model, "delete", row.pk)]
    if hasattr(admin.site._registry[model], "import_action"):
        pages += [address(model, "import"), address(model, "export")]
    for page in pages:
        response = client.get(page)
        assert (page, response.status_code) == (page, 200)
        assert (page, FORBIDDEN.findall(response.content)) == (page, [])


def _request(user):
    request = RequestFactory().get("/")
    request.user = user
    return request


@pytest.mark.parametrize(("language", "title"), [("fr", "Bureau du Centre"), ("ar", "مكتب المركز")])
def test_the_front_page_stands_in_each_language(client, superuser, language, title):
    page = client.get(f"/{language}/admin/").text
    assert f"<h1>{title}</h1>" in page
    assert f'href="/{language}/"' in page


@pytest.mark.parametrize(("prefix", "word"), [("", "Yes"), ("/fr", "Oui"), ("/ar", "نعم")])
def test_ticks_say_yes_in_the_readers_language(client, superuser, prefix, word):
    factories.EventFactory()
    page = client.get(prefix + "/admin/events/event/").content.decode()
    assert f'icon-yes.svg" alt="{word}"' in page
    assert 'alt="True"' not in page


@pytest.mark.parametrize("model", MADE_BY)
def test_who_is_not_staff_sees_nothing(client, db, model):
    MADE_BY[model]()
    for user in (None, UserFactory()):
        if user:
            client.force_login(user)
        response = client.get(address(model, "changelist"))
        assert (response.status_code, response.content) == (302, b"")


def test_staff_without_a_second_factor_are_led_to_set_one_up(client, db):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    response = client.get(reverse("admin:index"), follow=True)
    assert (reverse("mfa_activate_totp"), 302) in response.redirect_chain


@pytest.mark.parametrize("model", MADE_BY)
def test_editors_see_what_they_keep_and_no_more(client, editor, model):
    hidden = {User, Group, Letter, Announcement, Follower, RefusedAddress, MailStop, Export}
    assert client.get(address(model, "changelist")).status_code == (403 if model in hidden else 200)


@pytest.mark.parametrize("model", MADE_BY)
def test_editors_delete_documents_and_seats_only(client, editor, model):
    allowed = admin.site._registry[model].has_delete_permission(_request(editor))
    assert allowed == (model in (ProgrammeDocument, Seat))


def test_choices_of_cities_tell_the_country(client, superuser):
    libya, lebanon = CountryFactory(name_en="Libya"), CountryFactory(name_en="Lebanon")
    CityFactory(name_en="Tripoli", country=libya)
    CityFactory(name_en="Tripoli", country=lebanon)
    query = {"app_label": "events", "model_name": "event", "field_name": "city", "term": "tripoli"}
    results = client.get(reverse("admin:autocomplete"), query).json()["results"]
    assert {result["text"] for result in results} == {"Tripoli (Libya)", "Tripoli (Lebanon)"}


def test_editors_may_not_search_accounts_by_way_of_focal_points(client, editor):
    query = {"app_label": "programmes", "model_name": "focalpoint", "field_name": "user", "term": "example"}
    assert client.get(reverse("admin:autocomplete"), query).status_code == 403
    page = client.get(address(FocalPoint, "add"))
    assert b'name="user"' not in page.content


@pytest.mark.parametrize(("prefix", "word"), [("/fr", "Tout"), ("/ar", "الكل")])
def test_a_filter_that_is_off_says_all(client, superuser, prefix, word):
    """The portal's catalogue comes before Django's: what a table calls the sum of its years must not stand here."""
    page = client.get(prefix + "/admin/events/event/").content.decode()
    assert re.search(rf'<li class="selected">\s*<a href="\?">{word}</a>', page)


@pytest.mark.parametrize(
    ("prefix", "written"),
    [
        ("", "5 November 2026, 11:30"),
        ("/fr", "5 novembre 2026 à 11:30"),
        ("/ar", "٥ تشرين الثاني/نوفمبر ٢٠٢٦، ١١:٣٠"),
    ],
)
class TestMoments:
    """Neither the American order of day and month nor, in Arabic, one name of the month only, or Latin digits."""

    AT = datetime(2026, 11, 5, 8, 30, tzinfo=UTC)  # 11:30 at the Centre

    def test_in_a_list(self, client, superuser, prefix, written):
        factories.AnnouncementFactory(at=self.AT)
        page = client.get(prefix + "/admin/notifications/announcement/").text
        assert f'<td class="field-at">{written}</td>' in page

    def test_in_a_field_that_can_only_be_read(self, client, superuser, prefix, written):
        announcement = factories.AnnouncementFactory(at=self.AT)
        page = client.get(f"{prefix}/admin/notifications/announcement/{announcement.pk}/change/").text
        assert f'<div class="readonly">{written}</div>' in page

    def test_in_a_table_of_linked_rows(self, client, superuser, prefix, written):
        follower = factories.NotificationFactory(made_at=self.AT).follower
        page = client.get(f"{prefix}/admin/notifications/follower/{follower.pk}/change/").text
        assert f"<p>{written}</p>" in page

    def test_in_a_history(self, client, superuser, prefix, written):
        language = LanguageFactory()
        LogEntry.objects.log_actions(superuser.pk, [language], CHANGE, [], single_object=True)
        LogEntry.objects.update(action_time=self.AT)
        page = client.get(f"{prefix}/admin/classifications/language/{language.pk}/history/").text
        assert f'<th scope="row">{written}</th>' in page


def test_no_number_of_a_kind_of_records_is_a_failure(client, superuser):
    """Some kinds have no table."""
    event = factories.EventFactory()
    kinds = [*map(str, ContentType.objects.values_list("pk", flat=True)), "0", "x", "²", "9" * 30]
    answers = {kind: client.get(f"/admin/r/{kind}/{event.pk}/").status_code for kind in kinds}
    own = str(ContentType.objects.get_for_model(Event).pk)
    assert {answers.pop(own)} | set(answers.values()) == {302, 404}
    assert client.get(f"/admin/r/{own}/{event.pk}/").url.endswith(event.get_absolute_url())
    assert client.get(f"/admin/r/{own}/x/").status_code == 404


def test_the_page_of_a_record_is_found_by_number_by_those_alone_who_may_see_it_in_the_admin(client, sign_in):
    sign_in(is_staff=True)
    kind = ContentType.objects.get_for_model(Event).pk
    assert client.get(f"/admin/r/{kind}/{factories.EventFactory(published_at=None).pk}/").status_code == 404


def test_counts_pages_and_years_of_a_list_have_the_digits_of_the_language(client, superuser):
    for year in (2011, 2012):
        for number in range(60):
            factories.EventFactory(
                title_en=f"Irrigation {number}", starts_on=date(year, 7, 5), ends_on=date(year, 7, 5)
            )
    factories.EventFactory(title_en="Another")  # else the list would tell no number of what was found
    url = "/admin/events/event/?q=irrigation"
    arabic, english = (client.get(f"{prefix}{url}").text for prefix in ("/ar", ""))
    for part in (
        '<nav class="toplinks">.*?</nav>',
        '<p class="paginator">.*?</p>',
        '<span class="small quiet">.*?</span>',
    ):
        shown = [re.sub("<[^>]*>", "", re.search(part, page, re.S)[0]) for page in (arabic, english)]
        assert [bool(re.search("[0-9]", each)) for each in shown] == [False, True]
        assert re.search("[٠-٩]", shown[0])
    assert 'href="?q=irrigation&amp;p=2"' in arabic
    assert client.get(f"/ar{url}&p=2").context["cl"].page_num == 2


def test_days_and_numbers_have_the_digits_of_the_language_wherever_django_writes_them(client, superuser):
    point = factories.FocalPointFactory(designated_on=date(2011, 7, 5))
    country = CountryFactory(joined_year=1969)
    theme = factories.ProgrammeFactory(theme=factories.ThemeFactory()).theme
    lists = {
        "programmes/focalpoint/": '<td class="field-designated_on">٥ تموز/يوليو ٢٠١١</td>',
        "classifications/country/": '<td class="field-joined_year">١٩٦٩</td>',
        "programmes/theme/": '<td class="field-programme_count">١</td>',
    }
    for path, cell in lists.items():
        page = client.get(f"/ar/admin/{path}").text
        assert cell in page
        assert re.search(r'class="action-counter" data-actions-icnt="[0-9]+">[^<0-9]*[٠-٩][^<0-9]*<', page)
    counted = client.get("/ar/admin/classifications/country/?_facets=True").text
    assert re.search(r"\([٠-٩]+\)</a>", counted)
    assert not re.search(r"\([0-9]+\)</a>", counted)
    confirm = client.get(f"/ar/admin/programmes/theme/{theme.pk}/delete/").text
    assert not re.search(r"<li>[^<]*[0-9]</li>", confirm)
    assert (
        f"/admin/programmes/focalpoint/{point.pk}/change/" in client.get("/ar/admin/programmes/focalpoint/").text
    )  # a number of identity
    too_long = client.post(f"/ar/admin/classifications/country/{country.pk}/change/", {"name_en": "x" * 5000})
    assert "٥٠٠٠" in too_long.text
    assert "5000" not in too_long.text.replace("x" * 5000, "")


def test_a_column_that_is_written_sorts_as_before(client, superuser):
    for year in (1984, 1969):
        CountryFactory(joined_year=year)
    names = ["action_checkbox", *admin.site._registry[Country].list_display]
    at = names.index("joined_year")
    for order, years in ((f"{at}", [1969, 1984]), (f"-{at}", [1984, 1969])):
        rows = client.get(f"/admin/classifications/country/?o={order}").context["cl"].result_list
        assert [row.joined_year for row in rows] == years


@pytest.mark.parametrize(
    ("query", "told"), [("", "Nothing is on record here yet."), ("?q=x", "Nothing on record fits")]
)
def test_an_empty_list_says_so(client, superuser, query, told):
    page = client.get(f"/admin/partners/report/{query}").text
    assert told in page
    factories.ReportFactory()
    assert told not in client.get("/admin/partners/report/").text


@pytest.mark.parametrize(
    ("path", "make", "shown"),
    [
        ("events/event", lambda: factories.EventFactory(title_en="Water", title_fr="Eau", title_ar="المياه"), "المياه"),
        ("programmes/programme", lambda: factories.ProgrammeFactory(name_en="Water", name_ar="المياه"), "المياه"),
        (
            "events/event",
            lambda: factories.EventFactory(title_en="Water", title_fr="", title_ar=""),
            '<bdi lang="en" dir="ltr">Water</bdi>',
        ),
    ],
)
def test_a_list_names_its_rows_in_the_language_of_the_page(client, superuser, path, make, shown):
    row = make()
    assert f'/change/">{shown}</a>' in client.get(f"/ar/admin/{path}/").text
    assert f'/admin/{path}/{row.pk}/change/">Water</a>' in client.get(f"/admin/{path}/").text


def test_a_list_counts_its_rows_in_words_that_fit_every_number(client, superuser):
    """Arabic has six plural forms, and the name of a model two."""
    for _each in range(3):
        factories.RefusedAddressFactory()
    shown = re.search(
        '<p class="paginator">(.*?)</p>', client.get("/ar/admin/notifications/refusedaddress/").text, re.S
    )
    assert re.fullmatch(r"[^0-9]+: ٣", shown[1].strip())
