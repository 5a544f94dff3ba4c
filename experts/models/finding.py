"""What experts are found by: a narrow row of labels for each, and one bitmap for each label.

A label is the number of something that is true of an expert: a nationality, a sector, a language spoken at a level or
above. `Kind` says which numbers mean what. Triggers keep the labels (`migrations/0006_labels.py`), whoever changed what
they follow from; only experts who are listed, kept and on a roster have any. How they are counted is in `experts.tally`.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F

from experts.models.expert import Expert

CHUNK = 64_000  # experts in one bitmap: 8,000 bytes, which fill one page of the database
PERIODS, PERIOD_ENDS = 4, 50  # as many as one may enter


class Kind(models.IntegerChoices):
    """What the labels from this number on mean: each is this number plus the key of the value."""

    MARK = 0  # one of `Mark`
    ROSTER = 1_000_000
    SECTOR = 2_000_000  # a sector, or the theme of one
    NATIONALITY = 3_000_000
    RESIDENCE = 4_000_000
    GROUP = 5_000_000  # the place in `Country.OICGroup`, from 1
    GENDER = 6_000_000  # the place in `Expert.Gender`, from 1
    DEGREE = 7_000_000  # the place in `Expert.Degree`, from 1
    YEAR = 8_000_000  # the year since which the expert is in the field
    SPOKEN = 9_000_000  # a hundred thousand times a level that is reached, plus the key of the language
    DAY = 10_000_000  # the place of a bit in the number of the day of the last renewal
    PERIOD = 11_000_000  # a hundred times which period, plus the place of a bit in its first day; plus `PERIOD_ENDS`, its last
    WORD = 12_000_000  # one of `Word`

    @classmethod
    def of(cls, label):
        """The kind and the key of a label."""
        kind = cls(label // cls.ROSTER * cls.ROSTER)
        return kind, label - kind


class Mark(models.IntegerChoices):
    """What is true or not."""

    LISTED = 1  # and kept, and on a roster: whoever has labels has this one
    PUBLIC = 2
    PARTNERS = 3
    ENDORSED = 4
    MORE_PERIODS = 5  # than there are labels for
    FOCAL_POINTS = 6  # of all states


class Findable(models.Model):
    """The labels of one expert; `is_counted` says whether the bitmaps hold them as they are."""

    expert = models.OneToOneField(
        Expert, models.DO_NOTHING, primary_key=True, related_name="findable", db_constraint=False
    )  # a row outlives its expert until the bitmaps have forgotten them
    labels = ArrayField(models.IntegerField())
    renewed_on = models.DateField()
    first_year = models.PositiveSmallIntegerField(null=True)
    is_counted = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["expert"], condition=models.Q(is_counted=False), name="experts_to_count"),
            models.Index(
                fields=["expert"],
                condition=models.Q(labels__contains=[Mark.MORE_PERIODS]),
                name="experts_of_more_periods",
            ),
            models.Index(fields=["-renewed_on", "first_year", "expert"], name="experts_by_freshness"),
            models.Index(fields=["first_year", "-renewed_on", "expert"], name="experts_by_experience"),
        ]

    def __str__(self):
        return str(self.expert_id)


class Word(models.Model):
    """A folded word, or the stem of words, that very many experts use (`experts.words`): whoever uses it has a label for it."""

    class State(models.TextChoices):
        COMING = "coming"  # some have their labels already
        READY = "ready"
        GOING = "going"  # some have their labels still

    word = models.TextField()
    is_stem = models.BooleanField(default=False)
    state = models.CharField(max_length=6, choices=State, default=State.COMING)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["word", "is_stem"], name="common_word_once")]

    def __str__(self):
        return self.word


class OtherWords(models.Model):
    """What is left of an expert's folded text beside the common words; triggers keep it with the labels."""

    expert = models.OneToOneField(
        Expert, models.DO_NOTHING, primary_key=True, related_name="other_words", db_constraint=False
    )  # a trigger takes it away
    text = models.TextField()

    class Meta:
        indexes = [GinIndex(OpClass(F("text"), "gin_trgm_ops"), name="experts_other_words")]

    def __str__(self):
        return str(self.expert_id)


class Bits(models.TextField):
    """A string of bits, stored as it is: taking it out of its compressed form would cost more than counting."""

    def db_type(self, connection):
        return "varbit"

    def get_internal_type(self):
        return "Bits"


class Tally(models.Model):
    """Which experts have a label: a bit for each key, from `chunk` times `CHUNK` on."""

    label = models.IntegerField()
    chunk = models.IntegerField()
    bits = Bits()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["label", "chunk"], name="one_bitmap_of_a_label_and_chunk")]

    def __str__(self):
        return f"{self.label}, {self.chunk}"
