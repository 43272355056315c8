{{/*
Labels: https://helm.sh/docs/chart_best_practices/labels/
*/}}

{{/* By these pods are selected: they never change. */}}
{{- define "abaque.selectorLabels" -}}
app.kubernetes.io/name: {{ include "abaque.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "abaque.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "abaque.selectorLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: {{ include "abaque.name" .root }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{/* Name, namespace and labels of an object of a component; `suffix` tells it from the component's others. */}}
{{- define "abaque.metadata" -}}
name: {{ include "abaque.componentName" . }}{{ with .suffix }}-{{ . }}{{ end }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "abaque.labels" . | nindent 2 }}
{{- end }}

{{/* As a selector in one line, for Prometheus. */}}
{{- define "abaque.selectorExpression" -}}
app.kubernetes.io/name={{ include "abaque.name" .root }},app.kubernetes.io/instance={{ .root.Release.Name }},app.kubernetes.io/component={{ .component }}
{{- end }}
