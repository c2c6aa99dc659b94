# Decides what the documents of bench/src/plugin.rs decide, for Envoy's `ext_authz`.
package bench

default identity := false

identity if {
	input.attributes.request.http.method == "GET"
	startswith(input.attributes.request.http.path, "/v1/orders/")
	data.principals[input.attributes.source.principal]
}

default identity_and_token := false

identity_and_token if {
	identity
	["Bearer", token] = split(input.attributes.request.http.headers.authorization, " ")
	asked := {"cert": data.jwks, "alg": "RS256", "iss": data.issuer, "aud": data.audience}
	[true, _, _] = io.jwt.decode_verify(token, asked)
}
