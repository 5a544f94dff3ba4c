"""Who reads what: whole answers are searched for every personal value that was not agreed to."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.admin import site
from django.contrib.auth.models import AnonymousUser, Permission
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import override
from openpyxl import load_workbook

from accounts.models import User
from classifications.spreadsheets import XLSX
from events.models import Engagement, Event
from experts.country_office import CountryExpertTable
from experts.emails import ask_whether_still_right
from experts.filters import ExpertFilter
from experts.models import Expert, Export, ProposedName, Reference, Shortlist
from experts.readers import SHOWN, Kind, Profile, Reader
from experts.tables import columns_for
from notifications.designations import tell_of_proposals
from notifications.models import Letter
from partners.applications import Decision, Role, Status
from partners.routing import route_all, write_weekly_letters
from programmes.models import Proposal
from tests.accounts.helpers import show_it_is_me
from tests.experts.helpers import as_agreed_at_first, pdf, pdf_bytes
from tests.factories import (
    CountryFactory,
    EventFactory,
    ExpertFactory,
    FocalPointFactory,
    InstitutionFactory,
    PageFactory,
    ProgrammeFactory,
    ProposalFactory,
    ReferenceFactory,
    RepresentationFactory,
    RosterFactory,
    SecondFactorFactory,
    SectorFactory,
    ShortlistFactory,
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
    public = [UserFactory(), half, clerk, suspended, asking, ExpertFactory(purposes=PURPOSES).user]
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


def read(client, paths, posted=None):
    """All that a reader gets at these addresses, without the reader's own words; cells of tables stand in brackets."""
    answers = [client.get(path) if posted is None else client.post(path, posted) for path in paths]
    assert {each.status_code for each in answers} <= {200, 302, 403, 404}
    texts = [text_of(each) for each in answers if each.status_code == 200]
    for words in ("Zaynab", "Quagga", "wombat"):
        texts = [text.replace(f'value="{words}"', "").replace(f"“{words}”", "") for text in texts]
    return "".join(texts)


# What a list of the admin can be narrowed to is the same whoever is on it.
FILTERS = re.compile(r'<nav id="changelist-filter".*?</nav>', re.DOTALL)


def text_of(response):
    data = b"".join(response) if response.streaming else response.content
    kind = response["Content-Type"].partition(";")[0]
    if kind == "text/csv":
        rows = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    elif kind == XLSX().get_content_type():
        rows = load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)
    else:
        return FILTERS.sub("", data.decode(errors="replace"))
    return "".join(f">{cell}<" for row in rows for cell in row)


def found(text, values):
    return [value for value in values if value in text]


# --- Every purpose, every kind of reader, every channel -----------------------------------------------------------------

OTHERS = [purpose for purpose in PURPOSES if purpose != "kept"]
# Whoever does not agree to be kept agrees to nothing: `test_who_is_not_kept_is_used_for_nothing`.
SUBSETS = [(), *(("kept", *more) for number in range(4) for more in combinations(OTHERS, number))]
NOTE, RATING, PROPOSED, CV = "A narwhal to ask", "Sluggish as a dugong", "Oryx Employer", "Gazelle in a CV"
EMAIL, NAMES_TO_COME = TO_STAFF[0], TO_NOBODY[2:]
WORDS = "Reliable as a wombat"  # of the referee, whom the Centre quotes in its question to the expert
IN_COLUMNS = {*TO_ALL, *TO_PARTNERS, "Female", NOTE} - {"Vineyards and drips", "Zebu course", "Okapi Ministry"}
ALL = {*TO_ALL, *TO_PARTNERS, *TO_STAFF, *TO_NOBODY, NOTE, RATING, PROPOSED, CV}


def agreed(kind, purposes):
    """What a kind of reader may read of the expert of these tests, who agrees to these purposes."""
    if kind == "expert":  # who keeps the own profile on the desk, reads the pages of all as anybody, and the own CV
        return {*agreed("public", purposes), CV}
    if not purposes:
        return set()
    if kind == "staff":
        return {*TO_ALL, *TO_PARTNERS, *TO_STAFF, *NAMES_TO_COME, NOTE, RATING, PROPOSED, CV}
    if kind in ("focal point", "focal point of another state") or (kind == "partner" and "partners" in purposes):
        return {*TO_ALL, *TO_PARTNERS, NOTE}
    return {*TO_ALL, NOTE} if "public" in purposes else set()


