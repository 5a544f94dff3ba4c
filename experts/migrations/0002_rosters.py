"""The four rosters that the Centre keeps from the start."""

from django.db import migrations

ROSTERS = [
    (
        "environment-water", "Environment and Water", "Environnement et eau", "البيئة والمياه",
        "Environment, climate change, water resources and irrigation.",
        "Environnement, changement climatique, ressources en eau et irrigation.",
        "البيئة وتغير المناخ والموارد المائية والري.",
    ),
    (
        "occupational-safety-health", "Occupational Safety and Health", "Sécurité et santé au travail",
        "السلامة والصحة المهنية",
        "Safety and health at work, labour inspection, prevention of accidents and diseases.",
        "Sécurité et santé au travail, inspection du travail, prévention des accidents et des maladies.",
        "السلامة والصحة المهنية وتفتيش العمل والوقاية من الحوادث والأمراض.",
    ),
    (
        "tvet", "Technical and Vocational Education and Training (TVET)",
        "Enseignement et formation techniques et professionnels (EFTP)", "التعليم والتدريب الفني والمهني",
        "Curricula, teacher training, qualifications, apprenticeship and the link with employers.",
        "Programmes d’enseignement, formation des enseignants, qualifications, apprentissage et lien avec les employeurs.",
        "المناهج وتدريب المعلمين والمؤهلات والتلمذة المهنية والصلة بأصحاب العمل.",
    ),
    (
        "all-programmes", "All programmes", "Tous les programmes", "جميع البرامج",
        "Every other field of training and technical cooperation.",
        "Tous les autres domaines de la formation et de la coopération technique.",
        "جميع مجالات التدريب والتعاون الفني الأخرى.",
    ),
]  # fmt: skip


def open_rosters(apps, schema_editor):
    rosters = apps.get_model("experts", "Roster").objects.using(schema_editor.connection.alias)
    for position, (slug, *texts) in enumerate(ROSTERS, 1):
        names = dict(zip(("name_en", "name_fr", "name_ar", "summary_en", "summary_fr", "summary_ar"), texts, strict=True))
        rosters.get_or_create(slug=slug, defaults={"position": position, **names})


def close_rosters(apps, schema_editor):
    slugs = [slug for slug, *_texts in ROSTERS]
    apps.get_model("experts", "Roster").objects.using(schema_editor.connection.alias).filter(slug__in=slugs).delete()


class Migration(migrations.Migration):
    dependencies = [("experts", "0001_initial")]

    operations = [migrations.RunPython(open_rosters, close_rosters)]
