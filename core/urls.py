from django.conf import settings
from django.urls import path

from core import gallery, preferences

app_name = "core"
urlpatterns = [
    path("preferences/care/", preferences.set_care, name="set_care"),
    path("preferences/language/", preferences.set_language, name="set_language"),
]
if settings.DEBUG:
    urlpatterns += [path("gallery/", gallery.gallery, name="gallery")]
