"""向碳普惠平台报送一条乘车记录。只用标准库（HMAC-SHA256，RFC 9421）。

    export TANPUHUI_URL=https://平台地址/sandbox   # 正式报送去掉 /sandbox
    export TANPUHUI_KEY=密钥编号 TANPUHUI_SECRET=密文
    python3 send.py

平台仓库里的 src/tanpuhui/httpapi/client.py 是完整的客户端，另有 SM3、Ed25519、压缩和撤回。
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

URL = os.environ["TANPUHUI_URL"].rstrip("/") + "/api/v1/batches"
KEY, SECRET = os.environ["TANPUHUI_KEY"], os.environ["TANPUHUI_SECRET"]


def signed_headers(method: str, url: str, body: bytes) -> dict[str, str]:
    """签名所需的请求头。"""
    # 1. 对实际发送的字节计算摘要
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    headers = {"Content-Type": "application/json", "Content-Digest": f"sha-256=:{digest}:"}
    # 2. 签名参数：时间（Unix 秒）、密钥编号、每次不同的随机数
    params = (
        '("@method" "@path" "content-type" "content-digest")'
        f';created={int(time.time())};keyid="{KEY}";nonce="{secrets.token_hex(16)}"'
    )
    # 3. 签名原文：每行一个分量，换行连接，末行没有换行
    base = "\n".join(
        [
            f'"@method": {method}',
            f'"@path": {urlsplit(url).path}',
            f'"content-type": {headers["Content-Type"]}',
            f'"content-digest": {headers["Content-Digest"]}',
            f'"@signature-params": {params}',
        ]
    )
    # 4. 密文的文字本身就是密钥，不要做十六进制解码
    mac = hmac.new(SECRET.encode(), base.encode(), hashlib.sha256).digest()
    signature = base64.b64encode(mac).decode()
    return headers | {"Signature-Input": f"sig1={params}", "Signature": f"sig1=:{signature}:"}


def main() -> None:
    """报送一条，打印回执。"""
    batch_no = sys.argv[1] if len(sys.argv) > 1 else f"demo-{int(time.time())}"
    hour_ago = datetime.now(timezone(timedelta(hours=8))) - timedelta(hours=1)
    occurred_at = sys.argv[2] if len(sys.argv) > 2 else hour_ago.isoformat(timespec="seconds")
    record = {
        "item_no": f"{batch_no}-1",
        "subject": "test-1",
        "scenario": "travel/metro",
        "occurred_at": occurred_at,
        "quantities": {"distance": 12.5},
    }
    body = json.dumps({"batch_no": batch_no, "records": [record]}).encode()
    request = urllib.request.Request(URL, body, signed_headers("POST", URL, body), method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            answer = json.load(response)
    except urllib.error.HTTPError as error:
        sys.exit(f"HTTP {error.code}: {error.read().decode()}")
    for receipt in answer["receipts"]:
        print(receipt["item_no"], receipt["status"], receipt["reduction_mg"], receipt["message"])


if __name__ == "__main__":
    main()
