{{/*
The five services: what is the same wherever they run. `port` is where each is called, `secrets` are the entries of the Secret
that it reads, `objects` is whether it mounts the volume, `env` are its own settings.
*/}}
{{- define "filemill.services" -}}
metadata:
  port: { name: grpc, number: 50052 }
  secrets: { metadata-database-url: database-url, redis-url-metadata: redis-url, service-token: service-token }
  env:
    FILEMILL_GRPC_LISTEN: 0.0.0.0:50052
    FILEMILL_DATABASE_URL_FILE: /run/secrets/filemill/database-url
    FILEMILL_REDIS_URL_FILE: /run/secrets/filemill/redis-url
    FILEMILL_SERVICE_TOKEN_FILE: /run/secrets/filemill/service-token
    # Every five minutes a client looks up its peers anew, and so finds pods that came since.
    FILEMILL_GRPC_MAX_CONNECTION_AGE_MS: '300000'
result:
  port: { name: grpc, number: 50053 }
  secrets: { result-database-url: database-url, service-token: service-token }
  # For the texts that workers keep if FILEMILL_KEEP_TEXT is 1.
  objects: read
  env:
    FILEMILL_GRPC_LISTEN: 0.0.0.0:50053
    FILEMILL_DATABASE_URL_FILE: /run/secrets/filemill/database-url
    FILEMILL_SERVICE_TOKEN_FILE: /run/secrets/filemill/service-token
    FILEMILL_GRPC_MAX_CONNECTION_AGE_MS: '300000'
worker:
  secrets: { redis-url-worker: redis-url, service-token: service-token }
  objects: read
  startupFailures: 120
  maxUnavailable: 1
  env:
    FILEMILL_REDIS_URL_FILE: /run/secrets/filemill/redis-url
    FILEMILL_SERVICE_TOKEN_FILE: /run/secrets/filemill/service-token
upload:
  port: { name: grpc, number: 50051 }
  secrets: { redis-url-upload: redis-url, service-token: service-token, web-token: web-token }
  objects: write
  isPublic: true
  env:
    FILEMILL_GRPC_LISTEN: 0.0.0.0:50051
    FILEMILL_REDIS_URL_FILE: /run/secrets/filemill/redis-url
    FILEMILL_SERVICE_TOKEN_FILE: /run/secrets/filemill/service-token
    FILEMILL_WEB_TOKEN_FILE: /run/secrets/filemill/web-token
web:
  port: { name: http, number: 8080 }
  secrets: { web-token: web-token }
  isPublic: true
  env:
    FILEMILL_HTTP_LISTEN: 0.0.0.0:8080
    # By which upload knows web, and believes it the addresses of its clients.
    FILEMILL_WEB_TOKEN_FILE: /run/secrets/filemill/web-token
    # Any other Host is refused.
    FILEMILL_HTTP_HOSTS: {{ include "filemill.hosts" . | quote }}
{{- end }}

{{/* serviceEnvironment ROOT NAME SERVICE: settings by name; those of the values come last and win. */}}
{{- define "filemill.serviceEnvironment" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $env := deepCopy (index . 2).env -}}
{{- if and $root.Values.auth.required (eq $name "metadata") -}}
{{- $_ := set $env "FILEMILL_TOKEN_KEY_FILE" "/run/secrets/filemill/token-key" -}}
{{- $_ := set $env "FILEMILL_ADMIN_TOKEN_FILE" "/run/secrets/filemill/admin-token" -}}
{{- end -}}
{{- if and $root.Values.tls.secretName (has $name (list "metadata" "result")) -}}
{{- $_ := set $env "FILEMILL_TLS_CLIENT_CA" "/run/secrets/filemill-tls/ca.crt" -}}
{{- end -}}
{{- if and $root.Values.keepTexts (eq $name "worker") -}}
{{- $_ := set $env "FILEMILL_KEEP_TEXT" "1" -}}
{{- end -}}
{{- toYaml (mergeOverwrite $env (index $root.Values $name).settings) -}}
{{- end }}

{{/* readiness ROOT SERVICE: by gRPC where the kubelet can, which speaks clear text only. */}}
{{- define "filemill.readiness" -}}
{{- $port := (index . 1).port | default dict -}}
{{- if and (eq ($port.name | default "") "grpc") (not (index . 0).Values.tls.secretName) -}}
grpc: { port: {{ $port.number }} }
{{- else -}}
httpGet: { path: /readyz, port: ops }
{{- end }}
{{- end }}
