"""Changes of published opportunities that the Centre looks at first: they wait while the page stays as it is."""

from datetime import date

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import Q
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from accounts.models import User
from classifications.written import dates, in_each_language
from notifications.matching import announce_change
from partners.applications import Role
from partners.proposed import Proposed, ProposedQuerySet
from trop.models.membership import Membership
from trop.models.opportunity import TrainingOpportunity
from trop.models.states import Decision

KEYS = {"sectors": "slug", "languages": "code", "open_to": "iso2"}  # by which linked rows stand among the facts
TOLD = 80  # characters of a text that the history repeats


class ProposedRewriteQuerySet(ProposedQuerySet):
    def for_listing(self):
        return self.select_related("opportunity__institution", "opportunity__city", "proposed_by")


class ProposedRewrite(Proposed):
    """New values for facts of an opportunity; days stand as text, linked rows as their natural keys."""

    ABOUT = "opportunity"
    DECISIONS = Decision

    opportunity = models.ForeignKey(
        TrainingOpportunity, models.CASCADE, verbose_name=_("training opportunity"), related_name="proposed_rewrites"
    )
    facts = models.JSONField(_("new values"), encoder=DjangoJSONEncoder)
    proposed_by = models.ForeignKey(User, models.SET_NULL, verbose_name=_("by"), related_name="+", null=True)

    objects = ProposedRewriteQuerySet.as_manager()

    class Meta(Proposed.Meta):
        verbose_name = _("change of an opportunity")
        verbose_name_plural = _("changes of opportunities")
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity"], condition=Q(decided_at=None), name="one_open_change_of_an_opportunity"
            ),
            models.CheckConstraint(
                condition=Q(was_accepted=False) | Q(decided_at__isnull=False), name="accepted_rewrite_was_decided"
            ),
        ]

    def __str__(self):
        return str(self.opportunity)

    # --- What it says -------------------------------------------------------------------------------------------------

    @property
    def answers(self):
        """The new values as `TrainingOpportunity.rewrite` takes them, and a form to begin with."""
        return {name: _decoded(name, value) for name, value in self.facts.items()}

    @property
    def labels(self):
        """What the facts are called that it changes."""
        return [_label(name) for name in TrainingOpportunity.FACTS if name in self.facts]

    def differences(self):
        """Triples of a fact's label, its value on record and the proposed one, in words."""
        return self._differences(_in_words)

    def _differences(self, said):
        known = on_record(self.opportunity)
        return [
            (_label(name), said(name, known[name]), said(name, self.facts[name]))
            for name in TrainingOpportunity.FACTS
            if name in self.facts
        ]

    def told(self):
        """The change as values alone, for a history that each reads in their own language: see `ReviewStep.words`."""
        return "\n".join(" → ".join(map(in_each_language, values)) for _label, *values in self._differences(_briefly))

    # --- Verbs --------------------------------------------------------------------------------------------------------

    @classmethod
    @transaction.atomic
    def propose(cls, opportunity, by, facts):
        """Propose new values of an opportunity that is locked; they take the place of others that wait.

        What is as it was is left out; where nothing is new, what waits is taken back and None returned. Raise
        `ValidationError` where the values could not be accepted as they are.
        """
        known = on_record(opportunity)
        new = {name: _encoded(name, value) for name, value in facts.items()}
        new = {name: value for name, value in new.items() if value != known[name]}
        change, is_another = cls.put(opportunity, new, proposed_by=by)
        if not is_another:
            return change
        with transaction.atomic():  # tried, and undone
            opportunity.write(**facts)
            transaction.set_rollback(True)
        opportunity.refresh_from_db()
        opportunity.touch()
        opportunity.record(Decision.CHANGE_PROPOSED, by, Role.APPLICANT, change.told())
        return change

    def write(self):
        """Write the new values, if the institution may still publish."""
        Membership.by_which_may_publish(self.opportunity.institution_id)
        known = {name: _decoded(name, value) for name, value in on_record(self.opportunity).items()}
        self.opportunity.write(**known | self.answers)
        announce_change(self.opportunity.NEWS, self.opportunity.pk)

    @transaction.atomic
    def take_back(self, by):
        """Those who proposed it do not want it any more."""
        self.decide(was_accepted=False)
        self.opportunity.record(Decision.CHANGE_TAKEN_BACK, by, Role.APPLICANT)


# --- Facts as they are stored ---------------------------------------------------------------------------------------------


def on_record(opportunity):
    """The facts of an opportunity as they stand on record, in the form in which changes are stored."""
    linked = {name: getattr(opportunity, name).all() for name in KEYS}
    facts = {name: getattr(opportunity, name) for name in TrainingOpportunity.FACTS if name not in KEYS}
    facts |= linked | {"city_name": opportunity.place}
    return {name: _encoded(name, value) for name, value in facts.items()}


def _field(name):
    return TrainingOpportunity._meta.get_field(name)


def _label(name):
    return _field("city" if name == "city_name" else name).verbose_name


def _encoded(name, value):
    if name in KEYS:
        return sorted(getattr(row, KEYS[name]) for row in value)
    if name == "covered":
        return sorted(value)
    return value.isoformat() if isinstance(value, date) else value


def _decoded(name, value):
    if name in KEYS:
        return _field(name).related_model.objects.filter(**{f"{KEYS[name]}__in": value})
    return _field(name).to_python(value)


def _in_words(name, value):
    value = _decoded(name, value)
    if name in KEYS:
        return pgettext("between names in a list", ", ").join(row.name for row in value.by_name())
    if name == "covered":
        return pgettext("between names in a list", ", ").join(
            str(cost.label) for cost in TrainingOpportunity.Cost if cost in value
        )
    if isinstance(value, date):
        return dates(value)
    return str(dict(_field(name).flatchoices).get(value, value)) if value not in (None, "") else ""


def _cut(name, value):
    text = _in_words(name, value) or "—"
    return text if len(text) <= TOLD else f"{text[:TOLD].rstrip()}…"


_briefly = lazy(_cut, str)  # said anew in each language
