package discovery

import core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"

type typedExtension = core.TypedExtensionConfig

// An edge with one HTTP port, and Istio's own token and authorization filters, so that the order among them is seen.
const edge = `apiVersion: v1
kind: Namespace
metadata: {name: istio-system}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: istio-system}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 8080, name: http, protocol: HTTP}, hosts: ["*"]}]
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: other, namespace: istio-system}
spec:
  selector: {matchLabels: {istio: ingressgateway}}
  jwtRules: [{issuer: other, jwks: '{"keys":[]}'}]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: other, namespace: istio-system}
spec:
  selector: {matchLabels: {istio: ingressgateway}}
  rules: [{to: [{operation: {paths: ["/*"]}}]}]
`

// A workload behind its sidecar, and a service that it calls.
const payments = `apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: payments, namespace: shop}
spec:
  hosts: [payments.shop.svc.cluster.local]
  ports: [{number: 8080, name: http, protocol: HTTP}]
  resolution: STATIC
  location: MESH_INTERNAL
  workloadSelector: {labels: {app: payments}}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: payments, namespace: shop, labels: {app: payments}}
spec: {address: 10.99.0.2, serviceAccount: payments, labels: {app: payments}}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: ledger, namespace: shop}
spec:
  hosts: [ledger.shop.svc.cluster.local]
  addresses: [10.96.0.9]
  ports: [{number: 80, name: http, protocol: HTTP}]
  resolution: STATIC
  location: MESH_INTERNAL
  endpoints: [{address: 10.99.0.9}]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: other, namespace: shop}
spec:
  selector: {matchLabels: {app: payments}}
  rules: [{to: [{operation: {paths: ["/*"]}}]}]
`

// A waypoint in front of payments.
const waypoint = `apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Service
metadata:
  name: waypoint
  namespace: shop
  labels: {gateway.istio.io/managed: istio.io-mesh-controller, gateway.networking.k8s.io/gateway-name: waypoint, istio.io/gateway-name: waypoint}
spec:
  clusterIP: 10.96.0.3
  ports: [{name: mesh, port: 15008, appProtocol: hbone}]
  selector: {gateway.networking.k8s.io/gateway-name: waypoint}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: waypoint, namespace: shop, labels: {gateway.networking.k8s.io/gateway-name: waypoint}}
spec: {address: 10.99.0.3, labels: {gateway.networking.k8s.io/gateway-name: waypoint}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: waypoint, namespace: shop}
spec:
  gatewayClassName: waypoint
  listeners: [{name: mesh, port: 15008, protocol: HBONE}]
status: {addresses: [{type: Hostname, value: waypoint.shop.svc.cluster.local}]}
---
apiVersion: v1
kind: Service
metadata: {name: payments, namespace: shop, labels: {istio.io/use-waypoint: waypoint}}
spec:
  clusterIP: 10.96.0.4
  ports: [{name: http, port: 80, appProtocol: http}]
  selector: {app: payments}
---
apiVersion: v1
kind: Pod
metadata: {name: payments, namespace: shop, labels: {app: payments}, annotations: {ambient.istio.io/redirection: enabled}}
spec: {}
status: {conditions: [{type: Ready, status: "True"}], podIP: 10.99.0.2, podIPs: [{ip: 10.99.0.2}]}
`
