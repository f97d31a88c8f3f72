/**
 * The client reads an error's reason only where OpenAI puts it. Other servers say it elsewhere: FastAPI in `detail`, older
 * vLLM in `message`, Ollama in an `error` that is a text. This puts it where the client looks.
 *
 * @internal
 */
export async function inOpenAIForm(response: Response): Promise<Response> {
  const { status, statusText, headers } = response;
  // The status says enough where the body is lost.
  const text = await response.text().catch(() => '');
  return new Response(reasonInForm(text), { status, statusText, headers });
}

function reasonInForm(text: string): string {
  try {
    const body = JSON.parse(text) as Readonly<Record<string, unknown>> | null;
    if (typeof body?.error === 'object' && body.error !== null) return text;
    const message = [body?.error, body?.detail, body?.message].find((reason) => typeof reason === 'string') ?? text;
    return JSON.stringify({ error: { message } });
  } catch {
    return text;
  }
}
