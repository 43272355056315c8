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
{{- end }}

{{/* Names are looked up wherever the cluster's DNS is. */}}
{{- define "abaque.dnsEgress" -}}
- ports:
    - { port: 53, protocol: UDP }
    - { port: 53, protocol: TCP }
{{- end }}

{{/* The port of a URL. */}}
{{- define "abaque.urlPort" -}}
{{- $url := urlParse . }}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" }}
{{- default (ternary "443" "80" (eq $url.scheme "https")) $port }}
{{- end }}
