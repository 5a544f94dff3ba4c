"""Two records of one institution become one: fact by fact, with everything that points to them, and nothing half done."""

from datetime import date, timedelta

import factory
import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.timezone import now
from factory.django import DjangoModelFactory
from pghistory.models import Event as HistoryRow

from accounts.models import Draft, User
from notifications.matching import as_new
from notifications.models import Interest, Letter
from partners.applications import Decision, Role, Status
from partners.merging import PARTS, merge
from partners.models import FormerAddress, Institution, Representation
from tests import factories
from tests.factories import (
    CityFactory,
    CountryFactory,
    EventFactory,
    FollowerFactory,
    FormerAddressOfInstitutionFactory,
    InstitutionFactory,
    InterestFactory,
    InvitationFactory,
    LanguageFactory,
    MembershipFactory,
    NoticeFactory,
    OpportunityFactory,
    ProposedChangeFactory,
    RepresentationFactory,
    ReviewFactory,
    SectorFactory,
    UserFactory,
)
from tests.partners.office import address, application, said
from tests.racing import race


@pytest.fixture
def pair(db):
    country = CountryFactory()
    return (
        InstitutionFactory(name_en="Water Academy", slug="water-academy", country=country),
        InstitutionFactory(name_en="Academy of Water", slug="academy-of-water", country=country),
    )


# --- Everything that points to it moves -------------------------------------------------------------------------------


def relations():
    """Every foreign key that leads to an institution, hidden ones and those of link tables too; asked of Django anew."""
    return [
        each.field
        for each in Institution._meta.get_fields(include_hidden=True)
        if each.auto_created and not each.concrete and not each.many_to_many
    ]


STAYS_AS_IT_WAS = ["partners.InstitutionHistory.pgh_obj", "partners.Institution_sectors.institution"]
STAYS_AS_IT_WAS += ["partners.Institution_languages.institution"]


def name_of(field):
    return f"{field.model._meta.label}.{field.name}"


def moving():
    return [
        field
        for field in relations()
        if name_of(field) not in STAYS_AS_IT_WAS and not issubclass(field.model, HistoryRow)
    ]


def row_pointing(field, institution):
    """A row of the model of `field` that points to `institution`, made by the factory of that model."""
    link = field.model._meta.auto_created
    if link:
        owner = factory_of(link)()
        many = next(each for each in link._meta.many_to_many if each.remote_field.through is field.model)
        getattr(owner, many.name).add(institution)
        return field.model.objects.get(**{field.name: institution})
    return factory_of(field.model)(**{field.name: institution})


def factory_of(model):
    made_by = [
        each
        for each in vars(factories).values()
        if isinstance(each, factory.base.FactoryMetaClass)
        and issubclass(each, DjangoModelFactory)
        and each._meta.model is model
    ]
    assert made_by, f"{model._meta.label} points to institutions: give it a factory, so that merging is tried with it"
    return made_by[0]


def test_the_walk_finds_what_is_known():
    found = {name_of(field) for field in relations()}
    assert found >= {
        "events.Event_providers.institution",
        "partners.Representation.institution",
        "partners.Review.institution",
        *STAYS_AS_IT_WAS,
    }


@pytest.mark.parametrize("field", moving(), ids=name_of)
def test_whatever_points_to_the_record_that_goes_moves(pair, field):
    stays, goes = pair
    row_pointing(field, goes)
    before = field.model._base_manager.count()
    pk = goes.pk
    merge(stays, goes, UserFactory())
    rows = field.model._base_manager
    assert not rows.filter(**{f"{field.attname}": pk}).exists()
    assert rows.filter(**{field.name: stays}).exists()
    added = {"partners.Review": 1, "partners.FormerAddress": 1}.get(field.model._meta.label, 0)  # of merging itself
    assert rows.count() == before + added


