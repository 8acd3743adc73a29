"""What every page knows of the community and of the person who reads it."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from community.models import Community


def community(request: HttpRequest) -> dict[str, object]:
    return {"the_community": SimpleLazyObject(lambda: Community.objects.first())}