@dataclass(frozen=True)
class Channel:
    """Addresses that show something of an expert: to which kinds of readers, and what of the expert they hold at all.

    `paths` are read, or sent to with `posted`; where `addresses_leave` is set, the e-mail address is held of those alone
    who agree to be written to.
    """

    paths: Callable
    shows_to: set
    holds: set
    posted: tuple = (None,)
    addresses_leave: bool = False

    def wanted(self, kind, purposes):
        if kind not in self.shows_to:
            return set()
        held = self.holds if not self.addresses_leave or "contacted" in purposes else self.holds - {EMAIL}
        return held & agreed(kind, purposes)

    def read(self, client, expert):
        return "".join(read(client, self.paths(expert), data) for data in self.posted)


def pages_of_each_kind(expert):
    """Of each kind of `pages_of` one address, so that all readers can be asked in time."""
    roster, own, *_others = pages_of(expert)
    return [own, f"/ar{own}", f"{roster}?q=zaynab", "/experts/search/", "/search/?q=zaynab", "/sitemap-experts.xml"]


def of_shortlists(*names):
    return lambda expert: [
        reverse(f"experts:{name}", args=[each])
        for name in names
        for each in Shortlist.objects.values_list("pk", flat=True)
    ]


def of_expert(*names):
    return lambda expert: [reverse(name, args=[expert.pk]) for name in names]


def of_rest_of_the_admin(expert):
    (engagement,), (event,) = expert.engagements.values_list("pk"), Event.objects.values_list("pk")
    steps = [f"admin:experts_proposedname_{step}" for step in ("accept", "refuse", "change")]
    steps = [reverse(name, args=[expert.proposed_names.get().pk]) for name in steps]
    decided = [f"admin:programmes_proposal_{step}" for step in ("accept", "decline", "change")]
    key = Proposal.objects.values_list("pk", flat=True).first() or 0  # gone with who is no longer kept
    return [
        *steps,
        *(reverse(name, args=[key]) for name in decided),
        reverse("admin:experts_proposedname_changelist"),
        reverse("admin:experts_expert_duplicates"),
        reverse("admin:events_engagement_changelist"),
        reverse("admin:events_engagement_change", args=[engagement[0]]),
        reverse("admin:events_event_experts", args=[event[0]]),
        reverse("admin:notifications_letter_changelist"),
    ]


FOCAL_POINTS = {"focal point", "focal point of another state"}
EVERYBODY, KEEPERS = {"public", "expert", "partner", "staff", *FOCAL_POINTS}, {"staff", *FOCAL_POINTS}
COLUMNS = [each.name for each in columns_for(Kind.STAFF)] + ["note"]
CHANNELS = {
    "pages": Channel(pages_of_each_kind, EVERYBODY, {*TO_ALL, *TO_PARTNERS, *TO_STAFF}),
    # A focal point of another state keeps shortlists too.
    "shortlists": Channel(
        of_shortlists("shortlist", "compare-shortlist"), KEEPERS, IN_COLUMNS | {EMAIL}, addresses_leave=True
    ),
    "choosing": Channel(
        lambda expert: [reverse("experts:choose-shortlist") + f"?expert={expert.key}"], KEEPERS, {"Zaynab Samplename"}
    ),
    "tables": Channel(
        of_shortlists("export-shortlist"), {"staff"}, IN_COLUMNS | {EMAIL}, addresses_leave=True,
        posted=tuple({"form": form, "columns": COLUMNS} for form in Export.Form.values),
    ),
    "CV": Channel(lambda expert: [reverse("experts:cv", args=[expert.key])], {"expert", "staff"}, {CV}),
    "endorsing": Channel(
        lambda expert: [reverse("experts:endorse", args=[expert.key])], {"focal point"}, {"Zaynab Samplename"}
    ),
    "records of a state": Channel(
        of_expert(*(f"country:experts_expert_{page}" for page in ("change", "history", "propose"))),
        {"focal point"}, {*TO_ALL, *TO_PARTNERS} - {"Okapi Ministry"},
    ),
    "list of a state": Channel(
        lambda expert: [reverse("country:experts_expert_changelist")], {"focal point"},
        {"Zaynab Samplename", "Irrigation of Numbats"},
    ),
    "table of a state": Channel(
        lambda expert: [reverse("country:experts_expert_export")], {"focal point"},
        {"Zaynab Samplename", "زينب نموذج", "Quagga Employer", "Vineyards and drips", ">37<"},
        posted=({"format": "0", "resource": "", **dict.fromkeys(CountryExpertTable.Meta.fields, "on")},),
    ),
    "record in the admin": Channel(
        of_expert("admin:experts_expert_change", "admin:experts_expert_history", "admin:experts_expert_suspend",
                  "admin:experts_expert_merge_choose"),
        {"staff"}, {*TO_ALL, *TO_PARTNERS, *TO_STAFF, RATING},
    ),
    "list in the admin": Channel(
        lambda expert: [reverse("admin:experts_expert_changelist")], {"staff"}, {"Zaynab Samplename"}
    ),
    "rest of the admin": Channel(
        of_rest_of_the_admin, {"staff"},
        {"Zaynab Samplename", "زينب نموذج", "Quagga Employer", EMAIL, *NAMES_TO_COME, RATING, PROPOSED},
    ),
}  # fmt: skip


