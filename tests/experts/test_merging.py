"""Records of one person: found, said to be of two, or made one with the latest word on each purpose."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate, now
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import Draft
from experts import duplicates
from experts.emails import ask_for_reference, renewal_token
from experts.merging import PARTS, better_first, merge
from experts.models import Apart, Consent, Expert, Findable, FormerAddress
from experts.models.consent import FLAGS
from experts.own_data import held_about
from notifications.models import Letter
from partners.applications import Decision, Status
from programmes.models import Proposal
from tests.experts.helpers import pdf
from tests.factories import (
    ApartFactory,
    EngagementFactory,
    EntryFactory,
    ExpertFactory,
    FocalPointFactory,
    InstitutionFactory,
    ProposalFactory,
    ReferenceFactory,
    RosterFactory,
    SectorFactory,
    ShortlistFactory,
    UserFactory,
)


@pytest.fixture
def pair(db):
    """Two records of one person: the first was confirmed later."""
    return (
        ExpertFactory(name="Zaynab Samplename", degree="master", speaks={"ar": 7}, sectors=[SectorFactory()]),
        ExpertFactory(
            name="zaynab  SAMPLENAME", degree="doctorate", speaks={"en": 5}, sectors=[SectorFactory()],
            renewed_at=now() - timedelta(days=30), rosters=[RosterFactory(slug="tvet")],
        ),
    )  # fmt: skip


def address(name, *experts):
    return reverse(f"admin:experts_expert_{name}", args=[each.pk for each in experts])


# --- Finding them -----------------------------------------------------------------------------------------------------


def keys():
    return [(each.one, each.other) for each in duplicates.Pairs()[0:100]]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"name": "Émile Sample"}, {"name": "EMILE  sample"}, True),
        ({"name": "أحمد"}, {"name": "احمد"}, True),
        ({"name": "A", "name_ar": "فاطمة"}, {"name": "B", "name_ar": "فاطمه"}, True),
        ({"name": "فاطمة"}, {"name": "Fatima", "name_ar": "فاطمه"}, True),
        ({"name": "فاطمة", "name_ar": "فاطمة"}, {"name": "B"}, False),
        ({"name": "محمد أحمد"}, {"name": "Mohamed Ahmed"}, False),
        ({"name": "A", "email": "a+x@example.org"}, {"name": "B", "email": "A@example.org"}, True),
        ({"name": "A", "email": "a+x@example.org"}, {"name": "B", "email": "A+y@example.org"}, True),
        ({"name": "A", "email": "a+x@example.org"}, {"name": "B", "email": "a@example.com"}, False),
        ({"name": "…"}, {"name": "—"}, False),
        ({"name": "A", "name_ar": "…"}, {"name": "B", "name_ar": "—"}, False),
        ({"name": "Ada Sample"}, {"name": "Ada Sampler"}, False),
        ({"name": "A", "name_ar": ""}, {"name": "B", "name_ar": ""}, False),
        ({"name": "Ada"}, {"name": "Ada", "status": Status.DECLINED}, False),
        ({"name": "Ada"}, {"name": "Ada", "purposes": []}, False),
    ],
)
def test_who_looks_like_one_person(db, one, other, same):
    made = [
        ExpertFactory(**{k: v for k, v in each.items() if k != "email"},
                      user=UserFactory(**({"email": each["email"]} if "email" in each else {})))
        for each in (one, other)
    ]  # fmt: skip
    assert keys() == ([tuple(made)] if same else [])
    assert duplicates.count() == same


def test_all_three_records_of_one_person_are_paired(pair):
    third = ExpertFactory(name=pair[0].name, user=UserFactory(email="three+x@example.org"))
    ExpertFactory(name="Zaynab Samplenames", user=UserFactory(email="three@example.org.example.com"))
    found = {(each.one, each.other): len(each.reasons) for each in duplicates.Pairs()[0:100]}
    assert found == {pair: 1, (pair[0], third): 1, (pair[1], third): 1}


def test_names_are_not_folded_to_find_pairs(db):
    """Two indexes hold the folded names, and no row is read: with 200,000 experts a tenth of the time."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")  # of few rows all are read
        cursor.execute("DROP INDEX experts_in_the_office")  # that of all who are kept does as well for few
        cursor.execute(f"EXPLAIN {duplicates._PAIRS} SELECT count(*) FROM pairs", [])  # noqa: S608  a constant
        plan = "\n".join(line for (line,) in cursor)
    for index in ("experts_by_folded_name", "experts_by_folded_arabic_name"):
        assert f"Index Only Scan using {index}" in plan


