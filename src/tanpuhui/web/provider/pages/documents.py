"""接口文档: the repository's own documents and samples, as pages."""

from django.http import Http404, HttpRequest, HttpResponse

from tanpuhui.web.provider import frame, reader
from tanpuhui.web.shared.guards import Provider, provider_only


@provider_only
def documents(request: HttpRequest, provider: Provider) -> HttpResponse:
    """What there is to read."""
    return frame.show(
        request,
        provider,
        "documents.html",
        "documents",
        documents=reader.DOCUMENTS.values(),
        samples=reader.SAMPLES.values(),
    )


@provider_only
def document(request: HttpRequest, provider: Provider, name: str) -> HttpResponse:
    """One document."""
    if name not in reader.DOCUMENTS:
        raise Http404
    return frame.show(
        request,
        provider,
        "document.html",
        "documents",
        document=reader.DOCUMENTS[name],
        content=reader.rendered(name),
        samples=reader.samples() if name == "quickstart" else (),
    )


@provider_only
def sample(request: HttpRequest, provider: Provider, name: str) -> HttpResponse:
    """One sample as a file."""
    del request, provider
    if name not in reader.SAMPLES:
        raise Http404
    return HttpResponse(
        reader.path_of_sample(name).read_bytes(),
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
