{{/*
Labels: https://helm.sh/docs/chart_best_practices/labels/
*/}}

{{/* By these pods are selected: they never change, and no value sets them. */}}
{{- define "abaque.selectorLabels" -}}
app.kubernetes.io/name: {{ include "abaque.name" .root | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component | quote }}
{{- end }}

{{/* Those of an object: the usual ones, over them those of values for everything, over these `labels`, which are for this one. */}}
{{- define "abaque.labels" -}}
{{- $usual := dict "helm.sh/chart" (printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-") }}
{{- $_ := set $usual "app.kubernetes.io/version" .root.Chart.AppVersion }}
{{- $_ := set $usual "app.kubernetes.io/part-of" (include "abaque.name" .root) }}
{{- $_ := set $usual "app.kubernetes.io/managed-by" .root.Release.Service }}
{{- $given := mergeOverwrite (deepCopy (default dict .root.Values.commonLabels)) (deepCopy (default dict .labels)) }}
{{- toYaml (mergeOverwrite $usual $given (include "abaque.selectorLabels" . | fromYaml)) }}
{{- end }}

{{/* Those of pods: what they are selected by, and what values add; `values` are those of the component. */}}
{{- define "abaque.podLabels" -}}
{{- $given := mergeOverwrite (deepCopy (default dict .root.Values.commonLabels)) (deepCopy (default dict .values.podLabels)) }}
{{- toYaml (mergeOverwrite $given (include "abaque.selectorLabels" . | fromYaml)) }}
{{- end }}

{{/* Name, namespace and labels of an object of a component; `suffix` tells it from the component's others, `labels` are further ones. */}}
{{- define "abaque.metadata" -}}
name: {{ include "abaque.componentName" . }}{{ with .suffix }}-{{ . }}{{ end }}
namespace: {{ .root.Release.Namespace | quote }}
labels:
  {{- include "abaque.labels" . | nindent 2 }}
{{- end }}

{{/* As a selector in one line, for Prometheus. */}}
{{- define "abaque.selectorExpression" -}}
app.kubernetes.io/name={{ include "abaque.name" .root }},app.kubernetes.io/instance={{ .root.Release.Name }},app.kubernetes.io/component={{ .component }}
{{- end }}
