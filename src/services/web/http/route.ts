import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { SchemaName } from '#contract/schemas.ts';
import type { Reason } from '#domain/errors.ts';
import type { CallOptions } from '#platform/rpc/client.ts';

/**
 * One route: what it takes, what it answers, and the function that does it. Validation (serve-route.ts) and the
 * OpenAPI document (openapi.ts) are both made from this.
 */
export interface Route<Query extends z.ZodRawShape = z.ZodRawShape, Body extends z.ZodType = z.ZodType> {
  /** `operationId` in the document: what generated clients call it. */
  readonly name: string;
  readonly method: 'GET' | 'HEAD' | 'OPTIONS' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As OpenAPI writes it: `/api/v1/files/{id}`. */
  readonly path: `/${string}`;
  readonly summary: string;
  /** Any other parameter is refused. */
  readonly query?: Query;
  /** Request headers that mean something here, and what they mean. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A JSON body. */
  readonly body?: Body;
  /** A body that the route reads itself, as a stream. */
  readonly content?: Content;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Reasons for which this route refuses, beside those that every route may have. */
  readonly problems?: readonly Reason[];
  /** Answers carry an ETag, and `If-None-Match` is heard. */
  readonly tagged?: true;
  handle(call: Call<Query, Body>): Promise<unknown>;
}

/** `any`: the bytes of a file, whatever their type. */
export type Content = 'any' | 'application/json' | 'application/offset+octet-stream' | 'multipart/form-data';

export interface Answer {
  readonly description: string;
  /** Of a JSON answer. */
  readonly schema?: SchemaName;
  /** Of any other. */
  readonly types?: readonly string[];
  /** What headers say beside it. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request, read and checked. */
export interface Call<Query extends z.ZodRawShape = z.ZodRawShape, Body extends z.ZodType = z.ZodType> {
  readonly params: Readonly<Record<string, string>>;
  readonly query: z.infer<z.ZodObject<Query>>;
  readonly body: z.infer<Body>;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Aborted when the client went away before it had its answer. */
  readonly signal: AbortSignal;
  /** For calls to other services that are made for this request. */
  readonly onward: CallOptions;
}

/** Lets `handle` know the types of what the description says. */
export function route<Query extends z.ZodRawShape = Record<never, never>, Body extends z.ZodType = z.ZodUndefined>(
  description: Route<Query, Body>,
): Route {
  return description as unknown as Route;
}
