import { isIP } from 'node:net';
import { isPartOfMore } from './digit-runs.js';
import type { DetectorSettings, Finding } from './kinds.js';

const version4 = /\d{1,3}(?:\.\d{1,3}){3}/g;
/** At least two colons, so that no time of day is one; `isIP` decides. No address is longer. */
const version6 = /(?<![\p{L}\p{N}:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,8}(?:\.\d{1,3}){0,3}(?![\p{L}\p{N}:])/giu;
/** Private, loopback, link-local, unspecified, multicast; RFC 5737 and RFC 3849 for documentation. */
const nobodys =
  /^(?:0\.|10\.|127\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|192\.168\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|22[4-9]\.|2[345]\d\.|::1?$|f[cd]|fe80:|2001:0?db8:)/i;
/** Addresses of public services that stand in every other tutorial. */
const publicServices = new Set(['8.8.8.8', '8.8.4.4', '1.1.1.1', '1.0.0.1', '9.9.9.9', '1.2.3.4']);
/** A version says so in front. */
const versionWord = /(?:\bv|version|release|==|>=|<=|~=)\s?$/i;

/** IP addresses of either version. */
export function* findIpAddresses(text: string, { keepDocumentationValues }: DetectorSettings): Generator<Finding> {
  for (const pattern of [version4, version6])
    for (const { index: start, 0: address } of text.matchAll(pattern)) {
      const end = start + address.length;
      if (isIP(address) === 0 || isPartOfMore(text, start, end)) continue;
      if (versionWord.test(text.slice(Math.max(0, start - 10), start))) continue;
      if (keepDocumentationValues && (nobodys.test(address) || publicServices.has(address))) continue;
      yield { kind: 'ip-address', start, end };
    }
}
