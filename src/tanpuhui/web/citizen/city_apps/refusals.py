"""Why a sign-in through a city app did not come about. No Django app is needed to read this."""

import re

from django.core.exceptions import PermissionDenied

from tanpuhui.kernel.errors import DomainError

WHY_LENGTH_MAX = 60


class SignInRefused(DomainError, PermissionDenied):
    """The app did not confirm who somebody is; django-allauth knows it as a denied permission.

    Attributes:
        sentence: for the person; `{app}` is the app's name.
        why: for the log: the far side's own code, or what was missing; never personal.
    """

    code = "sign_in.service"
    status = 403
    sentence = "“{app}”没有确认您的身份，可能是取消了授权或等待太久。请再试一次，或改用手机号登录。"

    def __init__(self, why: str = "") -> None:
        super().__init__(self.sentence)
        self.why = re.sub(r"[^\w.,:\- ]", "", why)[:WHY_LENGTH_MAX]


class StateLost(SignInRefused):
    """Nobody in this browser asked for this answer, or it was used before."""

    code = "sign_in.state_lost"
    sentence = (
        "这次登录已经用过、隔得太久，或是在另一个窗口、另一个浏览器里开始的。"
        "请从登录页重新开始；若已在别的窗口登录，直接打开首页即可。"
    )


class CodeSpent(SignInRefused):
    """The app says that its code was used or has outlived."""

    code = "sign_in.code_spent"
    sentence = "“{app}”的授权已经用过或已过期。请回到登录页，再点一次登录。"


class VirtualPerson(SignInRefused):
    """WeChat shows a snapshot of the page and lends it a person that does not exist."""

    code = "sign_in.virtual_person"
    sentence = (
        "“{app}”正以快照方式显示本页，给出的不是您本人的身份。"
        "请先轻触页面底部的“使用完整服务”，再登录；或改用手机号登录。"
    )


class ServiceAway(SignInRefused):
    """The app's server cannot be reached, is too slow, or says that it is busy."""

    code = "sign_in.service_away"
    status = 503
    sentence = "“{app}”暂时没有回应，没有登录成功。请过几分钟再试，或改用手机号登录。"


class ServiceDeclined(SignInRefused):
    """The app refuses the platform itself: its id, secret, signature or permissions."""

    code = "sign_in.service_declined"
    status = 502
    sentence = "本平台与“{app}”的对接出了问题，已经记录。请先改用手机号登录。"


class AnswerUnclear(SignInRefused):
    """The app's answer cannot be read, or lacks the number of the person."""

    code = "sign_in.answer_unclear"
    status = 502
    sentence = "“{app}”的答复无法辨认，没有登录成功。请再试一次，或改用手机号登录。"


class AnswerForged(SignInRefused):
    """The signature of the app's answer does not hold."""

    code = "sign_in.answer_forged"
    status = 502
    sentence = "“{app}”的答复没有通过验签，为了安全没有登录。请改用手机号登录。"
