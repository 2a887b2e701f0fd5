"""Addresses of the providers' pages."""

from django.urls import path

from tanpuhui.web.provider.pages import (
    batches,
    boards,
    corrections,
    documents,
    imports,
    keys,
    mappings,
    reconciliation,
    sandbox,
    start,
)

app_name = "provider"
urlpatterns = [
    path("", start.start, name="start"),
    path("keys/", keys.keys, name="keys"),
    path("keys/new/", keys.issue, name="key_issue"),
    path("keys/<str:key_id>/rotate/", keys.rotate, name="key_rotate"),
    path("keys/<str:key_id>/revoke/", keys.revoke, name="key_revoke"),
    path("sandbox/", sandbox.sandbox, name="sandbox"),
    path("debugger/", sandbox.debugger, name="debugger"),
    path("documents/", documents.documents, name="documents"),
    path("documents/samples/<str:name>", documents.sample, name="sample"),
    path("documents/<slug:name>/", documents.document, name="document"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<str:token>/", imports.one, name="import"),
    path("imports/<str:token>/run/", imports.run, name="import_run"),
    path("imports/<str:token>/stop/", imports.stop, name="import_stop"),
    path("imports/<str:token>/delete/", imports.delete, name="import_delete"),
    path("imports/<str:token>/mended/", imports.mended, name="import_mended"),
    path("imports/<str:token>/refused.csv", imports.refused, name="import_refused"),
    path("imports/<str:token>/mapping/", mappings.edit, name="mapping_edit"),
    path("mappings/", mappings.mappings, name="mappings"),
    path("mappings/<str:name>/", mappings.one, name="mapping"),
    path("mappings/<str:name>/delete/", mappings.delete, name="mapping_delete"),
    path("batches/", batches.batches, name="batches"),
    path("batches/<str:token>/", batches.batch, name="batch"),
    path("batches/<str:token>/refusals.<str:form>", batches.refusals_file, name="refusals_file"),
    path("corrections/", corrections.corrections, name="corrections"),
    path("reconciliation/", reconciliation.reconciliation, name="reconciliation"),
    path("reconciliation/statement/", reconciliation.statement, name="statement"),
    path("reconciliation/rows/", reconciliation.rows, name="rows"),
    path("reconciliation/items/", reconciliation.items, name="items"),
    path("reconciliation/month.<str:form>", reconciliation.month_file, name="month_file"),
    path("consents/", boards.consents, name="consents"),
    path("service/", boards.service, name="service"),
]
