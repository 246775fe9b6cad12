import type {
  CallToolResult,
  McpServer,
  ServerContext,
  ToolAnnotations,
  ToolCallback,
} from '@modelcontextprotocol/server';
import type { z } from 'zod';
import { asFilemillError } from '#domain/volume-fault.ts';
import { withRetry } from '#platform/rpc/retry.ts';

interface Tool<Input extends z.ZodObject, Output extends z.ZodObject> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: Input;
  readonly output: Output;
  /** None of the tools reaches beyond Filemill, and none removes anything. */
  readonly annotations: Pick<ToolAnnotations, 'readOnlyHint' | 'idempotentHint'>;
}

/** How long a server that is away may take to come back: models that are told to try again seldom wait. */
const outageMs = 5_000;

/** A call of a tool. */
export interface ToolCall {
  /** Aborted when the client cancels the call or disconnects. */
  readonly signal: AbortSignal;
  /** Tells a client that asked for it how far the call has come; this keeps the client from giving up. */
  progress(done: number, total: number): Promise<void>;
}

/** Adds a tool. What `run` throws becomes an answer that a model can act on; see `refusal`. */
export function addTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  server: McpServer,
  { name, title, description, input, output, annotations }: Tool<Input, Output>,
  run: (input: z.infer<Input>, call: ToolCall) => Promise<z.infer<Output>>,
): void {
  const hints = { ...annotations, destructiveHint: false, openWorldHint: false };
  const described = { title, description, inputSchema: input, outputSchema: output, annotations: hints };
  const handle = async (given: z.infer<Input>, context: ServerContext): Promise<CallToolResult> => {
    try {
      const call = callOf(context);
      // A tool that changes something retries by itself what may be repeated.
      const forMs = annotations.readOnlyHint === true ? outageMs : 0;
      const answer = await withRetry(() => run(given, call).catch(known), { signal: call.signal, forMs });
      return { content: [{ type: 'text', text: JSON.stringify(answer) }], structuredContent: answer };
    } catch (error) {
      return refusal(error);
    }
  };
  server.registerTool(name, described, handle as unknown as ToolCallback<Input>);
}

function callOf({ mcpReq }: ServerContext): ToolCall {
  const token = mcpReq._meta?.progressToken;
  return {
    signal: mcpReq.signal,
    progress: async (progress, total) => {
      if (token === undefined) return;
      await mcpReq.notify({ method: 'notifications/progress', params: { progressToken: token, progress, total } });
    },
  };
}

/** Whatever is thrown would reach the client word for word: a defect is told without its message. */
function known(error: unknown): never {
  throw asFilemillError(error);
}

/** The refusal in words, and for programs under `filemill/problem`. */
function refusal(error: unknown): CallToolResult {
  const { reason, message, action, retryAfterMs, requestId } = asFilemillError(error);
  const problem = {
    reason,
    detail: message,
    action,
    ...(retryAfterMs !== undefined && { retry_after_ms: retryAfterMs }),
    ...(requestId !== undefined && { request_id: requestId }),
  };
  const text = `${reason}: ${message.replace(/\.?$/, '.')} What to do: ${action}`;
  return { isError: true, content: [{ type: 'text', text }], _meta: { 'filemill/problem': problem } };
}
