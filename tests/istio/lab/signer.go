package lab

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"time"
)

// Signer signs tokens in an issuer's name. They are worth something where the issuer publishes its key.
type Signer struct {
	issuer, kid string
	key         *ecdsa.PrivateKey
}

// NewSigner makes a key of a name, for tokens of an issuer such as https://login.example.org.
func NewSigner(issuer, kid string) *Signer {
	return &Signer{issuer: issuer, kid: kid, key: newKey()}
}

// Token is a token of a subject, for the audience `shop`, good for an hour.
func (s *Signer) Token(subject, scope string) string {
	now := time.Now().Unix()
	header, err := json.Marshal(map[string]any{"alg": "ES256", "kid": s.kid, "typ": "JWT"})
	must(err)
	claims, err := json.Marshal(map[string]any{
		"iss": s.issuer, "aud": "shop", "sub": subject, "scope": scope, "iat": now, "exp": now + 3600,
	})
	must(err)
	signed := base64url(header) + "." + base64url(claims)
	digest := sha256.Sum256([]byte(signed))
	r, v, err := ecdsa.Sign(rand.Reader, s.key, digest[:])
	must(err)
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	v.FillBytes(signature[32:])
	return signed + "." + base64url(signature)
}

// jwk is the public key, as a JWK set holds it.
func (s *Signer) jwk() map[string]string {
	point, err := s.key.PublicKey.Bytes()
	must(err)
	return map[string]string{
		"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": s.kid, "x": base64url(point[1:33]), "y": base64url(point[33:]),
	}
}

func base64url(bytes []byte) string { return base64.RawURLEncoding.EncodeToString(bytes) }
