package lab

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Cluster is an API server with its store; nothing in it runs pods.
type Cluster struct {
	t          testing.TB
	dir        string
	Kubeconfig string
}

const adminToken = "lab"

// NewCluster starts etcd and kube-apiserver, and waits until they answer.
func NewCluster(t testing.TB, dir string) *Cluster {
	t.Helper()
	c := &Cluster{t: t, dir: filepath.Join(dir, "cluster"), Kubeconfig: filepath.Join(dir, "kubeconfig")}
	must(os.MkdirAll(c.dir, 0o755))
	must(os.WriteFile(c.Kubeconfig, []byte(kubeconfig), 0o600))
	c.etcd()
	c.apiServer()
	return c
}

func (c *Cluster) etcd() {
	etcd := Start(c.t, "etcd", c.dir, []string{"ETCD_UNSUPPORTED_ARCH="}, Tool(c.t, "etcd"),
		"--data-dir", filepath.Join(c.dir, "etcd"),
		"--listen-client-urls", "http://127.0.0.1:2379", "--advertise-client-urls", "http://127.0.0.1:2379",
		"--listen-peer-urls", "http://127.0.0.1:2380", "--initial-advertise-peer-urls", "http://127.0.0.1:2380",
		"--initial-cluster", "default=http://127.0.0.1:2380", "--unsafe-no-fsync")
	etcd.Ready(c.t, 20*time.Second, func() error { return Answers("http://127.0.0.1:2379/health") })
}

func (c *Cluster) apiServer() {
	public, private := filepath.Join(c.dir, "sa.pub"), filepath.Join(c.dir, "sa.key")
	signingKey(public, private)
	tokens := filepath.Join(c.dir, "tokens.csv")
	must(os.WriteFile(tokens, []byte(adminToken+`,admin,admin,"system:masters"`+"\n"), 0o600))
	server := Start(c.t, "kube-apiserver", c.dir, nil, Tool(c.t, "kube-apiserver"),
		"--etcd-servers=http://127.0.0.1:2379", "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1",
		"--secure-port=6443", "--cert-dir="+filepath.Join(c.dir, "pki"), "--service-cluster-ip-range=10.96.0.0/16",
		"--service-account-issuer=https://kubernetes.default.svc", "--service-account-key-file="+public,
		"--service-account-signing-key-file="+private, "--token-auth-file="+tokens,
		"--authorization-mode=AlwaysAllow", "--disable-admission-plugins=ServiceAccount", "--endpoint-reconciler-type=none")
	server.Ready(c.t, 60*time.Second, func() error {
		out, err := c.TryKubectl("", "get", "--raw", "/readyz")
		if err != nil {
			err = fmt.Errorf("%w: %s", err, out)
		}
		return err
	})
}

// Kubectl runs kubectl as an administrator.
func (c *Cluster) Kubectl(input string, args ...string) string {
	c.t.Helper()
	return Run(c.t, input, []string{"KUBECONFIG=" + c.Kubeconfig}, append([]string{Tool(c.t, "kubectl")}, args...)...)
}

// TryKubectl is the same where a refusal is what is looked for.
func (c *Cluster) TryKubectl(input string, args ...string) (string, error) {
	return Try(input, []string{"KUBECONFIG=" + c.Kubeconfig}, append([]string{Tool(c.t, "kubectl")}, args...)...)
}

// Apply applies manifests.
func (c *Cluster) Apply(manifests string) {
	c.t.Helper()
	c.Kubectl(manifests, "apply", "-f", "-")
}

// Answers says whether a GET is answered with 200.
func Answers(url string) error {
	_, err := get(url)
	return err
}

// get is the body of a GET that is answered with 200.
func get(url string) (string, error) {
	client := http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true}, // readiness on loopback, nothing secret
	}}
	response, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", url, response.Status)
	}
	return string(body), err
}

func signingKey(public, private string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	der, err := x509.MarshalECPrivateKey(key)
	must(err)
	must(os.WriteFile(private, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), 0o600))
	der, err = x509.MarshalPKIXPublicKey(&key.PublicKey)
	must(err)
	must(os.WriteFile(public, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o600))
}

const kubeconfig = `apiVersion: v1
kind: Config
clusters: [{name: lab, cluster: {server: "https://127.0.0.1:6443", insecure-skip-tls-verify: true}}]
users: [{name: admin, user: {token: ` + adminToken + `}}]
contexts: [{name: lab, context: {cluster: lab, user: admin}}]
current-context: lab
`
