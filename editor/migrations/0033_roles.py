from django.db import migrations, models


def name_the_roles(apps, schema_editor):
    """Say in one word what Django's two marks said of everybody until now."""
    people = apps.get_model("editor", "User").objects
    people.filter(is_superuser=True).update(role="administrator", is_staff=True)
    people.filter(is_superuser=False, is_staff=True).update(role="reviewer")


class Migration(migrations.Migration):

    dependencies = [
        ('editor', '0032_held_edits'),
    ]

    operations = [
        migrations.AlterModelManagers(
            name='user',
            managers=[
            ],
        ),
        migrations.AddField(
            model_name='user',
            name='role',
            field=models.CharField(choices=[('member', 'Member'), ('reviewer', 'Reviewer'), ('administrator', 'Administrator')], db_default='member', default='member', help_text="Members edit pictures. Reviewers also look at everybody's edits and decide about them. Administrators may change all that can be changed.", max_length=16),
        ),
        migrations.RunPython(name_the_roles, migrations.RunPython.noop),
    ]
