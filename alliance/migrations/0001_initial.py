import django.db.models.deletion
from django.db import migrations, models

import core.clock


class Migration(migrations.Migration):
    """The units alone: an appointment is held for one of them, and everything else here needs appointments first."""

    initial = True

    dependencies = [
        ('community', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Partner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=core.clock.now, editable=False, verbose_name='登记时间')),
                ('kind', models.CharField(choices=[('party', '党建联盟单位'), ('enterprise', '企业'), ('university', '高校'), ('social', '社会组织')], max_length=12, verbose_name='哪一种')),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('about', models.TextField(blank=True, max_length=500, verbose_name='介绍')),
                ('joined_on', models.DateField(verbose_name='哪天加入')),
                ('left_on', models.DateField(blank=True, null=True, verbose_name='哪天退出')),
                ('community', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.community', verbose_name='社区')),
            ],
            options={
                'verbose_name': '联盟单位',
                'ordering': ['name', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('community', 'name'), name='partner_name_once'), models.CheckConstraint(condition=models.Q(('left_on__isnull', True), ('left_on__gte', models.F('joined_on')), _connector='OR'), name='partner_left_later')],
            },
        ),
    ]
