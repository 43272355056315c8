{{/*
Peers and rules that several NetworkPolicies have.
*/}}

{{/* Pods of a component of this release: (dict "root" $ "component" …). */}}
{{- define "abaque.peer" -}}
podSelector:
  matchLabels:
    {{- include "abaque.selectorLabels" . | nindent 4 }}
{{- end }}

{{/* Who may reach admin ports: the chart's Prometheus and whom values name, as items of a list; empty when there is nobody. */}}
{{- define "abaque.metricsPeers" -}}
{{- if .Values.prometheus.enabled }}
- {{ include "abaque.peer" (dict "root" . "component" "prometheus") | nindent 2 | trim }}
{{- end }}
{{- with .Values.networkPolicy.metricsFrom }}
{{ toYaml . }}
{{- end }}
{{- with include "abaque.testPeer" . | trim }}
{{ . }}
{{- end }}
{{- end }}

{{/* Names are looked up wherever the cluster's DNS is. */}}
{{- define "abaque.dnsEgress" -}}
- ports:
    {{- range default (list 53) .Values.networkPolicy.dnsPorts }}
    - { port: {{ . }}, protocol: UDP }
    - { port: {{ . }}, protocol: TCP }
    {{- end }}
{{- end }}

{{/* The Kubernetes API. */}}
{{- define "abaque.apiServerEgress" -}}
- ports:
    {{- range default (list 443 6443 8443) .Values.networkPolicy.apiServer.ports }}
    - { port: {{ . }}, protocol: TCP }
    {{- end }}
  {{- with .Values.networkPolicy.apiServer.cidrs }}
  to:
    {{- range . }}
    - ipBlock: { cidr: {{ . | quote }} }
    {{- end }}
  {{- end }}
{{- end }}

{{/* The collector that spans are exported to; empty where there is none. */}}
{{- define "abaque.telemetryEgress" -}}
{{- with .Values.telemetry }}
{{- if .endpoint }}
# The OpenTelemetry collector.
{{ include "abaque.urlEgress" (dict "root" $ "url" .endpoint "podPort" .podPort) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Rules that values give to every pod of the release. */}}
{{- define "abaque.extraIngress" -}}
{{- with .Values.networkPolicy.extraIngress }}
{{- toYaml . }}
{{- end }}
{{- end }}

{{- define "abaque.extraEgress" -}}
{{- with .Values.networkPolicy.extraEgress }}
{{- toYaml . }}
{{- end }}
{{- end }}

{{/* The pods of `helm test`, which may reach every pod of the release, as an item of a list; empty when there are none. */}}
{{- define "abaque.testPeer" -}}
{{- if .Values.tests.enabled }}
- {{ include "abaque.peer" (dict "root" . "component" "test") | nindent 2 | trim }}
{{- end }}
{{- end }}

{{/*
What leads to an address outside of the release: (dict "root" $ "url" … "podPort" …). Policies see a Service's pods and their port, not the
Service's: where the name is one of this cluster, its namespace is let through, at the port that values tell or at any.
*/}}
{{- define "abaque.urlEgress" -}}
{{- with include "abaque.urlBase" .url }}
- ports:
    - { port: {{ include "abaque.urlPort" . }}, protocol: TCP }
{{- end }}
{{- with include "abaque.urlNamespace" . }}
- to:
    - namespaceSelector:
        matchLabels: { kubernetes.io/metadata.name: {{ . | quote }} }
  {{- if $.podPort }}
  ports:
    - { port: {{ $.podPort }}, protocol: TCP }
  {{- end }}
{{- end }}
{{- end }}

{{/* Scheme, host and port of a URL, without name and password; empty where only a variable tells them, and of a socket of the machine. */}}
{{- define "abaque.urlBase" -}}
{{- $base := regexFind "^[a-z]+://[^/?#]+" (regexReplaceAll "://[^/?#]*@" . "://") }}
{{- if not (contains "${" $base) }}{{ $base }}{{ end }}
{{- end }}

{{/*
The namespace of the Service that a URL names, by NAME, NAME.NAMESPACE or more of its name; empty where it names none. A host of two labels is a
Service too where it is asked without TLS, or where values tell its pods' port; by https it is a host of the internet.
*/}}
{{- define "abaque.urlNamespace" -}}
{{- $url := include "abaque.urlBase" .url | urlParse }}
{{- $host := regexReplaceAll ":[0-9]+$" $url.host "" | trimSuffix "." | lower }}
{{- $domain := default "cluster.local" .root.Values.clusterDomain }}
{{- $label := "[a-z0-9]([-a-z0-9]*[a-z0-9])?" }}
{{- if regexMatch (printf "^%s$" $label) $host }}
{{- .root.Release.Namespace }}
{{- else if or (regexMatch (printf "^%s\\.%s\\.svc(\\.%s)?$" $label $label (replace "." "\\." $domain)) $host) (and (regexMatch (printf "^%s\\.%s$" $label $label) $host) (or .podPort (ne $url.scheme "https"))) }}
{{- index (splitList "." $host) 1 }}
{{- end }}
{{- end }}

