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
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Those of pods: what they are selected by, and what values add; `values` are those of the component. */}}
{{- define "abaque.podLabels" -}}
{{ include "abaque.selectorLabels" . }}
{{- with mergeOverwrite (deepCopy (default dict .root.Values.commonLabels)) (deepCopy (default dict .values.podLabels)) }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Name, namespace and labels of an object of a component; `suffix` tells it from the component's others, `labels` are further ones. */}}
{{- define "abaque.metadata" -}}
name: {{ include "abaque.componentName" . }}{{ with .suffix }}-{{ . }}{{ end }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "abaque.labels" . | nindent 2 }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{/* As a selector in one line, for Prometheus. */}}
{{- define "abaque.selectorExpression" -}}
app.kubernetes.io/name={{ include "abaque.name" .root }},app.kubernetes.io/instance={{ .root.Release.Name }},app.kubernetes.io/component={{ .component }}
{{- end }}
