"""The portal's tables as a bare Django knows them: each column that its list fetches, and nothing of the portal's own code."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Country(models.Model):  # noqa: DJ008  never shown as itself
    name_en = models.TextField()
    name_fr = models.TextField()
    name_ar = models.TextField()
    iso2 = models.TextField()
    iso3 = models.TextField()
    aliases = models.TextField()
    oic_group = models.TextField()
    joined_year = models.SmallIntegerField()
    weekend = ArrayField(models.SmallIntegerField())
    time_zone = models.TextField()
    map_x = models.SmallIntegerField()
    map_y = models.SmallIntegerField()

    class Meta:
        managed = False
        db_table = "classifications_country"


class City(models.Model):  # noqa: DJ008  never shown as itself
    name_en = models.TextField()
    name_fr = models.TextField()
    name_ar = models.TextField()
    country = models.ForeignKey(Country, models.PROTECT)
    aliases = models.TextField()

    class Meta:
        managed = False
        db_table = "classifications_city"


class Event(models.Model):  # noqa: DJ008  never shown as itself
    title_en = models.TextField()
    title_fr = models.TextField()
    title_ar = models.TextField()
    slug = models.TextField()
    kind = models.TextField()
    status = models.TextField()
    mode = models.TextField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    year = models.SmallIntegerField()
    begins_at = models.TimeField()
    finishes_at = models.TimeField()
    time_zone = models.TextField()
    venue = models.TextField()
    city = models.ForeignKey(City, models.PROTECT, null=True)
    country = models.ForeignKey(Country, models.PROTECT, null=True)
    participants = models.IntegerField()
    series_id = models.BigIntegerField()
    number_in_series = models.SmallIntegerField()
    source_url = models.TextField()
    published_at = models.DateTimeField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    is_sample = models.BooleanField()
    uid = models.UUIDField()
    revision = models.IntegerField()

    class Meta:
        managed = False
        db_table = "events_event"