@pytest.mark.parametrize("field", moving(), ids=name_of)
def test_whatever_points_to_both_is_there_afterwards(pair, field):
    """Rows that can stand side by side both do; others become one."""
    stays, goes = pair
    row_pointing(field, stays)
    row_pointing(field, goes)
    merge(stays, goes, UserFactory())
    assert field.model._base_manager.filter(**{field.name: stays}).exists()
    assert not Institution.objects.filter(slug=goes.slug).exists()


def test_history_stays(pair):
    stays, goes = pair
    Institution.objects.filter(pk=goes.pk).update(acronym="AW")
    pk = goes.pk
    merge(stays, goes, UserFactory())
    history = Institution.pgh_event_models["update"]
    assert list(history.objects.filter(pgh_obj=pk).order_by("pgh_id").values_list("pgh_label", "acronym")) == [
        ("update", ""),
        ("delete", "AW"),
    ]


def test_what_repeats_becomes_one(pair):
    stays, goes = pair
    both, one = EventFactory(providers=pair), EventFactory(providers=[goes])
    ProposedChangeFactory(institution=stays, facts={"name_en": "Kept"})
    ProposedChangeFactory(institution=goes, facts={"name_en": "Dropped"})
    ReviewFactory(institution=goes, reason="Remembered")
    merge(stays, goes, UserFactory())
    assert [list(event.providers.all()) for event in (both, one)] == [[stays], [stays]]
    assert [change.facts for change in stays.proposed_changes.waiting()] == [{"name_en": "Kept"}]
    assert stays.reviews.filter(reason="Remembered").exists()


@pytest.mark.parametrize("of_stays", ["applied", "declined", "ended"])
def test_a_member_of_trop_stays_one_whichever_record_stays(client, pair, of_stays):
    stays, goes = pair
    MembershipFactory(institution=stays, status=of_stays).record(
        "applied", None, Role.APPLICANT, "Of the one that stays"
    )
    MembershipFactory(institution=goes, is_trusted=True).record("approved", None, Role.CENTRE, "Of the one that goes")
    opportunity = OpportunityFactory(institution=goes)
    assert opportunity.title in client.get(opportunity.get_absolute_url()).text
    merge(stays, goes, UserFactory())
    membership = Institution.objects.get().trop_membership
    assert (membership.status, membership.is_trusted) == ("approved", True)
    assert {each.reason for each in membership.reviews.all()} == {"Of the one that stays", "Of the one that goes"}
    assert opportunity.title in client.get(opportunity.get_absolute_url()).text


def test_a_membership_is_not_lost_to_one_that_ended(pair):
    stays, goes = pair
    MembershipFactory(institution=stays)
    MembershipFactory(institution=goes, status="ended")
    merge(stays, goes, UserFactory())
    assert Institution.objects.get().trop_membership.status == "approved"


def test_pages_of_events_name_the_record_that_stays(client, pair):
    stays, goes = pair
    event = EventFactory(providers=[goes])
    merge(stays, goes, UserFactory())
    event.refresh_from_db()
    assert [(each.key, each.name_en) for each in event.linked.providers] == [("water-academy", "Water Academy")]
    page = client.get(event.get_absolute_url()).text
    assert "Water Academy" in page
    assert "Academy of Water" not in page
    assert event.title_en in client.get(stays.get_absolute_url()).text


# --- Addresses --------------------------------------------------------------------------------------------------------


def test_all_former_addresses_lead_to_the_record_that_stays(client, pair):
    stays, goes = pair
    FormerAddressOfInstitutionFactory(institution=goes, slug="older-name")
    merge(stays, goes, UserFactory())
    assert set(stays.former_addresses.values_list("slug", flat=True)) == {"academy-of-water", "older-name"}
    for slug in ("academy-of-water", "older-name"):
        response = client.get(f"/partners/{slug}/")
        assert (response.status_code, response.headers["Location"]) == (301, "/partners/water-academy/")


