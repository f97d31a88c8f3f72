const utf8 = new TextEncoder();

/** @internal */
export interface EventStreamOptions {
  /** The event by which a failure amid the stream is told. */
  readonly describe: (error: unknown) => unknown;
  /** Called when the reader has gone: ends whatever makes the events. */
  readonly cancel: (reason: unknown) => void;
}

/**
 * Events of one request as a stream of server-sent events, made only as fast as they are read, with `[DONE]` at the end.
 * The first event is made before the response is, so that what fails at once still fails with its own status.
 */
export async function eventStream(
  events: AsyncGenerator<unknown, void, undefined>,
  { describe, cancel }: EventStreamOptions,
): Promise<Response> {
  let first: IteratorResult<unknown, void> | undefined = await events.next();
  let isLeft = false;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const next = first ?? (await events.next());
          first = undefined;
          if (isLeft) return;
          controller.enqueue(next.done ? utf8.encode('data: [DONE]\n\n') : frame(next.value));
          if (next.done) controller.close();
        } catch (error) {
          if (isLeft) return;
          controller.enqueue(frame(describe(error)));
          controller.close();
        }
      },
      async cancel(reason) {
        isLeft = true;
        cancel(reason);
        await events.return().catch(() => undefined);
      },
    },
    // Nothing is made ahead of what is read.
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    },
  });
}

function frame(event: unknown): Uint8Array {
  return utf8.encode(`data: ${JSON.stringify(event)}\n\n`);
}
