"""The gallery, which the portal itself has in DEBUG only, and the switches in the head."""

from django.urls import include, path

from core import gallery

urlpatterns = [path("gallery/", gallery.gallery), path("", include("core.urls"))]
