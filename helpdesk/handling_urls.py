"""The addresses of those who triage and handle requests; they stand before what any word of a step may be."""

from django.urls import path

from helpdesk.views import board

HANDLING = [
    path("board/", board.board, name="board"),
]
