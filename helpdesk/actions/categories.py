"""The categories that a community begins with."""

from __future__ import annotations

from django.db import transaction

from community import audit
from community.models import Community, User
from helpdesk.categories import SEEDS
from helpdesk.models import Category


@transaction.atomic
def seed_categories(community: Community, *, by: User | None = None) -> list[Category]:
    """Lay down the categories that a community begins with; those it has already stay as they are."""
    there = set(
        Category.objects.unscoped(reason="which categories there are")
        .filter(community=community)
        .values_list("slug", flat=True)
    )
    made = Category.objects.bulk_create(
        Category(
            community=community,
            slug=seed.slug,
            name=seed.name,
            hint=seed.hint,
            group=seed.group,
            icon=seed.icon,
            banner=seed.banner,
            is_for_stewards=seed.is_for_stewards,
            is_confidential=seed.is_confidential,
            needs_secretary=seed.needs_secretary,
            needs_photo=seed.needs_photo,
            never_public=seed.never_public,
            sign_kind=seed.sign[0],
            sign_amount=seed.sign[1],
            finish_kind=seed.finish[0],
            finish_amount=seed.finish[1],
            order=order,
        )
        for order, seed in enumerate(SEEDS)
        if seed.slug not in there
    )
    if made:
        audit.record("categories_seeded", community, by=by, changes={"count": len(made)})
    return made