def test_former_addresses_lead_on_wherever_they_are_part_of_one(client, pair):
    stays, goes = pair
    MembershipFactory(institution=stays)
    mine = RepresentationFactory(institution=goes).user
    notice = NoticeFactory(institution=goes)
    merge(stays, goes, UserFactory())
    public = "/trop/institutions/academy-of-water/"
    assert client.get(f"/ar{public}?page=2")["Location"] == "/ar/trop/institutions/water-academy/?page=2"
    client.force_login(mine)
    for path in (
        "/partners/academy-of-water/desk/", f"/partners/academy-of-water/notices/{notice.pk}/extend/",
        "/trop/panel/academy-of-water/", public,
    ):  # fmt: skip
        response = client.get(path)
        led = path.replace("academy-of-water", "water-academy")
        assert (response.status_code, response.headers["Location"]) == (301, led)
        assert stays.name_en in client.get(led).text


def test_what_is_posted_to_a_former_address_is_posted_on(client, pair):
    stays, goes = pair
    client.force_login(RepresentationFactory(institution=goes).user)
    merge(stays, goes, UserFactory())
    response = client.post("/partners/academy-of-water/confirm/")
    assert (response.status_code, response["Location"]) == (308, "/partners/water-academy/confirm/")
    client.post("/partners/academy-of-water/confirm/", follow=True)
    stays.refresh_from_db()
    assert stays.profile_confirmed_at is not None


def test_former_addresses_of_what_one_may_not_see_lead_nowhere(client, pair):
    stays, _goes = pair
    FormerAddressOfInstitutionFactory(institution=stays, slug="once")
    stays.suspend("Closed.", UserFactory())
    assert client.get("/partners/once/").status_code == 404
    assert client.get("/trop/opportunities/once/").status_code == 404
    client.force_login(UserFactory())
    assert client.get("/partners/once/desk/").status_code == 404
    client.force_login(RepresentationFactory(institution=stays).user)
    assert client.get("/partners/once/desk/")["Location"] == "/partners/water-academy/desk/"


def test_an_address_that_goes_is_not_given_again(pair):
    stays, goes = pair
    merge(stays, goes, UserFactory())
    assert Institution.free_slug(Institution(name_en="Academy of Water", kind="ngo")) == "academy-of-water-2"


def test_of_three_records_one_stays(client, pair):
    stays, goes = pair
    third = InstitutionFactory(slug="third")
    merge(goes, stays, UserFactory())
    merge(third, goes, UserFactory())
    assert client.get("/partners/water-academy/").headers["Location"] == "/partners/third/"


LISTS = ["/events/", "/events/2011/", "/events/calendar.ics", "/events/feed/", "/events/table.csv"]


@pytest.mark.parametrize("path", LISTS)
def test_lists_of_events_understand_former_addresses(client, pair, path):
    stays, goes = pair
    EventFactory(title_en="Course it gave", providers=[goes])
    EventFactory(title_en="Course of others", providers=[InstitutionFactory()])
    merge(stays, goes, UserFactory())
    page = b"".join(client.get(f"{path}?institution=academy-of-water")).decode()
    assert ("Course it gave" in page, "Course of others" in page) == (True, False)


def test_a_list_under_a_former_address_is_that_of_the_present_one(client, pair):
    stays, goes = pair
    EventFactory(providers=[stays])
    client.get("/events/")
    merge(stays, goes, UserFactory())  # of a record without events
    filterset = client.get("/events/?institution=academy-of-water&institution=water-academy").context["filter"]
    assert (filterset.left_out, filterset.count) == ([], 1)
    assert filterset.canonical_url == "/events/?institution=water-academy"
    assert [str(chip.label) for chip in filterset.chips] == ["Water Academy"]
    stays.suspend("Closed.", UserFactory())
    filterset = client.get("/events/?institution=academy-of-water").context["filter"]
    assert [value for _label, value in filterset.left_out] == ["academy-of-water"]


