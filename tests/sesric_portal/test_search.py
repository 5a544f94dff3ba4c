"""What readers type and what they find, in three languages, on /search/ and in the list of events."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils.timezone import now

from classifications.models import City, Country
from events.models import Event
from experts.models import Expert
from partners.applications import Status
from partners.models import Institution
from programmes.models import Programme
from tests.factories import (
    CityFactory,
    CountryFactory,
    EventFactory,
    ExpertFactory,
    InstitutionFactory,
    ProgrammeFactory,
    RepresentationFactory,
)  # fmt: skip
from tests.pages import parsed


@dataclass
class World:
    country: Country
    city: City
    programme: Programme
    institution: Institution
    event: Event
    other: Event


@pytest.fixture
def world(db):
    """An event with everything that may be searched for, and another that shares nothing with it."""
    country = CountryFactory(
        iso2="TR", name_en="Türkiye", name_fr="Turquie", name_ar="تركيا", aliases="Turkey;Republic of Türkiye"
    )
    city = CityFactory(country=country, name_en="Ankara", name_fr="Ancyre", name_ar="أنقرة", aliases="Angora")
    programme = ProgrammeFactory(
        slug="oshnet", name_en="Occupational Safety and Health Network", name_fr="Réseau de la sécurité",
        name_ar="شبكة السلامة", acronym="OIC-OSHNET", aliases="OSHNET;SST",
    )  # fmt: skip
    institution = InstitutionFactory(
        slug="sesric", name_en="Statistical Centre of Ankara", name_fr="Centre de développement",
        name_ar="مركز أنقرة للإحصاء", acronym="SCA", country=country,
    )  # fmt: skip
    event = EventFactory(
        title_en="Workshop on Élections", title_fr="Atelier", title_ar="ورشة في آسفي", country=country, city=city,
        programmes=[programme], providers=[institution],
    )  # fmt: skip
    other = EventFactory(title_en="Meeting of Ministers")
    return World(country, city, programme, institution, event, other)


def found(client, words, path=""):
    """What /search/ shows, by kind, and what the list of events does."""
    response = client.get(f"{path}/search/", {"q": words})
    groups = {kind: set(response.context[kind].rows) for kind in ("events", "programmes", "institutions", "countries")}
    listed = set(client.get(f"{path}/events/", {"q": words}).context["object_list"])
    assert listed == groups["events"]
    return groups


def groups(world, *kinds):
    everything = {
        "events": world.event, "programmes": world.programme, "institutions": world.institution, "countries": world.country,
    }  # fmt: skip
    return {kind: {row} if kind in kinds else set() for kind, row in everything.items()}


EVENT, PROGRAMME, INSTITUTION, COUNTRY = "events", "programmes", "institutions", "countries"
WORDS = {
    # The known pairs: signs left out, letters in other forms, accents and case.
    "انقره للاحصاء": (EVENT, INSTITUTION),
    "أَنْقَرَة": (EVENT, INSTITUTION),
    "اسفي": (EVENT,),
    "developpement": (EVENT, INSTITUTION),
    "DÉVELOPPEMENT": (EVENT, INSTITUTION),
    "elections": (EVENT,),
    "election": (EVENT,),
    "workshops": (EVENT,),
    # Acronyms and other names of programmes.
    "OSHNET": (EVENT, PROGRAMME),
    "oic-oshnet": (EVENT, PROGRAMME),
    "sst": (EVENT, PROGRAMME),
    "securite": (EVENT, PROGRAMME),
    "السلامه": (EVENT, PROGRAMME),
    # Cities and countries, in three languages and under former names.
    "ankara": (EVENT, INSTITUTION),
    "ancyre": (EVENT,),
    "Angora": (EVENT,),
    "turkiye": (EVENT, INSTITUTION, COUNTRY),
    "TÜRKİYE": (EVENT, INSTITUTION, COUNTRY),
    "turquie": (EVENT, INSTITUTION, COUNTRY),
    "turkey": (EVENT, INSTITUTION, COUNTRY),
    "تركيا": (EVENT, INSTITUTION, COUNTRY),
    # Several words: all of them, of several languages if need be.
    "atelier turkey OSHNET": (EVENT,),
    "atelier ministers": (),
    "zzz": (),
    "100%": (),
    "' OR 1=1 --": (),
}


@pytest.mark.parametrize("words", WORDS)
def test_words_find(client, world, words):
    assert found(client, words) == groups(world, *WORDS[words])


@pytest.mark.parametrize("path", ["/fr", "/ar"])
def test_the_language_of_the_page_does_not_matter(client, world, path):
    assert found(client, "turkey", path) == groups(world, EVENT, INSTITUTION, COUNTRY)
    assert found(client, "اسفي", path) == groups(world, EVENT)


def test_nothing_asked_nothing_shown(client, world):
    for words in ("", "   ", "\x00"):
        response = client.get("/search/", {"q": words})
        assert "events" not in response.context
        assert world.event.title_en not in response.content.decode()


def test_what_was_not_found_is_said(client, world):
    html = client.get("/search/", {"q": "<b>zzz"}).content.decode()
    assert "Nothing on record holds all of these words: &lt;b&gt;zzz" in html
    assert "Nothing on record" not in client.get("/search/", {"q": "ankara"}).content.decode()


def test_more_than_is_shown_is_told_with_the_way_there(client, db):
    for number in range(9):
        EventFactory(title_en=f"Sampling {number}")
    response = client.get("/search/", {"q": "sampling"})
    assert (len(response.context["events"].rows), response.context["events"].more) == (8, True)
    assert 'href="/events/?q=sampling"' in response.content.decode()
    Event.objects.filter(title_en="Sampling 8").delete()
    assert client.get("/search/", {"q": "sampling"}).context["events"].more is False


def test_experts_are_found_who_agreed_to_a_public_page(client, db):
    """Whoever asks: somebody's own search is not the place where the Centre reads what only it may read."""
    public = ExpertFactory(name="Zaynab Quagga", name_ar="زينب كواغا", employer="House of numbats")
    ExpertFactory(name="Zaynab Partner", purposes=["kept", "partners"])
    lapsed = ExpertFactory(name="Zaynab Lapsed")
    Expert.objects.filter(pk=lapsed.pk).update(renewed_at=now() - timedelta(days=600))
    for words in ("zaynab", "زينب", "numbats", "quagga house"):
        response = client.get("/search/", {"q": words})
        assert [each.name for each in response.context["experts"].rows] == ["Zaynab Quagga"]
        [row] = re.findall(r'<li class="row row-plain">.*?</li>', response.text)
        assert f"/experts/{public.rosters_in_order[0].slug}/{public.key}/" in row
        assert "Fits:" not in row, "nothing was asked that could fit"
    client.force_login(RepresentationFactory().user)
    assert len(client.get("/search/", {"q": "zaynab"}).context["experts"].rows) == 1
    public.take_back("public")
    response = client.get("/search/", {"q": "zaynab"})
    assert response.context["experts"].rows == []
    assert "Quagga" not in response.text
    assert "no-store" in response.headers["Cache-Control"]


