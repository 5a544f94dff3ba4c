"""Changes of facts that others vouched for: they wait for a review while the old version stays public."""

from django.db import models, transaction
from django.db.models import OuterRef, Q, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import JSONObject
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from accounts.models import User
from classifications.models import Country
from classifications.written import in_each_language, labelled
from partners.applications import Decision, Role
from partners.models.institution import Institution
from partners.proposed import Proposed, ProposedQuerySet

NAMES = ["name_en", "name_fr", "name_ar"]  # of a country, and of an institution


class ProposedChangeQuerySet(ProposedQuerySet):
    def for_listing(self):
        """With all that `differences` tells."""
        names = JSONObject(**{name: name for name in NAMES})
        country = Country.objects.filter(iso2=OuterRef("iso2")).values_list(names)
        proposed = self.alias(iso2=KT("facts__country")).annotate(names_of_country=Subquery(country))
        return proposed.select_related("institution__country", "proposed_by")


class ProposedChange(Proposed):
    """New values for some of `Institution.VERIFIED_FACTS`; a country stands as its two-letter code."""

    ABOUT = "institution"
    DECISIONS = Decision

    institution = models.ForeignKey(
        Institution, models.CASCADE, verbose_name=_("institution"), related_name="proposed_changes"
    )
    proposed_by = models.ForeignKey(User, models.SET_NULL, verbose_name=_("by"), related_name="+", null=True)

    objects = ProposedChangeQuerySet.as_manager()

    class Meta(Proposed.Meta):
        verbose_name = _("proposed change")
        verbose_name_plural = _("proposed changes")
        constraints = [
            models.UniqueConstraint(
                fields=["institution"], condition=Q(decided_at=None), name="one_open_change_of_an_institution"
            ),
        ]

    def __str__(self):
        names = pgettext("between names in a list", ", ").join(str(label) for label, _old, _new in self.differences())
        return labelled(self.institution, names)

    @cached_property
    def names_of_country(self):
        """The names of the proposed country in each language; `for_listing` brings them along."""
        return Country.objects.filter(iso2=self.facts["country"]).values(*NAMES).first()

    def differences(self):
        """Triples of a fact's label, its value on record and the proposed one, in words."""
        told = []
        for name in Institution.VERIFIED_FACTS:
            if name in self.facts:
                field, old, new = Institution._meta.get_field(name), getattr(self.institution, name), self.facts[name]
                if name == "country":
                    new = Country(**self.names_of_country) if self.names_of_country else new
                elif field.choices:
                    labels = dict(field.flatchoices)
                    old, new = labels[old], labels.get(new, new)
                told.append((field.verbose_name, old, new))
        return told

    @classmethod
    @transaction.atomic
    def propose(cls, institution, by, facts, role=Role.APPLICANT):
        """Propose new values; they take the place of others that wait, unless these are the same: those wait on.

        `facts` maps names of verified facts to new values, a country as `Country`. What is as it was is left out; where
        nothing is new, an open proposal is taken back and None returned.
        """
        Institution.objects.select_for_update().get(pk=institution.pk)
        new = {
            name: value.iso2 if isinstance(value, Country) else value
            for name, value in facts.items()
            if value != getattr(institution, name)
        }
        change, is_another = cls.put(institution, new, proposed_by=by)
        if is_another:
            institution.record(Decision.CHANGE_PROPOSED, by, role, change.told())
        return change

    def told(self):
        """The change as values alone, for a history that each reads in their own language: see `ReviewStep.words`."""
        return "\n".join(
            " → ".join(in_each_language(value or "—") for value in values) for _label, *values in self.differences()
        )

    def write(self):
        """Write the new values.

        The word of a focal point was on the institution as it was, in their country: it ends with a new name or country. That
        of the Centre stays, which has just looked at the new facts.
        """
        for name, value in self.facts.items():
            setattr(self.institution, name, Country.objects.get(iso2=value) if name == "country" else value)
        if (
            "country" in self.facts
            and self.institution.city_id
            and self.institution.city.country_id != self.institution.country_id
        ):
            self.institution.city = None
        if {"country", *NAMES} & self.facts.keys():
            self.institution.confirmed_on = self.institution.confirmed_until = None
            self.institution.claim_names()
        self.institution.full_clean(exclude=["slug"])
        self.institution.save(update_fields=[*self.facts, "city", "confirmed_on", "confirmed_until"])
