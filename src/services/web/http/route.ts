import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { SchemaName } from '#contract/schemas.ts';
import type { Reason } from '#domain/errors.ts';
import type { CallOptions } from '#platform/rpc/call-options.ts';
import type { TagName } from './tags.ts';

/** Describes one route. Validation (serve-routes.ts) and the OpenAPI document (openapi.ts) are both made from this. */
export interface Route<Query extends z.ZodRawShape = z.ZodRawShape, Body extends z.ZodType = z.ZodType> {
  /** `operationId`: the method name in generated clients. */
  readonly name: string;
  readonly method: 'GET' | 'HEAD' | 'OPTIONS' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** In OpenAPI syntax: `/api/v1/files/{id}`. */
  readonly path: `/${string}`;
  readonly tag: TagName;
  /** A title in the imperative, without a full stop. */
  readonly summary: string;
  /** Whole sentences. */
  readonly description: string;
  /** Other parameters are refused. */
  readonly query?: Query;
  /** Request headers and their descriptions. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body;
  /** A body that the route reads as a stream. */
  readonly content?: Content;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Problems of this route, beside those of every route. */
  readonly problems?: readonly Reason[];
  /** Answers carry an ETag and honour `If-None-Match`. */
  readonly tagged?: true;
  /** Answers may come from a read replica, and then say how old they may be. */
  readonly mayBeStale?: true;
  handle(call: Call<Query, Body>): Promise<unknown>;
}

/** `any` stands for the bytes of a file of any type. */
export type Content = 'any' | 'application/json' | 'application/offset+octet-stream' | 'multipart/form-data';

export interface Answer {
  readonly description: string;
  /** The schema of a JSON answer. */
  readonly schema?: SchemaName;
  /** The types of any other answer. */
  readonly types?: readonly string[];
  /** What such an answer holds many of, as JSON. */
  readonly items?: readonly SchemaName[];
  /** Response headers and their descriptions. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A validated request. */
export interface Call<Query extends z.ZodRawShape = z.ZodRawShape, Body extends z.ZodType = z.ZodType> {
  readonly params: Readonly<Record<string, string>>;
  readonly query: z.infer<z.ZodObject<Query>>;
  readonly body: z.infer<Body>;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Aborted when the client disconnects before it has its answer. */
  readonly signal: AbortSignal;
  /** Options for RPCs on behalf of this request. */
  readonly onward: CallOptions;
}

/** Infers the types of `handle` from the description. */
export function route<Query extends z.ZodRawShape = Record<never, never>, Body extends z.ZodType = z.ZodUndefined>(
  description: Route<Query, Body>,
): Route {
  return description as unknown as Route;
}
