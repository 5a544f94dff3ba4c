"""Duplicates are found in indexes that hold the folded names: folding 200,000 names took a second or more each time."""

import classifications.search
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('experts', '0010_proposed_names'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='expert',
            index=models.Index(classifications.search.Folded('name'), models.F('name'), models.F('id'), condition=models.Q(('is_kept', True), models.Q(('status__in', ['declined', 'withdrawn']), _negated=True)), name='experts_by_folded_name'),
        ),
        migrations.AddIndex(
            model_name='expert',
            index=models.Index(classifications.search.Folded('name_ar'), models.F('name_ar'), models.F('id'), condition=models.Q(('is_kept', True), models.Q(('status__in', ['declined', 'withdrawn']), _negated=True), models.Q(('name_ar', ''), _negated=True)), name='experts_by_folded_arabic_name'),
        ),
    ]
