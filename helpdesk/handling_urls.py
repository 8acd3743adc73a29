"""The addresses of those who triage and handle requests; they stand before what any word of a step may be."""

from django.urls import path

from helpdesk.views import appointments, board, hand_over

HANDLING = [
    path("board/", board.board, name="board"),
    path("hand-over/", hand_over.handlers, name="handlers"),
    path("hand-over/<int:pk>/", hand_over.hand_over_page, name="hand_over"),
    path("<uuid:pk>/appointment/", appointments.appoint, name="appoint"),
    path("<uuid:pk>/appointment/cancel/", appointments.call_off, name="call_off"),
    path("<uuid:pk>/appointment.ics", appointments.appointment_file, name="appointment_file"),
]
