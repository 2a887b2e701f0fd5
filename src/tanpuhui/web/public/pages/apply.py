"""An organisation asks to take part, and follows its application."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from tanpuhui.domain.parties import services, staffing
from tanpuhui.domain.parties.data import ApplicationForm
from tanpuhui.kernel import actors, cityrules, limits
from tanpuhui.kernel.errors import DomainError
from tanpuhui.web.shared import errors, uploads, visitors

BY_ADDRESS = limits.Limit("apply", at_once=5, refill_s=1800)
KINDS = (
    ("provider", "场景企业：提供低碳行为数据"),
    ("merchant", "激励商户：提供权益"),
    ("verifier", "核证机构"),
    ("finance", "金融机构"),
    ("buyer", "采购单位：消纳减排量"),
    ("enterprise", "小微企业：申报减排项目"),
)
FILES = ("licence", "extra")


class Form(forms.Form):
    """What is asked of an organisation."""

    kind = forms.ChoiceField(label="申请类型", choices=KINDS)
    title = forms.CharField(
        label="单位名称",
        max_length=120,
        help_text="与营业执照一致。",
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    credit_code = forms.CharField(
        label="统一社会信用代码", max_length=24, help_text="18 位，见营业执照。"
    )
    scenarios = forms.MultipleChoiceField(
        label="要接入的场景",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="只有场景企业需要选。",
    )
    contact = forms.CharField(
        label="联系人", max_length=40, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = forms.CharField(
        label="联系电话",
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    email = forms.EmailField(
        label="电子邮箱", widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    licence = forms.FileField(
        label="营业执照或法人证书",
        required=False,
        help_text="PDF、JPG 或 PNG，不超过 10 MB。重新提交时可不再上传。",
    )
    extra = forms.FileField(label="其他材料（可不传）", required=False, help_text="同上。")
    remark = forms.CharField(
        label="补充说明（可不填）",
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.id, one.title) for one in cityrules.pack().scenarios.values()]
        scenarios = self.fields["scenarios"]
        assert isinstance(scenarios, forms.MultipleChoiceField)
        scenarios.choices = choices
        for field in self.fields.values():
            field.error_messages["required"] = f"请填写{field.label}。"

    def clean_credit_code(self) -> str:
        """Upper case, without spaces."""
        return str(self.cleaned_data["credit_code"]).replace(" ", "").upper()

    def filled(self) -> ApplicationForm:
        """For the service."""
        data = self.cleaned_data
        return ApplicationForm(
            kind=data["kind"],
            title=data["title"],
            credit_code=data["credit_code"],
            contact=data["contact"],
            phone=data["phone"],
            email=data["email"],
            scenarios=tuple(data["scenarios"]),
            remark=data["remark"],
        )


@never_cache
def apply(request: HttpRequest) -> HttpResponse:
    """A new application."""
    return _form(request, "")


@never_cache
def application(request: HttpRequest, token: str) -> HttpResponse:
    """How an application stands; a returned one can be changed and handed in again."""
    view = staffing.application_by_token(services.token_mac(token))
    if view is None:
        raise Http404
    if view.state == "returned":
        return _form(request, token, initial=view)
    return render(request, "public/application.html", {"application": view})


def _form(request: HttpRequest, token: str, initial: Any = None) -> HttpResponse:
    start = {}
    if initial is not None:
        start = {name: getattr(initial.form, name) for name in ApplicationForm.__annotations__}
    form = Form(request.POST or None, request.FILES or None, initial=start)
    if request.method == "POST" and uploads.is_too_large(request):
        form.add_error(None, "上传的文件太大，单份不能超过 10 MB。")
    elif request.method == "POST" and form.is_valid():
        if wait_s := limits.take(BY_ADDRESS, visitors.address(request)):
            return errors.too_many(request, wait_s)
        files = [uploads.uploaded(request, name) for name in FILES]
        try:
            kept = services.application_submit(
                actor=actors.visitor(),
                form=form.filled(),
                documents=[file.read() for file in files if file is not None],
                token=token,
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            return redirect("public:application", kept)
    context = {"form": form, "returned": initial}
    return render(request, "public/apply.html", context)
