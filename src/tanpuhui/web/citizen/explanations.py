"""What a citizen can do about an act that was not counted."""

ADVICE = {
    "overlap": (
        "如果两次确实不是同一次，请联系场景企业核对时间和里程。",
        "场景企业更正后重新发来，平台会自动重新核算，不用您再做什么。",
    ),
    "cap": (
        "上限是为了公平，超出的部分不计入，不需要处理。",
        "到下一个周期会重新从零算起。",
    ),
    "act.no_reduction": (
        "这次按公式算下来没有产生减排量，记录仍然保留。",
        "可以看看场景的规则，了解怎样的行为会计入。",
    ),
    "act.withdrawn": (
        "场景企业撤回了这条记录，原因可向该企业了解。",
        "如果不同意，请联系平台客服。",
    ),
}
OTHERWISE = ("请先核对收到的数据；有不对的地方，请联系场景企业更正，或联系平台客服。",)


def advice(code: str) -> tuple[str, ...]:
    """What to do, by reason code or its first part."""
    return ADVICE.get(code) or ADVICE.get(code.partition(".")[0]) or OTHERWISE
