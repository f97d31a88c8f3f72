/** Largest resident size of this process so far, in bytes. */
export declare function peakBytes(): Promise<number>;
