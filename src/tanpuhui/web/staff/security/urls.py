"""The pages of django-allauth that we use, under the names by which it knows them.

Sign-up, e-mail and password-reset pages are left out on purpose: staff come by invitation.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path
from django.views.generic import RedirectView

urlpatterns = [
    path("login/", RedirectView.as_view(pattern_name="public:login"), name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("again/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("second/", mfa.authenticate, name="mfa_authenticate"),
    path("second/again/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("second/methods/", RedirectView.as_view(pattern_name="staff:home"), name="mfa_index"),
    path("second/totp/", totp.activate_totp, name="mfa_activate_totp"),
    path("second/totp/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("second/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("second/codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("second/passkeys/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("second/passkeys/add/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path(
        "second/passkeys/again/",
        webauthn.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("second/passkeys/<int:pk>/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path("second/passkeys/<int:pk>/remove/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
]