def test_the_number_of_pairs_is_counted_once_in_a_while(pair):
    assert duplicates.count() == 1
    ExpertFactory(name=pair[0].name)
    assert duplicates.count() == 1  # as it was some minutes ago
    duplicates.part(*pair, None)
    assert duplicates.count() == 2  # two of three pairs: whoever works on them sees it at once
    merge(*pair, None)
    assert duplicates.count() == len(keys()) == 1


def test_all_pairs_are_reached_page_by_page(client, editor):
    """Fifteen records of one name are 105 pairs."""
    for _n in range(15):
        ExpertFactory(name="Zaynab Samplename")
    pages = [client.get(address("duplicates"), {"page": number}) for number in (1, 2, 3)]
    shown = [{(each.one.pk, each.other.pk) for each, _url in page.context["pairs"]} for page in pages]
    assert [len(each) for each in shown] == [50, 50, 5]
    assert len(set.union(*shown)) == 105
    for page in pages:
        assertContains(page, "105 pairs")
    assertContains(pages[1], "Page 2 of 3")
    one, other = sorted(shown[2])[0]
    apart = reverse("admin:experts_expert_apart", args=[one, other])
    answer = client.post(apart, {"page": "3"}, follow=True)
    assertContains(answer, "Page 3 of 3")  # where the reader was
    assertContains(answer, "104 pairs")
    assertNotContains(answer, apart)
    assertContains(client.post(address("apart", *Expert.objects.all()[:2]), {"page": "x"}, follow=True), "Page 1 of 3")


def test_pairs_of_one_address_come_first_and_each_record_is_told_apart(client, editor, pair):
    again = ExpertFactory(name="Ada Sample", name_ar="آدا", user=UserFactory(email="ada+x@example.org"))
    ada = ExpertFactory(name="Ada Lovely", user=UserFactory(email="ada@example.org"), status=Status.SUSPENDED)
    latest = ExpertFactory(name=pair[0].name)
    assert keys() == [(again, ada), (pair[0], latest), (pair[1], latest), pair]
    page = client.get(address("duplicates")).text
    first = page[page.index('class="pair"') : page.index('class="acts"')]
    for told in (
        "The same e-mail address",
        "Ada Sample",
        "آدا",
        "Ada Lovely",
        "Listed",
        "Suspended",
        ada.email,
        again.email,
    ):
        assert told in first
    assert address("change", ada) in first


def test_a_page_of_pairs_asks_as_much_for_one_as_for_many(client, editor, pair):
    with CaptureQueriesContext(connection) as of_one:
        client.get(address("duplicates"))
    for _n in range(5):
        ExpertFactory(name=pair[0].name)
    with CaptureQueriesContext(connection) as of_many:
        assertContains(client.get(address("duplicates")), "21 pairs")
    assert len(of_many) == len(of_one)


def test_not_the_same_is_not_asked_again(client, editor, pair):
    assert "Experts who may be recorded twice" in client.get(reverse("admin:index")).content.decode()
    page = client.get(address("duplicates")).content.decode()
    assert address("merge", *pair) in page
    apart = address("apart", *reversed(pair))
    assert client.get(apart).status_code == 405
    assert keys() == [pair]
    client.post(apart)
    assert keys() == []
    said = Apart.objects.get()
    assert (said.one, said.other, said.by) == (*pair, editor)
    client.post(apart)
    assert Apart.objects.count() == 1


# --- Making one of them -----------------------------------------------------------------------------------------------


def test_whoever_was_confirmed_last_had_better_stay(pair):
    one, other = pair
    assert better_first(other, one) == [one, other]
    Expert.objects.filter(pk=one.pk).update(status=Status.SUSPENDED)
    one.refresh_from_db()
    assert better_first(one, other) == [other, one]
    with pytest.raises(ValidationError):
        merge(one, other, None)
    assert Expert.objects.count() == 2


