{{/* backupContainer ROOT NAME ENV: a script of the ConfigMap, in the image of PostgreSQL, whose pg_dump is of the server's version. */}}
{{- define "filemill.backupContainer" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
- name: {{ $name }}
  image: {{ $root.Values.backup.image }}
  imagePullPolicy: {{ $root.Values.image.pullPolicy }}
  command: [bash, /opt/filemill/{{ $name }}.sh]
  env:
    - { name: FILEMILL_DATABASE_URL_FILE, value: /run/secrets/filemill/database-url }
    - { name: BACKUP_DIR, value: /backups }
    {{- if include "filemill.hasVolume" $root }}
    - { name: FILEMILL_STORAGE_DIR, value: /var/lib/filemill }
    {{- end }}
    {{- range $variable, $value := index . 2 }}
    - { name: {{ $variable }}, value: {{ $value | quote }} }
    {{- end }}
  resources: {{ toJson $root.Values.backup.resources }}
  securityContext:
    {{- include "filemill.containerSecurity" nil | nindent 4 }}
  volumeMounts:
    - { name: secrets, mountPath: /run/secrets/filemill, readOnly: true }
    - { name: scripts, mountPath: /opt/filemill, readOnly: true }
    - { name: backups, mountPath: /backups{{ if eq $name "restore" }}, readOnly: true{{ end }} }
    {{- if include "filemill.hasVolume" $root }}
    - { name: objects, mountPath: /var/lib/filemill{{ if eq $name "backup" }}, readOnly: true{{ end }} }
    {{- end }}
{{- end }}

{{- define "filemill.restoreContainer" -}}
{{ include "filemill.backupContainer" (list . "restore" (dict "RESTORE_FROM" .Values.restore.from)) }}
{{- end }}

{{/* The volumes of these containers, but for the Secret. */}}
{{- define "filemill.backupVolumes" -}}
- { name: scripts, configMap: { name: backup-scripts } }
- { name: backups, persistentVolumeClaim: { claimName: {{ .Values.backup.existingClaim | default "backups" }} } }
{{- if include "filemill.hasVolume" . }}
- { name: objects, persistentVolumeClaim: { claimName: {{ include "filemill.claim" . }} } }
{{- end }}
{{- end }}
