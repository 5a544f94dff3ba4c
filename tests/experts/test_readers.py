"""Who reads what: whole answers are searched for every personal value that was not agreed to."""

from datetime import date, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin import site
from django.contrib.auth.models import AnonymousUser, Permission
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import override

from events.models import Engagement, Event
from experts.filters import ExpertFilter
from experts.models import Expert, ProposedName, Reference
from experts.readers import SHOWN, Kind, Profile, Reader
from notifications.models import Letter
from partners.applications import Decision, Role, Status
from partners.routing import route_all, write_weekly_letters
from tests.experts.helpers import pdf
from tests.factories import (
    CountryFactory,
    EventFactory,
    ExpertFactory,
    FocalPointFactory,
    InstitutionFactory,
    PageFactory,
    ProposalFactory,
    ReferenceFactory,
    RepresentationFactory,
    RosterFactory,
    SecondFactorFactory,
    SectorFactory,
    UserFactory,
)

# Every value that is held of the one expert of these tests, by who may read it once that is agreed to.
TO_ALL = [
    "Zaynab Samplename", "زينب نموذج", "Quagga Employer", "Vineyards and drips", "Zebu course", "Okapi Ministry",
    "Irrigation of Numbats", "Klingon",
]  # fmt: skip
TO_PARTNERS = ["3 March 2091", ">37<"]
TO_STAFF = ["zaynab@example.org", "Female", "/experts/cv/", "Gnuson Referee", "Reliable as a wombat"]
TO_NOBODY = ["gnu@example.org", "9f8e7d6c5b4a.pdf", "Zebulon Wildebeest", "نو جديد"]  # the latter wait for the Centre
PURPOSES = ["kept", "partners", "public", "contacted"]


@pytest.fixture
def expert(db):
    """An expert of whom everything there is to say is said, and who agrees to nothing yet."""
    PageFactory(slug="experts")
    user = UserFactory(email="zaynab@example.org", name="")
    one = ExpertFactory(
        user=user, title="dr", name="Zaynab Samplename", name_ar="زينب نموذج", gender="female",
        nationality=CountryFactory(iso2="UG"), employer="Quagga Employer", summary_en="Vineyards and drips.",
        days_per_year=37, sectors=[SectorFactory(name_en="Irrigation of Numbats")], speaks={"tlh": 5}, purposes=["kept"],
    )  # fmt: skip
    one.languages.get().language.__class__.objects.filter(code="tlh").update(name_en="Klingon")
    one.assignments.create(what="Zebu course", client="Okapi Ministry", year=2019)
    one.periods.create(starts_on=date(2091, 3, 3), until=date(2091, 3, 3))
    reference = ReferenceFactory(expert=one, name="Gnuson Referee", email="gnu@example.org")
    reference.give("confirms", "Reliable as a wombat.")
    one.keep_cv(pdf())
    one.record(Decision.RETURNED, None, Role.CENTRE, "Reliable as a wombat, the referee says.")
    one.keep_words()
    ProposedName.propose(one, {"name": "Zebulon Wildebeest", "name_ar": "نو جديد"})
    return one


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def staff():
    user = UserFactory(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_expert"))
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "not shown"})
    return user


def clients():
    """A client of each kind of reader, and of those who are almost one, by how they may read."""
    half = UserFactory(is_staff=True, is_superuser=True)  # without a second factor
    clerk = UserFactory(is_staff=True)  # without the permission
    Authenticator.objects.create(user=clerk, type=Authenticator.Type.TOTP, data={"secret": "not shown"})
    suspended = RepresentationFactory(institution=InstitutionFactory(status=Status.SUSPENDED)).user
    asking = RepresentationFactory(is_manager=False, accepted_at=None).user
    other_state = FocalPointFactory(user=SecondFactorFactory().user).user
    public = [UserFactory(), half, clerk, suspended, asking, other_state, ExpertFactory(purposes=PURPOSES).user]
    return {
        "public": [Client()],
        "almost": list(map(signed_in, public)),
        "partner": [signed_in(RepresentationFactory().user)],
        "staff": [signed_in(staff())],
    }


@override("en")  # the page asked for before may have left another language behind
def pages_of(expert):
    """Every address at which something of an expert could be read, by anybody."""
    roster = reverse("experts:roster", args=["environment-water"])
    own = reverse("experts:expert", args=["environment-water", expert.key])
    searches = ["Zaynab", "Quagga", "numbats", "zebu", "wombat", "zaynab@", "female"]
    others = [
        "/",
        "/experts/",
        "/sitemap-experts.xml",
        "/search/?q=zaynab",
        "/search/?q=quagga",
        "/search/?q=wombat",
        "/partners/search/?q=quagga",
        "/countries/ug/",
    ]
    facets = [f"{roster}?language=en", f"{roster}?nationality=UG&sort=name", f"{roster}?years=11-20"]
    translated = [prefix + path for path in (roster, own) for prefix in ("/fr", "/ar")]
    everywhere = reverse("experts:search")
    facets += [everywhere, f"{everywhere}?q=zaynab&sort=fresh", f"/ar{everywhere}"]  # chips repeat what a reader chose
    return [roster, own, *translated, *others, *facets, *(f"{roster}?q={words}" for words in searches)]


