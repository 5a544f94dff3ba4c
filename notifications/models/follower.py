"""Who wants to hear what: people with an account, or with nothing but an address, and what each of them follows."""

import uuid
from datetime import datetime, timedelta
from functools import cache, cached_property
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQueryField
from django.db import models, transaction
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import escape
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from accounts.models import User, check_time_zone
from classifications.facets import Facet, Tick, query_string
from notifications.subjects import subject_of

POSTED_AT = 7  # o'clock in the reader's own time zone, when daily and weekly letters are due


class FollowerQuerySet(models.QuerySet):
    def reachable(self):
        """Those who may be written to: not paused, and with an account that is active or none at all."""
        return self.filter(Q(user=None) | Q(user__is_active=True), paused_at=None)

    def attentive(self):
        """Those who may be told of news: who wants no letters reads it on the site, where they have an account."""
        return self.filter(Q(user=None, paused_at=None) | Q(user__is_active=True))

    def of(self, user):
        """The follower that somebody with an account is, if they follow anything."""
        return self.filter(user=user).first() if user.pk else None

    def at(self, address):
        """Followers at an e-mail address, with or without an account."""
        return self.filter(Q(email__iexact=address) | Q(user__email__iexact=address))


class Follower(models.Model):
    """Somebody who follows something. Of those with an account, address, language and time zone are the account's."""

    user = models.OneToOneField(
        User, models.CASCADE, verbose_name=_("account"), related_name="follower", null=True, blank=True
    )
    email = models.EmailField(_("e-mail address"), blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(
        _("time zone"), max_length=40, default=settings.TIME_ZONE, validators=[check_time_zone]
    )
    paused_at = models.DateTimeField(_("wants no letters since"), null=True, blank=True)
    made_at = models.DateTimeField(_("since"), default=now, editable=False)
    key = models.UUIDField(_("mark in letters"), default=uuid.uuid4, unique=True, editable=False)
    # The offers to follow something to which they said yes or no, as `Interest.as_proposal` has them.
    answered = ArrayField(models.TextField(), default=list, blank=True, editable=False)

    objects = FollowerQuerySet.as_manager()

    class Meta:
        verbose_name = _("follower")
        verbose_name_plural = _("followers")
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None) & ~Q(email="") | Q(user__isnull=False, email=""),
                name="follower_has_account_or_address",
            ),
            models.UniqueConstraint(Lower("email"), condition=~Q(email=""), name="follower_once_at_an_address"),
        ]

    def __str__(self):
        return self.address

    @property
    def address(self):
        return self.user.email if self.user else self.email

    @property
    def reads(self):
        """The language of their letters."""
        return self.user.language if self.user else self.language

    @property
    def is_reachable(self):
        """The same answer as `reachable`."""
        return self.paused_at is None and (self.user is None or self.user.is_active)

    @classmethod
    @transaction.atomic
    def for_user(cls, user):
        """The follower of an account; one that followed by the account's confirmed address becomes it."""
        follower = cls.objects.filter(user=user).first()
        confirmed = user.emailaddress_set.filter(email__iexact=user.email, verified=True)
        known = cls.objects.filter(email__iexact=user.email).first() if confirmed.exists() else None
        if known and follower:
            known.give_to(follower)
        elif known:
            known.user, known.email = user, ""
            known.save(update_fields=["user", "email"])
            follower = known
        return follower or cls.objects.get_or_create(user=user)[0]

    @classmethod
    def for_address(cls, email, language, time_zone=settings.TIME_ZONE):
        """The follower at an address: that of the account which has it, else one without an account."""
        user = User.objects.filter(email__iexact=email).first()
        if user:
            return cls.for_user(user)
        known = cls.objects.filter(email__iexact=email).first()
        return known or cls.objects.create(email=email.lower(), language=language, time_zone=time_zone)

    @transaction.atomic
    def give_to(self, other):
        """Let another follower, the same person, have what this one follows and was told."""
        told = other.notifications.values("announcement")
        for held in (
            self.notifications.exclude(announcement__in=told),
            self.interests.exclude(pk__in=self._followed_also_by(other)),
        ):
            held.update(follower=other)
        self.letters.update(follower=other)
        if self.paused_at and other.paused_at is None:  # who wanted no letters at this address wants none at it now
            Follower.objects.filter(pk=other.pk).update(paused_at=self.paused_at)
        self.delete()

    def _followed_also_by(self, other):
        mine = self.interests.all()
        theirs = {(each.kind, str(each.choices), each.words) for each in other.interests.all()}
        return [each.pk for each in mine if (each.kind, str(each.choices), each.words) in theirs]

    def answer(self, proposals):
        """Note that they said yes or no to these offers."""
        self.answered = sorted({*self.answered, *proposals})
        self.save(update_fields=["answered"])

    def pause(self):
        """Write no more to this person until they say so; asked twice, nothing more happens."""
        Follower.objects.filter(pk=self.pk, paused_at=None).update(paused_at=now())
        self.refresh_from_db(fields=["paused_at"])

    def resume(self):
        Follower.objects.filter(pk=self.pk).update(paused_at=None)
        self.paused_at = None