def test_every_fact_comes_from_the_record_chosen(pair):
    stays, goes = pair
    goes.assignments.create(what="Course", year=2020)
    account, sectors = goes.user, set(goes.sectors.all())
    merged = merge(stays, goes, None, ["user", "degree", "sectors", "assignments"])
    merged = Expert.objects.get(pk=merged.pk)
    assert Expert.objects.count() == 1
    assert (merged.user, merged.degree, merged.name) == (account, "doctorate", "Zaynab Samplename")
    assert set(merged.sectors.all()) == sectors
    assert [each.what for each in merged.assignments.all()] == ["Course"]
    assert [each.language.code for each in merged.languages.all()] == ["ar"]
    assert merged.rosters_in_order == [RosterFactory(), RosterFactory(slug="tvet")]
    assert merged.reviews.first().decision == Decision.MERGED
    assert goes.name not in merged.linked_words
    assert [each.expert_id for each in Findable.objects.exclude(labels=[])] == [merged.pk]


@pytest.mark.parametrize(("waited", "other", "kept"), [(2, 40, 40), (40, 2, 40), (2, None, 2)])
def test_whoever_waited_longer_is_not_put_back(client, editor, pair, waited, other, kept):
    for each, days in zip(pair, (waited, other), strict=True):
        each.status = Status.RETURNED if days is None else Status.APPLIED
        each.waiting_since = None if days is None else now() - timedelta(days=days)
        each.save()
    merge(*pair, None)
    assert f"{kept} days" in client.get(address("changelist")).text


def test_whoever_is_listed_does_not_wait_again(pair):
    Expert.objects.filter(pk=pair[1].pk).update(status=Status.APPLIED, waiting_since=now())
    merged = Expert.objects.get(pk=merge(*pair, None).pk)
    assert (merged.status, merged.waiting_since) == (Status.LISTED, None)


def test_the_expert_is_told_that_there_is_one_record(pair):
    stays, goes = pair
    merge(stays, goes, None)
    letter = Letter.objects.to(stays.user.email).get()
    assert letter.subject == "Your two records on the roster of experts are one now"
    assert "endorsed" not in letter.text
    assert not Letter.objects.to(goes.user.email).exists()


def test_each_column_of_an_expert_belongs_to_a_part_or_follows():
    of_parts = {column for part in PARTS for column in part.columns}
    follow = {
        "id", "key", "status", "waiting_since", "renewed_at", "endorsed_on", "is_sample", "created_at", "erased_at",
        "linked_words", "search_key", "search_stems", *Expert.FLAGS,
    }  # fmt: skip
    columns = {field.name for field in Expert._meta.fields}
    assert columns - of_parts == follow


@pytest.mark.parametrize("order", ["given last", "withdrawn last"])
def test_the_latest_word_on_each_purpose_counts(pair, order):
    stays, goes = pair
    now_, before, earlier = now(), now() - timedelta(days=10), now() - timedelta(days=20)
    Consent.objects.filter(purpose="public").delete()
    Consent.objects.update(given_at=earlier)
    first, last = (stays, goes) if order == "given last" else (goes, stays)
    if order == "given last":
        Consent.objects.create(
            expert=first, purpose="public", version=localdate(), given_at=earlier, withdrawn_at=before
        )
        Consent.objects.create(expert=last, purpose="public", version=localdate(), given_at=now_)
    else:
        Consent.objects.create(expert=first, purpose="public", version=localdate(), given_at=before)
        Consent.objects.create(expert=last, purpose="public", version=localdate(), given_at=earlier, withdrawn_at=now_)
    merged = Expert.objects.get(pk=merge(stays, goes, None).pk)
    assert merged.is_public is (order == "given last")
    assert merged.is_kept is True
    in_force = set(merged.consents.in_force().values_list("purpose", flat=True))
    assert in_force == {purpose for purpose, flag in FLAGS.items() if getattr(merged, flag)}
    assert merged.consents.count() == 4  # every word that was said is still on record


def test_what_points_to_the_record_that_goes_moves(pair):
    stays, goes = pair
    both, one = ShortlistFactory(experts=pair), ShortlistFactory(experts=[goes])
    third = ExpertFactory(name="Another")
    ApartFactory(one=goes, other=third)
    twin = ReferenceFactory(expert=stays, email="ref@example.org")
    ask_for_reference(twin)
    answered = ReferenceFactory(expert=goes, email="REF@example.org")
    answered.give("confirms")
    merge(stays, goes, None)
    assert not Letter.objects.filter(text__contains=str(twin.key)).exists()  # nothing would tell of whom it is
    assert [each.entries.get().expert for each in (both, one)] == [stays, stays]
    assert Apart.objects.get().one_id == min(stays.pk, third.pk)
    assert stays.references.get() == answered
    assert EntryFactory._meta.model.objects.count() == 2


