"""Addresses of the big screen."""

from django.urls import path

from tanpuhui.web.screen.pages import screen

app_name = "screen"
urlpatterns = [
    path("", screen.screen, name="screen"),
    path("board/", screen.board, name="board"),
    path("table/", screen.table, name="table"),
]