def read(client, paths):
    """All that a reader gets at these addresses, without the reader's own words."""
    answers = [client.get(path) for path in paths]
    assert {each.status_code for each in answers} <= {200, 404}
    texts = [each.content.decode() for each in answers if each.status_code == 200]
    for words in ("Zaynab", "Quagga", "wombat"):
        texts = [text.replace(f'value="{words}"', "").replace(f"“{words}”", "") for text in texts]
    return "".join(texts)


def found(text, values):
    return [value for value in values if value in text]


@pytest.mark.parametrize(
    "purposes",
    [[], ["kept"], ["kept", "partners"], ["kept", "public"], ["kept", "contacted"], PURPOSES],
    ids="-".join,
)
def test_each_reader_gets_what_was_agreed_to_and_nothing_else(expert, purposes):
    for purpose in PURPOSES:
        expert.take_back(purpose)
    for purpose in purposes:
        expert.agree_to(purpose)
    everything = [*TO_ALL, *TO_PARTNERS, *TO_STAFF, *TO_NOBODY, str(expert.key)]
    may = {
        "public": TO_ALL if "public" in purposes else [],
        "partner": [*TO_ALL, *TO_PARTNERS] if "partners" in purposes else TO_ALL if "public" in purposes else [],
        "staff": [*TO_ALL, *TO_PARTNERS, *TO_STAFF] if purposes else [],
    }
    for kind, readers in clients().items():
        as_whom = "public" if kind == "almost" else kind
        paths = pages_of(expert)[: 2 if kind == "almost" else None]
        for client in readers:
            text = read(client, paths)
            allowed = [*may[as_whom], str(expert.key)] if may[as_whom] else []
            assert set(found(text, everything)) == set(found("".join(allowed), everything)), (kind, purposes)


def test_what_is_withdrawn_is_gone_from_the_next_answer_on(expert):
    """From every address: the search of the portal, of institutions, countries and the sitemap too."""
    for purpose in PURPOSES:
        expert.agree_to(purpose)
    visitor, partner, centre = Client(), signed_in(RepresentationFactory().user), signed_in(staff())
    own = signed_in(expert.user)
    readers = {"public": visitor, "partner": partner, "staff": centre}
    of_them = [*TO_ALL, str(expert.key)]
    cases = [
        (None, {"public", "partner", "staff"}),
        ("public", {"partner", "staff"}),
        ("partners", {"staff"}),
        ("kept", set()),
    ]
    for purpose, still in cases:
        if purpose:
            own.post(reverse("experts:withdraw-consent", args=[purpose]))
        for kind, client in readers.items():
            shown = found(read(client, pages_of(expert)), of_them)
            assert shown == (of_them if kind in still else []), (purpose, kind)
    assert "Zaynab" in own.get(reverse("experts:desk")).content.decode()
    assert centre.get(reverse("experts:cv", args=[expert.key])).status_code == 404


def pages_of_the_admin(client):
    """The text of all lists of the admin and of the first records on each, and of the pages beside them."""
    paths = [
        reverse("admin:index"),
        reverse("admin:experts_expert_duplicates"),
        reverse("admin:experts_expert_figures"),
    ]
    for model in site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        paths.append(reverse(f"{name}_changelist"))
        paths += [reverse(f"{name}_change", args=[pk]) for pk in model._base_manager.values_list("pk", flat=True)[:30]]
    paths += [reverse("admin:events_event_experts", args=[event.pk]) for event in Event.objects.all()]
    answers = [client.get(path) for path in paths]
    assert {each.status_code for each in answers} <= {200, 302}
    return "".join(each.text for each in answers)


def test_who_is_no_longer_kept_is_on_no_page_of_the_admin(expert):
    """Not at an event, in a letter, on a list of look-alikes or in the log either."""
    for purpose in PURPOSES:
        expert.agree_to(purpose)
    ExpertFactory(name=expert.name.upper(), nationality=expert.nationality)
    event = EventFactory(starts_on=date(2091, 1, 1), status="planned")
    Engagement.invite(event, expert, UserFactory()).accept(expert.user)
    Reference.ask(
        expert, [{"name": "Gnuson Referee", "email": "gnu@example.org"}, {"name": "B", "email": "b@example.org"}]
    )
    boss = UserFactory(is_staff=True, is_superuser=True)
    Authenticator.objects.create(user=boss, type=Authenticator.Type.TOTP, data={"secret": "not shown"})
    ProposalFactory(record=expert, kind="correction", facts={"employer": "Proposed Oryx"})
    values = [*TO_ALL, *TO_STAFF[3:], "gnu@example.org", "Zebulon Wildebeest", "نو جديد", "Proposed Oryx"]
    with override("en"):
        client = signed_in(boss)
        assert {"Zaynab Samplename", "Gnuson Referee", "Zebulon Wildebeest", "نو جديد", "Proposed Oryx"} <= set(
            found(pages_of_the_admin(client), values)
        )
        expert.take_back("kept")
        assert (
            set(found(pages_of_the_admin(client), values)) - {"Irrigation of Numbats", "Klingon"} == set()
        )  # these are lists


