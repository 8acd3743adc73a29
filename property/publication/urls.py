"""Addresses of what residents and the committee add to a published quarter."""

from django.urls import path

from property.publication import public_views as public
from property.publication import views

urlpatterns = [
    path("quarters/", views.quarters, name="quarters"),
    path("books/<int:pk>/quarters/<str:quarter>/", views.quarter_new, name="quarter_new"),
    path("quarters/<uuid:pk>/", views.quarter, name="quarter"),
    path("quarters/<uuid:pk>/pdf/", views.quarter_pdf, name="quarter_pdf"),
    path("quarters/<uuid:pk>/xlsx/", public.quarter_xlsx, name="quarter_xlsx"),
    path("quarters/<uuid:pk>/changes/", public.quarter_changes, name="quarter_changes"),
    path("quarters/<uuid:pk>/edit/", views.quarter_edit, name="quarter_edit"),
    path("quarters/<uuid:pk>/rows/", views.quarter_rows, name="quarter_rows"),
    path("quarters/<uuid:pk>/sign/", views.quarter_sign, name="quarter_sign"),
    path("quarters/<uuid:pk>/publish/", views.quarter_publish, name="quarter_publish"),
    path("quarters/<uuid:pk>/correct/", views.quarter_correct, name="quarter_correct"),
    path("quarters/<uuid:pk>/lines/<int:section>/<int:position>/", public.quarter_line, name="quarter_line"),
    path("quarters/<uuid:pk>/lines/<int:section>/<int:position>/ask/", public.quarter_ask, name="quarter_ask"),
    path("quarters/<uuid:pk>/questions/", public.quarter_questions, name="quarter_questions"),
    path("quarters/questions/<uuid:pk>/answer/", public.question_answer, name="question_answer"),
    path("quarters/questions/<uuid:pk>/withdraw/", public.question_withdraw, name="question_withdraw"),
    path("quarters/<uuid:pk>/photos/", public.photo_add, name="photo_add"),
    path("quarters/photos/<uuid:pk>/", public.posting_photo, name="posting_photo"),
    path("quarters/photos/<uuid:pk>/remove/", public.photo_remove, name="photo_remove"),
    path("quarters/<uuid:pk>/petition/", public.petition_new, name="petition_new"),
    path("petitions/<uuid:pk>/", public.petition, name="petition"),
    path("petitions/<uuid:pk>/sign/", public.petition_sign, name="petition_sign"),
    path("petitions/<uuid:pk>/withdraw/", public.petition_withdraw, name="petition_withdraw"),
    path("petitions/<uuid:pk>/end/", public.petition_end, name="petition_end"),
    path("petitions/<uuid:pk>/signers/", public.petition_signers, name="petition_signers"),
    path("check/", views.check, name="check"),
    path("check/pdf/", views.check_pdf, name="check_pdf"),
]
