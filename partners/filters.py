"""What a reader may ask of the institutions, and what a list shows of it."""

from functools import partial

from django.db.models import Case, CharField, Value, When
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from classifications.facets import CountedFacet, OpenToFacet, WordsFilter
from classifications.lists import CountedFilter
from classifications.models import Country
from partners.models import Institution, Notice, Verification
from partners.models.ladder import standing_on
from partners.models.notice import state_on


def _part(value, column):
    """The value where an institution takes part in this way."""
    return Case(When(**{column: True}, then=Value(value)), output_field=CharField())


def _rung(level):
    """The value of a rung where an institution stands on it today, maybe beside another."""
    return Case(When(standing_on(level, localdate()), then=Value(level)), output_field=CharField())


class InstitutionFilter(CountedFilter):
    """The filters of the partner search and of its map."""

    LIST = "partners:search"
    FACETS = ["part", "theme", "sector", "group", "country", "kind", "language", "rung", "network"]

    q = WordsFilter()
    part = CountedFacet(
        _("Takes part"), word="taking_part", choices=Institution.Part,
        paths=[_part(Institution.Part.OFFERS, "offers_any"), _part(Institution.Part.SEEKS, "seeks_any")],
    )  # fmt: skip
    theme = CountedFacet(
        _("Theme"),
        word="under_themes",
        named="theme",
        paths="sectors__theme__slug",
        keyed="sectors__theme",
        repeats=True,
    )
    sector = CountedFacet(
        _("Sector"), word="in_sectors", named="sector", paths="sectors__slug", keyed="sectors", many=True
    )
    group = CountedFacet(_("OIC group"), word="in_groups", choices=Country.OICGroup, paths="country__oic_group")
    country = CountedFacet(_("Country"), word="in_countries", named="country", paths="country__iso2", keyed="country")
    kind = CountedFacet(_("Kind"), word="of_kinds", choices=Institution.Kind, paths="kind")
    language = CountedFacet(
        _("Working language"),
        word="working_in",
        named="language",
        paths="languages__code",
        keyed="languages",
        many=True,
    )
    rung = CountedFacet(
        _("Verification"),
        word="on_rungs",
        choices=Verification,
        paths=[partial(_rung, level) for level in Verification],
    )
    network = CountedFacet(
        _("Membership"), word="of_networks", choices=Institution.Network,
        paths=Case(
            When(trop_membership__joined_on__isnull=False, then=Value(Institution.Network.TROP)), output_field=CharField()
        ),
    )  # fmt: skip

    class Meta:
        model = Institution
        fields = []

    @property
    def map_url(self):
        return self.url(self.pairs(), "partners:map")


class NoticeFilter(CountedFilter):
    """The filters of the list of requests and offers, and of its feeds; what is open is shown unless somebody asks for more."""

    LIST = "partners:notice-list"
    FACETS = ["when", "kind", "theme", "sector", "wanted", "group", "country", "language"]

    q = WordsFilter()
    when = CountedFacet(
        _("When"),
        word="in_states",
        choices=Notice.State,
        paths=lambda: state_on(localdate()),
        usual=[Notice.State.OPEN],
    )
    kind = CountedFacet(_("Kind"), word="of_kinds", choices=Notice.Kind, paths="kind")
    theme = CountedFacet(
        _("Theme"),
        word="under_themes",
        named="theme",
        paths="sectors__theme__slug",
        keyed="sectors__theme",
        repeats=True,
    )
    sector = CountedFacet(
        _("Sector"), word="in_sectors", named="sector", paths="sectors__slug", keyed="sectors", many=True
    )
    wanted = OpenToFacet(_("Open to institutions in"), word="wanting", path="countries__iso2")
    group = CountedFacet(
        _("OIC group of the institution’s country"), word="from_groups", choices=Country.OICGroup,
        paths="institution__country__oic_group",
    )  # fmt: skip
    country = CountedFacet(
        _("Country of the institution"),
        word="from_countries",
        named="country",
        paths="institution__country__iso2",
        keyed="institution__country",
    )
    language = CountedFacet(_("Language"), word="written_in_languages", named="language", paths="written_in")

    class Meta:
        model = Notice
        fields = []

    @property
    def is_past(self):
        return self.chosen["when"] == [Notice.State.PAST]

    @property
    def past_url(self):
        return self.states[1][1]

    @property
    def states(self):
        """The list of what is open and that of what is past, other choices kept: triples of label, address, whether it is this."""
        pairs = [pair for pair in self.pairs() if pair[0] != "when"]
        return [
            (Notice.State.OPEN.label, self.url(pairs), self.chosen["when"] == [Notice.State.OPEN]),
            (Notice.State.PAST.label, self.url([*pairs, ("when", Notice.State.PAST)]), self.is_past),
        ]

    @property
    def feed_url(self):
        return self.url(self.pairs(sort=False), "partners:notice-feed")