class Fits(Func):
    """Whether the facts of an announcement are among those an interest asks for."""

    template = "(%(expressions)s)"
    arg_joiner = " @@ "
    output_field = models.BooleanField()


class InterestQuerySet(models.QuerySet):
    def accepted(self):
        """Those that the person asked for: by their account, or by the link in a letter to their address."""
        return self.filter(accepted_at__isnull=False)

    def active(self):
        """Those by which somebody is told of news now, by letter or on the site."""
        return self.accepted().filter(paused_at=None, follower__in=Follower.objects.attentive())

    def by_letter(self):
        """Those that ask for letters."""
        return self.accepted().filter(paused_at=None).exclude(frequency=Interest.Frequency.NEVER)

    def of(self, user):
        """What somebody with an account follows."""
        return self.filter(follower__user=user) if user.pk else self.none()

    def matching(self, announcement):
        """Active interests whose list would show what is announced: in every facet asked one of the values, and all words."""
        return self.active().fitting(announcement)

    def fitting(self, announcement):
        """As `matching`, of all interests, paused and unconfirmed ones too.

        `anchors` are the values of the facet that leaves least; by their index the rest is asked of few rows only.
        """
        found = self.filter(anchors__overlap=announcement.facts)
        facts = Func(Value(announcement.facts, ArrayField(models.TextField())), function="array_to_tsvector")
        texts = ArrayField(models.TextField())
        words = Func(
            F("words"), Value(announcement.keys, texts), Value(announcement.stems, texts), function="words_occur",
            output_field=models.BooleanField(),
        )  # fmt: skip
        return found.filter(Fits(facts, F("asks")), Q(words="") | Q(words))

    @transaction.atomic
    def call_anew(self, facet, old, new):
        """Let whoever follows the value `old` of a facet follow `new`, which took its place.

        Of two that are then the same one stays, the one by which somebody is told of news if only one of them is so.
        """
        active = set(Interest.objects.active().filter(choices__contains={facet: [old]}))
        for interest in self.filter(choices__contains={facet: [old]}).order_by("follower", "pk"):
            values = {new if value == old else value for value in interest.choices[facet]}
            choices = interest.choices | {facet: sorted(values)}
            if interest in active:
                interest.same(choices, interest.words).exclude(pk__in=Interest.objects.active()).delete()
            if not interest.ask_for(choices, interest.words, interest.frequency):
                interest.delete()

    def forgotten(self):
        """Those that nobody confirmed within a week."""
        return self.filter(accepted_at=None, made_at__lt=now() - Interest.CONFIRMED_WITHIN)

    def for_listing(self):
        return self.order_by("kind", "-made_at", "-pk")


