{{/* What no schema can say: a word for each value that would leave a proxy open or without a plugin. */}}
{{- define "portcullis.check" -}}
{{- if not .Values.policy.routes -}}
{{- if not (and (eq .Values.plugin "rate-limit") .Values.policy.rate_limit) -}}
{{- fail "policy: missing; write the document here, with version: v1 and routes (docs/reference.md); without one the plugin is refused and nothing passes" -}}
{{- end -}}
{{- end -}}
{{- if not .Values.policy.version -}}{{- fail "policy.version: missing; write version: v1" -}}{{- end -}}
{{- if not (index .Values.image.digests .Values.plugin) -}}
{{- fail (printf "image.digests.%s: missing; an image is named by its digest: `make push REGISTRY=...` prints and writes it" .Values.plugin) -}}
{{- end -}}
{{- if and (eq .Values.proxy "sidecar") (not .Values.selector) -}}
{{- fail "selector: missing; a sidecar's plugin says whose it is, for example selector: {app: payments}; without one it would run in every proxy of the namespace" -}}
{{- end -}}
{{- if and (eq .Values.proxy "waypoint") (not .Values.targetRefs) -}}
{{- fail "targetRefs: missing; a waypoint ignores selectors: write targetRefs: [{kind: Service, group: \"\", name: payments}]" -}}
{{- end -}}
{{- if and .Values.selector .Values.targetRefs -}}{{- fail "selector, targetRefs: Istio takes one of them" -}}{{- end -}}
{{- if and (ne (include "portcullis.open" .) "") (not .Values.allowOpen) -}}
{{- fail (printf "%s: requests would pass undecided; if that is meant, say so with allowOpen: true" (include "portcullis.open" .)) -}}
{{- end -}}
{{- end -}}

{{/* The values that leave the proxies open, by name; empty where there are none. */}}
{{- define "portcullis.open" -}}
{{- $open := list -}}
{{- if eq .Values.failStrategy "FAIL_OPEN" -}}{{- $open = append $open "failStrategy: FAIL_OPEN" -}}{{- end -}}
{{- if not .Values.seal.enabled -}}{{- $open = append $open "seal.enabled: false" -}}{{- end -}}
{{- if eq (default "enforce" .Values.policy.mode) "shadow" -}}{{- $open = append $open "policy.mode: shadow" -}}{{- end -}}
{{- join ", " $open -}}
{{- end -}}

{{- define "portcullis.selector" -}}
{{- if .Values.selector -}}{{- toJson .Values.selector -}}
{{- else if eq .Values.proxy "gateway" -}}{"istio":"ingressgateway"}
{{- end -}}
{{- end -}}

{{/* selector or targetRefs, as WasmPlugin and TrafficExtension have them. */}}
{{- define "portcullis.target" -}}
{{- if .Values.targetRefs -}}
targetRefs:
{{- range .Values.targetRefs }}
  - {kind: {{ .kind }}, group: {{ default "" .group | quote }}, name: {{ .name }}}
{{- end }}
{{- else -}}
selector: {matchLabels: {{ include "portcullis.selector" . }}}
{{- end -}}
{{- end -}}

{{- define "portcullis.phase" -}}
{{- if .Values.phase -}}{{ .Values.phase }}{{- else if eq .Values.proxy "gateway" -}}AUTHN{{- else -}}AUTHZ{{- end -}}
{{- end -}}

{{/* The filter state that the plugin sets last, on a permit. */}}
{{- define "portcullis.mark" -}}wasm.portcullis.{{ .Values.plugin | replace "-" "_" }}.pass{{- end -}}

{{- define "portcullis.labels" -}}
app.kubernetes.io/name: portcullis
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
portcullis.plugin: {{ .Values.plugin }}
{{- end -}}

{{/* How the plugin is loaded: the fields that both kinds of resource have. */}}
{{- define "portcullis.module" -}}
url: oci://{{ .Values.image.registry }}/{{ .Values.plugin }}:{{ .Values.image.tag }}
sha256: {{ index .Values.image.digests .Values.plugin | trimPrefix "sha256:" }}
imagePullPolicy: IfNotPresent
{{- with .Values.image.pullSecret }}
imagePullSecret: {{ . }}
{{- end }}
failStrategy: {{ .Values.failStrategy }}
pluginConfig:
{{- toYaml .Values.policy | nindent 2 }}
{{- end -}}
