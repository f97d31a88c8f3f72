/** What a user can do about a failure of an endpoint, by its kind. @internal */
export const adviceFor = {
  silence: 'Raise timeoutSeconds for a slow model, or look whether the endpoint is stuck.',
  brokenReply: 'Try again later; where it lasts, the endpoint or a proxy before it is at fault.',
  strangeReply: 'Look whether baseURL is an endpoint of the chat completions API.',
  connection: 'Check baseURL, and whether the endpoint runs and can be reached from here.',
  quota: "The account's quota or credit is used up: raise it with the provider. Waiting does not help.",
  status(status: number): string {
    if (status === 401) return 'Check apiKey, or OPENAI_API_KEY in the environment (AZURE_OPENAI_API_KEY for Azure).';
    if (status === 403) return 'The key is known and may not do this: check its rights, the model and the region.';
    if (status === 404) return 'Check the name of the model (for Azure the deployment), and the path of baseURL.';
    if (status === 408) return adviceFor.silence;
    if (status === 413) return 'The request is too large: send fewer or shorter messages.';
    if (status === 429) return 'Lower concurrency, raise retries or maxRetrySeconds, or ask for a higher rate limit.';
    if (status >= 300 && status < 400) return 'The endpoint has moved: set baseURL to where it is now.';
    if (status >= 500) return 'The endpoint is at fault: try again later.';
    return 'Change what the endpoint objects to.';
  },
} as const;