class Interest(models.Model):
    """A filtered list whose news somebody wants: its choices by facet and its words, as the list's address has them."""

    class Frequency(models.TextChoices):
        AT_ONCE = "at-once", _("At once")
        DAILY = "daily", _("Once a day")
        WEEKLY = "weekly", _("Once a week, on Monday")
        NEVER = "never", _("No letters: only on this site")

    CONFIRMED_WITHIN = timedelta(days=7)
    MOST = 50  # of one person

    follower = models.ForeignKey(Follower, models.CASCADE, verbose_name=_("follower"), related_name="interests")
    kind = models.CharField(_("of what"), max_length=20)
    choices = models.JSONField(_("choices"), default=dict, blank=True)
    words = models.CharField(_("words"), max_length=200, blank=True)
    frequency = models.CharField(_("how often"), max_length=10, choices=Frequency, default=Frequency.DAILY)
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    made_at = models.DateTimeField(_("since"), default=now, editable=False)
    key = models.UUIDField(_("mark in letters"), default=uuid.uuid4, unique=True, editable=False)

    # Kept by the database: the choices as "kind/facet:value", as a query over them, and those of the rarest facet.
    facts = models.GeneratedField(
        expression=Func(F("kind"), F("choices"), function="interest_facts"),
        output_field=ArrayField(models.TextField()), db_persist=True,
    )  # fmt: skip
    asks = models.GeneratedField(
        expression=Func(F("kind"), F("choices"), function="interest_asks"),
        output_field=SearchQueryField(), db_persist=True,
    )  # fmt: skip
    anchors = models.GeneratedField(
        expression=Func(F("kind"), F("choices"), function="interest_anchors"),
        output_field=ArrayField(models.TextField()), db_persist=True,
    )  # fmt: skip

    objects = InterestQuerySet.as_manager()

    class Meta:
        verbose_name = _("interest")
        verbose_name_plural = _("interests")
        ordering = ["-made_at"]
        indexes = [
            GinIndex(fields=["anchors"], name="interests_anchors"),
            models.Index(fields=["made_at"], condition=Q(accepted_at=None), name="interests_to_confirm"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["follower", "kind", "choices", "words"], name="interest_once_each"),
        ]

    def __str__(self):
        values = pgettext("between names in a list", ", ").join(str(label) for _facet, label in self.told)
        return _("%(name)s: %(value)s") % {"name": self.subject.label, "value": values or _("Everything in this list")}

    def get_absolute_url(self):
        """The list whose news this is."""
        return reverse(self.subject.filterset.LIST) + query_string(self.pairs)

    @property
    def subject(self):
        return subject_of(self.kind)

    @property
    def as_proposal(self):
        """What it asks for, as one text, by which an offer is known again."""
        return f"{self.kind}?{query_string(sorted(self.pairs))}"

    @property
    def pairs(self):
        """The query string of the list, as pairs."""
        chosen = [(name, value) for name, values in self.choices.items() for value in values]
        return [("q", self.words), *chosen] if self.words else chosen

    @cached_property
    def filter(self):
        data = QueryDict(mutable=True)
        for name, value in self.pairs:
            data.appendlist(name, value)
        return self.subject.filter(data)

    @cached_property
    def names(self):
        """The list without choices, which knows what values are called; `with_names` shares it among many interests."""
        return self.subject.filter(None)

    @cached_property
    def told(self):
        """What it asks for in words: pairs of a facet's name and a value; none where it asks for everything."""
        told = [(_("Words"), self.words)] if self.words else []
        return told + [
            (self.names.filters[name].label, self._label(name, value))
            for name, values in self.choices.items()
            for value in values
        ]

    def _label(self, name, value):
        if value in self.gone.get(name, ()):
            return _("%(value)s (no longer on the portal)") % {"value": value}
        return self.names.label(name, value)

    @cached_property
    def gone(self):
        """The values it asks for that are no longer on the portal, by facet: sectors taken away, institutions delisted."""
        found = {}
        for name in self.choices.keys() & set(self.subject.facets):
            extra = self.names.filters[name].extra
            known, former = extra["known"](), extra["former"]()
            if missing := [value for value in self.choices[name] if former.get(value, value) not in known]:
                found[name] = missing
        return found

    @property
    def is_void(self):
        """Whether nothing can fit it: of a facet it asks for, no value is left. It is not taken for asking less."""
        return any(len(self.gone.get(name, ())) == len(values) for name, values in self.choices.items())

    @property
    def facets(self):
        """What can be asked for, as boxes to tick, those in force ticked: also what no row has yet, or any longer."""
        found = {name: self.filter.facet_of_all(name) for name in self.subject.facets}
        for name, values in self.gone.items():
            ticks = [Tick(value, escape(self._label(name, value)), 0, chosen=True) for value in values]
            if name in found:
                found[name] = found[name] or Facet.of(name, self.names.filters[name].label, [])
                found[name].shown = [*ticks, *found[name].shown]
        return [facet for facet in found.values() if facet]

    def asked(self, data):
        """What the form that changes it asks for: choices and words.

        What is gone stays until it is unticked, and so does a year in which there is nothing now: left out without a word, the
        interest would suddenly ask for everything.
        """
        choices, words = self.subject.asked(data)
        for name, values in self.choices.items():
            no_longer_known = self.gone.get(name, ()) if name in self.subject.facets else values
            if kept := [value for value in no_longer_known if value in data.getlist(name)]:
                choices[name] = sorted({*choices.get(name, ()), *kept})
        return choices, words

    @classmethod
    @transaction.atomic
    def follow(cls, follower, kind, choices, words, frequency, *, accepted):
        """Follow a list and give the interest; one there already takes the frequency. None where the person has too many."""
        Follower.objects.select_for_update().get(pk=follower.pk)
        known = follower.interests.filter(kind=kind, choices=choices, words=words).first()
        asked = follower.interests.filter(accepted_at__isnull=not accepted)  # what others asked for takes no place
        if known is None and asked.count() >= cls.MOST:
            return None
        interest = known or cls(follower=follower, kind=kind, choices=choices, words=words)
        if known is None or accepted:
            interest.frequency, interest.paused_at = frequency, None
            interest.accepted_at = interest.accepted_at or (now() if accepted else None)
            interest.save()
        return interest

    @transaction.atomic
    def ask_for(self, choices, words, frequency):
        """Change what it asks for and how often; tell whether that could be: nobody follows the same twice."""
        Follower.objects.select_for_update().get(pk=self.follower_id)
        if self.same(choices, words).exclude(pk=self.pk).exists():
            return False
        Interest.objects.filter(pk=self.pk).update(choices=choices, words=words, frequency=frequency)
        return True

    def same(self, choices, words):
        """What this person follows of the same kind by these choices and words: one interest or none."""
        return Interest.objects.filter(follower=self.follower_id, kind=self.kind, choices=choices, words=words)

    @transaction.atomic
    def accept(self, frequency=None):
        """Take it as asked for, as often as they chose: the person read the letter to their address. Letters come again."""
        Interest.objects.filter(pk=self.pk, accepted_at=None).update(accepted_at=now())
        Interest.objects.filter(pk=self.pk).update(paused_at=None, frequency=frequency or self.frequency)
        self.follower.resume()

    def pause(self):
        Interest.objects.filter(pk=self.pk, paused_at=None).update(paused_at=now())

    def resume(self):
        Interest.objects.filter(pk=self.pk).update(paused_at=None)