def test_the_cv_that_is_not_kept_is_deleted(pair, django_capture_on_commit_callbacks):
    stays, goes = pair
    for each in pair:
        each.keep_cv(pdf())
    kept, dropped, storage = goes.cv.name, stays.cv.name, stays.cv.storage
    with django_capture_on_commit_callbacks(execute=True):
        merged = merge(stays, goes, None, ["cv"])
    assert merged.cv.name == kept
    assert storage.exists(kept)
    assert not storage.exists(dropped)


def test_staff_compare_and_merge(client, editor, pair):
    stays, goes = pair
    page = client.get(address("merge", stays, goes)).content.decode()
    assert "Doctorate" in page
    assert 'name="name"' in page
    assert client.post(address("merge", stays, goes), {}).status_code == 400
    answers = {part.name: "stays" for part in PARTS} | {"degree": "goes"}
    response = client.post(address("merge", stays, goes), answers)
    assert response.headers["Location"] == address("change", stays)
    stays.refresh_from_db()
    assert stays.degree == "doctorate"
    assert client.get(address("merge", stays, stays)).status_code == 404


def test_who_may_not_change_experts_merges_none(client, sign_in, pair):
    sign_in(is_staff=True)
    for name, rows in (("duplicates", ()), ("merge", pair), ("merge_choose", pair[:1]), ("figures", ())):
        assert client.get(address(name, *rows)).status_code in (403, 404), name
    assert client.post(address("apart", *pair)).status_code == 403
    assert not Apart.objects.exists()


