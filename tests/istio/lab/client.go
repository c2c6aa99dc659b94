package lab

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// Reply is what came back.
type Reply struct {
	Status int
	Header http.Header
	Body   string
}

// Client sends requests as a workload, or as nobody.
type Client struct{ http http.Client }

// Plain is a client without a certificate, over plain HTTP.
func Plain() *Client {
	return &Client{http.Client{Timeout: 10 * time.Second}}
}

// As is a client with a workload's own SVID: what its sidecar would send.
func As(t testing.TB, p *Proxy) *Client {
	t.Helper()
	certificate, roots := p.Certificate(t)
	return &Client{http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		DialTLSContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			dialer := tls.Dialer{Config: &tls.Config{
				Certificates: []tls.Certificate{certificate}, NextProtos: []string{"istio", "http/1.1"},
				// Istio's servers have a SPIFFE ID and no DNS name; the chain is verified all the same.
				InsecureSkipVerify: true, VerifyConnection: verifyChain(roots), MinVersion: tls.VersionTLS12,
			}}
			return dialer.DialContext(ctx, network, address)
		},
	}}}
}

// Get sends a GET.
func (c *Client) Get(url string, headers ...string) (Reply, error) {
	return c.Send(http.MethodGet, url, headers...)
}

// Send sends a request; headers are names and values in turn.
func (c *Client) Send(method, url string, headers ...string) (Reply, error) {
	request, err := http.NewRequest(method, url, nil)
	if err != nil {
		return Reply{}, err
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "host" {
			request.Host = headers[i+1]
		}
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := c.http.Do(request)
	if err != nil {
		return Reply{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return Reply{Status: response.StatusCode, Header: response.Header, Body: string(body)}, err
}
