// An operation and what comes of it, over each way on which a router answers: at once, in parts, as server-sent events, by a WebSocket.
import { createClient } from "graphql-ws";
import { meros } from "meros/browser";
import { together } from "./headers";
import { page } from "./page";

export interface Operation { query: string; operationName?: string | undefined; variables?: Record<string, unknown> | undefined }
export type Kind = "query" | "mutation" | "subscription";
export type Transport = "sse" | "websocket";

/** A GraphQL response, or a part of one. */
export interface Payload {
  data?: unknown;
  errors?: ResponseError[];
  extensions?: Record<string, any>;
  incremental?: { path?: (string | number)[]; label?: string; data?: any; items?: any[]; errors?: ResponseError[] }[];
  hasNext?: boolean;
}
export interface ResponseError { message: string; path?: (string | number)[]; locations?: { line: number; column: number }[]; extensions?: Record<string, any> }

/** What came, and how many milliseconds after the request went. */
export interface Arrival { at: number; payload: Payload; kind: "whole" | "part" | "event" }

export interface Sending {
  operation: Operation;
  kind: Kind;
  headers: Record<string, string>;
  transport: Transport;
  /** The body of a request with files, in place of JSON. */
  form?: FormData | undefined;
  signal: AbortSignal;
  onArrival: (arrival: Arrival) => void;
  onNote: (note: string) => void;
  onHead: (status: number) => void;
}

/** Something came, and it is no GraphQL response. */
export class Unreadable extends Error {}

/** Sends it and returns the bytes that came, when nothing more will. */
export const send = async (sending: Sending): Promise<number> => {
  if (sending.kind === "subscription" && sending.transport === "websocket") {
    const opened = await overWebSocket(sending);
    if (opened !== undefined || sending.signal.aborted) return opened ?? 0;
    sending.onNote("The WebSocket failed; events come by SSE.");
  }
  return overHttp(sending);
};

/** What asks for an answer in parts. */
export const IN_PARTS = /@(defer|stream)\b/;

export const accept = (kind: Kind, query: string) => {
  const whole = "application/graphql-response+json, application/json;q=0.9";
  if (kind === "subscription") return `text/event-stream, ${whole.replace("+json,", "+json;q=0.95,")}`;
  return IN_PARTS.test(query) ? `multipart/mixed;deferSpec=20220824, ${whole.replace("+json,", "+json;q=0.95,")}` : whole;
};

/** A form says its content type itself, with its boundary; that no page of another site sent it, a header of ours says. */
export const asForm = (headers: Headers) => {
  headers.delete("content-type");
  headers.set("apollo-require-preflight", "true");
};

const overHttp = async (sending: Sending): Promise<number> => {
  const headers = together({ accept: accept(sending.kind, sending.operation.query), "content-type": "application/json" }, sending.headers);
  if (sending.form) asForm(headers);
  const begun = performance.now();
  const since = () => performance.now() - begun;
  const response = await fetch(page.endpoint, {
    method: "POST",
    headers,
    body: sending.form ?? JSON.stringify(sending.operation),
    signal: sending.signal,
  });
  sending.onHead(response.status);
  let whole = response;
  const type = response.headers.get("content-type") ?? "";
  const arrived = (payload: Payload, kind: Arrival["kind"]) => sending.onArrival({ at: since(), payload, kind });
  if (type.startsWith("text/event-stream") && response.body) return events(response.body, (payload) => arrived(payload, "event"));
  if (type.startsWith("multipart/mixed")) {
    let bytes = 0;
    const counted = response.body?.pipeThrough(new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, onward) => {
        bytes += chunk.length;
        onward.enqueue(chunk);
      },
    }));
    const parts = await meros<Payload>(new Response(counted ?? null, response));
    if (Symbol.asyncIterator in parts) {
      for await (const part of parts) {
        if (!part.json) throw new Unreadable(String(part.body));
        arrived(part.body, "part");
      }
      return bytes;
    }
    whole = parts;
  }
  const text = await whole.text();
  const payload = parsed(text);
  if (!payload) throw new Unreadable(`${response.status} ${response.statusText}: ${text.slice(0, 500)}`);
  arrived(payload, "whole");
  return new TextEncoder().encode(text).length;
};

