"""Refusals of whole requests: code, HTTP status, and the sentence that a partner reads."""

from typing import Any

from tanpuhui.kernel.errors import DomainError

CODES: dict[str, tuple[int, str]] = {
    "signature.missing": (
        401,
        "请求没有签名：缺少 Signature 或 Signature-Input 请求头。请按 RFC 9421 签名后重发。",
    ),
    "signature.malformed": (
        401,
        "签名头写法不合规。请按接口文档的签名范围与参数重新签名。",
    ),
    "signature.unknown_key": (
        401,
        "密钥编号不存在或已停用。请核对 keyid，或向平台运营机构申领新密钥。",
    ),
    "signature.sandbox_key": (
        401,
        "这是沙箱密钥，不能报送正式数据。请改用正式密钥，或把地址改为 /sandbox/api/v1/。",
    ),
    "signature.stale": (
        401,
        "签名时间与平台时间相差超过五分钟。请校准服务器时钟后重新签名。",
    ),
    "signature.replayed": (
        401,
        "这个随机数（nonce）已经用过，请求被视为重放。重发时请换新的随机数并重新签名。",
    ),
    "signature.digest_mismatch": (
        401,
        "正文与 Content-Digest 不一致。请对实际发送的字节（压缩后）计算摘要后重新签名。",
    ),
    "signature.invalid": (
        401,
        "签名验证不通过。请核对密钥、签名算法与签名原文。",
    ),
    "rate.limited": (
        429,
        "调用过于频繁，已超过本机构的限额。请按 Retry-After 等待后重试，或把多条记录合成一批。",
    ),
    "request.length_required": (
        411,
        "请求没有 Content-Length，平台不接收分块传输。请带上正文长度后重发。",
    ),
    "request.too_large": (
        413,
        "正文超过大小上限，未予接收。请拆成多个批次，或先压缩（gzip）。",
    ),
    "request.expands_too_much": (
        413,
        "正文解压后超过大小上限，未予接收。请拆成多个批次。",
    ),
    "request.cut_short": (
        400,
        "收到的正文比 Content-Length 短，连接可能中断。请用原批次号重发。",
    ),
    "request.gzip_broken": (
        400,
        "正文不是完整的 gzip 数据，可能在传输中被截断。请重新压缩后用原批次号重发。",
    ),
    "request.encoding_unsupported": (
        415,
        "不支持这种压缩方式。请用 gzip，或不压缩。",
    ),
    "request.media_type_unsupported": (
        415,
        "不支持这种正文类型。请用 application/json 或 application/x-ndjson。",
    ),
    "request.not_utf8": (
        400,
        "正文不是 UTF-8 编码。请改用 UTF-8 编码后重发。",
    ),
    "request.not_json": (
        400,
        "正文不是合法的 JSON（NaN、Infinity、多余逗号等都不合法）。请按给出的位置修正后重发。",
    ),
    "request.too_deep": (
        400,
        "JSON 嵌套层数过多，未予接收。请按接口文档的结构发送。",
    ),
    "request.wrong_shape": (
        422,
        "正文结构与接口约定不符。请按给出的位置修正后重发。",
    ),
    "request.bad_parameter": (
        422,
        "请求参数不合规。请按给出的参数名与原因修正后重发。",
    ),
    "request.not_found": (404, "没有这个接口地址。请核对地址与版本号。"),
    "request.method_not_allowed": (405, "这个地址不支持该请求方法。请核对接口文档。"),
    "request.failed": (
        500,
        "平台处理出错，本次请求没有生效。请稍后用原批次号重试；如仍失败，请把请求编号告知客服。",
    ),
    "request.unavailable": (
        503,
        "平台暂时不可用，本次请求没有生效。请按 Retry-After 等待后用原批次号重试。",
    ),
    "batch.number_missing": (
        422,
        "缺少批次号。请在正文的 batch_no，或 NDJSON 的查询参数 batch_no 中给出。",
    ),
    "batch.number_malformed": (
        422,
        "批次号只能由 1 至 64 个字母、数字与 . _ - 组成。请换一个批次号。",
    ),
    "batch.empty": (422, "批次中没有记录。请至少发送一条记录。"),
    "batch.too_many_records": (
        413,
        "一个批次最多 10000 条记录，本批未予接收。请拆成多个批次。",
    ),
    "batch.not_found": (404, "没有这个批次号的批次。请核对批次号。"),
    "record.not_found": (404, "没有这个单号的记录。请核对单号。"),
    "consent.missing_for_purpose": (
        403,
        "用户没有授权这项用途（查询余额或兑换权益）。请先取得用户同意，并以该用途上报授权。",
    ),
    "subject.not_found": (
        404,
        "没有这个用户标识的授权记录。请先请用户在平台绑定并授权。",
    ),
}


class RequestRefused(DomainError):
    """A request that is refused as a whole; nothing of it was kept."""

    def __init__(self, code: str, **detail: Any) -> None:
        self.status, sentence = CODES[code]
        self.code = code
        super().__init__(sentence, **detail)
