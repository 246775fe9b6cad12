/** What a tenant may hold and ask for; undefined for no limit. */
export interface Quota {
  readonly maxFiles?: number | undefined;
  readonly maxBytes?: number | undefined;
  /** Uploads at once, in each upload process. */
  readonly maxUploads?: number | undefined;
  /** In each upload process. */
  readonly maxRequestsPerMinute?: number | undefined;
}

export const quotaLimits = [
  'maxFiles',
  'maxBytes',
  'maxUploads',
  'maxRequestsPerMinute',
] as const satisfies readonly (keyof Quota)[];

export interface TenantState {
  readonly name: string;
  readonly quota: Quota;
  /** Whether the quota was set for this tenant; otherwise it has the defaults of the server. */
  readonly hasOwnQuota: boolean;
  readonly files: number;
  readonly bytes: number;
  /** Whether the files of the tenant are held back. */
  readonly paused: boolean;
}

/** Whether what the tenant keeps is limited. */
export function limitsFiles({ maxFiles, maxBytes }: Quota): boolean {
  return maxFiles !== undefined || maxBytes !== undefined;
}

/** Why there is no room. */
export function quotaSentence(tenant: string, { maxFiles, maxBytes }: Quota): string {
  const most = [
    ...(maxFiles === undefined ? [] : [`${maxFiles} files`]),
    ...(maxBytes === undefined ? [] : [`${maxBytes} bytes`]),
  ];
  return `The tenant ${tenant} may keep ${most.join(' and ')}, and has no room for this file.`;
}
