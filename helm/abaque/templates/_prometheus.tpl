{{/*
What Prometheus scrapes and evaluates. Each component is a job: labels `app`, `component`, `namespace` and `pod` are what rules and
dashboards go by, and docs/operations.md says so for other scrapers.
*/}}

{{/* One component's pods: (dict "root" $ "component" … "port" NAME "path" …). */}}
{{- define "abaque.prometheus.job" -}}
- job_name: {{ default .component .name | quote }}
  metrics_path: {{ .path }}
  kubernetes_sd_configs:
    - role: pod
      namespaces:
        names: [{{ .root.Release.Namespace | quote }}]
      selectors:
        - role: pod
          label: {{ include "abaque.selectorExpression" . }}
  relabel_configs:
    - source_labels: [__meta_kubernetes_pod_container_port_name]
      regex: {{ .port }}
      action: keep
    # Pods that have ended keep their address for a while.
    - source_labels: [__meta_kubernetes_pod_phase]
      regex: Succeeded|Failed
      action: drop
    - { target_label: app, replacement: abaque }
    - { target_label: component, replacement: {{ default .component .name | quote }} }
    - { source_labels: [__meta_kubernetes_namespace], target_label: namespace }
    - { source_labels: [__meta_kubernetes_pod_name], target_label: pod }
    - { source_labels: [__meta_kubernetes_pod_node_name], target_label: node }
{{- end }}

{{/* The URL of an Alertmanager, of which values say that, or host and port alone. */}}
{{- define "abaque.prometheus.alertmanagerUrl" -}}
{{- regexMatch "^https?://" . | ternary . (printf "http://%s" .) }}
{{- end }}

{{/*
How many Alertmanagers have taken alerts of the last two minutes, and refused none: the alert that always fires comes to each once a minute. What failed counts
as sent, too.
*/}}
{{- define "abaque.prometheus.alertsTaken" -}}
count(sum by (alertmanager) (increase(prometheus_notifications_sent_total[2m])) > 0 unless sum by (alertmanager) (increase(prometheus_notifications_errors_total[2m])) > 0)
{{- end }}

{{- define "abaque.prometheus.config" -}}
{{- $prometheus := .Values.prometheus -}}
global:
  scrape_interval: {{ $prometheus.scrapeInterval }}
  scrape_timeout: {{ $prometheus.scrapeInterval }}
  evaluation_interval: {{ $prometheus.evaluationInterval }}
  {{- with $prometheus.externalLabels }}
  external_labels:
    {{- toYaml . | nindent 4 }}
  {{- end }}
rule_files:
  - /etc/prometheus/rules/*.yaml
{{- with $prometheus.alertmanagers }}
alerting:
  alertmanagers:
    {{- range . }}
    {{- $url := include "abaque.prometheus.alertmanagerUrl" . | urlParse }}
    - static_configs:
        - targets: [{{ $url.host | quote }}]
      {{- if ne $url.scheme "http" }}
      scheme: {{ $url.scheme }}
      {{- end }}
      {{- with trimSuffix "/" $url.path }}
      path_prefix: {{ . | quote }}
      {{- end }}
    {{- end }}
{{- end }}
{{- with $prometheus.remoteWrite }}
remote_write:
  {{- toYaml . | nindent 2 }}
{{- end }}
scrape_configs:
  - job_name: prometheus
    static_configs:
      - targets: [localhost:9090]
  {{- include "abaque.prometheus.job" (dict "root" . "component" "router" "port" "admin" "path" "/metrics") | nindent 2 }}
  {{- range $component, $subgraph := .Values.prepared.deployed }}
  {{- if $subgraph.metrics.enabled }}
  {{- $port := include "abaque.subgraph.adminPort" (dict "subgraph" $subgraph) }}
  {{- include "abaque.prometheus.job" (dict "root" $ "component" $component "name" $subgraph.name "port" $port "path" $subgraph.metrics.path) | nindent 2 }}
  {{- end }}
  {{- end }}
  {{- with $prometheus.extraScrapeConfigs }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{/* The rule files by name. */}}
{{- define "abaque.prometheus.rules" -}}
{{- range $path, $_ := .Files.Glob "files/rules/*.yaml" }}
{{ base $path }}: |
  {{- include "abaque.routed" (dict "root" $ "path" $path) | nindent 2 }}
{{- end }}
{{- range $name, $rules := .Values.prometheus.extraRules }}
extra-{{ $name }}.yaml: |
  {{- toYaml $rules | nindent 2 }}
{{- end }}
{{- end }}
