"""What becomes of many-to-many links is recorded: one table for all of them, and one function for the triggers on theirs."""

import django.db.models.deletion
from django.db import migrations, models

# Arguments: the field (`events.event.programmes`), the columns of the two keys, that of the number a link carries or ''.
# A link that is changed in place is told as one taken away and one made. `portal.links_untold` is for loads: the first links
# of a new row are no change.
KEEP = """
CREATE FUNCTION classifications_keep_links() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  keys text := format('%I, %I, %s', TG_ARGV[1], TG_ARGV[2],
    CASE TG_ARGV[3] WHEN '' THEN 'NULL::integer' ELSE quote_ident(TG_ARGV[3]) END);
  rows text;
BEGIN
  IF current_setting('portal.links_untold', true) = 'on' THEN
    RETURN NULL;
  END IF;
  rows := CASE TG_OP
    WHEN 'INSERT' THEN format('SELECT %s, true FROM added', keys)
    WHEN 'DELETE' THEN format('SELECT %s, false FROM removed', keys)
    ELSE format('SELECT *, false FROM (SELECT %1$s FROM removed EXCEPT SELECT %1$s FROM added) AS gone '
      'UNION ALL SELECT *, true FROM (SELECT %1$s FROM added EXCEPT SELECT %1$s FROM removed) AS made', keys) END;
  EXECUTE format('WITH changed (owner, other, number, was_added) AS (%s), '
    'occasion AS MATERIALIZED (SELECT _pgh_attach_context() AS id WHERE EXISTS (SELECT FROM changed)) '
    'INSERT INTO classifications_linkchange (link, owner, other, number, was_added, at, context_id) '
    'SELECT %L, owner, other, number, was_added, now(), occasion.id FROM changed, occasion ORDER BY was_added, owner, other',
    rows, TG_ARGV[0]);
  RETURN NULL;
END $$;
"""

TRIGGERS = """
CREATE TRIGGER keep_links_i AFTER INSERT ON classifications_country_languages
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT
  EXECUTE FUNCTION classifications_keep_links('classifications.country.languages', 'country_id', 'language_id', '');
CREATE TRIGGER keep_links_d AFTER DELETE ON classifications_country_languages
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT
  EXECUTE FUNCTION classifications_keep_links('classifications.country.languages', 'country_id', 'language_id', '');
CREATE TRIGGER keep_links_u AFTER UPDATE ON classifications_country_languages
  REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT
  EXECUTE FUNCTION classifications_keep_links('classifications.country.languages', 'country_id', 'language_id', '');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("classifications", "0004_history"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="LinkChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("link", models.CharField(max_length=80, verbose_name="field")),
                ("owner", models.BigIntegerField(verbose_name="key of the record")),
                ("other", models.BigIntegerField(verbose_name="key of the linked record")),
                ("was_added", models.BooleanField(verbose_name="added")),
                ("number", models.IntegerField(null=True, verbose_name="number that the link carries")),
                ("at", models.DateTimeField(verbose_name="when")),
                (
                    "context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                        verbose_name="occasion",
                    ),
                ),
            ],
            options={
                "verbose_name": "change of a link",
                "verbose_name_plural": "changes of links",
                "indexes": [models.Index(fields=["link", "owner"], name="link_changes_of_a_record")],
            },
        ),
        migrations.RunSQL(KEEP, "DROP FUNCTION classifications_keep_links() CASCADE"),
        migrations.RunSQL(
            TRIGGERS,
            "".join(f"DROP TRIGGER keep_links_{each} ON classifications_country_languages;" for each in "idu"),
        ),
    ]
