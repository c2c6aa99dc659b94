// Claims: of whom, for whom, from when until when, and as what JSON.

const HEAD = { alg: "RS256", kid: "rsa" };

export async function claims(issuer, add) {
  const { now } = issuer;
  const sign = (changed) => issuer.bent(HEAD, issuer.claims(changed));
  const all = (odd, expect, entries) => {
    for (const [name, value] of entries) {
      for (const one of Array.isArray(value) && value.several ? value : [value]) {
        add(odd, `${name} ${JSON.stringify(one) ?? "absent"}`, sign({ [name]: one }), expect);
      }
    }
  };
  const each = (name, values) => values.map((value) => [name, value]);

  all("issuer", "jwt.unknown_issuer", each("iss", [
    "https://login.test/", "https://login.tes", "https://login.test.evil.test", "HTTPS://login.test", "https://Login.test",
    "http://login.test", "login.test", " https://login.test", "", undefined,
  ]));
  all("claim-type", "jwt.malformed", each("iss", [7, null, ["https://login.test"], {}, true]));

  add("none", "aud in a list", sign({ aud: ["x", "shop"] }), "permit");
  all("audience", "jwt.wrong_audience", each("aud", [
    "shop2", "sho", "SHOP", " shop", "shop other", "shop,other", "", [], [""], ["x", "y"], undefined,
  ]));
  all("audience-spelling", "jwt.wrong_audience", each("aud", ["shop/", "https://shop", "http://shop/", ["https://shop/"]]));
  all("claim-type", "jwt.malformed", each("aud", [7, null, ["shop", 7], [["shop"]], { shop: true }, true]));

  all("none", "permit", each("exp", [now + 600.5, now - 20, 9007199254740991]));
  all("expired", "jwt.expired", each("exp", [now - 90, now - 90.5, 0, 1]));
  all("date-type", "jwt.malformed", each("exp", [
    `${now + 600}`, "4000000000", null, true, [now + 600], {}, -1, -4000000000, 9007199254740992,
  ]));
  add("no-exp", "absent", sign({ exp: undefined }), "jwt.malformed");
  all("none", "permit", each("nbf", [now, now + 20, now - 1000.5, 0]));
  all("not-yet-valid", "jwt.not_yet_valid", each("nbf", [now + 120, now + 120.5, 9007199254740991]));
  all("date-type", "jwt.malformed", each("nbf", [`${now}`, null, false, [], -1]));
  all("none", "permit", each("iat", [now + 20, now - 100000, 0, undefined]));
  all("issued-in-future", "jwt.not_yet_valid", each("iat", [now + 120, now + 120.5]));
  all("date-type", "jwt.malformed", each("iat", [`${now}`, null, {}, -1]));

  all("none", "permit", [["sub", undefined], ["sub", ""], ["jti", undefined], ["nonce", "n"], ["name", "\u00e4\u2603\ud83d\ude00"]]);
  for (const name of ["sub", "jti", "nonce"]) {
    all("claim-type", "jwt.malformed", each(name, [7, null, ["a"], {}]));
  }
  add("bound-token", "to a certificate", sign({ cnf: { "x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg0" } }), "jwt.not_bound");
  for (const cnf of [{ jkt: "x" }, { jwk: {} }, { "x5t#S256": "x", jkt: "y" }, {}, null, "x", { "x5t#S256": 7 }]) {
    add("bound-token", JSON.stringify(cnf), sign({ cnf }), "jwt.unsupported");
  }
  texts(issuer, add);
}

