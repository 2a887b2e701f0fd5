// 向碳普惠平台报送一条乘车记录（HMAC-SHA256，RFC 9421）。JDK 11 起，不需要第三方库。
//   export TANPUHUI_URL=https://平台地址/sandbox   正式报送去掉 /sandbox
//   export TANPUHUI_KEY=密钥编号 TANPUHUI_SECRET=密文
//   java Send.java
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Send {
    public static void main(String[] given) throws Exception {
        String key = System.getenv("TANPUHUI_KEY");
        String secret = System.getenv("TANPUHUI_SECRET");
        URI uri = URI.create(System.getenv("TANPUHUI_URL").replaceAll("/$", "") + "/api/v1/batches");
        long now = System.currentTimeMillis() / 1000;
        String batchNo = given.length > 0 ? given[0] : "demo-" + now;
        String occurredAt = given.length > 1 ? given[1]
            : OffsetDateTime.now(ZoneOffset.ofHours(8)).minusHours(1).truncatedTo(ChronoUnit.SECONDS).toString();
        String body = "{\"batch_no\":\"" + batchNo + "\",\"records\":[{\"item_no\":\"" + batchNo
            + "-1\",\"subject\":\"test-1\",\"scenario\":\"travel/metro\",\"occurred_at\":\"" + occurredAt
            + "\",\"quantities\":{\"distance\":12.5}}]}";
        byte[] sent = body.getBytes(StandardCharsets.UTF_8);

        // 1. 对实际发送的字节计算摘要
        String digest = "sha-256=:" + base64(MessageDigest.getInstance("SHA-256").digest(sent)) + ":";
        // 2. 签名参数：时间（Unix 秒）、密钥编号、每次不同的随机数
        String params = "(\"@method\" \"@path\" \"content-type\" \"content-digest\");created=" + now
            + ";keyid=\"" + key + "\";nonce=\"" + UUID.randomUUID() + "\"";
        // 3. 签名原文：每行一个分量，换行连接，末行没有换行
        String base = "\"@method\": POST\n"
            + "\"@path\": " + uri.getRawPath() + "\n"
            + "\"content-type\": application/json\n"
            + "\"content-digest\": " + digest + "\n"
            + "\"@signature-params\": " + params;
        // 4. 密文的文字本身就是密钥，不要做十六进制解码
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        String signature = base64(mac.doFinal(base.getBytes(StandardCharsets.UTF_8)));

        HttpRequest request = HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .header("Content-Digest", digest)
            .header("Signature-Input", "sig1=" + params)
            .header("Signature", "sig1=:" + signature + ":")
            .POST(HttpRequest.BodyPublishers.ofByteArray(sent))
            .build();
        HttpResponse<String> answer = HttpClient.newHttpClient()
            .send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        System.out.println(answer.body());
        if (answer.statusCode() != 200) {
            System.exit(1);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
