// How a request carries its token (RFC 6750 §2).

export async function requests(issuer, add) {
  const token = await issuer.sign("RS256");
  const carries = (odd, name, headers, expect, query = "") => add(odd, name, token, expect, { headers, query });
  const one = (odd, value, expect) => carries(odd, value.replaceAll(token, "TOKEN"), [["authorization", value]], expect);
  one("scheme-case", `bearer ${token}`, "permit");
  one("scheme-case", `BEARER ${token}`, "permit");
  one("white-space-around", `Bearer   ${token}`, "permit");
  one("white-space-around", `Bearer ${token}   `, "permit");
  one("no-token", "Bearer", "jwt.malformed");
  one("no-token", "Bearer ", "jwt.malformed");
  one("other-credential", `Bearer${token}`, "jwt.missing");
  one("other-credential", `Bearer:${token}`, "jwt.missing");
  one("other-credential", `DPoP ${token}`, "jwt.missing");
  one("other-credential", `Basic ${token}`, "jwt.missing");
  one("other-credential", token, "jwt.missing");
  one("other-credential", `Token Bearer ${token}`, "jwt.missing");
  one("something-behind", `Bearer ${token} x`, "jwt.malformed");
  one("something-behind", `Bearer ${token};x=1`, "jwt.malformed");
  one("something-behind", `Bearer ${token}"`, "jwt.malformed");
  one("something-before", `Bearer "${token}"`, "jwt.malformed");
  one("something-before", `Bearer token=${token}`, "jwt.malformed");
  one("several-tokens", `Bearer ${token}, Bearer ${token}`, "jwt.several_tokens");
  one("several-tokens", `Bearer ${token},Basic YTpi`, "jwt.several_tokens");
  one("several-tokens", `Bearer ${token},`, "jwt.several_tokens");
  const bearer = ["authorization", `Bearer ${token}`];
  carries("several-tokens", "the header twice", [bearer, bearer], "jwt.several_tokens");
  carries("several-tokens", "a bad one first", [["authorization", "Bearer x"], bearer], "jwt.several_tokens");
  carries("several-tokens", "a bad one behind", [bearer, ["authorization", "Bearer x"]], "jwt.several_tokens");
  carries("several-tokens", "another credential behind", [bearer, ["authorization", "Basic YTpi"]], "jwt.several_tokens");
  carries("no-token", "no header", [], "jwt.missing");
  carries("elsewhere", "another header", [["x-authorization", `Bearer ${token}`]], "jwt.missing");
  carries("elsewhere", "a cookie", [["cookie", `access_token=${token}`]], "jwt.missing");
  carries("elsewhere", "the query", [], "jwt.missing", `?access_token=${token}`);
}