def test_who_only_looks_is_led_to_no_page_of_pairs(client, sign_in, pair):
    reader = sign_in(is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_expert"))
    for page in (reverse("admin:index"), address("changelist")):
        answer = client.get(page)
        assertContains(answer, reverse("admin:experts_expert_changelist"))
        assertNotContains(answer, address("duplicates"))
    reader.user_permissions.add(Permission.objects.get(codename="change_expert"))
    for page in (reverse("admin:index"), address("changelist")):
        assertContains(client.get(page), address("duplicates"))


def test_the_other_record_is_found_by_words(client, editor, pair):
    page = client.get(address("merge_choose", pair[0])).content.decode()
    assert address("merge", *pair) in page
    assert "None. Search" in client.get(address("merge_choose", pair[0]) + "?q=nobody").content.decode()


def test_the_other_record_is_offered_however_it_looks_alike(client, editor, pair):
    """Also where no word of the name is the same; never one that was said to be another person."""
    alike = ExpertFactory(name="Another Name", name_ar="زينب")
    Expert.objects.filter(pk=pair[0].pk).update(name_ar="زينب")
    duplicates.part(*pair, editor)
    page = client.get(address("merge_choose", pair[0]))
    assertContains(page, "These look like the same person")
    assertContains(page, address("merge", *better_first(pair[0], alike)))
    assertNotContains(page, pair[1].email)
    assertContains(client.get(address("merge_choose", pair[1])), "None. Search for a word of the name.")


def test_numbers_are_compared_as_the_page_writes_them(client, editor, pair):
    pair[1].assignments.create(what="Course", year=2020)
    Expert.objects.filter(pk=pair[1].pk).update(first_year=2011)
    page = client.get("/ar" + address("merge", *pair))
    for told in ("٢٠١٠", "٢٠١١", "Course، ٢٠٢٠", "السيرة الذاتية"):
        assertContains(page, told)


def test_experts_go_along_where_their_employer_is_merged(pair):
    from partners.merging import merge as merge_institutions  # noqa: PLC0415  only here

    employer, other = InstitutionFactory.create_batch(2)
    Expert.objects.filter(pk=pair[0].pk).update(institution=other)
    merge_institutions(employer, other, None)
    assert Expert.objects.get(pk=pair[0].pk).institution == employer


def test_what_focal_points_proposed_is_about_the_record_that_stays(pair):
    """Of two proposals that wait, that about the record which stays does; erasing takes along what was of either."""
    stays, goes = pair
    point = FocalPointFactory(country=stays.nationality)
    decided = ProposalFactory(point=point, record=goes, kind="correction", facts={"name": "Decided"}, decided_at=now())
    dropped = ProposalFactory(point=point, record=goes, kind="correction", facts={"name": "Dropped"})
    waiting = ProposalFactory(point=point, record=stays, kind="correction", facts={"name": "Waiting"})
    other = ProposalFactory(point=point, record=ExpertFactory(), kind="correction", facts={"name": "Another"})
    merged = merge(stays, goes, None)
    assert set(merged.proposals) == {decided, waiting}
    assert not Proposal.objects.filter(pk=dropped.pk).exists()
    merged.erase()
    assert list(Proposal.objects.all()) == [other]


def test_a_proposal_that_waits_goes_on_waiting(pair):
    waiting = ProposalFactory(record=pair[1], kind="correction", facts={"name": "Waiting"})
    assert list(merge(*pair, None).proposals.waiting()) == [waiting]


def test_only_the_focal_point_of_the_state_that_is_kept_vouches(pair):
    stays, goes = pair
    before, lately = localdate() - timedelta(days=90), localdate() - timedelta(days=9)
    Expert.objects.filter(pk=stays.pk).update(endorsed_on=lately)
    Expert.objects.filter(pk=goes.pk).update(endorsed_on=before)
    assert goes.nationality != stays.nationality
    merged = Expert.objects.get(pk=merge(stays, goes, None, ["nationality"]).pk)
    assert (merged.nationality, merged.endorsed_on) == (goes.nationality, before)


def test_the_later_endorsement_by_one_state_is_kept(pair):
    lately = localdate() - timedelta(days=9)
    for each, day in zip(pair, (lately - timedelta(days=90), lately), strict=True):
        Expert.objects.filter(pk=each.pk).update(endorsed_on=day, nationality=pair[0].nationality)
    assert Expert.objects.get(pk=merge(*pair, None).pk).endorsed_on == lately


@pytest.mark.parametrize("taken", [(), ("user",)])
def test_what_is_typed_stays_with_the_account_that_stays(pair, taken):
    """It does without its consent, over which the latest word would not win; the other account's has nothing to be about."""
    answers = {"expertise": {"employer": ["Half typed"]}, "consent": {"public": ["on"]}}
    kept, left = (each.user for each in (reversed(pair) if taken else pair))
    for user in (kept, left):
        Draft.save_answers(user, "expert", "", "expertise", answers["expertise"])
        Draft.save_answers(user, "expert", "", "consent", answers["consent"])
    merge(*pair, None, taken)
    assert [(each.user, [*each.answers]) for each in Draft.objects.all()] == [(kept, ["expertise"])]


def test_what_came_of_an_event_is_kept(pair):
    stays, goes = pair
    invited = EngagementFactory(expert=stays)
    delivered = EngagementFactory(expert=goes, event=invited.event, status="delivered", rating=5)
    rated = EngagementFactory(expert=stays, status="delivered", rating=3)
    EngagementFactory(expert=goes, event=rated.event, status="delivered")
    merge(stays, goes, None)
    assert set(stays.engagements.values_list("pk", "rating")) == {(delivered.pk, 5), (rated.pk, 3)}


def test_the_note_on_a_shortlist_is_kept(pair):
    stays, goes = pair
    shortlists = ShortlistFactory.create_batch(2, experts=pair)
    shortlists[0].note(goes, "Taught well")
    shortlists[1].note(stays, "Speaks clearly")
    merge(stays, goes, None)
    assert [each.entries.get().note for each in shortlists] == ["Taught well", "Speaks clearly"]


def test_two_cvs_are_opened_and_chosen_between(client, editor, pair):
    stays, goes = pair
    goes.keep_cv(pdf())
    page = client.get(address("merge", stays, goes)).text
    link = '<a href="{}">PDF</a>'
    assert link.format(reverse("experts:cv", args=[goes.key])) in page
    assert link.format(reverse("experts:cv", args=[stays.key])) not in page
    stays.keep_cv(pdf())
    page = client.get(address("merge", stays, goes)).text
    assert 'name="cv"' in page
    for each in pair:
        assert link.format(reverse("experts:cv", args=[each.key])) in page


def test_assignments_of_one_title_are_told_apart(client, editor, pair):
    for expert, client_of in zip(pair, ("Ministry of Water", "Ministry of Labour"), strict=True):
        expert.assignments.create(what="Course", year=2020, client=client_of)
    page = client.get(address("merge", *pair)).text
    assert 'name="assignments"' in page
    assert "Course, 2020, Ministry of Labour" in page


def test_whoever_comes_second_is_told_and_led_to_the_others(client, editor, pair):
    stays, goes = pair
    goes_pk = goes.pk
    merge(stays, goes, None)
    for send, name in ((client.get, "merge"), (client.post, "merge"), (client.post, "apart")):
        response = send(reverse(f"admin:experts_expert_{name}", args=[stays.pk, goes_pk]), follow=True)
        assert response.redirect_chain == [(reverse("admin:experts_expert_duplicates"), 302)]
        assert "it was merged or erased in the meantime" in response.text
    assert not Apart.objects.exists()
    assert client.post(address("apart", stays, stays)).status_code == 404


# --- Addresses --------------------------------------------------------------------------------------------------------


def page_of(expert, roster="environment-water"):
    return reverse("experts:expert", args=[roster, expert.key])


def test_all_former_addresses_lead_to_the_record_that_stays(client, pair):
    stays, goes = pair
    third = ExpertFactory(name="Zaynab Samplename")
    former, present = [page_of(goes), page_of(third)], page_of(stays)
    merge(goes, third, None)
    merge(stays, goes, None)
    for path in former:
        response = client.get(f"/ar{path}?from=letter")
        assert (response.status_code, response["Location"]) == (301, f"/ar{present}?from=letter")
        assert "no-store" in response["Cache-Control"]  # from the next answer on it may lead nowhere
    assertContains(client.get(former[0], follow=True), stays.name)


def test_former_addresses_of_whom_one_may_not_read_lead_nowhere(client, editor, pair):
    """They look like those of nobody, so that nothing is learnt by guessing."""
    stays, goes = pair
    former, of_nobody = page_of(goes), reverse("experts:expert", args=["environment-water", uuid.uuid4()])
    merge(stays, goes, None)
    assert client.get(former)["Location"] == page_of(stays)
    Expert.objects.get(pk=stays.pk).take_back("public")
    assert client.get(former)["Location"] == page_of(stays)  # the Centre reads it still
    client.logout()
    answers = [client.get(path) for path in (former, of_nobody)]
    assert [each.status_code for each in answers] == [404, 404]
    assert answers[0].text.replace(str(goes.key), "") == answers[1].text.replace(of_nobody.split("/")[-2], "")
    client.force_login(editor)
    Expert.objects.get(pk=stays.pk).take_back("kept")
    assert client.get(former).status_code == 404


def test_erasing_leaves_no_former_address(client, editor, pair):
    stays, goes = pair
    former = page_of(goes)
    merge(stays, goes, None)
    Expert.objects.get(pk=stays.pk).erase()
    assert not FormerAddress.objects.exists()
    assert client.get(former).status_code == 404


def test_former_addresses_lead_on_wherever_they_are_part_of_one(client, editor, pair):
    stays, goes = pair
    goes.keep_cv(pdf())
    listed = ShortlistFactory(experts=[goes], owner=editor, is_of_centre=True)
    key = goes.key
    merge(stays, goes, None, ["cv"])
    assert client.get(reverse("experts:cv", args=[key]))["Location"] == reverse("experts:cv", args=[stays.key])
    note = reverse("experts:note-on-shortlist", args=[listed.pk, key])
    assert client.post(note, {"note": "Teaches well"}).status_code == 308
    client.post(note, {"note": "Teaches well"}, follow=True)  # begun before the two were merged
    assert listed.entries.get().note == "Teaches well"


def test_what_is_kept_of_former_addresses_is_handed_out(pair):
    stays, goes = pair
    key = str(goes.key)
    merge(stays, goes, None)
    assert held_about(stays.user)["former addresses"] == [key]


def test_the_letter_about_the_record_that_went_still_renews(client, pair):
    """Its year goes on where it was confirmed last; where the other one was, the page says until when that holds."""
    stays, goes = pair
    Expert.objects.filter(pk=stays.pk).update(renewed_at=now() - timedelta(days=340))
    Expert.objects.filter(pk=goes.pk).update(renewed_at=now() - timedelta(days=330))
    both = Expert.objects.in_bulk([stays.pk, goes.pk])
    links = [reverse("experts:renew-by-letter", args=[renewal_token(both[each.pk])]) for each in (goes, stays)]
    merge(stays, goes, None)
    before = Expert.objects.get().renewed_at
    assertContains(client.get(links[0]), "Everything is still right")
    assertContains(client.get(links[1]), "Your profile is confirmed")
    assert Expert.objects.get().renewed_at == before  # nothing changes by reading
    assertContains(client.post(links[0]), "Your profile is confirmed")
    assert Expert.objects.get().renewed_at > before
    Expert.objects.get().take_back("kept")
    assert client.get(links[0]).status_code == 404
