from django.urls import path

from alliance.advice.views import group, minutes, out, recommendations, sessions, studies

urlpatterns = [
    path("advised/", out.advised, name="advised"),
    path("advised/<uuid:pk>/", out.advised_session, name="advised_session"),
    path("advised/studies/<uuid:pk>/", out.study_out, name="study_out"),
    path("advice/", group.advisory_group, name="advisory_group"),
    path("advice/about/", group.group_change, name="group_change"),
    path("advice/advisers/<int:pk>/", group.adviser, name="adviser"),
    path("advice/advisers/<int:pk>/name/", group.adviser_naming, name="adviser_naming"),
    path("advice/sessions/", sessions.sessions, name="advice_sessions"),
    path("advice/sessions/new/", sessions.session_new, name="advice_session_new"),
    path("advice/sessions/<uuid:pk>/", sessions.session, name="advice_session"),
    path("advice/sessions/<uuid:pk>/change/", sessions.session_change, name="advice_session_change"),
    path("advice/sessions/<uuid:pk>/call-off/", sessions.session_call_off, name="advice_session_call_off"),
    path("advice/sessions/<uuid:pk>/come/", sessions.session_come, name="advice_session_come"),
    path("advice/sessions/<uuid:pk>/calendar.ics", sessions.session_file, name="advice_session_file"),
    path("advice/sessions/<uuid:pk>/minutes/", minutes.minutes_write, name="minutes_write"),
    path("advice/sessions/<uuid:pk>/remark/", minutes.minutes_remark, name="minutes_remark"),
    path("advice/remarks/<uuid:pk>/", minutes.remark_answer, name="remark_answer"),
    path("advice/sessions/<uuid:pk>/read/", minutes.minutes_read, name="minutes_read"),
    path("advice/sessions/<uuid:pk>/send/", minutes.minutes_send, name="minutes_send"),
    path("advice/sessions/<uuid:pk>/sign/", minutes.minutes_sign, name="minutes_sign"),
    path("advice/sessions/<uuid:pk>/open/", minutes.minutes_open, name="minutes_open"),
    path("advice/sessions/<uuid:pk>/paper/", minutes.minutes_paper, name="minutes_paper"),
    path("advice/sessions/<uuid:pk>/publish/", minutes.session_publish, name="session_publish"),
    path("advice/sessions/<uuid:pk>/unpublish/", minutes.session_unpublish, name="session_unpublish"),
    path("advice/sessions/<uuid:pk>/recommend/", recommendations.recommendation_new, name="recommendation_new"),
    path("advice/recommendations/", recommendations.recommendations, name="recommendations"),
    path("advice/recommendations/<uuid:pk>/", recommendations.recommendation, name="recommendation"),
    path(
        "advice/recommendations/<uuid:pk>/change/", recommendations.recommendation_change, name="recommendation_change"
    ),
    path("advice/recommendations/<uuid:pk>/drop/", recommendations.recommendation_drop, name="recommendation_drop"),
    path(
        "advice/recommendations/<uuid:pk>/answer/", recommendations.recommendation_answer, name="recommendation_answer"
    ),
    path(
        "advice/recommendations/<uuid:pk>/follow/", recommendations.recommendation_follow, name="recommendation_follow"
    ),
    path(
        "advice/recommendations/<uuid:pk>/outcome/",
        recommendations.recommendation_outcome,
        name="recommendation_outcome",
    ),
    path("advice/studies/", studies.studies, name="studies"),
    path("advice/studies/new/", studies.study_new, name="study_new"),
    path("advice/studies/<uuid:pk>/", studies.study, name="study"),
    path("advice/studies/<uuid:pk>/file/", studies.study_file, name="study_file"),
    path("advice/studies/<uuid:pk>/change/", studies.study_change, name="study_change"),
    path("advice/studies/<uuid:pk>/release/", studies.study_release, name="study_release"),
    path("advice/studies/<uuid:pk>/take-back/", studies.study_take_back, name="study_take_back"),
    path("advice/studies/<uuid:pk>/drop/", studies.study_drop, name="study_drop"),
]
