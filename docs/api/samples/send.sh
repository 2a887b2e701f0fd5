#!/usr/bin/env bash
# 用 curl 和 openssl 向碳普惠平台报送一条乘车记录（HMAC-SHA256，RFC 9421）。
#   export TANPUHUI_URL=https://平台地址/sandbox   正式报送去掉 /sandbox
#   export TANPUHUI_KEY=密钥编号 TANPUHUI_SECRET=密文
set -euo pipefail

batch_no="${1:-demo-$(date +%s)}"
occurred_at="${2:-$(TZ=Asia/Shanghai date -d '1 hour ago' +%Y-%m-%dT%H:%M:%S+08:00)}"

body='{"batch_no":"'$batch_no'","records":[{"item_no":"'$batch_no'-1","subject":"test-1","scenario":"travel/metro","occurred_at":"'$occurred_at'","quantities":{"distance":12.5}}]}'

# 签名用的路径：网址里主机之后的部分
host_and_base="${TANPUHUI_URL#*://}"
base_path="${host_and_base#"${host_and_base%%/*}"}"
path="${base_path%/}/api/v1/batches"

# 1. 对实际发送的字节计算摘要
digest="sha-256=:$(printf '%s' "$body" | openssl dgst -sha256 -binary | base64 -w0):"

# 2. 签名参数：时间（Unix 秒）、密钥编号、随机数
created="$(date +%s)"
nonce="$(openssl rand -hex 16)"
params="(\"@method\" \"@path\" \"content-type\" \"content-digest\");created=$created;keyid=\"$TANPUHUI_KEY\";nonce=\"$nonce\""

# 3. 签名原文：每行一个分量，换行连接，末行没有换行
base="$(printf '"@method": POST\n"@path": %s\n"content-type": application/json\n"content-digest": %s\n"@signature-params": %s' \
  "$path" "$digest" "$params")"

# 4. 密文的文字本身就是密钥，不要做十六进制解码
signature="$(printf '%s' "$base" | openssl dgst -sha256 -hmac "$TANPUHUI_SECRET" -binary | base64 -w0)"

curl --silent --show-error --fail-with-body "${TANPUHUI_URL%/}/api/v1/batches" \
  -H "Content-Type: application/json" \
  -H "Content-Digest: $digest" \
  -H "Signature-Input: sig1=$params" \
  -H "Signature: sig1=:$signature:" \
  --data-binary "$body"
echo