const parsed = (text: string): Payload | undefined => {
  try {
    const payload: unknown = JSON.parse(text);
    return payload !== null && typeof payload === "object" ? (payload as Payload) : undefined;
  } catch {
    return undefined;
  }
};

/** Reads server-sent events: <https://html.spec.whatwg.org/multipage/server-sent-events.html>. */
const events = async (body: ReadableStream<Uint8Array>, next: (payload: Payload) => void): Promise<number> => {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return bytes;
    bytes += value.length;
    text = (text + decoder.decode(value, { stream: true })).replace(/\r\n?/g, "\n");
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const lines = text.slice(0, end).split("\n");
      text = text.slice(end + 2);
      const field = (name: string) => lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).replace(/^ /, ""));
      if (field("event").includes("complete")) return (await reader.cancel(), bytes);
      const payload = parsed(field("data").join("\n"));
      if (payload) next(payload);
    }
  }
};

/** `undefined` where there was no event and the socket failed: another way may do. */
const overWebSocket = (sending: Sending): Promise<number | undefined> => {
  const url = new URL(page.endpoint);
  url.protocol = url.protocol.replace("http", "ws");
  const begun = performance.now();
  let bytes = 0;
  let some = false;
  return new Promise((resolve, reject) => {
    class Counted extends WebSocket {
      constructor(address: string | URL, protocols?: string | string[]) {
        super(address, protocols);
        this.addEventListener("message", ({ data }) => { bytes += new TextEncoder().encode(String(data)).length; });
      }
    }
    const client = createClient({ url: url.href, retryAttempts: 0, connectionParams: sending.headers, webSocketImpl: Counted });
    client.on("connected", () => sending.onHead(101));
    const { query, operationName, variables } = sending.operation;
    const stop = client.subscribe<Record<string, unknown>>(
      { query, operationName: operationName ?? null, variables: variables ?? null },
      {
        next: (payload) => {
          some = true;
          sending.onArrival({ at: performance.now() - begun, payload: payload as Payload, kind: "event" });
        },
        error: (error) => {
          void client.dispose();
          if (Array.isArray(error)) {
            sending.onArrival({ at: performance.now() - begun, payload: { errors: error as unknown as ResponseError[] }, kind: "event" });
            resolve(bytes);
          } else if (some) reject(new Error("the WebSocket was closed"));
          else resolve(undefined);
        },
        complete: () => (void client.dispose(), resolve(bytes)),
      },
    );
    sending.signal.addEventListener("abort", () => stop());
  });
};

/** Adds a part to the response so far: <https://github.com/graphql/graphql-wg/blob/main/rfcs/DeferStream.md>. */
export const merge = (whole: Payload, part: Payload): Payload => {
  const merged: Payload = structuredClone(whole);
  for (const member of ["data", "errors"] as const) {
    if (part[member] !== undefined) (merged as any)[member] = part[member];
  }
  for (const { path = [], data, items, errors } of part.incremental ?? []) {
    let place: any = merged.data;
    for (const key of items ? path.slice(0, -1) : path) place = place?.[key];
    if (items && Array.isArray(place)) for (const item of items) place.push(item);
    else if (data && place && typeof place === "object") combine(place, data);
    if (errors) merged.errors = [...(merged.errors ?? []), ...errors];
  }
  if (part.extensions) merged.extensions = { ...merged.extensions, ...part.extensions };
  return merged;
};

const combine = (into: any, from: any) => {
  for (const [key, value] of Object.entries(from)) {
    if (into[key] && value && typeof value === "object" && typeof into[key] === "object") combine(into[key], value);
    else into[key] = value;
  }
};
