"""Addresses of the providers' pages."""

from django.urls import path

from tanpuhui.web.provider.pages import batches, reconciliation

app_name = "provider"
urlpatterns = [
    path("", batches.batches, name="batches"),
    path("batches/<int:batch_id>/", batches.batch, name="batch"),
    path("batches/<int:batch_id>/refusals.csv", batches.refusals_file, name="refusals_file"),
    path("reconciliation/", reconciliation.reconciliation, name="reconciliation"),
]