{{/* The port of a URL. */}}
{{- define "abaque.urlPort" -}}
{{- $url := urlParse . }}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" }}
{{- $usual := dict "https" "443" "wss" "443" "redis" "6379" "rediss" "6379" }}
{{- default (default "80" (get $usual $url.scheme)) $port }}
{{- end }}

{{/*
What the router's configuration names beside the URLs of subgraphs, as a YAML map: `urls`, each to its host and port, with `at`, the first key that has it; and
`variables`, the keys of which only the environment tells where they lead.
*/}}
{{- define "abaque.router.outside" -}}
{{- $config := .Values.router.config }}
{{- $named := list }}
{{- $issuers := dig "jwt" list (default dict $config.authentication) }}
{{- range $index, $issuer := kindIs "slice" $issuers | ternary $issuers (list (dict "jwks" $issuers)) }}
{{- $named = append $named (dict "at" (printf "router.config.authentication.jwt[%d].jwks" $index) "url" $issuer.jwks) }}
{{- end }}
{{- $named = append $named (dict "at" "router.config.redis.url" "url" (default dict $config.redis).url) }}
{{- $named = append $named (dict "at" "router.config.proxy.url" "url" (default dict $config.proxy).url) }}
{{- $named = append $named (dict "at" "router.config.telemetry.otlp.endpoint" "url" (dig "otlp" "endpoint" "" (default dict $config.telemetry))) }}
{{- $named = append $named (dict "at" "router.config.discovery.kubernetes.server" "url" (dig "kubernetes" "server" "" (default dict $config.discovery))) }}
{{- $seeds := dig "seed" list (default dict $config.schema) }}
{{- range $url := kindIs "slice" $seeds | ternary $seeds (list $seeds) }}
{{- $named = append $named (dict "at" "router.config.schema.seed" "url" $url) }}
{{- end }}
{{- range $name, $subgraph := .Values.prepared.subgraphs }}
{{- if contains "${" (default "" $subgraph.url) }}
{{- $named = append $named (dict "at" (printf "subgraphs.%s.url" $name) "url" $subgraph.url) }}
{{- end }}
{{- $at := printf "subgraphs.%s.routerSettings" $name }}
{{- $routes := default list $subgraph.routerSettings.routes }}
{{- range $route := kindIs "slice" $routes | ternary $routes (list (dict "url" $routes)) }}
{{- $named = append $named (dict "at" (printf "%s.routes" $at) "url" $route.url) }}
{{- end }}
{{- $named = append $named (dict "at" (printf "%s.subscriptions.url" $at) "url" (default dict $subgraph.routerSettings.subscriptions).url) }}
{{- end }}
{{- $urls := list }}
{{- $known := dict }}
{{- $variables := list }}
{{- range $named }}
{{- $base := include "abaque.urlBase" (default "" .url | toString) }}
{{- if and $base (not (hasKey $known $base)) }}
{{- $_ := set $known $base "" }}
{{- $urls = append $urls (dict "at" .at "url" $base) }}
{{- else if and (not $base) (contains "${" (default "" .url | toString)) }}
{{- $variables = append $variables .at }}
{{- end }}
{{- end }}
{{- if (default dict $config.proxy).environment }}
{{- $variables = append $variables "router.config.proxy.environment" }}
{{- end }}
{{- toYaml (dict "urls" $urls "variables" $variables) }}
{{- end }}

{{/* What values name by URL beside subgraphs, and is a Service of which the pods' port is not known: its namespace by the value's path, as a YAML map. */}}
{{- define "abaque.opened" -}}
{{- $named := dict }}
{{- if .Values.grafana.enabled }}
{{- $_ := set $named "grafana.datasourceUrl" .Values.grafana.datasourceUrl }}
{{- end }}
{{- if .Values.prometheus.enabled }}
{{- range .Values.prometheus.alertmanagers }}
{{- $_ := set $named (printf "%s of prometheus.alertmanagers" .) (include "abaque.prometheus.alertmanagerUrl" .) }}
{{- end }}
{{- range .Values.prometheus.remoteWrite }}
{{- $_ := set $named (printf "%s of prometheus.remoteWrite" .url) .url }}
{{- end }}
{{- end }}
{{- with .Values.telemetry }}
{{- if and .endpoint (not .podPort) }}
{{- $_ := set $named "telemetry.endpoint" .endpoint }}
{{- end }}
{{- end }}
{{- $opened := dict }}
{{- range $at, $url := $named }}
{{- with include "abaque.urlNamespace" (dict "root" $ "url" (default "" $url)) }}
{{- $_ := set $opened $at . }}
{{- end }}
{{- end }}
{{- toYaml $opened }}
{{- end }}

{{/* What values say of a Service beside its ports. */}}
{{- define "abaque.serviceNetwork" -}}
{{- with .trafficDistribution }}
trafficDistribution: {{ . }}
{{- end }}
{{- with .ipFamilyPolicy }}
ipFamilyPolicy: {{ . }}
{{- end }}
{{- with .ipFamilies }}
ipFamilies:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
