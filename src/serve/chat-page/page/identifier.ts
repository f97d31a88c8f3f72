/** A random name; `crypto.randomUUID` is missing on pages that came without TLS. */
export function newIdentifier(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