def test_no_page_that_could_show_an_expert_stays_in_a_cache(expert):
    for purpose in PURPOSES:
        expert.agree_to(purpose)
    for client in (Client(), signed_in(RepresentationFactory().user), signed_in(staff())):
        showing = 0
        for path in pages_of(expert):
            response = client.get(path)
            if expert.name in response.text or str(expert.key) in response.text:
                assert {"no-store", "private"} <= set(response["Cache-Control"].split(", ")), path
                showing += 1
        assert showing > 10
    page = Client().get(pages_of(expert)[1]).text
    assert '<meta name="robots" content="noarchive">' in page  # search engines keep no copy either


@pytest.mark.parametrize("status", [each for each in Status if each != Status.LISTED])
def test_who_is_not_listed_is_seen_by_the_centre_alone(expert, status):
    for purpose in PURPOSES:
        expert.agree_to(purpose)
    waiting_since = now() if status == Status.APPLIED else None
    Expert.objects.filter(pk=expert.pk).update(status=status, waiting_since=waiting_since)
    assert found(read(Client(), pages_of(expert)[:4]), [*TO_ALL, str(expert.key)]) == []
    assert found(read(signed_in(RepresentationFactory().user), pages_of(expert)[:4]), [*TO_ALL, str(expert.key)]) == []
    assert "Zaynab Samplename" in read(signed_in(staff()), pages_of(expert)[:4])


def test_who_left_the_roster_is_not_found_on_it(expert):
    expert.agree_to("public")
    expert.agree_to("contacted")
    assert expert in Expert.objects.assignable()
    expert.leave(RosterFactory())
    assert expert not in Expert.objects.assignable()  # nor suggested for events
    assert found(read(Client(), pages_of(expert)[:4]), [*TO_ALL, str(expert.key)]) == []


def test_the_focal_point_of_the_state_reads_as_a_partner(expert):
    focal_point = FocalPointFactory(country=expert.nationality, user=SecondFactorFactory().user).user
    text = read(signed_in(focal_point), pages_of(expert)[:4])
    assert found(text, TO_ALL + TO_PARTNERS) == TO_ALL + TO_PARTNERS
    assert found(text, TO_STAFF + TO_NOBODY) == []
    ended = FocalPointFactory(country=expert.nationality, user=SecondFactorFactory().user, ended_on=date(2021, 1, 1))
    unsecured = FocalPointFactory(country=expert.nationality, user=UserFactory())
    for point in (ended, unsecured):
        text = read(signed_in(point.user), pages_of(expert))
        assert found(text, [*TO_ALL, *TO_PARTNERS, *TO_STAFF, *TO_NOBODY]) == []


def test_a_focal_point_without_a_second_factor_finds_what_everybody_finds(expert):
    """In the counts of the search, on the desk and on the page on which the word is said."""
    point = FocalPointFactory(country=expert.nationality, user=UserFactory()).user
    search, desk = reverse("experts:search"), reverse("desk")
    Expert.objects.filter(pk=expert.pk).update(status=Status.APPLIED, waiting_since=now())
    told = signed_in(point).get(desk).content.decode()
    assert "An expert of your country asks to be listed" in told
    assert found(told, [*TO_ALL, *TO_PARTNERS]) == []
    assert signed_in(point).get(expert.word_address).url == reverse("mfa_activate_totp")
    Expert.objects.filter(pk=expert.pk).update(status=Status.LISTED, waiting_since=None)
    assert [*signed_in(point).get(search).context["filter"].qs[0:20]] == []
    SecondFactorFactory(user=point)
    assert [*signed_in(point).get(search).context["filter"].qs[0:20]] == [expert]
    Expert.objects.filter(pk=expert.pk).update(status=Status.APPLIED, waiting_since=now())
    assert expert.name in signed_in(point).get(desk).content.decode()


def test_a_profile_holds_what_is_named_and_nothing_beside(expert):
    for kind in Kind:
        profile = Profile(expert, kind)
        for name in ("pk", "user", "user_id", "references", "consents", "search_key", "linked_words", "_meta", "save"):
            assert not hasattr(profile, name), (kind, name)
        for other in Kind:
            for name in set(SHOWN[other]) - set(SHOWN[kind]):
                assert not hasattr(profile, name), (kind, name)


