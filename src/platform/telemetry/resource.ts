import { hostname } from 'node:os';
import {
  detectResources,
  type Resource,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import { version } from '../this-service.ts';

/** What tells the telemetry of this process from that of others. OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win. */
export function telemetryResource(service: string): Resource {
  const own = resourceFromAttributes({
    'service.name': `filemill-${service}`,
    'service.namespace': 'filemill',
    'service.version': version,
    'service.instance.id': `${hostname()}:${process.pid}`,
  });
  return own.merge(detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] }));
}
