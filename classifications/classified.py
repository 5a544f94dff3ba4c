"""Which rows somebody asks for by what they are linked to: the words that queries of several apps share."""

from django.db import models
from django.db.models import Q


class LinkedQuerySet(models.QuerySet):
    def linked_to(self, *conditions, **wanted):
        """Rows with something linked to them that meets all conditions, each row once, whatever else is asked or joined."""
        return self.filter(pk__in=self.model._base_manager.filter(*conditions, **wanted).values("pk"))

    def linked_by(self, path, values, *, or_to_none):
        """Rows with one of `values` at the end of `path`; where `or_to_none`, those too that have nothing there."""
        wanted = Q(**{f"{path}__in": values})
        return self.linked_to(wanted | Q(**{path: None}) if or_to_none else wanted)


class ClassifiedQuerySet(LinkedQuerySet):
    """For models with `sectors`."""

    def under_themes(self, slugs):
        """Rows in a sector of one of these themes."""
        return self.linked_to(sectors__theme__slug__in=slugs)

    def in_sectors(self, slugs):
        """Rows in one of these sectors."""
        return self.linked_to(sectors__slug__in=slugs)
