{{/*
How many replicas there are, by whom that is decided, and how many may be missing: (dict "root" $ "component" … "values" …).
*/}}

{{/* Kinds by capability: autoscaling/v2 came with 1.23, policy/v1 with 1.21; what they replaced has the same shape for what is used here. */}}
{{- define "abaque.horizontalPodAutoscaler" -}}
apiVersion: {{ ternary "autoscaling/v2" "autoscaling/v2beta2" (.root.Capabilities.APIVersions.Has "autoscaling/v2") }}
kind: HorizontalPodAutoscaler
metadata:
  {{- include "abaque.metadata" . | nindent 2 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "abaque.componentName" . }}
  minReplicas: {{ .values.autoscaling.minReplicas }}
  maxReplicas: {{ .values.autoscaling.maxReplicas }}
  metrics:
    {{- with .values.autoscaling.targetCPUUtilizationPercentage }}
    - type: Resource
      resource:
        name: cpu
        target: { type: Utilization, averageUtilization: {{ . }} }
    {{- end }}
    {{- with .values.autoscaling.targetMemoryUtilizationPercentage }}
    - type: Resource
      resource:
        name: memory
        target: { type: Utilization, averageUtilization: {{ . }} }
    {{- end }}
  {{- with .values.autoscaling.behavior }}
  behavior:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{- define "abaque.podDisruptionBudget" -}}
apiVersion: {{ ternary "policy/v1" "policy/v1beta1" (.root.Capabilities.APIVersions.Has "policy/v1") }}
kind: PodDisruptionBudget
metadata:
  {{- include "abaque.metadata" . | nindent 2 }}
spec:
  {{- if not (kindIs "invalid" .values.podDisruptionBudget.minAvailable) }}
  minAvailable: {{ .values.podDisruptionBudget.minAvailable }}
  {{- else }}
  maxUnavailable: {{ .values.podDisruptionBudget.maxUnavailable }}
  {{- end }}
  {{- if semverCompare ">=1.31-0" .root.Capabilities.KubeVersion.Version }}
  # A pod that is not ready may always go: it serves nobody.
  unhealthyPodEvictionPolicy: AlwaysAllow
  {{- end }}
  selector:
    matchLabels:
      {{- include "abaque.selectorLabels" . | nindent 6 }}
{{- end }}
