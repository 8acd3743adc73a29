from django.urls import path

from community import health, views, views_activate, views_appointments, views_letters, views_personal

app_name = "community"
urlpatterns = [
    path("", views.front, name="home"),
    path("mine/", views.mine, name="mine"),
    path("mine/data/", views_personal.my_data, name="my_data"),
    path("retention/", views_personal.retention_page, name="retention"),
    path("today/", views.today_page, name="today"),
    path("healthz", health.healthz, name="healthz"),
    path("notices/", views.notices, name="notices"),
    path("notices/read/", views.notices_read, name="notices_read"),
    path("notices/<int:pk>/", views.notice_open, name="notice_open"),
    path("reveal/<str:label>/<str:pk>/<str:field>/", views.reveal_value, name="reveal"),
    path("activate/", views_activate.activate, name="activate"),
    path("activate/account/", views_activate.activate_account, name="activate_account"),
    path("letters/", views_letters.letter_list, name="letters"),
    path("letters/new/", views_letters.letter_new, name="letter_new"),
    path("letters/password/", views_letters.letter_account, name="letter_account"),
    path("letters/password/<int:pk>/", views_letters.letter_password, name="letter_password"),
    path("letters/batch/<uuid:pk>/", views_letters.letter_batch, name="letter_batch"),
    path("letters/<uuid:pk>/hand-over/", views_letters.letter_hand_over, name="letter_hand_over"),
    path("letters/<uuid:pk>/void/", views_letters.letter_void, name="letter_void"),
    path("appointments/", views_appointments.appointments, name="appointments"),
    path("appointments/new/", views_appointments.appointment_new, name="appointment_new"),
    path("appointments/<int:pk>/end/", views_appointments.appointment_end, name="appointment_end"),
    path("accounts/<int:pk>/second-factor/", views_letters.second_factor_drop, name="second_factor_drop"),
]