def test_whoever_followed_the_events_of_the_one_follows_those_of_the_other(pair):
    stays, goes = pair
    follows = InterestFactory(kind="event", choices={"institution": ["academy-of-water", "third"], "mode": ["online"]})
    other = InterestFactory(kind="event", choices={"provider": ["academy-of-water"], "institution": ["third"]})
    merge(stays, goes, UserFactory())
    assert Interest.objects.get(pk=follows.pk).choices == {
        "institution": ["third", "water-academy"],
        "mode": ["online"],
    }
    assert Interest.objects.get(pk=other.pk).choices == other.choices
    event = EventFactory(providers=[stays], mode="online", starts_on=date(2090, 1, 1), status="open")
    assert list(Interest.objects.matching(as_new("event", event.pk))) == [follows]


@pytest.mark.parametrize("paused", ["academy-of-water", "water-academy", None])
def test_whoever_followed_both_follows_one_and_is_told_as_before(pair, paused):
    stays, goes = pair
    follower = FollowerFactory()
    for slug in ("academy-of-water", "water-academy"):
        InterestFactory(
            follower=follower,
            kind="event",
            choices={"institution": [slug]},
            paused_at=now() if slug == paused else None,
        )
    merge(stays, goes, UserFactory())
    assert Interest.objects.active().get().choices == {"institution": ["water-academy"]}
    assert Interest.objects.count() == 1


# --- Facts ------------------------------------------------------------------------------------------------------------


def test_every_fact_can_be_taken_from_either(pair):
    city = CityFactory()
    stays = pair[0]
    goes = InstitutionFactory(
        name_en="E", name_fr="F", name_ar="ع", acronym="AC", kind="ngo", country=city.country, city=city,
        website="https://goes.example.org", offers="Offers", seeks="Seeks", written_in="fr", staff="1-49", founded=1900,
        confirmed_on=date(2026, 1, 1), confirmed_until=date(2100, 1, 1), verified_on=date(2026, 1, 2),
        verified_until=date(2100, 1, 2), source_url="https://source.example.org",
    )  # fmt: skip
    goes.sectors.set([SectorFactory()])
    goes.languages.set([LanguageFactory()])
    expected = {part.name: part.of(goes) for part in PARTS}
    merge(stays, goes, UserFactory(), [part.name for part in PARTS])
    stays.refresh_from_db()
    assert {part.name: part.of(stays) for part in PARTS} == expected


def test_what_is_not_taken_stays(pair):
    stays, goes = pair
    Institution.objects.filter(pk=goes.pk).update(acronym="AC", website="https://goes.example.org")
    merge(stays, goes, UserFactory(), ["acronym"])
    stays.refresh_from_db()
    assert (stays.acronym, stays.website, stays.slug) == ("AC", "", "water-academy")


def test_every_column_of_an_institution_has_a_part_or_a_reason():
    """A column added later is asked for when two records become one, or named here."""
    kept = {
        "id", "slug", "status", "waiting_since", "is_sample", "created_at", "profile_confirmed_at", "website_host",
        "offers_any", "seeks_any", "search_key", "search_stems",
    }  # fmt: skip
    columns = {field.name for field in [*Institution._meta.concrete_fields, *Institution._meta.many_to_many]}
    assert columns == kept | {column for part in PARTS for column in part.columns}


def test_the_name_of_the_record_that_goes_may_be_taken(pair):
    """Both names in one country at once would be refused."""
    stays, goes = pair
    merge(stays, goes, UserFactory(), ["name_en"])
    assert Institution.objects.get().name_en == "Academy of Water"


def test_the_later_confirmation_of_the_profile_holds(pair):
    stays, goes = pair
    Institution.objects.filter(pk=goes.pk).update(profile_confirmed_at=now())
    merge(stays, goes, UserFactory())
    stays.refresh_from_db()
    assert stays.profile_confirmed_at is not None


# --- People -----------------------------------------------------------------------------------------------------------


