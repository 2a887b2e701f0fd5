"""The OpenAPI document: ninja's paths, and the shapes of the msgspec structs that really decode."""

from typing import Any

import msgspec

from tanpuhui.httpapi import answers, records
from tanpuhui.httpapi.receiving import JSON, LINES

REF = "#/components/schemas/{name}"

DESCRIPTION = """场景企业向城市碳账本报送低碳行为的接口。

**签名**：每个请求按 RFC 9421 签名，算法 `hmac-sha256`、`hmac-sm3` 或 `ed25519`（申领密钥时确定）。
签名范围须含 `@method`、`@path`；有查询参数时含 `@query`；
有正文时含 `content-digest` 与 `content-type`。
签名参数须含 `created`（Unix 秒，前后五分钟内有效）、`keyid`、`nonce`（8 至 128 个字符，每次不同）。
`Content-Digest` 按 RFC 9530 对实际发送的字节（压缩后）计算，`sha-256` 或 `sm3`。

**重发**：超时或断线时，用原批次号、原内容重发（换新的 `nonce`）；同号同内容只计一次，得到首次结果。
单号相同而内容不同的记录返回 `conflict`，原记录不变；更正请用更正接口。

**沙箱**：同样的地址前加 `/sandbox`，检查、核算、回执都相同，做完即撤销；
`test-` 开头的用户标识在沙箱里视为已绑定并授权。

**限度**：一批至多 10000 条；正文（压缩后）至多 20 MB，解压后至多 64 MB；
支持 `Content-Encoding: gzip`。
超过调用限额时返回 429 与 `Retry-After`。

**不接收**：轨迹、坐标、站点；只收里程、时长、数量等场景约定的数据项。

**单位**：减排量为毫克二氧化碳当量（整数），积分为整数；二者互不换算。
"""

SECURITY = {
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "Signature",
        "description": "RFC 9421 HTTP Message Signatures，另需 Signature-Input 与 Content-Digest。",
    }
}


def shape(struct: type) -> dict[str, Any]:
    """A reference to a struct's schema."""
    return {"$ref": REF.format(name=struct.__name__)}


def schemas(structs: list[type]) -> dict[str, Any]:
    """The schemas of all structs that the document refers to."""
    _, components = msgspec.json.schema_components(structs, ref_template=REF)
    return {name: components[name] for name in sorted(components)}


def operation(
    *,
    request: dict[str, type] | None = None,
    response: type,
    refusals: tuple[int, ...] = (),
) -> dict[str, Any]:
    """The part of an operation that ninja cannot know, because msgspec decodes and encodes.

    Args:
        request: media type → struct.
        response: of status 200.
        refusals: further statuses; 401, 429 and 500 are always there.
    """
    described: dict[str, Any] = {
        "responses": {
            200: {"description": "成功", "content": {JSON: {"schema": shape(response)}}},
            **{
                status: {
                    "description": REFUSALS[status],
                    "content": {JSON: {"schema": shape(answers.Refusal)}},
                }
                for status in sorted({401, 429, 500, *refusals})
            },
        },
        "security": [{"signature": []}],
    }
    if request:
        described["requestBody"] = {
            "required": True,
            "content": {media: {"schema": shape(struct)} for media, struct in request.items()},
        }
    return described


REFUSALS = {
    400: "正文无法读取",
    401: "签名缺失、过期、重放或不正确",
    403: "无权限",
    404: "没有找到",
    409: "与已有数据冲突",
    411: "缺少正文长度",
    413: "正文过大或记录过多",
    415: "不支持的类型或压缩方式",
    422: "内容不合约定",
    429: "调用过于频繁",
    500: "平台处理出错",
}
BODY_REFUSALS = (400, 411, 413, 415, 422)
BATCH_MEDIA: dict[str, type] = {JSON: records.Batch, LINES: records.Record}