@pytest.fixture
def known(expert):
    """The expert, of whom everything is written that others write: at an event, on shortlists, by the focal point."""
    for purpose in PURPOSES:
        expert.agree_to(purpose)
    expert.keep_cv(pdf(pdf_bytes(Title=CV)))
    done = Engagement.invite(EventFactory(starts_on=date(2091, 1, 1), status="planned"), expert, None)
    Engagement.objects.filter(pk=done.pk).update(status="delivered", waiting_since=None)
    done.rate(None, 2, RATING)
    ExpertFactory(name=expert.name.upper(), nationality=expert.nationality, purposes=["kept"])  # recorded twice?
    ProposalFactory(record=expert, kind="correction", facts={"employer": PROPOSED})
    return expert


def people(expert):
    """Everybody who might read, as pairs of a kind of reader and an account (None for a visitor)."""
    clerk, keeper = SecondFactorFactory().user, SecondFactorFactory().user
    User.objects.filter(pk__in=[clerk.pk, keeper.pk]).update(is_staff=True)
    User.objects.filter(pk=keeper.pk).update(is_superuser=True)
    seat = {"country": expert.nationality, "programme": ProgrammeFactory()}
    return {
        "visitor": ("public", None),
        "signed in": ("public", UserFactory()),
        "the expert": ("expert", expert.user),
        "another expert": ("public", ExpertFactory(purposes=PURPOSES).user),
        "of a suspended institution": (
            "public", RepresentationFactory(institution=InstitutionFactory(status=Status.SUSPENDED)).user
        ),
        "asks to represent": ("public", RepresentationFactory(is_manager=False, accepted_at=None).user),
        "staff without a second factor": ("public", UserFactory(is_staff=True, is_superuser=True)),
        "staff who keep no rosters": ("public", clerk),
        "focal point of another state": (
            "focal point of another state", FocalPointFactory(user=SecondFactorFactory().user).user
        ),
        "focal point without a second factor": ("public", FocalPointFactory(country=expert.nationality, user=UserFactory()).user),
        "former focal point": (
            "public",
            FocalPointFactory(
                country=expert.nationality, user=SecondFactorFactory().user, ended_on=date(2021, 1, 1)
            ).user,
        ),
        "partner": ("partner", RepresentationFactory().user),
        "focal point": ("focal point", FocalPointFactory(user=SecondFactorFactory().user, **seat).user),
        "deputy": ("focal point", FocalPointFactory(user=SecondFactorFactory().user, role="deputy", **seat).user),
        "staff": ("staff", keeper),
    }  # fmt: skip


KEEP_SHORTLISTS = {"focal point of another state", "focal point", "deputy", "staff"}


