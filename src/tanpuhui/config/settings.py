"""Django settings; every value from outside is read through `env` and described in docs."""

from tanpuhui.config import env, keys, sign_in
from tanpuhui.kernel import postgres

HOME = env.home()
HOME.mkdir(parents=True, exist_ok=True)
(HOME / "static").mkdir(exist_ok=True)  # whitenoise warns where it is missing

DEBUG = False
PRODUCTION = env.flag("TANPUHUI_PRODUCTION", default=False)
DEMO = env.flag("TANPUHUI_DEMO", default=False) and not PRODUCTION
DEVELOPER = env.flag("TANPUHUI_DEVELOPER", default=False) and not PRODUCTION
SECRETS = keys.load(HOME / "keys.json", required=PRODUCTION)
SECRET_KEY = SECRETS.session
PROXIES = int(env.text("TANPUHUI_PROXIES", "0"))
ALLOWED_HOSTS = env.names("TANPUHUI_HOSTS", "localhost,127.0.0.1,[::1],testserver")
PACK = env.text("TANPUHUI_PACK", str(env.PROJECT / "packs" / "hefei"))

_url = env.text("DATABASE_URL", "")
_connection = env.database_from_url(_url) if _url else postgres.start(HOME / "postgres")
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _connection["dbname"],
        "USER": _connection["user"],
        "PASSWORD": _connection.get("password", ""),
        "HOST": _connection["host"],
        "PORT": _connection["port"],
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"server_side_binding": False, "prepare_threshold": 5},
        "TEST": {"NAME": env.text("TANPUHUI_TEST_DATABASE", "test_tanpuhui")},
    }
}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "tanpuhui.kernel",
    "tanpuhui.domain.parties",
    "tanpuhui.domain.notify",
    "tanpuhui.domain.ledger",
    "tanpuhui.domain.methodology",
    "tanpuhui.domain.scenarios",
    "tanpuhui.domain.intake",
    "tanpuhui.domain.supervision",
    "tanpuhui.domain.insight",
    "tanpuhui.httpapi",
    "tanpuhui.web",  # before allauth, whose templates ours replace
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "tanpuhui.web.citizen.city_apps",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tanpuhui.web.middleware.PageCompression",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tanpuhui.web.middleware.session_limits",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tanpuhui.web.shared.language.reader_language",
    "tanpuhui.web.middleware.content_security_policy",
]

ROOT_URLCONF = "tanpuhui.config.urls"
WSGI_APPLICATION = "tanpuhui.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tanpuhui.web.context.platform",
            ],
            "builtins": ["tanpuhui.web.templatetags.tph", "django.templatetags.i18n"],
        },
    }
]

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["tanpuhui.config.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": HOME / "files"},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if env.flag("TANPUHUI_COLLECTED_STATIC", default=PRODUCTION)
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = False

AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/login/"
CSRF_FAILURE_VIEW = "tanpuhui.web.shared.errors.csrf_failure"

# City apps whose people may sign in; see docs/sign-in.md.
SIGN_IN_SERVICES = sign_in.load(HOME / "sign-in.json")
# Second factors come from django-allauth; names, passwords and lock-out are our own pages.
ACCOUNT_ADAPTER = "tanpuhui.web.staff.adapters.StaffAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_RATE_LIMITS = {"login_failed": "10/15m/key"}
SOCIALACCOUNT_ADAPTER = "tanpuhui.web.citizen.city_apps.adapter.CityAppAdapter"
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = ""
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = sign_in.providers(SIGN_IN_SERVICES)
MFA_ADAPTER = "tanpuhui.web.staff.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "tanpuhui.web.staff.forms.SecondFactorForm",
    "reauthenticate": "tanpuhui.web.staff.forms.SecondFactorAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
IDENTITY_CHECKER = env.text(
    "TANPUHUI_IDENTITY_CHECKER", "tanpuhui.domain.parties.services.identity.TestChecker"
)
# Short messages and e-mails go to this gateway; without one they are printed.
NOTIFY_URL = env.web_address("TANPUHUI_NOTIFY_URL")
NOTIFY_KEY = env.text("TANPUHUI_NOTIFY_KEY", "")
NOTIFY_IN_BACKGROUND = env.flag("TANPUHUI_NOTIFY_IN_BACKGROUND", default=True)
STAFF_IDLE_S = 30 * 60
STAFF_SESSION_S = 8 * 3600
# Used second-factor codes are remembered here, for all processes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "kernel_cache",
    }
}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION
# Whoever ends TLS in front says so; without a trusted proxy anybody could claim it.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES else None
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024
# Files that providers bring by browser.
UPLOAD_BYTES_MAX = int(env.text("TANPUHUI_UPLOAD_MB", "200")) << 20
FILE_UPLOAD_HANDLERS = ["tanpuhui.web.shared.uploads.LimitedFiles"]
DOCUMENTS = env.PROJECT / "docs"
# Explains signatures on the providers' pages; named here because rooms beside each other do not
# import each other.
SIGNATURE_EXAMINER = "tanpuhui.httpapi.examination.examine"
# A provider's allowance at the HTTP doors: calls a second in the long run, and in one burst.
API_CALLS_PER_SECOND = int(env.text("TANPUHUI_API_CALLS_PER_SECOND", "200"))
API_CALLS_AT_ONCE = int(env.text("TANPUHUI_API_CALLS_AT_ONCE", "400"))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "tanpuhui.kernel.logs.Masking",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("TANPUHUI_LOG", "WARNING")},
}