RENAMED = {
    "programme": ("name_fr", "Nouveau", "securite", "nouveau"),
    "institution": ("name_en", "Renamed house", "statistical", "renamed"),
    "city": ("aliases", "Galatia", "angora", "galatia"),
    "country": ("aliases", "Anatolia", "turkey", "anatolia"),
}


@pytest.mark.parametrize("kind", RENAMED)
@pytest.mark.parametrize("how", ["saved", "in bulk"])
def test_a_new_name_finds_and_the_old_one_no_longer(client, world, kind, how):
    field, name, before, after = RENAMED[kind]
    row = getattr(world, kind)
    assert found(client, before)["events"] == {world.event}
    if how == "saved":
        setattr(row, field, name)
        row.save()
    else:
        type(row).objects.filter(pk=row.pk).update(**{field: name})
    assert found(client, before)["events"] == set()
    assert found(client, after)["events"] == {world.event}


def test_links_made_and_cut_change_what_is_found(client, world):
    programme = ProgrammeFactory(aliases="eGovWG", acronym="OIC-EGOVWG")
    assert found(client, "eGovWG")["events"] == set()
    world.other.programmes.add(programme)
    assert found(client, "eGovWG")["events"] == {world.other}
    world.other.programmes.clear()
    assert found(client, "egovwg") == groups(world) | {"programmes": {programme}}
    world.event.providers.clear()
    assert found(client, "SCA") == groups(world, INSTITUTION)


def test_a_draft_is_never_found(client, world):
    Event.objects.filter(pk=world.event.pk).update(published_at=None)
    assert found(client, "ankara") == groups(world, INSTITUTION)
    assert found(client, "atelier") == groups(world)


def test_a_suspended_institution_is_never_found(client, world):
    Institution.objects.update(status=Status.SUSPENDED)
    assert found(client, "SCA") == groups(world, EVENT)


def test_real_aliases_are_found(client, real_data):
    """Acronyms as the old menus and readers write them, on the data set that a fresh portal starts with."""
    for words, slug in {
        "OSHNET": "oic-oshnet", "eGovWG": "oic-egovwg", "StatCaB": "statcab", "stat-cab": "statcab", "OIC VET": "oic-vet",
        "TVET": "oic-vet", "EFTP": "oic-vet", "التدريب الاحصائي": "statcab",
    }.items():  # fmt: skip
        programmes = {programme.slug for programme in client.get("/search/", {"q": words}).context["programmes"].rows}
        assert slug in programmes, words
        assert len(programmes) < 8, words
        under = Event.objects.under_programmes([slug]).count()
        listed = client.get("/events/", {"q": words, "programme": slug})
        assert listed.context["paginator"].count == under, words


def test_search_engines_keep_the_form_and_nothing_that_was_found_with_it(client, db):
    kept = {query: not robots_of(client.get("/search/", {"q": query})) for query in ["", "lead", "x" * 300]}
    assert kept == {"": True, "lead": False, "x" * 300: False}


def robots_of(response):
    """What a page asks of search engines, in its meta elements."""
    return [each["content"] for tag, each in parsed(response).tags if tag == "meta" and each.get("name") == "robots"]