@pytest.mark.parametrize("purposes", SUBSETS, ids=lambda purposes: "-".join(purposes) or "nothing")
def test_each_reader_gets_what_was_agreed_to_and_nothing_else(known, purposes):
    """By each channel: all that is agreed to and that it holds, and of everything that is held nothing else."""
    readers = people(known)
    for who, (_kind, user) in readers.items():
        if who in KEEP_SHORTLISTS:
            ShortlistFactory(owner=user, is_of_centre=who == "staff", experts=[known]).note(known, NOTE)
    for purpose in PURPOSES:
        if purpose not in purposes:
            known.take_back(purpose)
    wrong = {}
    for who, (kind, user) in readers.items():
        client = signed_in(user) if user else Client()
        for name, channel in CHANNELS.items():
            keeps = name not in ("shortlists", "choosing") or who in KEEP_SHORTLISTS
            wanted = channel.wanted(kind, purposes) if keeps else set()
            shown = set(found(channel.read(client, known), ALL))
            if shown != wanted:
                wrong[who, name] = {"too much": shown - wanted, "missing": wanted - shown}
    assert wrong == {}


def test_what_is_withdrawn_is_gone_from_the_next_answer_on(expert):
    """From every address: the search of the portal, of institutions, countries and the sitemap too."""
    for purpose in PURPOSES:
        expert.agree_to(purpose)
    visitor, partner, centre = Client(), signed_in(RepresentationFactory().user), signed_in(staff())
    own, point = signed_in(expert.user), signed_in(FocalPointFactory(user=SecondFactorFactory().user).user)
    readers = {"public": visitor, "partner": partner, "focal point of another state": point, "staff": centre}
    of_them = [*TO_ALL, str(expert.key)]
    cases = [
        (None, {"public", "partner", "focal point of another state", "staff"}),
        ("public", {"partner", "focal point of another state", "staff"}),
        ("partners", {"focal point of another state", "staff"}),
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


def test_nor_does_a_page_of_their_own_or_of_those_who_decide_on_them(known):
    """Outside the addresses of experts: the desks, the invitation to an event, all that is held."""
    point = FocalPointFactory(country=known.nationality, user=SecondFactorFactory().user).user
    own, invited = signed_in(known.user), known.engagements.get()
    show_it_is_me(own)
    answers = [own.get(reverse(name)) for name in ("desk", "own-data-file", "experts:download-file")]
    answers.append(own.get(invited.get_absolute_url()))
    Expert.objects.filter(pk=known.pk).update(status=Status.APPLIED, waiting_since=now())
    answers.append(signed_in(point).get(reverse("desk")))
    assert [known.name in each.text for each in answers if "zip" not in each["Content-Type"]] == [
        True, True, False, True
    ]  # fmt: skip
    assert invited.event.title in answers[3].text
    for each in answers:
        assert {"no-store", "private"} <= set(each.get("Cache-Control", "").split(", ")), each.request["PATH_INFO"]


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
    as_agreed_at_first(others[0])
    points = [
        FocalPointFactory(user=SecondFactorFactory().user, **seat).user
        for seat in ({}, {"country": expert.nationality})
    ]
    for user in (RepresentationFactory().user, UserFactory(), staff(), *points):
        reader = Reader.of(user)
        for each in [expert, *others]:
            if Expert.objects.readable_by(user).filter(pk=each.pk).exists():
                shown = reader.profile_of(each).kind
                assert shown != Kind.PUBLIC or each.is_public


# Whoever gets letters about an expert, and what of the expert may be in them, whatever was agreed to. Letters name an expert
# by number and lead to a page, on which the reader gets what is agreed to at that moment.
IN_LETTERS = {
    "zaynab@example.org": {EMAIL, "Quagga Employer", PROPOSED},  # a correction of their own profile is told in full
    "gnu@example.org": {"Zaynab Samplename", "Gnuson Referee", "gnu@example.org"},  # by whom the referee was named
    "point@example.org": set(),
    "deputy@example.org": set(),
    settings.CENTRE_EMAIL: set(),
}


@pytest.mark.parametrize("purposes", [each for each in SUBSETS if each], ids="-".join)
def test_letters_hold_nothing_of_an_expert_for_others(expert, purposes):
    """All that is written while an expert is reviewed, asked about, corrected, shortlisted, invited and suspended."""
    Letter.objects.all().delete()  # in its question the Centre quoted the referee by its own choice
    for purpose in purposes:
        expert.agree_to(purpose)
    expert.references.all().delete()
    seat = {"country": expert.nationality, "programme": ProgrammeFactory()}
    point = FocalPointFactory(user=SecondFactorFactory(user=UserFactory(email="point@example.org")).user, **seat)
    FocalPointFactory(role="deputy", user=UserFactory(email="deputy@example.org"), **seat)
    other_state, partner = FocalPointFactory(user=SecondFactorFactory().user).user, RepresentationFactory().user
    boss = UserFactory(is_staff=True)
    Reference.ask(expert, [{"name": "Gnuson Referee", "email": "gnu@example.org"}])
    expert.references.get().give("confirms", WORDS)
    for days in (0, 8, 15):  # the focal point is asked, the deputy told, the Centre takes it
        Expert.objects.filter(pk=expert.pk).update(status=Status.APPLIED, waiting_since=now() - timedelta(days=days))
        route_all()
        write_weekly_letters()
    expert.refresh_from_db()
    expert.return_with("Which year?", boss)
    expert.send_again(expert.user)
    expert.object_to(point.user, "We do not know this person.")
    expert.approve(boss)
    expert.endorse(point.user)
    expert.suspend("It is being looked into.", boss)
    expert.reinstate(boss)
    expert.proposed_names.get().refuse(boss, "Send the passport.")
    proposed = {"point": point, "proposed_by": point.user, "record": expert, "kind": "correction"}
    ProposalFactory(**proposed, facts={"employer": PROPOSED}).accept(boss)
    ProposalFactory(**proposed, facts={"name": NAMES_TO_COME[0]}).decline(boss, "It is right as it is.")
    tell_of_proposals()
    ShortlistFactory(owner=other_state, experts=[expert]).note(expert, NOTE)
    ShortlistFactory(owner=boss, is_of_centre=True, experts=[expert])
    if "contacted" in purposes:
        events = [EventFactory(starts_on=date(2091, 1, day), status="planned") for day in (1, 2)]
        Engagement.invite(events[0], expert, boss).accept(expert.user)
        Engagement.invite(events[1], expert, boss).call_off(boss, "It is postponed.")
    ask_whether_still_right(expert)
    told = {}
    for letter in Letter.objects.all():
        for address in letter.recipients:
            text = f"{letter.subject} {letter.text} {letter.html}"
            told[address] = told.get(address, set()) | set(found(text, ALL | {"gnu@example.org", "Gnuson Referee"}))
    assert told == IN_LETTERS
    assert {other_state.email, partner.email, boss.email} & told.keys() == set()
    invitations = Letter.objects.filter(recipients=[EMAIL], subject__startswith="You are invited as an expert")
    assert invitations.count() == (2 if "contacted" in purposes else 0)


def words_of(client, path):
    """All texts of the main part of a page."""
    main = re.search(r"<main.*</main>", client.get(path).text, re.DOTALL)[0]
    return {" ".join(text.split()) for text in re.split(r"<[^>]*>", main) if text.strip()}


# What stands on one of the two only: the way back and the notice; ways to others, and what references answered in confidence.
OF_PREVIEW = {"My desk", "My profile as an expert", "Back"}
OF_PAGE = {
    "Experts",
    "Ask the Centre for this expert",
    "The Centre passes your question on. Addresses of experts are not shown.",
}
OF_PAGE_FOR_STAFF = {
    "Experts",
    "Put on a shortlist",
    "Open it in the admin",
    # in confidence
    "References",
    "Gnuson Referee",
    "I know this person’s work and recommend them",
    "Reliable as a wombat.",
}


def test_the_preview_shows_what_the_others_see(expert):
    for purpose in PURPOSES:
        expert.agree_to(purpose)
    expert.memberships.create(roster=RosterFactory(slug="tvet"))
    own = signed_in(expert.user)
    readers = {"public": Client(), "partner": signed_in(RepresentationFactory().user), "staff": signed_in(staff())}
    seen = {}
    for kind, client in readers.items():
        preview = words_of(own, reverse("experts:preview", args=[kind]))
        page = words_of(client, reverse("experts:expert", args=["environment-water", expert.key]))
        assert page - preview == (OF_PAGE_FOR_STAFF if kind == "staff" else OF_PAGE)
        (notice,) = preview - page - OF_PREVIEW
        assert notice.startswith("This is what")
        assert ("answers of your references" in notice) == (kind == "staff")
        seen[kind] = preview
    for more, less, value in (("partner", "public", "3 March 2091"), ("staff", "partner", "zaynab@example.org")):
        assert value in seen[more] - seen[less]
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
