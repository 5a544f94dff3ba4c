"""Every address is public by name or asks for a sign-in: one that is missing from this reviewed table fails the build."""

import re

import pytest
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import RoutePattern
from django.utils.regex_helper import normalize

from experts.emails import renewal_token
from experts.models import Expert
from tests.factories import (
    EventDocumentFactory,
    FollowerFactory,
    InterestFactory,
    ProgrammeDocumentFactory,
    UserFactory,
)
from tests.pages import KEY, PREFIXES, populate

# Anybody may read these; each answers with 200.
PUBLIC = """
    health-live health-ready robots sitemap sitemap-part
    home search about links privacy accessibility contact contact-sent country-list country-detail
    programmes:programme-list programmes:programme-detail programmes:document
    oic-vet:about oic-vet:programme-types oic-vet:committee oic-vet:focal-points oic-vet:summary
    events:event-list events:archive events:archive-table events:calendar events:feed events:table events:document
    events:year events:event-detail events:event-calendar
    partners:institution-list partners:search partners:map partners:register partners:institution-detail
    partners:notice-list partners:notice-feed partners:notice-detail
    trop:about trop:opportunity-list trop:opportunity-detail trop:opportunity-calendar trop:calendar trop:feed
    trop:institution-list trop:institution-detail trop:join experts:about
    experts:search experts:roster experts:expert experts:reference experts:renew-by-letter
    notifications:follow notifications:sent notifications:confirm notifications:mute notifications:unsubscribe
    notifications:by-letter notifications:feed notifications:edit
""".split()  # noqa: SIM905  read as a table
# Buttons of pages that go by a key nobody can guess: only by POST, and nothing without the key.
BUTTONS = """
    notifications:pause notifications:resume notifications:remove notifications:resume-by-letter
""".split()  # noqa: SIM905
# Former addresses: each leads on for good.
FORMER = """
    former-event former-event-fr former-event-ar former-archive former-oic-vet former-egovwg former-trop former-governance
""".split()  # noqa: SIM905
# The way in, for those who are not signed in.
ENTRANCE = """
    account_login account_signup account_reset_password account_inactive account_password_reset_completed
""".split()  # noqa: SIM905
# Later steps of the way in, which lead back to its beginning unless the earlier ones were taken.
STEPS = """
    mfa_authenticate account_email_verification_sent
    account_confirm_login_code account_confirm_password_reset_code account_complete_password_reset account_logout
""".split()  # noqa: SIM905
# One's own account and desk.
LOGIN = """
    desk accounts:preferences accounts:keep-draft accounts:discard-draft account_reauthenticate account_email accounts:email
    account_change_password account_set_password usersessions_list
    mfa_index mfa_reauthenticate mfa_activate_totp mfa_deactivate_totp mfa_view_recovery_codes mfa_generate_recovery_codes
    mfa_download_recovery_codes own-data own-data-file close-account
    partners:register-begin partners:register-send partners:register-step partners:register-keep partners:register-stop
    partners:invitation partners:represent partners:desk partners:edit partners:preview partners:propose partners:confirm-profile
    partners:withdraw partners:leave partners:invite partners:withdraw-invitation partners:accept-request
    partners:decline-request partners:remove partners:hand-over
    trop:ask trop:panel-institutions trop:panel trop:panel-begin trop:panel-leave trop:panel-opportunity
    trop:panel-edit trop:panel-publish trop:panel-take-back trop:panel-take-back-change trop:panel-close
    trop:panel-reopen trop:panel-withdraw trop:panel-archive trop:panel-duplicate
    partners:word partners:endorse partners:return partners:object
    experts:register-begin experts:register-send experts:register-step experts:register-keep experts:register-stop
    experts:profile-begin experts:profile-send experts:profile-step experts:profile-keep experts:profile-stop
    experts:desk experts:preview experts:give-consent experts:withdraw-consent experts:upload-cv experts:remove-cv experts:cv
    experts:renew experts:withdraw experts:leave experts:download experts:download-file experts:erase experts:endorse
    experts:word experts:return experts:object
    events:invitation events:accept-invitation events:decline-invitation
    experts:shortlists experts:choose-shortlist experts:shortlist experts:rename-shortlist experts:delete-shortlist
    experts:compare-shortlist experts:export-shortlist experts:note-on-shortlist experts:remove-from-shortlist
    partners:correct-begin partners:correct-send partners:correct-step partners:correct-keep partners:correct-stop
    partners:messages partners:conversation partners:set-aside partners:block partners:unblock partners:report partners:write
    notifications:inbox notifications:mark-read notifications:interests notifications:accept-proposals
    notifications:pause-all notifications:resume-all
    partners:own-notices partners:publish-notice partners:edit-notice partners:extend-notice partners:close-notice
""".split()  # noqa: SIM905
# All of the admin is for staff with a second factor.
STAFF = "admin:"
# The records of one country are for its focal point with a second factor; `tests/partners/test_country_office.py` tries each.
FOCAL_POINT = "country:"


def walk(patterns, namespace="", before=""):
    """All addresses as pairs of name and a path to try."""
    for each in patterns:
        if hasattr(each, "url_patterns"):
            inner = f"{namespace}{each.namespace}:" if each.namespace else namespace
            yield from walk(each.url_patterns, inner, before + path_of(each.pattern))
        else:
            yield namespace + (each.name or "(unnamed)"), before + path_of(each.pattern)


