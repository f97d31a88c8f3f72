export declare function findCompiler(): string | undefined;
export declare function buildNative(options?: {
  tests?: boolean;
  sanitize?: boolean;
  log?: (line: string) => void;
}): Promise<string>;
/** Where the package's binary for this platform belongs. */
export declare function packagedBinary(): string;
