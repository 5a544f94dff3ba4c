"""What everybody may read of the institutions."""

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe
from django_filters.views import FilterView

from partners.filters import InstitutionFilter
from partners.models import FormerAddress, Institution


class InstitutionList(FilterView):
    http_method_names = ["get", "head", "options"]
    filterset_class = InstitutionFilter
    paginate_by = 25
    template_name = "partners/institution_list.html"

    def get_queryset(self):
        return Institution.objects.listed()

    def get_paginator(self, queryset, per_page, **kwargs):
        paginator = super().get_paginator(queryset.for_listing(), per_page, **kwargs)
        paginator.count = self.filterset.count  # counted already, with the facets
        return paginator

    def paginate_queryset(self, queryset, page_size):
        """Give the page asked for; where there is none of this number, the nearest."""
        paginator = self.get_paginator(queryset, page_size)
        page = paginator.get_page(self.request.GET.get("page"))
        return paginator, page, page.object_list, page.has_other_pages()


@require_safe
def institution_detail(request, slug):
    institution = Institution.objects.listed().select_related("country", "city").filter(slug=slug).first()
    if institution is None:
        former = get_object_or_404(
            FormerAddress.objects.filter(institution__in=Institution.objects.listed()), slug=slug
        )
        return redirect(former.institution, permanent=True)
    context = {
        "institution": institution,
        "sectors": institution.sectors.by_name(),
        "languages": institution.languages.by_name(),
        "is_represented": institution.representations.acting().exists(),
        "events": institution.events_provided.published().for_listing().newest_first(),
    }
    return render(request, "partners/institution_detail.html", context)