def test_the_set_and_the_one_agree(expert):
    """Whoever is readable is read as somebody, and as public exactly where everybody may."""
    others = [ExpertFactory(purposes=purposes) for purposes in (["kept"], ["kept", "public"], ["kept", "partners"])]
    for user in (RepresentationFactory().user, UserFactory(), staff()):
        reader = Reader.of(user)
        for each in [expert, *others]:
            if Expert.objects.readable_by(user).filter(pk=each.pk).exists():
                shown = reader.profile_of(each).kind
                assert shown != Kind.PUBLIC or each.is_public


def test_letters_to_others_hold_nothing_of_an_expert(expert):
    """Whatever was agreed to: the referee is told by whom they were named, focal points and the Centre open a page."""
    for purpose in PURPOSES:
        expert.agree_to(purpose)
    focal_point = FocalPointFactory(country=expert.nationality, user=UserFactory(email="point@example.org"))
    FocalPointFactory(country=expert.nationality, programme=focal_point.programme, role="deputy", user=UserFactory())
    Reference.objects.all().delete()
    Reference.ask(expert, [{"name": "Gnuson Referee", "email": "gnu@example.org"}])
    engagement = Engagement.invite(EventFactory(starts_on=date(2091, 1, 1), status="planned"), expert, UserFactory())
    engagement.accept(expert.user)
    for days in (0, 8, 15):  # the focal point is asked, the deputy told, the Centre takes it
        Expert.objects.filter(pk=expert.pk).update(status=Status.APPLIED, waiting_since=now() - timedelta(days=days))
        route_all()
        write_weekly_letters()
    others = [letter for letter in Letter.objects.all() if letter.recipients != [expert.user.email]]
    everything = [*TO_ALL, *TO_PARTNERS, *TO_STAFF, *TO_NOBODY]
    told = {letter.recipients[0]: set() for letter in others}
    for letter in others:
        told[letter.recipients[0]] |= set(found(f"{letter.subject} {letter.text} {letter.html}", everything))
    assert told.pop("gnu@example.org") == {"Zaynab Samplename", "Gnuson Referee", "gnu@example.org"}
    assert "point@example.org" in told
    assert len(told) >= 3
    assert {address: values for address, values in told.items() if values} == {}


def test_the_preview_shows_what_the_others_see(expert):
    for purpose in PURPOSES:
        expert.agree_to(purpose)
    own = signed_in(expert.user)
    values = [*TO_ALL, *TO_PARTNERS, "zaynab@example.org"]
    for kind, client in (("public", Client()), ("partner", signed_in(RepresentationFactory().user)), ("staff", None)):
        shown = found(
            own.get(reverse("experts:preview", args=[kind])).content.decode().replace("Signed in", ""), values
        )
        if client:
            page = client.get(reverse("experts:expert", args=["environment-water", expert.key])).content.decode()
            assert shown == found(page, values)
    assert "wombat" not in own.get(reverse("experts:preview", args=["staff"])).content.decode()
    assert own.get(reverse("experts:preview", args=["king"])).status_code == 404


def test_the_cv_is_for_the_expert_and_the_centre(expert, django_capture_on_commit_callbacks):
    address = reverse("experts:cv", args=[expert.key])
    for purpose in PURPOSES:
        expert.agree_to(purpose)
    readers = clients()
    for client in [*readers["almost"], *readers["partner"]]:
        assert client.get(address).status_code == 404
    assert Client().get(address).status_code == 302
    for client in (readers["staff"][0], signed_in(expert.user)):
        response = client.get(address)
        assert b"".join(response).startswith(b"%PDF-")
        assert response["Content-Disposition"] == 'attachment; filename="cv.pdf"'
        assert response["X-Content-Type-Options"] == "nosniff"
    assert "Zaynab" not in expert.cv.name
    with django_capture_on_commit_callbacks(execute=True):
        before = expert.cv.name
        expert.keep_cv(pdf())
    assert not expert.cv.storage.exists(before)
    assert expert.cv.storage.exists(expert.cv.name)


def test_a_year_without_a_word_ranks_last_and_half_a_year_more_hides(db):
    fresh = ExpertFactory(first_year=2015)
    lapsed = ExpertFactory(first_year=1990, renewed_at=now() - timedelta(days=366))
    hidden = ExpertFactory(renewed_at=now() - timedelta(days=549))
    for order in ("fit", "fresh", "experience"):
        assert list(ExpertFilter({"sort": [order]}, reader=Reader.of(AnonymousUser())).qs[0:9]) == [fresh, lapsed]
    hidden.renew()
    assert ExpertFilter({"sort": ["fresh"]}, reader=Reader.of(AnonymousUser())).qs[0:9][0] == hidden
