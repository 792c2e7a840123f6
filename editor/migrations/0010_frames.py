from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('editor', '0009_extensions'),
    ]

    operations = [
        migrations.AddField(
            model_name='editjob',
            name='frame_box',
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='editjob',
            name='frame_choice',
            field=models.CharField(choices=[('auto', 'auto'), ('around', 'around'), ('whole', 'whole'), ('hand', 'hand')], db_default='auto', default='auto', max_length=8),
        ),
        migrations.AddField(
            model_name='editjob',
            name='frame_context',
            field=models.PositiveSmallIntegerField(db_default=50, default=50),
        ),
        migrations.AddField(
            model_name='upstreammodel',
            name='least_pixels',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='upstreammodel',
            name='most_pixels',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
    ]
