/** Everything the scrubber can look for. @public */
export const personalDataKinds = [
  'e-mail',
  'phone',
  'payment-card',
  'iban',
  'api-key',
  'private-key',
  'password',
  'ip-address',
  'us-ssn',
] as const;

/**
 * A kind of personal data. `api-key` is any token that stands for an account: keys of well-known services, JSON Web Tokens,
 * and values that are assigned to a name such as `api_key`. `password` is one in a URL.
 *
 * @public
 */
export type PersonalDataKind = (typeof personalDataKinds)[number];

/** How often each kind was found. @public */
export type PersonalDataCounts = Readonly<Record<PersonalDataKind, number>>;

/** A stretch of a text, in UTF-16 units. */
export interface Finding {
  readonly kind: PersonalDataKind;
  readonly start: number;
  readonly end: number;
}

/** What detectors have to know of the configuration. */
export interface DetectorSettings {
  readonly keepDocumentationValues: boolean;
  readonly keepDomains: readonly string[];
}

/**
 * Finds one or several kinds in a text, in time linear in its length: what it looks at from any place is bounded, or is
 * not looked at again.
 */
export type Detector = (text: string, settings: DetectorSettings) => Iterable<Finding>;
