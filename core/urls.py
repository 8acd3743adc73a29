from django.conf import settings
from django.urls import path

from core import gallery, job_page, preferences

app_name = "core"
urlpatterns = [
    path("preferences/care/", preferences.set_care, name="set_care"),
    path("preferences/language/", preferences.set_language, name="set_language"),
    path("jobs/<uuid:pk>/", job_page.job, name="job"),
]
if settings.DEBUG:
    urlpatterns += [path("gallery/", gallery.gallery, name="gallery")]
