import { RequestError } from '../errors.js';

export interface BodyLimits {
  readonly maximumBodyBytes: number;
  readonly bodySeconds: number;
}

/**
 * Reads a body of JSON. Anything but `application/json` is refused, so that a web page cannot send one without the
 * browser having asked first.
 *
 * @throws RequestError 400, 408, 413 or 415.
 */
export async function readJsonBody(request: Request, limits: BodyLimits): Promise<unknown> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type))
    throw new RequestError(415, 'The body has to be JSON: send it with the header "Content-Type: application/json".');
  const text = await readText(request, limits);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RequestError(400, `The body is no JSON: ${(error as Error).message}.`, { cause: error });
  }
}

async function readText(request: Request, { maximumBodyBytes, bodySeconds }: BodyLimits): Promise<string> {
  const tooLarge = () =>
    new RequestError(413, `The body is larger than ${maximumBodyBytes} bytes. Send less at a time.`);
  if (Number(request.headers.get('content-length') ?? 0) > maximumBodyBytes) throw tooLarge();
  if (request.body === null) return '';
  const reader = request.body.getReader();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const late = new RequestError(408, `The body did not arrive within ${bodySeconds} s. Send it faster.`);
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late), bodySeconds * 1000);
  });
  try {
    let bytes = 0;
    let text = '';
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), deadline]);
      if (done) return text + decode(decoder);
      bytes += value.byteLength;
      if (bytes > maximumBodyBytes) throw tooLarge();
      text += decode(decoder, value);
    }
  } catch (error) {
    // Not waited for: who sends slowly would decide when it ends.
    reader.cancel(error).catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function decode(decoder: InstanceType<typeof TextDecoder>, bytes?: Uint8Array): string {
  try {
    return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
  } catch (error) {
    throw new RequestError(400, 'The body is no UTF-8.', { cause: error });
  }
}