// Payloads that are odd as texts, signed as they are.
function texts(issuer, add) {
  const { now } = issuer;
  const honest = JSON.stringify(issuer.claims());
  const open = honest.slice(0, -1);
  const sign = (text) => issuer.bent(HEAD, text);
  for (const [name, text] of [
    ["exp twice", `${open},"exp":${now + 9}}`], ["exp twice, the same", `${open},"exp":${now + 600}}`],
    ["iss twice", `{"iss":"https://evil.test",${honest.slice(1)}`], ["aud twice", `${open},"aud":"other"}`],
    ["sub twice", `{"sub":"mallory",${honest.slice(1)}`], ["sub twice, once escaped", `${open},"\\u0073ub":"mallory"}`],
    ["within a claim", `${open},"roles":{"a":true,"a":false}}`], ["within a list", `${open},"roles":[{"a":1,"a":1}]}`],
  ]) {
    add("duplicate-claim", name, sign(text), "jwt.malformed");
  }
  for (const [name, text] of [
    ["empty", ""], ["list", `[${honest}]`], ["text", JSON.stringify(honest)], ["number", "7"], ["null", "null"], ["true", "true"],
    ["no JSON", "hello"], ["cut", open], ["trailing comma", `${open},}`], ["something behind", `${honest}]`],
    ["two objects", honest + honest], ["byte order mark", `\ufeff${honest}`], ["NUL behind", `${honest}\u0000`],
    ["comment", `${open},/**/"x":1}`], ["NaN", `${open},"x":NaN}`], ["Infinity", `${open},"x":-Infinity}`],
    ["leading zero", honest.replace(`"exp":`, `"exp":0`)], ["leading plus", honest.replace(`"exp":`, `"exp":+`)],
    ["hexadecimal", honest.replace(/"exp":\d+/, '"exp":0x7fffffff')], ["bare fraction", honest.replace(/"exp":\d+/, '"exp":.5e10')],
    ["bad UTF-8", Buffer.concat([Buffer.from(`${open},"x":"`), Buffer.from([0xc3, 0x28]), Buffer.from('"}')])],
    ["half a surrogate", `${open},"x":"\\udc00"}`], ["UTF-16", Buffer.from(honest, "utf16le")],
    ["a raw control character", `${open},"x":"\u0001"}`], ["a number beyond all", `${open},"x":1e400}`],
    ["a token", issuer.bent(HEAD)],
  ]) {
    add("payload-text", name, sign(text), "jwt.malformed");
  }
  const exp = (text) => honest.replace(/"exp":\d+/, `"exp":${text}`);
  for (const [name, text] of [
    ["white space", ` ${honest.replaceAll(",", " ,\n\t")} \r\n`], ["an escaped name", honest.replace('"exp"', '"\\u0065xp"')],
    ["an exponent", exp("4e9")], ["many digits of a fraction", exp(`${now + 600}.${"3".repeat(400)}`)],
    ["a large number elsewhere", `${open},"x":${"9".repeat(300)}}`], ["an empty name", `${open},"":1}`],
    ["a name like a prototype", `${open},"__proto__":{"exp":1}}`],
  ]) {
    add("none", `claims with ${name}`, sign(text), "permit");
  }
  for (const [name, text] of [["1e300", "1e300"], ["2^63", "9223372036854775808"], ["2^64", "18446744073709551616"], ["-2^63", "-9223372036854775808"]]) {
    add("date-type", `exp of ${name}`, sign(exp(text)), "jwt.malformed");
  }
  add("expired", "exp of -0", sign(exp("-0")), "jwt.expired");
  const deep = (depth) => `${open},"x":${"[".repeat(depth)}${"]".repeat(depth)}}`;
  add("none", "claims 15 levels deep", sign(deep(14)), "permit");
  for (const depth of [17, 500, 2500]) add("deep-claims", `${depth} levels`, sign(deep(depth)), "jwt.malformed");
  // Each is read into ten times its bytes and more.
  const many = (count) => `${open},"x":[${Array(count).fill(0).join()}]}`;
  add("none", "claims with 250 values", sign(many(244)), "permit");
  for (const count of [252, 1500]) add("many-values", `${count} and those of the rest`, sign(many(count)), "jwt.malformed");
  // The longest token taken is 8192 bytes.
  const padded = (length) => sign(`${open},"x":"${"x".repeat(length)}"}`);
  const room = Math.floor(((8192 - padded(0).length) * 3) / 4);
  add("none", "just short enough", padded(room - 2), "permit");
  add("too-large", "just too long", padded(room + 3), "jwt.too_large");
  add("too-large", "much too long", padded(20000), "jwt.too_large");
}