def test_the_second_manager_becomes_plain_and_all_are_told(pair):
    stays, goes = pair
    first, second = RepresentationFactory(institution=stays), RepresentationFactory(institution=goes)
    by = UserFactory()
    merge(stays, goes, by)
    people = {each.user: each.is_manager for each in stays.representations.acting()}
    assert people == {first.user: True, second.user: False}
    review = stays.reviews.first()
    assert (review.decision, review.by, review.reason) == (
        Decision.MERGED, by, "Academy of Water (academy-of-water)",
    )  # fmt: skip
    told = {letter.recipients[0] for letter in Letter.objects.all()}
    assert told == {first.user.email, second.user.email}


def test_the_only_manager_remains_one(pair):
    stays, goes = pair
    RepresentationFactory(institution=stays, is_manager=False)
    manager = RepresentationFactory(institution=goes)
    merge(stays, goes, UserFactory())
    assert stays.representations.managing().get().user == manager.user


def test_a_manager_whose_account_is_closed_gives_way(pair):
    stays, goes = pair
    RepresentationFactory(institution=stays, user=UserFactory(is_active=False))
    manager = RepresentationFactory(institution=goes)
    merge(stays, goes, UserFactory())
    assert stays.representations.filter(is_manager=True).get().user == manager.user


@pytest.mark.parametrize("asked", [0, 1])
def test_who_speaks_for_one_and_asked_for_the_other_speaks_for_it_once(pair, asked):
    user = UserFactory()
    RepresentationFactory(institution=pair[asked], user=user, is_manager=False, accepted_at=None)
    RepresentationFactory(institution=pair[1 - asked], user=user)
    merge(*pair, UserFactory())
    assert [(each.user, each.is_manager) for each in pair[0].representations.acting()] == [(user, True)]
    assert Representation.objects.count() == 1


def test_who_speaks_for_both_speaks_for_it_once(pair):
    user = UserFactory()
    for one in pair:
        RepresentationFactory(institution=one, user=user)
    merge(*pair, UserFactory())
    assert [(each.user, each.is_manager) for each in Representation.objects.all()] == [(user, True)]


def test_the_people_of_a_declined_application_do_not_come_along(pair):
    declined = application(name_en="Academy of Waters")
    declined.decline("Unknown", UserFactory())
    InvitationFactory(institution=declined)
    merge(pair[0], declined, UserFactory())
    assert not pair[0].representations.acting().exists()
    assert not pair[0].invitations.open().exists()
    assert pair[0].representations.ended().count() == 1


# --- What is refused, and what happens at once ------------------------------------------------------------------------


def test_a_listed_record_does_not_disappear_into_one_that_is_not(pair):
    applied = application()
    with pytest.raises(ValidationError, match="keep that record"):
        merge(applied, pair[0], UserFactory())
    merge(pair[0], applied, UserFactory())
    assert pair[0].reviews.filter(decision=Decision.APPLIED).exists()
    assert Institution.objects.get(slug="water-academy").status == Status.LISTED


def test_a_step_on_a_record_that_was_merged_meanwhile_is_refused(pair):
    applied = application()
    merge(pair[0], applied, UserFactory())
    with pytest.raises(ValidationError, match="no longer on record"):
        applied.approve(UserFactory())


def test_a_change_that_moved_meanwhile_is_decided_where_it_is_now(pair):
    change = ProposedChangeFactory(institution=pair[1], facts={"website": "https://new.example.org"})
    merge(*pair, UserFactory())
    change.accept(UserFactory())
    pair[0].refresh_from_db()
    assert pair[0].website == "https://new.example.org"


def test_a_record_is_not_merged_with_itself(pair):
    with pytest.raises(ValidationError):
        merge(pair[0], pair[0], UserFactory())
    assert Institution.objects.count() == 2


