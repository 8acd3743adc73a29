"""The addresses of what came of requests: rates, spots, stories, thanks, the digest."""

from django.urls import path

from helpdesk.views import digest, rates, spots, stories, thanks

OUTCOME = [
    path("rates/", rates.rates_view, name="rates"),
    path("rates/cases/", rates.rate_cases, name="rate_cases"),
    path("spots/", spots.spots, name="spots"),
    path("spots/<uuid:pk>/", spots.spot, name="spot"),
    path("done/", stories.done, name="done"),
    path("done/<uuid:pk>/", stories.story, name="story"),
    path("done/<uuid:pk>/take-back/", stories.story_take_back, name="story_take_back"),
    path("done/<uuid:pk>/<str:which>/", stories.story_photo, name="story_photo"),
    path("<uuid:pk>/story/", stories.story_write, name="story_write"),
    path("thanks/", thanks.thanks, name="thanks"),
    path("thanks/new/", thanks.thanks_new, name="thanks_new"),
    path("thanks/paper/", thanks.thanks_paper, name="thanks_paper"),
    path("thanks/<uuid:pk>/", thanks.thanks_letter, name="thanks_letter"),
    path("thanks/<uuid:pk>/photo/", thanks.thanks_photo, name="thanks_photo"),
    path("thanks/<uuid:pk>/photo/out/", thanks.thanks_photo_out, name="thanks_photo_out"),
    path("thanks/<uuid:pk>/publish/", thanks.thanks_step, {"step": "publish"}, name="thanks_publish"),
    path("thanks/<uuid:pk>/unpublish/", thanks.thanks_step, {"step": "unpublish"}, name="thanks_unpublish"),
    path("thanks/<uuid:pk>/withdraw/", thanks.thanks_step, {"step": "withdraw"}, name="thanks_withdraw"),
    path("digest/", digest.digest, name="digest"),
    path("digest/send/", digest.digest_send, name="digest_send"),
]
