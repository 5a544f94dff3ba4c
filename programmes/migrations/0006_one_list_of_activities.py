from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('programmes', '0005_proposals'),
    ]

    operations = [
        migrations.AlterField(
            model_name='programmedocument',
            name='activity',
            field=models.CharField(blank=True, choices=[('', 'All activities'), ('training_course', 'Training course'), ('training_of_trainers', 'Training of trainers'), ('workshop', 'Workshop'), ('study_visit', 'Study visit'), ('seminar', 'Seminar'), ('webinar', 'Webinar'), ('technical_mission', 'Technical mission'), ('expert_mission', 'Expert mission'), ('meeting', 'Meeting'), ('conference', 'Conference')], default='', max_length=20, verbose_name='for the activity'),
        ),
    ]
