import type { Client } from './client.js';

/** Ids of the models that can be asked now. */
export async function fetchModels(client: Client): Promise<string[]> {
  const response = await client.request('v1/models');
  const { data } = (await response.json()) as { data?: readonly { readonly id?: unknown }[] };
  return (data ?? []).map(({ id }) => id).filter((id) => typeof id === 'string');
}
