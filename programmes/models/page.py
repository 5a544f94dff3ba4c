"""Pages that staff write in three languages."""

import pghistory
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from classifications.written import LANGUAGES, page_language, translated


class PageQuerySet(models.QuerySet):
    def behind(self):
        """Pages of which the text in another language is older than the English one; as `languages_behind` has it."""
        behind = models.Q()
        for language in LANGUAGES:
            written = models.F(f"changed_{language}_at")
            behind |= models.Q(changed_en_at__gt=written) | models.Q(
                **{"changed_en_at__isnull": False, f"changed_{language}_at": None}
            )
        return self.filter(behind)


def _words(page, name):
    """A text of a page as it reads: line ends, and blanks around it, are as who sent it writes them."""
    return getattr(page, name).replace("\r\n", "\n").strip()


@pghistory.track(
    pghistory.UpdateEvent(row=pghistory.Old),
    pghistory.DeleteEvent(),
    fields=[
        "slug",
        "title_en",
        "title_fr",
        "title_ar",
        "lead_en",
        "lead_fr",
        "lead_ar",
        "body_en",
        "body_fr",
        "body_ar",
    ],
    model_name="PageHistory",
)
class Page(models.Model):
    """A page that staff write, in three languages: OIC-VET's, and the portal's own (about, links, privacy, accessibility)."""

    slug = models.SlugField(_("address"), unique=True)
    title_en = models.CharField(_("title in English"), max_length=200)
    title_fr = models.CharField(_("title in French"), max_length=200)
    title_ar = models.CharField(_("title in Arabic"), max_length=200)
    lead_en = models.TextField(_("opening in English"), blank=True)
    lead_fr = models.TextField(_("opening in French"), blank=True)
    lead_ar = models.TextField(_("opening in Arabic"), blank=True)
    body_en = models.TextField(_("text in English"), help_text=_("Markdown."))
    body_fr = models.TextField(_("text in French"), help_text=_("Markdown."))
    body_ar = models.TextField(_("text in Arabic"), help_text=_("Markdown."))
    changed_en_at = models.DateTimeField(_("English changed"), null=True, editable=False)
    changed_fr_at = models.DateTimeField(_("French changed"), null=True, editable=False)
    changed_ar_at = models.DateTimeField(_("Arabic changed"), null=True, editable=False)

    WRITTEN = ["title", "lead", "body"]

    objects = PageQuerySet.as_manager()

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["slug"]

    def __str__(self):
        return self.title

    def save(self, *args, **kwargs):
        """Note which languages changed, and when."""
        former = Page.objects.filter(pk=self.pk).first()
        moment = now()
        for language in LANGUAGES if former else ():
            names = [f"{part}_{language}" for part in self.WRITTEN]
            if any(_words(former, name) != _words(self, name) for name in names):
                setattr(self, f"changed_{language}_at", moment)
        super().save(*args, **kwargs)

    def is_behind(self, language):
        """Whether the English text changed after that in `language` was last written."""
        written = getattr(self, f"changed_{language}_at")
        return bool(self.changed_en_at and (written is None or written < self.changed_en_at))

    @property
    def languages_behind(self):
        return [language for language in LANGUAGES if self.is_behind(language)]

    @property
    def is_behind_here(self):
        """Whether it is behind in the language of the page being made."""
        return self.is_behind(page_language())

    def settle(self):
        """Note that the text in each language says the same as the English one."""
        self.changed_en_at = self.changed_fr_at = self.changed_ar_at = None
        super().save(update_fields=["changed_en_at", "changed_fr_at", "changed_ar_at"])

    @property
    def title(self):
        return translated(self, "title")

    @property
    def lead(self):
        return translated(self, "lead")

    @property
    def body(self):
        return translated(self, "body")
