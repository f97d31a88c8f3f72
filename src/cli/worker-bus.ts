import { ConfigError } from '../core/index.js';

/** Workers show it to gateways. It is read from the environment, since anybody can see a process's arguments. */
const TOKEN_VARIABLE = 'VICUNA_WORKER_TOKEN';

export const tokenHelp = `the token that workers show is read from ${TOKEN_VARIABLE}`;

/** @throws ConfigError where there is none. */
export function workerToken(): string {
  const token = process.env[TOKEN_VARIABLE]?.trim();
  if (token) return token;
  throw new ConfigError('The environment', [
    { path: TOKEN_VARIABLE, message: 'must be set: a secret of 16 characters or more that gateway and workers share.' },
  ]);
}

export function hasWorkerToken(): boolean {
  return (process.env[TOKEN_VARIABLE]?.trim() ?? '') !== '';
}
