{{/* Labels of every object; those of pods are fewer, so that a new version of the chart restarts nothing by itself. */}}
{{- define "filemill.labels" -}}
app.kubernetes.io/part-of: filemill
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* image ROOT NAME: one of Filemill's own images. */}}
{{- define "filemill.image" -}}
{{- $root := index . 0 -}}
{{ with $root.Values.image.registry }}{{ . }}/{{ end }}{{ index . 1 }}-service:{{ $root.Values.image.tag }}
{{- end }}

{{/* podSecurity USER: the restricted Pod Security Standard. */}}
{{- define "filemill.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "filemill.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{/* podBasics ROOT NAME: what every pod says first. */}}
{{- define "filemill.podBasics" -}}
{{- $root := index . 0 -}}
serviceAccountName: {{ index . 1 }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{/* placement VALUES: where the pods of a workload may run. */}}
{{- define "filemill.placement" -}}
{{- with pick . "nodeSelector" "tolerations" "affinity" "priorityClassName" -}}
{{- range $name, $value := . }}
{{- if $value }}
{{ $name }}: {{ toJson $value }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* secretVolume ROOT ITEMS: entries of the Secret as files, under the names that the settings give. */}}
{{- define "filemill.secretVolume" -}}
- name: secrets
  secret:
    secretName: {{ (index . 0).Values.secretName }}
    defaultMode: 288 # 0440
    items:
      {{- range $key, $path := index . 1 }}
      - { key: {{ $key }}, path: {{ $path }} }
      {{- end }}
{{- end }}

{{/* Where the services find each other: https where there are certificates. */}}
{{- define "filemill.target" -}}
{{ empty (index . 0).Values.tls.secretName | ternary "dns:///" "https://" }}{{ index . 1 }}:{{ index . 2 }}
{{- end }}

{{/* The Host headers that web answers: its Service, and the names under which it is published. */}}
{{- define "filemill.hosts" -}}
{{- $own := list "web" (printf "web.%s" .Release.Namespace) (printf "web.%s.svc" .Release.Namespace) (printf "web.%s.svc.cluster.local" .Release.Namespace) -}}
{{- $published := compact (list .Values.ingress.webHost .Values.gateway.webHost) -}}
{{ join "," (concat $own .Values.web.hosts $published | uniq) }}
{{- end }}

{{/* Whether the bytes are on a volume. */}}
{{- define "filemill.hasVolume" -}}
{{- if not .Values.store.url }}true{{ end }}
{{- end }}

{{/* dataClaim STORAGE: the volume of a database. */}}
{{- define "filemill.dataClaim" -}}
- apiVersion: v1
  kind: PersistentVolumeClaim
  metadata: { name: data, labels: { app.kubernetes.io/part-of: filemill } }
  spec:
    accessModes: [ReadWriteOnce]
    {{- with .storageClassName }}
    storageClassName: {{ . }}
    {{- end }}
    resources: { requests: { storage: {{ .size }} } }
{{- end }}

{{/* The claim of the volume of the bytes. */}}
{{- define "filemill.claim" -}}
{{ .Values.store.volume.existingClaim | default "objects" }}
{{- end }}