SAMPLES = {
    "key": KEY, "kind": "event", "year": "2011", "iso2": "aa", "pk": "1", "object_id": "1",
    "app_label": "events", "content_type_id": "1", "message": "1", "state": "1", "section": "events", "form": "profile",
}  # fmt: skip


def path_of(pattern):
    """A path that fits a pattern, with samples for what varies."""
    if isinstance(pattern, RoutePattern):
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: SAMPLES.get(part[1], "lead"), str(pattern))
    if type(pattern).__name__ == "LocalePrefixPattern":
        return ""
    first_choices = re.sub(r"\(\?:([^|)]*)[^)]*\)", r"\1", pattern.regex.pattern)
    path, names = normalize(first_choices)[0]
    return path % {name: SAMPLES.get(name, "lead") for name in names}


def addresses():
    return [(name, "/" + path.lstrip("/")) for name, path in walk(get_resolver().url_patterns)]


def named(names):
    """The paths to try of the addresses in one part of the table, in English and, where it has languages, in the others."""
    return [path for name, path in addresses() if name in names]


def leads_to_sign_in(response):
    return response.status_code == 302 and response.headers["Location"].partition("?")[0].endswith("/accounts/login/")


def test_every_address_is_in_the_table():
    table = [*PUBLIC, *BUTTONS, *FORMER, *ENTRANCE, *STEPS, *LOGIN]
    known = [name for name, _path in addresses() if not name.startswith((STAFF, FOCAL_POINT))]
    assert sorted(known) == sorted(table)
    assert len(table) == len(set(table))
    assert sum(name.startswith(STAFF) for name, _path in addresses()) > 20


def test_the_admin_is_all_under_its_path():
    assert {path.split("/")[1] for name, path in addresses() if name.startswith((STAFF, FOCAL_POINT))} == {"admin"}


@pytest.fixture
def documents(db):
    lead = populate()
    SAMPLES["pk"] = str(EventDocumentFactory(event=lead, pk=900_001).pk)  # free in both tables
    ProgrammeDocumentFactory(pk=SAMPLES["pk"])
    follower = FollowerFactory(key=KEY)
    InterestFactory(follower=follower, key=KEY)
    SAMPLES["token"] = renewal_token(Expert.objects.get(key=KEY))
    yield
    SAMPLES["pk"] = "1"


def test_what_is_public_answers_anybody(documents):
    samples = {
        "/programmes/lead/": "/programmes/oic-vet/",
        f"/partners/notices/{SAMPLES['pk']}/": "/partners/notices/999999/",
    }
    paths = [samples.get(path, path) for path in named(PUBLIC)]
    answers = {path: Client().get(path) for path in paths}
    for answer in answers.values():
        b"".join(answer)  # files that are handed out are closed at their end
    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code != 200} == {}
    assert len(paths) == len(PUBLIC)


def test_buttons_are_no_links_and_nothing_without_their_key(db):
    for path in named(BUTTONS):
        assert (path, Client().get(path).status_code, Client().post(path).status_code) == (path, 405, 404)


def test_former_addresses_lead_on_for_good(documents):
    paths = [f"{path}?id=1&year=2011" for path in ["/event-detail.php", "/event-detail-fr.php", "/event-detail-ar.php"]]
    paths += [path for path in named(FORMER) if "event-" not in path]
    assert {path: Client().get(path).status_code for path in paths} == dict.fromkeys(paths, 301)
    assert len(paths) == len(FORMER)


@pytest.mark.parametrize("prefix", PREFIXES.values())
def test_the_way_in_is_open(db, prefix):
    assert {path: Client().get(prefix + path).status_code for path in named(ENTRANCE)} == dict.fromkeys(
        named(ENTRANCE), 200
    )


def test_no_step_can_be_skipped(db):
    answers = {path: Client().get(path) for path in named(STEPS)}
    found = {path: (response.status_code, response.headers.get("Location", "")) for path, response in answers.items()}
    leads = ("/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/")
    assert {path: answer for path, answer in found.items() if answer[0] != 302 or answer[1] not in leads} == {}


@pytest.mark.parametrize("prefix", PREFIXES.values())
def test_what_is_ones_own_asks_for_a_sign_in(db, prefix):
    for path in named(LOGIN):
        for method in ("get", "post"):
            response = getattr(Client(), method)(prefix + path)
            assert leads_to_sign_in(response), (method, path, response.status_code)
            assert response.headers["Location"].startswith(f"{prefix}/accounts/login/?next="), path


def test_the_admin_is_for_staff_with_a_second_factor(db):
    stranger, reader, half = Client(), Client(), Client()
    reader.force_login(UserFactory())
    half.force_login(UserFactory(is_staff=True, is_superuser=True))
    wrong = []
    for name, path in addresses():
        if not name.startswith(STAFF):
            continue
        for method in ("get", "post"):
            answers = [getattr(visitor, method)(path) for visitor in (stranger, reader, half)]
            if not all(answer.status_code in (302, 403, 404, 405) for answer in answers):
                wrong.append((method, path, [answer.status_code for answer in answers]))
            elif method == "get" and not (
                leads_to_sign_in(answers[0]) or answers[0].headers["Location"].startswith("/admin/")
            ):
                wrong.append((method, path, answers[0].headers["Location"]))
    assert wrong == []


def test_an_address_nobody_reviewed_would_fail():
    """The walk finds what hangs in included lists, with its namespace."""
    found = dict(addresses())
    assert found["events:event-calendar"] == "/events/2011/lead/event.ics"
    assert found["account_login"] == "/accounts/login/"
    assert found["former-event-fr"] == "/event-detail-fr.php"
