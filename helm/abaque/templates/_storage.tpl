{{/*
Where a component keeps its data: (dict "root" $ "component" … "values" …).
*/}}

{{- define "abaque.dataVolume" -}}
{{- $persistence := .values.persistence }}
{{- if $persistence.enabled }}
persistentVolumeClaim:
  claimName: {{ default (include "abaque.componentName" .) $persistence.existingClaim }}
{{- else }}
emptyDir: { sizeLimit: {{ $persistence.size }} }
{{- end }}
{{- end }}

{{- define "abaque.persistentVolumeClaim" -}}
{{- $persistence := .values.persistence }}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  {{- include "abaque.metadata" . | nindent 2 }}
  {{- with $persistence.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  accessModes:
    {{- toYaml (default (list "ReadWriteOnce") $persistence.accessModes) | nindent 4 }}
  {{- if not (kindIs "invalid" $persistence.storageClassName) }}
  storageClassName: {{ $persistence.storageClassName | quote }}
  {{- end }}
  resources:
    requests:
      storage: {{ $persistence.size }}
{{- end }}
