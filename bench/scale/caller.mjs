// The caller of the measured requests: an X509-SVID of its own, made with openssl as this runs.

import { execFileSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a proxy says of a connection whose client presented the SVID of this ID. */
export function connection(id) {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-bench-"));
  try {
    const [config, key, pem] = ["config", "key", "pem"].map((name) => join(folder, name));
    writeFileSync(config, `
      [req]
      distinguished_name = subject
      x509_extensions = svid
      prompt = no
      [subject]
      O = bench
      [svid]
      basicConstraints = critical,CA:FALSE
      keyUsage = critical,digitalSignature
      subjectAltName = URI:${id}
    `);
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    const made = ["req", "-x509", ...curve, "-keyout", key, "-out", pem, "-config", config, "-days", "30"];
    execFileSync("openssl", made, { stdio: "pipe" });
    const text = readFileSync(pem, "utf8");
    const digest = createHash("sha256").update(new X509Certificate(text).raw).digest("hex");
    return new Map([
      ["connection\0mtls", Uint8Array.of(1)],
      ["connection\0sha256_peer_certificate_digest", Buffer.from(digest)],
      ["connection\0peer_certificate", Buffer.from(encodeURIComponent(text))],
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
