import type { Exchange } from '../exchange/exchange.js';

/** The same response, at whose last byte the exchange ends, or where its reader leaves. */
export function endWith(response: Response, exchange: Exchange): Response {
  const headers = new Headers(response.headers);
  headers.set('x-request-id', exchange.traceId);
  headers.set('x-content-type-options', 'nosniff');
  const { status } = response;
  if (response.body === null || !(response.headers.get('content-type') ?? '').startsWith('text/event-stream')) {
    exchange.end(status);
    return new Response(response.body, { status, headers });
  }
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        exchange.end(status);
        controller.close();
      },
      async cancel(reason) {
        await reader.cancel(reason);
        exchange.end(status);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { status, headers });
}
