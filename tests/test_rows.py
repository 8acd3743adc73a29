"""What no model may forget: its community, its guard, its order of indexes, its mask."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

from community.rows import CommunityRow
from core.fields import MaskedCharField
from core.scoping import ScopedQuerySet

ROOMS = ["core", "community", "grids", "helpdesk", "visits", "stewards", "alliance", "property"]
MODELS = [model for room in ROOMS for model in apps.get_app_config(room).get_models()]
ROWS = [model for model in MODELS if issubclass(model, CommunityRow)]

# Rows that belong to no community, each with the reason why.
PLATFORM = {
    "core.Job": "belongs to the user who started it",
    "core.Worker": "says that a worker of the server is alive",
    "core.Duty": "says when the server last did something by itself",
    "community.Community": "is the community",
    "community.User": "one person may belong to several communities; appointments say to which",
    "community.CalendarDay": "the State Council's calendar is the same for all",
    "community.CalendarYear": "the State Council's calendar is the same for all",
    "community.Submission": "a form's id, without content",
}

# Rows that are reached only through a parent that was found first, and hold nothing to narrow by.
UNGUARDED = {"community.Sequence": "a counter; read and written by numbers.next_number alone"}


def name(model: type[models.Model]) -> str:
    return model._meta.label


@pytest.mark.parametrize("model", MODELS, ids=name)
def test_every_model_belongs_to_a_community_or_says_why_not(model):
    assert issubclass(model, CommunityRow) != (model._meta.label in PLATFORM)


@pytest.mark.parametrize("model", ROWS, ids=name)
def test_every_row_is_guarded_and_says_who_may_see_it(model):
    if model._meta.label in UNGUARDED:
        return
    queryset = model._default_manager.all()
    assert isinstance(queryset, ScopedQuerySet)
    assert type(queryset).visible_to is not ScopedQuerySet.visible_to


@pytest.mark.parametrize("model", ROWS, ids=name)
def test_indexes_begin_with_the_community_or_with_a_parent(model):
    """A foreign key to a row of the community is as good: the parent was found within it."""
    keys = {
        field.name
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and (field.name == "community" or field.db_index)
    }
    for index in model._meta.indexes:
        first = index.fields[0].lstrip("-") if index.fields else ""
        assert first in keys, f"{model._meta.label}: {index.name} begins with {first}"


@pytest.mark.parametrize("model", MODELS, ids=name)
def test_what_is_sensitive_is_masked_by_type(model):
    sensitive = {"phone", "id_number", "birth_date", "evidence", "payee", "reporter_phone"}
    for field in model._meta.get_fields():
        if field.name in sensitive and model._meta.label != "community.Community":
            assert isinstance(field, MaskedCharField), f"{model._meta.label}.{field.name} is in plain"