def test_what_cannot_be_written_leaves_everything_as_it_was(pair):
    stays, goes = pair
    other = InstitutionFactory(name_en="Taken", country=CountryFactory())
    Institution.objects.filter(pk=goes.pk).update(name_en="Taken")  # in another country, so it can be
    Institution.objects.filter(pk=stays.pk).update(country=other.country)
    EventFactory(providers=[goes])
    with pytest.raises(ValidationError):
        merge(stays, goes, UserFactory(), ["name_en"])
    assert (goes.events_provided.count(), FormerAddress.objects.count(), Institution.objects.count()) == (1, 0, 3)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("swapped", [False, True])
def test_of_two_who_merge_the_same_pair_at_once_one_does(swapped):
    country = CountryFactory()
    one, other = InstitutionFactory(country=country), InstitutionFactory(country=country)
    EventFactory(providers=[one, other])
    user = User.objects.create_superuser("reviewer@example.org")
    pairs = [(one, other), (other, one) if swapped else (one, other)]
    mine, theirs = ([Institution.objects.get(pk=each.pk) for each in pair] for pair in pairs)
    told, done = race(lambda: merge(*mine, user), lambda: merge(*theirs, user))
    assert done == "done"
    left = Institution.objects.get()
    assert (left.events_provided.count(), left.former_addresses.count()) == (1, 1)


# --- The pages --------------------------------------------------------------------------------------------------------


def test_the_page_sets_both_beside_each_other_and_proposes_the_fuller(client, editor, pair):
    stays, goes = pair
    Institution.objects.filter(pk=goes.pk).update(acronym="AW", offers="Courses", website="https://goes.example.org")
    Institution.objects.filter(pk=stays.pk).update(website="https://stays.example.org")
    EventFactory(providers=[goes])
    response = client.get(address("merge", stays.pk, goes.pk))
    form = response.context["form"]
    assert {name: field.initial for name, field in form.fields.items()} == {
        "name_en": "stays", "acronym": "goes", "website": "stays", "offers": "goes",
    }  # fmt: skip
    assert response.context["pointing"] == [("Events", 0, 1)]
    for text in (
        "https://goes.example.org",
        "https://stays.example.org",
        "Courses",
        address("merge", goes.pk, stays.pk),
    ):
        assert text in response.text


@pytest.mark.parametrize("who", [{"group": "Editors"}, {"is_superuser": True}])
def test_merging_on_the_page(client, sign_in, pair, who):
    user = sign_in(is_staff=True, **who)
    stays, goes = pair
    Institution.objects.filter(pk=goes.pk).update(acronym="AW")
    answers = {"name_en": "goes", "acronym": "stays"}
    response = client.post(address("merge", stays.pk, goes.pk), answers, follow=True)
    assert said(response) == ["Merged. The address “academy-of-water” leads to this record from now on."]
    merged = Institution.objects.get()
    assert (merged.pk, merged.name_en, merged.acronym) == (stays.pk, "Academy of Water", "")
    assert merged.reviews.first().by == user
    assert LogEntry.objects.get().object_id == str(stays.pk)


def test_nothing_is_merged_by_reading_or_with_an_answer_missing(client, editor, pair):
    stays, goes = pair
    client.get(address("merge", stays.pk, goes.pk), {"name_en": "goes"})
    response = client.post(address("merge", stays.pk, goes.pk), {"name_en": "neither"})
    assert response.status_code == 400
    assert Institution.objects.count() == 2


def test_the_second_who_merges_is_told(client, editor, pair):
    stays, goes = pair
    merge(stays, goes, editor)
    response = client.post(address("merge", stays.pk, goes.pk), {"name_en": "stays"}, follow=True)
    assert said(response) == ["One of the two is no longer on record: it was merged or deleted in the meantime."]
    assert response.redirect_chain[-1][0] == address("change", stays.pk)


