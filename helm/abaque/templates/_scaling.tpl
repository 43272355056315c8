{{/*
How many replicas there are, by whom that is decided, and how many may be missing: (dict "root" $ "component" … "values" …).
*/}}

{{/*
How many replicas a Deployment says it has: none where an autoscaler decides, unless there are some already, which an upgrade that begins to
scale must not take away, or it is made new. Without a cluster (`helm template`) nothing is known of either.
*/}}
{{- define "abaque.replicas" -}}
{{- if not .values.autoscaling.enabled }}
replicas: {{ .values.replicas }}
{{- else if include "abaque.cluster" .root }}
{{- $running := lookup "apps/v1" "Deployment" .root.Release.Namespace (include "abaque.componentName" .) }}
replicas: {{ max (int .values.autoscaling.minReplicas) (int (dig "spec" "replicas" 0 $running)) }}
{{- end }}
{{- end }}

{{/* "yes" where there is a cluster to look things up in: Helm may always list the Secrets of the namespace, where it keeps its releases. */}}
{{- define "abaque.cluster" -}}
{{- if hasKey (lookup "v1" "Secret" .Release.Namespace "") "items" }}yes{{ end }}
{{- end }}

{{- define "abaque.horizontalPodAutoscaler" -}}
apiVersion: autoscaling/v2
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
    {{- with .values.autoscaling.metrics }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .values.autoscaling.behavior }}
  behavior:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{/* One autoscaler adds pods when CPU is short, and the other must not raise what a share of it means. */}}
{{- define "abaque.verticalPodAutoscaler" -}}
apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
metadata:
  {{- include "abaque.metadata" . | nindent 2 }}
spec:
  targetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "abaque.componentName" . }}
  updatePolicy:
    updateMode: {{ .values.verticalPodAutoscaler.updateMode | quote }}
  resourcePolicy:
    containerPolicies:
      - containerName: {{ .component }}
        controlledResources: {{ if and .values.autoscaling.enabled .values.autoscaling.targetCPUUtilizationPercentage }}[memory]{{ else }}[cpu, memory]{{ end }}
{{- end }}

{{- define "abaque.podDisruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "abaque.metadata" . | nindent 2 }}
spec:
  {{- if not (kindIs "invalid" .values.podDisruptionBudget.minAvailable) }}
  minAvailable: {{ .values.podDisruptionBudget.minAvailable }}
  {{- else }}
  maxUnavailable: {{ .values.podDisruptionBudget.maxUnavailable }}
  {{- end }}
  # A pod that is not ready may always go: it serves nobody.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "abaque.selectorLabels" . | nindent 6 }}
{{- end }}