def with_names(*groups):
    """Give each group of interests as a list, of whose values the names are read once for each kind."""
    names, lists = {}, [list(group) for group in groups]
    for each in (each for group in lists for each in group):
        names[each.kind] = names.get(each.kind) or each.names
        each.names = names[each.kind]
    return lists


# --- When letters are due ---------------------------------------------------------------------------------------------


def due_at(frequency, zone, moment):
    """When a letter about news of `moment` is due in a time zone: a moment, or None where no letter is wanted.

    Daily and weekly letters leave at seven in the reader's own morning, whatever summer time does to that night.
    """
    if frequency == Interest.Frequency.AT_ONCE:
        return moment
    if frequency == Interest.Frequency.NEVER:
        return None
    local = moment.astimezone(zone)
    day = local.date()
    if frequency == Interest.Frequency.WEEKLY:
        day += timedelta(days=-day.weekday() % 7)  # this Monday, if it is Monday
    step = timedelta(days=7 if frequency == Interest.Frequency.WEEKLY else 1)
    while (due := datetime(day.year, day.month, day.day, POSTED_AT, tzinfo=zone)) <= local:
        day += step
    return due


@cache
def _zones():
    """All time zones that the machine knows, by name: read once in a process, and not asked of half a million followers."""
    return {name: ZoneInfo(name) for name in sorted(available_timezones())}


def slots(moment):
    """The next daily and weekly moments of every time zone: three lists, of names, daily and weekly ones."""
    both = (Interest.Frequency.DAILY, Interest.Frequency.WEEKLY)
    daily, weekly = ([due_at(each, zone, moment) for zone in _zones().values()] for each in both)
    return list(_zones()), daily, weekly


def slots_elsewhere(moment):
    """The daily and the weekly moment for who lives in a time zone of a name that the machine does not know any more."""
    both = (Interest.Frequency.DAILY, Interest.Frequency.WEEKLY)
    return [due_at(each, ZoneInfo(settings.TIME_ZONE), moment) for each in both]