def test_who_may_only_look_merges_nothing(client, sign_in, pair):
    reader = sign_in(is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_institution"))
    stays, goes = pair
    for page in (address("merge_choose", stays.pk), address("merge", stays.pk, goes.pk)):
        assert client.get(page).status_code == 403
        assert client.post(page, {"name_en": "stays"}).status_code == 403
    assert Institution.objects.count() == 2


def test_two_are_chosen_in_the_list(client, editor, pair):
    applied = application()
    chosen = {"action": "merge", "_selected_action": [applied.pk, pair[0].pk]}
    response = client.post(address("changelist"), chosen)
    assert response.headers["Location"] == address("merge", pair[0].pk, applied.pk)
    response = client.post(address("changelist"), chosen | {"_selected_action": [applied.pk]}, follow=True)
    assert said(response) == ["Choose exactly two records to merge."]


def test_the_other_one_is_chosen_among_those_alike_or_found(client, editor, pair):
    stays, _goes = pair
    alike = InstitutionFactory(name_en="Water Academie", country=stays.country)
    far = InstitutionFactory(name_en="Institute of Fire")
    page = client.get(address("merge_choose", stays.pk))
    assert alike in [each for each, _url in page.context["pairs"]]
    assert far not in [each for each, _url in page.context["pairs"]]
    found = client.get(address("merge_choose", stays.pk), {"q": "fire\x00"})
    assert [each for each, _url in found.context["pairs"]] == [far]


@pytest.mark.parametrize(
    "page", ["/admin/partners/institution/{0}/merge/{0}/", "/admin/partners/institution/999/merge/"]
)
def test_addresses_of_nothing_are_not_found(client, editor, pair, page):
    assert client.get(page.format(pair[0].pk)).status_code == 404


def test_merging_tells_in_the_admin_s_history(client, editor, pair):
    stays, goes = pair
    client.post(address("merge", stays.pk, goes.pk), {"name_en": "stays"})
    page = client.get(reverse("admin:partners_institution_history", args=[stays.pk])).text
    assert "Merged with academy-of-water." in page


# --- What somebody is typing about it -------------------------------------------------------------------------------------


def draft_about(institution, user, name, days=0, form="profile"):
    draft = Draft.save_answers(user, form, institution.pk, "", {"offers": [name]})
    Draft.objects.filter(pk=draft.pk).update(saved_at=now() - timedelta(days=days))


@pytest.mark.parametrize(("older", "newer"), [("goes", "stays"), ("stays", "goes")])
def test_drafts_about_it_are_about_the_one_that_stays(db, older, newer):
    one, other, user = InstitutionFactory(), InstitutionFactory(), UserFactory()
    rows = {"stays": one, "goes": other}
    draft_about(rows[older], user, "older", days=2)
    draft_about(rows[newer], user, "newer", days=1)
    draft_about(other, UserFactory(), "of a colleague", form="trop-join")
    opportunity = Draft.save_answers(
        user, "opportunity", other.pk, "", {"title": ["About an opportunity of this number"]}
    )
    merge(one, other, UserFactory())
    about = Draft.objects.exclude(pk=opportunity.pk).values_list("subject", "form", "answers")
    assert sorted(about, key=str) == sorted(
        [
            (str(one.pk), "profile", {"": {"offers": ["newer"]}}),
            (str(one.pk), "trop-join", {"": {"offers": ["of a colleague"]}}),
        ],
        key=str,
    )
    opportunity.refresh_from_db()
    assert opportunity.subject == str(other.pk)


def test_a_draft_leads_on_to_the_one_that_stays(client, db):
    one = InstitutionFactory()
    speaking = RepresentationFactory(institution__offers="As it was.")
    draft_about(speaking.institution, speaking.user, "Half a sen")
    client.force_login(speaking.user)
    merge(one, speaking.institution, UserFactory())
    page = reverse("partners:edit", args=[one.slug])
    assert page in client.get(reverse("desk")).content.decode()
    assert client.get(page).context["form"]["offers"].value() == "Half a sen"
